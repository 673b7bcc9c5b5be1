// A clock that jumps from one due time to the next, for simulated days: nothing waits, and no promise gets a turn.
import type { Clock, Timer } from '../../../daemon/clock.ts'
import { type HeapMember, IndexedHeap } from '../../../daemon/routing/indexed-heap.ts'

interface Pending extends HeapMember {
  dueMs: number
  birth: number
  run: () => void
}

export class SimClock implements Clock {
  readonly #startEpochMs: number
  readonly #pending = new IndexedHeap<Pending>(earlier)
  #nowMs = 0
  #births = 0

  constructor(startEpochMs = Date.UTC(2026, 0, 5)) {
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

  runUntil(untilMs: number): void {
    for (let next = this.#pending.peek(); next && next.dueMs <= untilMs; next = this.#pending.peek()) {
      this.#pending.remove(next)
      this.#nowMs = next.dueMs
      next.run()
    }
    this.#nowMs = untilMs
  }
}

function earlier(a: Pending, b: Pending): boolean {
  return a.dueMs === b.dueMs ? a.birth < b.birth : a.dueMs < b.dueMs
}
