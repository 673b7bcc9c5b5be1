// A clock whose hands the test turns. Timers fire in order of their due time, then of their birth.
import type { Clock, Timer } from '../../daemon/clock.ts'

interface Pending {
  dueMs: number
  run: () => void
}

export class MockClock implements Clock {
  #nowMs = 0
  readonly #startEpochMs: number
  readonly #pending = new Set<Pending>()

  constructor(startEpochMs = Date.UTC(2026, 0, 5, 10, 0, 0)) {
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

  /** Advances by `ms`, firing what falls due; promises get their turn between two timers. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await settle()
    for (;;) {
      let next: Pending | undefined
      for (const pending of this.#pending)
        if (pending.dueMs <= untilMs && (!next || pending.dueMs < next.dueMs)) next = pending
      if (!next) break
      this.#pending.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.run()
      await settle()
    }
    this.#nowMs = untilMs
  }
}

/** Lets every promise that is already settled run its continuations. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
}
