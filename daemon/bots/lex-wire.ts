// The shapes of Amazon Lex V2's RecognizeText (Runtime API V2), as far as a contact needs them. Requests carry a few
// members more, so that an endpoint behind a fixed address knows who asks; answers may carry whatever they like.
import { z } from 'zod'
import type { JsonObject } from '../functions/functions.ts'
import type { BotInput, BotMessage, DialogState, LexResult } from './bots.ts'

const score = z.union([z.number(), z.looseObject({ score: z.number() })])
const slotValue = z.looseObject({
  originalValue: z.string().nullish(),
  interpretedValue: z.string().nullish(),
})
const slot = z.looseObject({
  value: slotValue.nullish(),
  /** Of a slot that holds a list. */
  values: z.array(z.looseObject({ value: slotValue.nullish() })).nullish(),
})
const intent = z.looseObject({
  name: z.string(),
  slots: z.record(z.string(), slot.nullish()).nullish(),
  state: z.string().nullish(),
})
const sentimentScores = z.looseObject({
  positive: z.number(),
  negative: z.number(),
  mixed: z.number(),
  neutral: z.number(),
})
const lexResponse = z.looseObject({
  messages: z.array(z.looseObject({ content: z.string().nullish(), contentType: z.string().nullish() })).nullish(),
  sessionState: z.looseObject({
    dialogAction: z.looseObject({ type: z.string() }).nullish(),
    intent: intent.nullish(),
    sessionAttributes: z.record(z.string(), z.string()).nullish(),
  }),
  interpretations: z
    .array(
      z.looseObject({
        intent: intent.nullish(),
        nluConfidence: score.nullish(),
        sentimentResponse: z
          .looseObject({ sentiment: z.string(), sentimentScore: sentimentScores.nullish() })
          .nullish(),
      }),
    )
    .nullish(),
})

type LexResponse = z.infer<typeof lexResponse>
type Interpretation = NonNullable<LexResponse['interpretations']>[number]

/** `sessionState` is that of the last answer: an endpoint without a memory can do with it. */
export function lexRequest(
  bot: { name: string; locale: string },
  input: BotInput,
  sessionAttributes: Readonly<Record<string, string>>,
  sessionState: JsonObject | undefined,
): JsonObject {
  const { sessionId, text, dtmf } = input
  return {
    botName: bot.name,
    localeId: bot.locale.replace('-', '_'),
    sessionId,
    inputMode: dtmf === undefined ? 'Text' : 'DTMF',
    text: dtmf ?? text ?? '',
    requestAttributes: { 'x-amz-lex:channels:platform': 'Connect' },
    sessionState: { ...sessionState, sessionAttributes: { ...sessionAttributes } },
  }
}

export interface LexAnswer {
  done: boolean
  lex: LexResult
  messages: BotMessage[]
}

/** A text says what is wrong with the answer. */
export function readLexResponse(answer: JsonObject): LexAnswer | string {
  const parsed = lexResponse.safeParse(answer)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return `the answer has not Lex V2's shape: ${issue?.path.join('.')}: ${issue?.message}`
  }
  const { sessionState, interpretations, messages } = parsed.data
  const state = dialogState(sessionState)
  if (state === undefined)
    return `the answer's dialog action is "${sessionState.dialogAction?.type}", which means nothing here`
  const [first, ...others] = interpretations ?? []
  const current = sessionState.intent ?? (state === 'ElicitIntent' ? undefined : first?.intent)
  const confidence = scoreOf((interpretations ?? []).find((it) => it.intent?.name === current?.name))
  const sentiment = first?.sentimentResponse
  return {
    done: state === 'ReadyForFulfillment' || state === 'Fulfilled' || state === 'Failed',
    lex: {
      IntentName: current?.name ?? '',
      Slots: slotTexts(current),
      SessionAttributes: { ...sessionState.sessionAttributes },
      DialogState: state,
      ...(confidence !== undefined && { IntentConfidence: { Score: confidence } }),
      AlternateIntents: (first?.intent?.name === current?.name ? others : (interpretations ?? [])).flatMap(alternate),
      ...(sentiment && {
        SentimentResponse: { Label: sentiment.sentiment, Scores: scoresOf(sentiment.sentimentScore) },
      }),
    },
    messages: (messages ?? []).flatMap(({ content, contentType }): BotMessage[] => {
      if (!content) return []
      const type = contentType === 'SSML' || contentType === 'CustomPayload' ? contentType : 'PlainText'
      return [{ text: content, type }]
    }),
  }
}

/** A closed dialog is what its intent has come to. */
function dialogState({ dialogAction, intent: current }: LexResponse['sessionState']): DialogState | undefined {
  switch (dialogAction?.type) {
    case 'ElicitIntent':
    case 'ElicitSlot':
    case 'ConfirmIntent':
      return dialogAction.type
    case 'Close':
    case 'Delegate':
    case 'None':
    case undefined:
      if (current?.state === 'Fulfilled' || current?.state === 'Failed') return current.state
      return 'ReadyForFulfillment'
    default:
      return undefined
  }
}

function slotTexts(it: z.infer<typeof intent> | null | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(it?.slots ?? {}).flatMap(([name, value]) => {
      const values = value?.values?.length ? value.values : [value]
      const texts = values.flatMap((one) => one?.value?.interpretedValue ?? one?.value?.originalValue ?? [])
      return texts.length > 0 ? [[name, texts.join(', ')]] : []
    }),
  )
}

function alternate(it: Interpretation): LexResult['AlternateIntents'] {
  if (!it.intent) return []
  const confidence = scoreOf(it)
  return [
    {
      IntentName: it.intent.name,
      ...(confidence !== undefined && { IntentConfidence: { Score: confidence } }),
      Slots: slotTexts(it.intent),
    },
  ]
}

/** The API gives an object, the events of Lex's own functions a number. */
function scoreOf(it: Interpretation | undefined): number | undefined {
  return typeof it?.nluConfidence === 'object' ? it.nluConfidence?.score : it?.nluConfidence
}

function scoresOf(scores: z.infer<typeof sentimentScores> | null | undefined) {
  return {
    Positive: scores?.positive ?? 0,
    Negative: scores?.negative ?? 0,
    Mixed: scores?.mixed ?? 0,
    Neutral: scores?.neutral ?? 0,
  }
}
