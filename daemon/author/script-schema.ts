// Scripts of callers with expectations: the one schema of the files that `cordboard flow test` reads. A script is a list
// of steps; each step is one thing that the caller does, or one thing that must be so.
import { z } from 'zod'

const longestText = 6000
const mostSteps = 500

const text = z.string().min(1).max(longestText)
/** YAML reads 1 without quotes as a number. */
const keys = z
  .union([z.string(), z.number().int().nonnegative()])
  .transform(String)
  .pipe(z.string().regex(/^[0-9*#]{1,100}$/, 'must be keys of a telephone: 0 to 9, * and #'))
/** `30s`, `500ms`, `2m`; a plain number is seconds. Milliseconds. */
const duration = z
  .union([z.number().nonnegative().max(86_400), z.string().regex(/^[0-9]+(?:\.[0-9]+)?(ms|s|m|h)$/, 'must be a time')])
  .transform((written) => (typeof written === 'number' ? written * 1000 : millisecondsOf(written)))
/** A text in slashes is a regular expression. */
const pattern = text.refine(isPattern, 'must be a text, or a sound regular expression in slashes')
const openOrClosed = z.enum(['open', 'closed'])
const patterns = z.record(z.string(), pattern)

const unitsMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

function millisecondsOf(written: string): number {
  const unit = /[a-z]+$/.exec(written)?.[0] ?? ''
  return Number.parseFloat(written) * (unitsMs[unit] ?? 0)
}

/** Of the words of `/…/flags`; anything else is a literal text. */
export function regularExpression(written: string): RegExp | undefined {
  const [, source, flags] = /^\/(.+)\/([imsu]*)$/s.exec(written) ?? []
  return source === undefined ? undefined : new RegExp(source, flags)
}

function isPattern(written: string): boolean {
  try {
    regularExpression(written)
    return true
  } catch {
    // Told by the refinement that asks.
    return false
  }
}

const stepShape = {
  hears: pattern.describe('what the caller hears next, or later: a text, or /a regular expression/'),
  presses: keys.describe('keys, with # where it ends the entry'),
  says: z
    .union([
      text,
      z.strictObject({ text, intent: text, slots: z.record(z.string(), z.string().nullable()).default({}) }),
    ])
    .describe('what the caller says to a bot: an intent, or text, intent and slots'),
  waits: duration.describe('how long the caller does nothing, e.g. 30s'),
  hangsUp: z.literal(true).describe('the caller hangs up'),
  answered: z.literal(true).describe('an agent answers, and the flow is stopped'),
  hours: z.record(z.string(), openOrClosed).describe('from now on these hours are open or closed'),
  attribute: patterns.describe('contact attributes as they are now'),
  queue: text.describe('the working queue as it is now'),
  hook: patterns.describe('flows set for events, e.g. CustomerQueue'),
  reaches: text.describe('a block that has run by now, by its identifier'),
  ends: z.enum(['disconnect', 'queued', 'ended', 'left', 'failed']).describe('how the flow ends'),
} satisfies Record<string, z.ZodType>

const step = z
  .strictObject(stepShape)
  .partial()
  .refine((value) => Object.keys(value).length <= 1, 'must be one thing: write each behind a dash of its own')

const queueState = z.strictObject({
  full: z.boolean().default(false).describe('no more callers fit in'),
  waiting: z.number().int().nonnegative().default(0),
  oldestS: z.number().nonnegative().optional().describe('seconds the oldest contact has waited'),
  available: z.number().int().nonnegative().default(1).describe('agents that could take a contact now'),
  staffed: z.number().int().nonnegative().default(1),
})

const functionState = z.union([
  z.strictObject({ result: z.unknown().describe('what the function answers') }),
  z.strictObject({ fails: text.describe('why the function fails') }),
])

const flow = text.describe('a flow file, relative to this file, or the name of a flow of the instance')

export const scriptSchema = z.strictObject({
  name: text.describe('one sentence: what this caller goes through'),
  flow: flow.optional(),
  channel: z.enum(['VOICE', 'CHAT', 'TASK']).default('VOICE'),
  caller: text.optional().describe('number of the caller'),
  called: text.optional().describe('number that was dialled'),
  at: z.iso.datetime({ offset: true }).optional().describe('when the contact starts, ISO 8601'),
  attributes: z.record(z.string(), z.string()).default({}),
  hours: z
    .record(z.string(), openOrClosed)
    .default({})
    .describe('hours that are open or closed whatever the clock says'),
  queues: z.record(z.string(), queueState).default({}),
  functions: z.record(z.string(), functionState).default({}).describe('answers of functions, by their names'),
  steps: z.array(step).max(mostSteps).default([]),
})

export const scriptFileSchema = z.strictObject({
  instance: text.optional().describe('directory of the instance, relative to this file'),
  flow: flow.optional(),
  tests: z.array(scriptSchema).min(1).max(1000).describe('list of scripts'),
})

export type Script = z.infer<typeof scriptSchema>
export type ScriptFile = z.infer<typeof scriptFileSchema>
export type ScriptStep = Script['steps'][number]
