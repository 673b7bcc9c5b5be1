// The schemas of what reaches beyond the box, or stands in for what does: functions in the place of AWS Lambda, bots in
// the place of Amazon Lex, and aliases for the names of another instance. Part of the one source, schema.ts.
import { z } from 'zod'

const name = z.string().min(1).max(127)
const whole = (minimum: number, maximum: number) => z.number().int().min(minimum).max(maximum)
const url = z.string().regex(/^https?:\/\/[^\s/]+(\/\S*)?$/, 'must be an http or https address')
const prompt = z.string().min(1).max(6000)

const headers = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'must be letters, digits and dashes'),
      valueFile: z.string().min(1).describe('File with the value on one line, relative to the instance'),
    }),
  )
  .default([])
  .describe('Headers with secrets, e.g. Authorization; their values never stand in this file')
const timeoutS = whole(1, 60).default(8).describe('Longest wait for an answer; a flow may wait less')
const concurrency = whole(1, 200).default(10).describe('Calls at once; more wait for their turn')

const functionName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, dash or underscore')
  .describe('As in the ARN that flows name: arn:aws:lambda:…:function:NAME')
const functionLimits = { timeoutS, concurrency }

export const functionsSchema = z.strictObject({
  functions: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('http'),
        name: functionName,
        url: url.describe('Address that the event is posted to'),
        headers,
        ...functionLimits,
      }),
      z.strictObject({
        kind: z.literal('program'),
        name: functionName,
        command: z
          .array(z.string().max(4096))
          .min(1)
          .describe('Program and arguments as a list; a program with a slash in it is relative to the instance'),
        ...functionLimits,
      }),
      z.strictObject({
        kind: z.literal('module'),
        name: functionName,
        file: z.string().min(1).describe('JavaScript file that exports handler(event, context), e.g. functions/x.mjs'),
        ...functionLimits,
      }),
    ]),
  ),
  hooks: z
    .array(
      z.strictObject({
        product: z.enum(['customerProfiles', 'cases', 'wisdom', 'dataTables', 'messages']),
        function: functionName.describe('Name of the function that stands in for it'),
      }),
    )
    .default([])
    .describe('Functions in place of products that Connect has beside contacts; without, their error branch is taken'),
})

const lexName = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'must be letters, digits, dash or underscore')
const locale = z
  .string()
  .regex(/^[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/, 'must be a language tag, e.g. en-US')
  .default('en-US')
const keys = z.string().regex(/^[0-9]{1,30}$/, 'must be digits')

const slot = z.strictObject({
  name: lexName,
  type: z.enum(['digits', 'number', 'yesNo', 'date', 'choice', 'text']),
  prompt: prompt.optional().describe('Asked when the caller has not told it; without, the slot is optional'),
  retryPrompt: prompt.optional(),
  attempts: whole(1, 10).default(3).describe('Answers not understood before the dialog fails'),
  minimumDigits: whole(1, 64).default(1),
  maximumDigits: whole(1, 64).default(30),
  choices: z
    .array(
      z.strictObject({
        value: z.string().min(1).max(140),
        synonyms: z.array(z.string().min(1).max(140)).max(1000).default([]),
        dtmf: keys.optional(),
      }),
    )
    .max(1000)
    .default([]),
})

const intent = z.strictObject({
  name: lexName.describe('Name that conditions of flows compare with'),
  utterances: z
    .array(z.string().min(1).max(500))
    .max(1000)
    .default([])
    .describe('What callers say; {slot} stands for the value of a slot'),
  dtmf: z.array(keys).default([]).describe('Keys that stand for it'),
  slots: z.array(slot).max(100).default([]),
  closing: prompt.optional().describe('Said when all slots are known'),
})

const botName = lexName.describe('Name that flows know the bot by')

export const botsSchema = z.strictObject({
  bots: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('local'),
        name: botName,
        locale,
        intents: z.array(intent).min(1).max(1000),
        fallbackIntent: lexName.default('FallbackIntent').describe('Name of the intent for what fits none'),
        confidenceThreshold: z
          .number()
          .min(0)
          .max(1)
          .default(0.4)
          .describe('An intent less likely than this is none, 0 to 1'),
      }),
      z.strictObject({
        kind: z.literal('http'),
        name: botName,
        locale,
        url: url.describe('Address that speaks RecognizeText of Lex V2'),
        headers,
        timeoutS,
        concurrency,
      }),
    ]),
  ),
})

export const aliasesSchema = z.strictObject({
  aliases: z.array(
    z.strictObject({
      arn: z.string().min(1).max(500).describe('ARN, id or name as it stands in flows of another instance'),
      kind: z.enum(['queue', 'prompt', 'flow', 'hours', 'agent', 'function', 'bot']),
      name: name.describe('What it stands for here, by its name'),
    }),
  ),
})
