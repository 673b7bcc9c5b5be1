// A dialog between the caller and a bot over the telephone: the bot speaks, the caller speaks or presses keys, until the
// bot knows what is wanted or gives up.
//
//   prompt ─▶ keys or words ─▶ bot.ask ─▶ done: its intent │ not done: its messages are the next prompt
import type { BotExpectation, Bots, LexResult } from '../bots/bots.ts'
import type { BotAnswer, BotQuestion } from '../flow/abilities.ts'
import type { Asked, AskOptions, Participant, Speech } from '../flow/host.ts'
import { botTurn } from './bot-turn.ts'

/** A bot that never comes to an end is cut off here. */
const maximumTurns = 20
const botTimeoutMs = 10_000

export interface BotDialogOptions {
  bots: Bots
  contactId: string
  locale: string
  participant: Participant
  question: BotQuestion
  signal: AbortSignal
}

export async function holdBotDialog(of: BotDialogOptions): Promise<BotAnswer> {
  const { bots, contactId, locale, participant, question, signal } = of
  let prompt = question.prompt
  let attributes = question.sessionAttributes
  // What the bot has changed of them stays changed: the block's are for the first turn.
  let ofBlock = question.sessionAttributes
  for (let turn = 0; turn < maximumTurns; turn++) {
    const expectation = bots.expects(question.botId, contactId)
    const asked = await ask(participant, { ...botTurn(attributes, expectation), prompt }, expectation, signal)
    if (asked.outcome === 'failed') return asked
    const outcome = await bots.ask(
      question.botId,
      {
        sessionId: contactId,
        ...(asked.outcome === 'digits' && { dtmf: asked.digits }),
        ...(asked.outcome === 'spoken' && { text: asked.text }),
        sessionAttributes: ofBlock,
        locale,
      },
      { timeoutMs: botTimeoutMs, signal },
    )
    signal.throwIfAborted()
    if (!outcome.ok) return { outcome: 'failed', detail: `${outcome.reason}: ${outcome.detail}` }
    const spoken = outcome.messages
      .filter(({ type }) => type !== 'CustomPayload')
      .map(({ text, type }): Speech => ({ kind: 'text', text, ssml: type === 'SSML' }))
    if (outcome.done) {
      if (spoken.length > 0) await participant.play(spoken, signal)
      return answerOf(outcome.lex)
    }
    prompt = spoken
    attributes = { ...attributes, ...outcome.lex.SessionAttributes }
    ofBlock = {}
  }
  return { outcome: 'failed', detail: `the bot asked ${maximumTurns} times without coming to an end` }
}

async function ask(
  participant: Participant,
  options: AskOptions,
  expectation: BotExpectation | undefined,
  signal: AbortSignal,
): Promise<Asked> {
  if (participant.ask && !expectation?.keysOnly) return await participant.ask(options, signal)
  return await participant.collect(options, signal)
}

function answerOf(lex: LexResult): BotAnswer {
  const { SentimentResponse: sentiment, IntentConfidence: confidence } = lex
  return {
    outcome: 'intent',
    intentName: lex.IntentName,
    slots: lex.Slots,
    sessionAttributes: lex.SessionAttributes,
    dialogState: lex.DialogState,
    ...(confidence && { confidence: confidence.Score }),
    ...(sentiment && {
      sentiment: {
        label: sentiment.Label,
        scores: {
          positive: sentiment.Scores.Positive,
          negative: sentiment.Scores.Negative,
          mixed: sentiment.Scores.Mixed,
          neutral: sentiment.Scores.Neutral,
        },
      },
    }),
    alternateIntents: lex.AlternateIntents.map((intent) => ({
      intentName: intent.IntentName,
      slots: intent.Slots,
      ...(intent.IntentConfidence && { confidence: intent.IntentConfidence.Score }),
    })),
  }
}
