// The contract of the three ways to run a function: one file each. The service (create-functions.ts) keeps the time
// limit and the number of calls at once; a runner starts, stops and reads.
import type { FunctionFault } from './functions.ts'

/** Largest answer, bytes: Connect's limit of a Lambda response. */
export const longestAnswerBytes = 32 * 1024

export interface Call {
  requestId: string
  /** JSON text. */
  event: string
  remainingMs(): number
  /** Aborted at the time limit, or when nobody waits any more. */
  signal: AbortSignal
}

/** The answer's text, not yet read as JSON. */
export type Answer = { ok: true; text: string } | FunctionFault

export interface Run {
  /** Never rejects. After an abort nobody waits for it. */
  answer: Promise<Answer>
  /** Resolves when nothing of the call is left: only then may another take its place. Never rejects. */
  over: Promise<void>
}

export interface Runner {
  run(call: Call): Run
  /** Figures of what is kept between calls. */
  counters?(): Record<string, number>
  close(): Promise<void>
}

/** Where a program named without a slash is looked for, whatever environment the daemon has. */
export const programPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** All that a function sees of the environment: the daemon's own may hold secrets. */
export function programEnvironment(name: string): Record<string, string> {
  return { PATH: programPath, LANG: 'C.UTF-8', AWS_LAMBDA_FUNCTION_NAME: name }
}

export function failed(detail: string): FunctionFault {
  return { ok: false, reason: 'failed', detail: oneLine(detail) }
}

export function tooLarge(what: string): FunctionFault {
  return { ok: false, reason: 'tooLarge', detail: `${what} is larger than ${longestAnswerBytes} bytes` }
}

/** The first line that says something, at most 300 characters of it. */
export function oneLine(text: string): string {
  const line = text.split('\n').find((candidate) => candidate.trim() !== '') ?? ''
  return line.trim().slice(0, 300)
}

export function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
