// What stands in for Amazon Lex on the box, as flows see it: bots by name, each a list of intents understood here or an
// HTTP endpoint in Lex V2's shape. A bot is asked turn by turn until its dialog is done.

/** How a slot's value is understood. `number` in words and `date` in words: English. */
export type SlotType = 'digits' | 'number' | 'yesNo' | 'date' | 'choice' | 'text'

export interface SlotChoice {
  value: string
  synonyms: readonly string[]
  /** Keys that stand for it. */
  dtmf?: string | undefined
}

export interface SlotDefinition {
  name: string
  type: SlotType
  /** Asked for when the caller has not told it; without: an optional slot. Text, or SSML when it begins with `<speak`. */
  prompt?: string | undefined
  /** Instead of the prompt after an answer that was not understood. */
  retryPrompt?: string | undefined
  /** Answers not understood before the dialog fails. */
  attempts: number
  minimumDigits: number
  maximumDigits: number
  choices: readonly SlotChoice[]
}

export interface IntentDefinition {
  name: string
  /** What callers say; `{slot}` stands for a slot's value. One word is a keyword. */
  utterances: readonly string[]
  dtmf: readonly string[]
  /** In the order they are asked for. */
  slots: readonly SlotDefinition[]
  /** Said when all slots are known. */
  closing?: string | undefined
}

export interface LocalBotDefinition {
  name: string
  kind: 'local'
  /** e.g. `en-US`. */
  locale: string
  intents: readonly IntentDefinition[]
  /** Name of the intent for what fits none. */
  fallbackIntent: string
  /** An intent less likely than this is none: 0 to 1. */
  confidenceThreshold: number
}

export interface HttpBotDefinition {
  name: string
  kind: 'http'
  locale: string
  url: string
  headers: Readonly<Record<string, string>>
  timeoutS: number
  concurrency: number
}

export type BotDefinition = LocalBotDefinition | HttpBotDefinition

export type DialogState =
  | 'ElicitIntent'
  | 'ElicitSlot'
  | 'ConfirmIntent'
  | 'ReadyForFulfillment'
  | 'Fulfilled'
  | 'Failed'

/** What `$.Lex.*` refers to, spelled as references spell it (fact sheet flow-language 2). */
export interface LexResult {
  /** Empty while no intent is known. */
  IntentName: string
  Slots: Record<string, string>
  SessionAttributes: Record<string, string>
  DialogState: DialogState
  /** 0 to 1. */
  IntentConfidence?: { Score: number }
  AlternateIntents: { IntentName: string; IntentConfidence?: { Score: number }; Slots: Record<string, string> }[]
  SentimentResponse?: {
    Label: string
    Scores: { Positive: number; Negative: number; Mixed: number; Neutral: number }
  }
}

export interface BotMessage {
  text: string
  type: 'PlainText' | 'SSML' | 'CustomPayload'
}

export type BotFailure =
  | 'notFound'
  | 'wrongLocale'
  | 'timeout'
  | 'failed'
  | 'badResponse'
  | 'tooLarge'
  | 'busy'
  | 'aborted'

export type BotOutcome =
  /** `done`: the flow goes on by `lex.IntentName`. Else: say the messages, listen, and ask again. */
  | { ok: true; done: boolean; lex: LexResult; messages: BotMessage[] }
  | { ok: false; reason: BotFailure; detail: string }

export interface BotInput {
  /** One per dialog: the contact's id. */
  sessionId: string
  /** What the caller said or typed. Neither text nor keys: the caller said nothing. */
  text?: string | undefined
  /** Keys the caller pressed, without the one that ended them. */
  dtmf?: string | undefined
  /** Added to those of the session. */
  sessionAttributes: Readonly<Record<string, string>>
  /** Of the contact; its language must be the bot's. */
  locale: string
}

/** What a caller may say or press next, for recognisers that want to know. */
export interface BotExpectation {
  /** Phrases in plain words; empty when anything may be said. */
  phrases: string[]
  /** Most keys of an answer: with so many pressed, nobody need wait for more. */
  maximumDigits: number
  /** Digits may be said one by one. */
  digits?: { minimum: number; maximum: number }
  /** Asked for now; absent at the beginning of the dialog. */
  slot?: { intent: string; name: string; type: SlotType }
  /** Words mean nothing here. */
  keysOnly?: true
}

/** The box's own ARN of a bot: that of its one alias, as flows write it. */
export function botArn(name: string): string {
  return `arn:aws:lex:local:000000000000:bot-alias/${name}/LIVE`
}

export interface Bots {
  has(name: string): boolean
  /** Never rejects for what a bot does or a person configured. */
  ask(name: string, input: BotInput, options: { timeoutMs: number; signal: AbortSignal }): Promise<BotOutcome>
  /** Undefined: no such bot. */
  expects(name: string, sessionId: string): BotExpectation | undefined
  /** Forgets what it knows of the dialog: the contact is over. */
  forget(sessionId: string): void
  counters(): Record<string, number>
  close(): Promise<void>
}
