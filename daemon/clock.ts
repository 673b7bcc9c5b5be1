// Time as the daemon sees it. Everything that waits takes a Clock, so that tests can turn the hands.

/** A timer that has not fired yet. Cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void
}

export interface Clock {
  /** Wall clock, milliseconds since 1970 UTC. Jumps when the system's clock is set: for records, never for intervals. */
  epochMs(): number
  /** Monotonic milliseconds from an arbitrary start: for intervals and deadlines. */
  monotonicMs(): number
  /** Runs `run` once, `delayMs` from now. A fault thrown by `run` is reported by the clock's owner, not lost. */
  after(delayMs: number, run: () => void): Timer
  /** Timers set and neither fired nor cancelled: the ledger of the tests, and a figure of `status`. */
  readonly liveTimers: number
}

/** The system's clock. */
export class SystemClock implements Clock {
  #live = 0

  epochMs(): number {
    return Date.now()
  }

  monotonicMs(): number {
    return performance.now()
  }

  after(delayMs: number, run: () => void): Timer {
    this.#live++
    let live = true
    const settle = () => {
      if (!live) return false
      live = false
      this.#live--
      return true
    }
    // As an argument: a long task is named by what it runs (health/long-tasks.ts).
    const handle = setTimeout(
      (todo: () => void) => {
        if (settle()) todo()
      },
      delayMs,
      run,
    )
    return {
      cancel: () => {
        if (settle()) clearTimeout(handle)
      },
    }
  }

  get liveTimers(): number {
    return this.#live
  }
}
