// Time of a simulated contact: it stands still while anything is being done or waited for outside (a person types), and
// otherwise jumps to whatever falls due next. An hour in a queue takes as long as its blocks do.
import type { Clock, Timer } from '../clock.ts'

interface Pending {
  dueMs: number
  run: () => void
}

export interface DriveLimits {
  /** Simulated time from the start; when the next timer is due later, `exceeded` is called, once. */
  limitMs: number
  /** Out of time, or nothing is left that could happen. It must make the driven promise settle. */
  exceeded(why: 'time' | 'idle'): void
}

export class SimulatedClock implements Clock {
  readonly #startEpochMs: number
  readonly #pending = new Set<Pending>()
  #nowMs = 0
  #held = 0
  #released: (() => void) | undefined

  constructor(startEpochMs: number) {
    this.#startEpochMs = startEpochMs
  }

  epochMs(): number {
    return this.#startEpochMs + this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, run: () => void): Timer {
    const pending = { dueMs: this.#nowMs + Math.max(0, delayMs), run }
    this.#pending.add(pending)
    return { cancel: () => void this.#pending.delete(pending) }
  }

  get liveTimers(): number {
    return this.#pending.size
  }

  /** Resolves `delayMs` from now; rejects with the signal's reason once it is aborted. */
  wait(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const leave = () => {
        timer.cancel()
        reject(signal.reason)
      }
      const timer = this.after(delayMs, () => {
        signal.removeEventListener('abort', leave)
        resolve()
      })
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  /** Time stands still until the work outside is done. */
  async hold<T>(outside: Promise<T>): Promise<T> {
    this.#held++
    try {
      return await outside
    } finally {
      this.#held--
      this.#released?.()
    }
  }

  /** Turns the hands until the promise settles. */
  async drive<T>(run: Promise<T>, limits: DriveLimits): Promise<T> {
    let settled = false
    const settle = () => {
      settled = true
      this.#released?.()
    }
    run.then(settle, settle)
    let exceeded = false
    for (;;) {
      await everythingDone()
      if (settled) return run
      if (this.#held > 0) {
        await new Promise<void>((resolve) => {
          this.#released = resolve
        })
        this.#released = undefined
        continue
      }
      const next = this.#earliest()
      if (!exceeded && (next === undefined || next.dueMs > limits.limitMs)) {
        exceeded = true
        limits.exceeded(next === undefined ? 'idle' : 'time')
      } else if (next === undefined) {
        throw new Error('the simulated contact does not end: nothing is left that could happen')
      } else {
        this.#pending.delete(next)
        this.#nowMs = Math.max(this.#nowMs, next.dueMs)
        next.run()
      }
    }
  }

  /** Timers fire in the order of their due time, then of their birth. */
  #earliest(): Pending | undefined {
    let earliest: Pending | undefined
    for (const pending of this.#pending) if (!earliest || pending.dueMs < earliest.dueMs) earliest = pending
    return earliest
  }
}

/**
 * All that can go on without time has gone on. The engine gives up its turn every 200 blocks, and ends a run of 1000 that
 * wait for nothing (simulate.ts); outside work that takes longer is held.
 */
async function everythingDone(): Promise<void> {
  for (let turn = 0; turn < turnsUntilDone; turn++) await nextTurn()
}

const turnsUntilDone = 8

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
