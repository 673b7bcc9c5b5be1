// Functions of a scratch instance, with a log that is kept, and a ledger of what they must give back.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Clock, SystemClock } from '../../../daemon/clock.ts'
import { createFunctions } from '../../../daemon/functions/create-functions.ts'
import type { FunctionDefinition, FunctionOutcome, Functions, JsonObject } from '../../../daemon/functions/functions.ts'

export interface Ask {
  event?: JsonObject
  timeoutMs?: number
  signal?: AbortSignal
}

export interface FunctionRig {
  directory: string
  clock: Clock
  functions: Functions
  logged: { message: string; fields: object }[]
  ask(name: string, ask?: Ask): Promise<FunctionOutcome>
  /** Ends all, and tells what is left: nothing, if all is well. */
  close(): Promise<{ timers: number; running: number; waiting: number; threads: number }>
}

type Short<Kind extends FunctionDefinition['kind']> = Omit<
  Extract<FunctionDefinition, { kind: Kind }>,
  'name' | 'kind' | 'timeoutS' | 'concurrency'
> & { timeoutS?: number; concurrency?: number }

export const http = (name: string, url: string, more: Partial<Short<'http'>> = {}): FunctionDefinition => ({
  ...defaults,
  name,
  kind: 'http',
  url,
  headers: {},
  ...more,
})
export const program = (name: string, command: string[], more: Partial<Short<'program'>> = {}): FunctionDefinition => ({
  ...defaults,
  name,
  kind: 'program',
  command,
  ...more,
})
export const module = (name: string, file: string, more: Partial<Short<'module'>> = {}): FunctionDefinition => ({
  ...defaults,
  name,
  kind: 'module',
  file,
  ...more,
})

const defaults = { timeoutS: 8, concurrency: 10 }

export function functionRig(directory: string, definitions: FunctionDefinition[]): FunctionRig {
  const clock = new SystemClock()
  const logged: FunctionRig['logged'] = []
  const note = (fields: object, message: string) => void logged.push({ fields, message })
  const log = { info: note, warn: note }
  const functions = createFunctions({ functions: definitions, instanceDirectory: directory, clock, log })
  return {
    directory,
    clock,
    functions,
    logged,
    ask: (name, { event = {}, timeoutMs = 8000, signal = new AbortController().signal } = {}) =>
      functions.invoke(name, event, { timeoutMs, signal }),
    async close() {
      await functions.close()
      const { running = 0, waiting = 0, threads = 0 } = functions.counters()
      return { timers: clock.liveTimers, running, waiting, threads }
    },
  }
}

export const nothingLeft = { timers: 0, running: 0, waiting: 0, threads: 0 }

/** Writes a file of the instance; programs become executable. */
export function put(directory: string, file: string, text: string): string {
  const path = join(directory, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  if (text.startsWith('#!')) chmodSync(path, 0o755)
  return path
}
