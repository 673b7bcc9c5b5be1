// One command at a time to a device that speaks AT (ITU-T V.250), and its answer found among the lines that come
// unasked, also in the middle of an answer.
//
//   send ──▶ written ──lines──▶ final result ──▶ done        (unasked lines ──▶ listener, at any time)
//                 └── no answer in time ──▶ done('timeout'), then what comes late is let pass by until it is quiet
import type { DriverClock, DriverTimer } from '../process/surroundings.ts'

export type AtResult = 'ok' | 'error' | 'connect' | 'noCarrier' | 'noDialTone' | 'busy' | 'noAnswer' | 'timeout'

export interface AtReply {
  result: AtResult
  /** Of the answer, without the final one. */
  lines: string[]
  /** The final line as it came; empty after a timeout. */
  final: string
}

export interface AtDialogueOptions {
  clock: DriverClock
  write(text: string): void
  /** Whether the line is news of the device and no part of an answer to `command` (undefined: none is under way). */
  isUnasked(line: string, command: string | undefined): boolean
  unasked(line: string): void
}

const finals: readonly [RegExp, AtResult][] = [
  [/^OK$/, 'ok'],
  [/^ERROR$|^\+CM[ES] ERROR\b|^COMMAND NOT SUPPORT/, 'error'],
  [/^CONNECT\b|^VCON$/, 'connect'],
  [/^NO CARRIER$/, 'noCarrier'],
  [/^NO ?DIAL ?TONE$/, 'noDialTone'],
  [/^BUSY$/, 'busy'],
  [/^NO ANSWER$/, 'noAnswer'],
]

/** An answer to a command given up earlier must not be taken for the next one's: so long nothing may have come. */
const quietMs = 150
const longestQuietMs = 800
const waitingMax = 16
const linesMax = 64

interface Waiting {
  command: string
  timeoutMs: number
  done(reply: AtReply): void
}

export class AtDialogue {
  readonly #options: AtDialogueOptions
  readonly #waiting: Waiting[] = []
  #current: (Waiting & { lines: string[] }) | undefined
  #timer: DriverTimer | undefined
  #quietUntilMs = 0
  #quietSinceMs = 0
  readonly counters = { commands: 0, commandTimeouts: 0, commandErrors: 0, strayLines: 0, unaskedLines: 0 }

  constructor(options: AtDialogueOptions) {
    this.#options = options
  }

  /** `done` is called once: with the answer, `timeout`, or, after `reset`, never. A full queue answers `error`. */
  send(command: string, timeoutMs: number, done: (reply: AtReply) => void): void {
    if (this.#waiting.length >= waitingMax) {
      done({ result: 'error', lines: [], final: 'too many commands wait' })
      return
    }
    this.#waiting.push({ command, timeoutMs, done })
    this.#next()
  }

  /** Nothing that was asked is awaited any more. */
  reset(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#current = undefined
    this.#waiting.length = 0
    this.#quietUntilMs = 0
  }

  /** A line the device sent. */
  take(line: string): void {
    const { clock, isUnasked, unasked } = this.#options
    this.#quietSinceMs = clock.monotonicMs()
    if (isUnasked(line, this.#current?.command)) {
      this.counters.unaskedLines++
      unasked(line)
      return
    }
    const current = this.#current
    if (!current) {
      this.counters.strayLines++
      return
    }
    if (line === current.command) return // its echo, before ATE0
    const result = finals.find(([form]) => form.test(line))?.[1]
    if (result) this.#finish({ result, lines: current.lines, final: line })
    else if (current.lines.length < linesMax) current.lines.push(line)
  }

  #next(): void {
    if (this.#current || this.#timer) return
    const next = this.#waiting.shift()
    if (!next) return
    this.#current = { ...next, lines: [] }
    this.counters.commands++
    this.#timer = this.#options.clock.after(next.timeoutMs, () => this.#timedOut())
    this.#options.write(`${next.command}\r`)
  }

  #timedOut(): void {
    const { clock } = this.#options
    this.#timer = undefined
    this.counters.commandTimeouts++
    const current = this.#current
    this.#current = undefined
    const nowMs = clock.monotonicMs()
    this.#quietUntilMs = nowMs + longestQuietMs
    this.#quietSinceMs = nowMs
    this.#awaitQuiet()
    current?.done({ result: 'timeout', lines: current.lines, final: '' })
  }

  #awaitQuiet(): void {
    const { clock } = this.#options
    const nowMs = clock.monotonicMs()
    const readyMs = Math.min(this.#quietUntilMs, this.#quietSinceMs + quietMs)
    if (nowMs >= readyMs) {
      this.#timer = undefined
      this.#next()
    } else this.#timer = clock.after(readyMs - nowMs, () => this.#awaitQuiet())
  }

  #finish(reply: AtReply): void {
    const current = this.#current
    this.#current = undefined
    this.#timer?.cancel()
    this.#timer = undefined
    if (reply.result === 'error') this.counters.commandErrors++
    current?.done(reply)
    this.#next()
  }
}
