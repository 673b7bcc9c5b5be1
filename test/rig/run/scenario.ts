// A scenario as its file has it: a line, and what happens on it step by step. The same file is run against simulated and
// real devices. scripts/rig run --help tells of them; README of each step.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const ms = z.number().int().min(0).max(600_000)
const digits = z.string().regex(/^[0-9*#A-D]+$/)
const tone = z.strictObject({ frequenciesHz: z.array(z.number()), cadenceMs: z.array(z.number()) })
const hangUpWay = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('currentLoss'), durationMs: z.number().int().min(50).max(900) }),
  z.strictObject({ by: z.enum(['busyTone', 'congestionTone', 'dialTone', 'polarity', 'none']) }),
])
const outcome = z.union([
  z.strictObject({ does: z.literal('answer'), afterMs: ms, reverses: z.boolean().optional() }),
  z.strictObject({ does: z.enum(['ring', 'busy', 'congestion']) }),
])

/** One key each: what it is, and what goes with it. */
const step = z.union([
  z.strictObject({ callerCalls: z.strictObject({ number: z.string().optional(), name: z.string().optional() }) }),
  z.strictObject({ boxSeesCaller: z.strictObject({ number: z.string().optional() }) }),
  z.strictObject({ boxAnswers: z.literal(true) }),
  z.strictObject({ boxCalls: digits }),
  /** Until it is answered, by what the line's counters say. */
  z.strictObject({
    farEndAnswers: z.strictObject({ by: z.enum(['network', 'polarity', 'toneEnd', 'voice']).optional() }),
  }),
  z.strictObject({ callFails: z.strictObject({ reason: z.string() }) }),
  z.strictObject({ callerHangsUp: hangUpWay }),
  z.strictObject({ boxSeesHangUp: z.strictObject({ withinMs: ms }) }),
  z.strictObject({ boxHangsUp: z.literal(true) }),
  z.strictObject({ lineIsFree: z.strictObject({ withinMs: ms }) }),
  /** Level and delay of a tone each way. */
  z.strictObject({ measureSound: z.literal(true) }),
  /** Of noise that the box plays, after a second. */
  z.strictObject({ measureEcho: z.strictObject({ leastDb: z.number().optional() }) }),
  z.strictObject({ measureDrift: z.strictObject({ seconds: z.number(), ppm: z.number(), withinPpm: z.number() }) }),
  z.strictObject({ callerPresses: digits }),
  z.strictObject({ boxPresses: digits }),
  /** Speech that holds no keys. */
  z.strictObject({ callerSpeaks: z.strictObject({ seconds: z.number().min(1).max(3600) }) }),
  z.strictObject({ neighbour: z.enum(['picksUp', 'hangsUp']) }),
  z.strictObject({ boxSeesNeighbour: z.boolean() }),
  z.strictObject({ plug: z.enum(['out', 'in']) }),
  z.strictObject({ boxSeesDevice: z.boolean() }),
  /** The daemon falls silent, its lines held: the board must let them go by itself. */
  z.strictObject({ boxFallsSilent: z.literal(true) }),
  z.strictObject({ firmwareSpeaks: z.array(z.number().int()) }),
])

export const scenarioSchema = z.strictObject({
  name: z.string(),
  /** What it shows, in a sentence. */
  about: z.string(),
  device: z.enum(['board', 'modem', 'cellular']),
  /** Runs in seconds: part of the short round. */
  short: z.boolean().default(false),
  line: z
    .strictObject({
      country: z.string().length(2).default('GB'),
      currentLossMs: z.number().default(250),
      polarity: z.enum(['none', 'answer', 'hangUp', 'both']).default('none'),
      hostSilenceS: z.number().int().min(3).max(15).default(3),
      /** Of the simulated device: a real one is as it is. */
      ppm: z.number().default(0),
      echo: z.strictObject({ tailMs: z.number(), lossDb: z.number() }).optional(),
      lossDb: z.number().optional(),
      noiseDbm0: z.number().optional(),
      hum: z.strictObject({ levelDbm0: z.number(), hz: z.union([z.literal(50), z.literal(60)]) }).optional(),
      tones: z.strictObject({ dial: tone, busy: tone, congestion: tone, ring: tone }).partial().optional(),
      numbers: z.record(digits, outcome).optional(),
    })
    .prefault({}),
  steps: z.array(step).min(1),
})

export type Scenario = z.infer<typeof scenarioSchema> & { file: string }
export type Step = z.infer<typeof step>

const folder = join(import.meta.dirname, '../scenarios')

/** All, in the order of their files. Throws with what is wrong with one. */
export function readScenarios(): Scenario[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .map((file) => {
      const parsed = scenarioSchema.safeParse(parse(readFileSync(join(folder, file), 'utf8')))
      if (parsed.success) return { ...parsed.data, file: basename(file, '.yaml') }
      throw new Error(`${file}: ${z.prettifyError(parsed.error)}`)
    })
}
