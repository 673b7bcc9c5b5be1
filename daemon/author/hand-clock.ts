// A clock whose hands are turned by whoever has it. Timers fire in the order of their due time, then of their birth.
import type { Clock, Timer } from '../clock.ts'
import { type HeapMember, IndexedHeap } from '../routing/indexed-heap.ts'

interface Pending extends HeapMember {
  dueMs: number
  birth: number
  run: () => void
}

export class HandClock implements Clock {
  readonly #startEpochMs: number
  readonly #pending = new IndexedHeap<Pending>(isEarlier)
  #nowMs = 0
  #births = 0

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
    const pending: Pending = { dueMs: this.#nowMs + Math.max(0, delayMs), birth: this.#births++, run, heapIndex: -1 }
    this.#pending.push(pending)
    return { cancel: () => void this.#pending.remove(pending) }
  }

  get liveTimers(): number {
    return this.#pending.size
  }

  /** Of the timer that fires next, on the monotonic scale. */
  get nextDueMs(): number | undefined {
    return this.#pending.peek()?.dueMs
  }

  /** Turns the hands to this time, unless they are past it; nothing fires. */
  turnTo(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs)
  }

  /** Turns the hands to the next timer and fires it, if there is one. */
  fireNext(): void {
    const next = this.#pending.peek()
    if (!next) return
    this.#pending.remove(next)
    this.turnTo(next.dueMs)
    next.run()
  }
}

function isEarlier(one: Pending, other: Pending): boolean {
  return one.dueMs === other.dueMs ? one.birth < other.birth : one.dueMs < other.dueMs
}
