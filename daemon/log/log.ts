// The daemon's log: one JSON object a line on stdout, which journald keeps. Lines are redacted, repeated ones limited.
// Main thread only, and written at once (nothing is lost at exit); the audio thread has counters and never logs.
import { type Logger, destination as openDestination, pino, stdTimeFunctions } from 'pino'
import { type Clock, SystemClock } from '../clock.ts'
import { defaultRateLimits, RateLimiter, type RateLimits } from './rate-limiter.ts'
import { redactFields, redactText } from './redact.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** What a part of the daemon needs of the log. `message` is a constant phrase; what varies goes into `fields`. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface ParentLog extends Log {
  /** A log whose every line carries the fields too, e.g. `{ part: 'sip' }`, `{ contactId }`. */
  child(fields: object): ParentLog
}

export interface RootLog extends ParentLog {
  setLevel(level: LogLevel): void
  counters(): { linesWritten: number; linesSuppressed: number }
  /** Tells the counts of lines held back. The log still writes afterwards. */
  close(): void
}

export interface LogOptions {
  level: LogLevel
  /** Where lines go, each with its newline; stdout when absent. */
  destination?: { write(line: string): void }
  clock?: Clock
  limits?: RateLimits
}

const severity: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** Shared by a log and all its children. */
interface Sieve {
  level: LogLevel
  readonly limiter: RateLimiter
}

export function createLog(options: LogOptions): RootLog {
  const limiter = new RateLimiter(options.clock ?? new SystemClock(), options.limits ?? defaultRateLimits)
  const target = options.destination ?? openDestination({ dest: 1, sync: true })
  let linesWritten = 0
  const counted = {
    write(line: string) {
      linesWritten++
      target.write(line)
    },
  }
  const logger = pino(
    {
      level: 'debug',
      base: null,
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Errors come from redactFields as plain data already.
      serializers: { err: (error) => error },
    },
    counted,
  )
  const sieve: Sieve = { level: options.level, limiter }
  return {
    ...sievedLog(logger, sieve, ''),
    setLevel: (level) => {
      sieve.level = level
    },
    counters: () => ({ linesWritten, linesSuppressed: limiter.suppressed }),
    close: () => limiter.close(),
  }
}

/** A log that keeps nothing: for tests and for tools that print their own results. */
export const silentLog: ParentLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
}

function sievedLog(logger: Logger, sieve: Sieve, path: string): ParentLog {
  const write = (level: LogLevel, fields: object, message: string) => {
    if (severity[level] < severity[sieve.level]) return
    const text = redactText(message)
    const tell = (suppressed: number) => logger[level]({ suppressed, repeated: text }, 'repeated lines were held back')
    if (!sieve.limiter.allow(`${level} ${path} ${text}`, tell)) return
    logger[level](redactFields(fields), text)
  }
  return {
    debug: (fields, message) => write('debug', fields, message),
    info: (fields, message) => write('info', fields, message),
    warn: (fields, message) => write('warn', fields, message),
    error: (fields, message) => write('error', fields, message),
    child: (fields) => {
      const clean = redactFields(fields)
      return sievedLog(logger.child(clean), sieve, `${path}${JSON.stringify(clean)}`)
    },
  }
}
