// A clock whose hands are turned by whoever has it. Timers fire in the order of their due time, then of their birth.
import type { Clock, Timer } from '../clock.ts'

interface Pending {
  dueMs: number
  run: () => void
}

export class HandClock implements Clock {
  readonly #startEpochMs: number
  readonly #pending = new Set<Pending>()
  #nowMs = 0

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

  /** Of the timer that fires next, on the monotonic scale. */
  get nextDueMs(): number | undefined {
    return this.#earliest()?.dueMs
  }

  /** Turns the hands to this time, unless they are past it; nothing fires. */
  turnTo(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs)
  }

  /** Turns the hands to the next timer and fires it, if there is one. */
  fireNext(): void {
    const next = this.#earliest()
    if (!next) return
    this.#pending.delete(next)
    this.turnTo(next.dueMs)
    next.run()
  }

  #earliest(): Pending | undefined {
    let earliest: Pending | undefined
    for (const pending of this.#pending) if (!earliest || pending.dueMs < earliest.dueMs) earliest = pending
    return earliest
  }
}
