// Time of a simulated contact: it stands still while anything is being done or waited for outside (a person types), and
// otherwise jumps to whatever falls due next. An hour in a queue takes as long as its blocks do.
import { HandClock } from './hand-clock.ts'

export interface DriveLimits {
  /** Simulated time from the start; when the next timer is due later, `exceeded` is called, once. */
  limitMs: number
  /** Out of time, or nothing is left that could happen. It must make the driven promise settle. */
  exceeded(why: 'time' | 'idle'): void
}

export class SimulatedClock extends HandClock {
  #held = 0
  #released: (() => void) | undefined

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
      const dueMs = this.nextDueMs
      if (!exceeded && (dueMs === undefined || dueMs > limits.limitMs)) {
        exceeded = true
        limits.exceeded(dueMs === undefined ? 'idle' : 'time')
      } else if (dueMs === undefined) {
        throw new Error('the simulated contact does not end: nothing is left that could happen')
      } else {
        this.fireNext()
      }
    }
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
