// Get customer input, Lex: a bot talks with the customer until it knows what is wanted; the intent decides.
import type { BotAnswer, BotQuestion, BotResult } from '../abilities.ts'
import type { ActionDefinition, ActionRun, Outcome } from '../action.ts'
import type { FlowObject, FlowValue } from '../flow-value.ts'
import { checkBranches, checkChoice, checkKnown, parameterOf } from './checks.ts'
import { inboundQueueAndTransfer } from './flow-types.ts'
import { failed, notHere } from './outcomes.ts'
import { checkSpeech, readSpeech, speechParameters } from './speech.ts'

/** A customer in a chat may be silent for so long (fact sheet flow-language 5.1). */
const silence = { minimumMs: 60_000, maximumMs: 7 * 24 * 3_600_000 }
const bots: readonly string[] = ['LexV2Bot', 'LexBot']

export const connectParticipantWithLexBot: ActionDefinition = {
  type: 'ConnectParticipantWithLexBot',
  blockName: 'GetUserInput',
  flowTypes: inboundQueueAndTransfer,
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  needs: 'askBot',

  check(action, report) {
    checkKnown(action, report, [
      ...speechParameters,
      ...bots,
      'LexSessionAttributes',
      'LexInitializationData',
      'LexTimeoutSeconds',
    ])
    const chosen = checkChoice(action, report, bots, { required: true })
    const name = chosen === 'LexBot' ? 'LexBot.Name' : 'LexV2Bot.AliasArn'
    if (chosen !== undefined && typeof parameterOf(action, name) !== 'string')
      report(`Parameters.${name}`, `${name} is missing.`, 'Name the bot.')
    checkSpeech(action, report, { required: false })
    checkBranches(action, report, { next: true, errors: ['NoMatchingCondition', 'NoMatchingError'] })
  },

  // A bot may ask many times.
  timeLimitMs: (run) => (run.host.contact.channel === 'CHAT' ? silence.maximumMs : undefined),

  async run(run) {
    const { parameters, host, signal } = run
    const legacy = parameters.has('LexBot')
    const name = legacy ? 'LexBot.Name' : 'LexV2Bot.AliasArn'
    const botId = parameters.resource(name, 'bot')
    if (botId === undefined) return failed(`there is no bot ${parameters.text(name) ?? '(no data)'}`)
    if (!host.askBot) return notHere('ask bots')
    if (!host.participant && host.contact.channel !== 'TASK') return failed('nobody is on the line')
    return follow(run, await host.askBot(await questionOf(run, botId), signal))
  },
}

async function questionOf(run: ActionRun, botId: string): Promise<BotQuestion> {
  const { parameters } = run
  const speech = await readSpeech(run)
  const question: BotQuestion = {
    botId,
    prompt: speech ? [speech] : [],
    sessionAttributes: parameters.texts('LexSessionAttributes'),
  }
  const initialMessage = parameters.text('LexInitializationData.InitialMessage')
  if (initialMessage !== undefined) question.initialMessage = initialMessage
  const seconds = parameters.number('LexTimeoutSeconds.Text')
  if (seconds !== undefined)
    question.timeoutMs = Math.min(Math.max(seconds * 1000, silence.minimumMs), silence.maximumMs)
  return question
}

function follow({ state }: ActionRun, answer: BotAnswer): Outcome {
  if (answer.outcome === 'failed') return failed(answer.detail)
  if (answer.outcome === 'timeout') return failed('the customer said nothing', 'InputTimeLimitExceeded')
  state.results.set('Lex', lexResult(answer))
  return { to: 'condition', value: answer.intentName }
}

/** `$.Lex.*`, with both spellings of the intents that were considered too. */
function lexResult(answer: BotResult): FlowObject {
  const { sentiment, confidence } = answer
  const alternates: FlowValue = (answer.alternateIntents ?? []).map((one) => ({
    IntentName: one.intentName,
    IntentConfidence: { Score: one.confidence ?? null },
    Slots: one.slots,
  }))
  return {
    IntentName: answer.intentName,
    Slots: answer.slots,
    SessionAttributes: answer.sessionAttributes,
    DialogState: answer.dialogState ?? null,
    IntentConfidence: { Score: confidence ?? null },
    SentimentResponse: sentiment
      ? {
          Label: sentiment.label,
          Scores: {
            Positive: sentiment.scores.positive,
            Negative: sentiment.scores.negative,
            Mixed: sentiment.scores.mixed,
            Neutral: sentiment.scores.neutral,
          },
        }
      : null,
    AlternateIntents: alternates,
    AlternativeIntents: alternates,
  }
}
