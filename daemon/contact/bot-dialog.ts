// A dialog between the caller and a bot over the telephone: the bot speaks, the caller presses keys, until the bot knows
// what is wanted or gives up.
//
//   prompt ─▶ keys ─▶ bot.ask ─▶ done: its intent │ not done: its messages are the next prompt
import type { Bots, LexResult } from '../bots/bots.ts'
import type { BotAnswer, BotQuestion } from '../flow/abilities.ts'
import type { CollectOptions, Participant, Speech } from '../flow/host.ts'

/** Defaults of a Lex block (flow language facts, 3): 5 s between keys, `#` ends, `*` erases. */
const keys: Omit<CollectOptions, 'prompt' | 'maximumDigits'> = {
  firstDigitTimeoutMs: 5000,
  interDigitTimeoutMs: 5000,
  terminator: '#',
  cancelKey: true,
}
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
  for (let turn = 0; turn < maximumTurns; turn++) {
    const maximumDigits = bots.expects(question.botId, contactId)?.maximumDigits ?? 1
    const collected = await participant.collect({ ...keys, prompt, maximumDigits: Math.max(1, maximumDigits) }, signal)
    const outcome = await bots.ask(
      question.botId,
      {
        sessionId: contactId,
        ...(collected.outcome === 'digits' && { dtmf: collected.digits }),
        sessionAttributes: question.sessionAttributes,
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
  }
  return { outcome: 'failed', detail: `the bot asked ${maximumTurns} times without coming to an end` }
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
