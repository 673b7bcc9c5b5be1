// A clock for long simulated times: hands jump from timer to timer, and nothing waits for promises in between.
import type { Clock, Timer } from '../../daemon/clock.ts'

interface Due {
  atMs: number
  run: (() => void) | undefined
}

export class SimClock implements Clock {
  readonly #startEpochMs: number
  /** A binary heap by time. */
  readonly #heap: Due[] = []
  #nowMs = 0
  #live = 0

  constructor(startEpochMs: number) {
    this.#startEpochMs = startEpochMs
  }

  epochMs(): number {
    return Math.floor(this.#startEpochMs + this.#nowMs)
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  get liveTimers(): number {
    return this.#live
  }

  after(delayMs: number, run: () => void): Timer {
    const due: Due = { atMs: this.#nowMs + Math.max(0, delayMs), run }
    this.#push(due)
    this.#live++
    return {
      cancel: () => {
        if (!due.run) return
        due.run = undefined
        this.#live--
      },
    }
  }

  /** Runs what falls due until `isOver`, or until nothing is left. */
  runUntil(isOver: () => boolean): void {
    while (!isOver()) {
      const next = this.#pop()
      if (!next) return
      const { run } = next
      if (!run) continue
      next.run = undefined
      this.#live--
      this.#nowMs = next.atMs
      run()
    }
  }

  #push(due: Due): void {
    const heap = this.#heap
    let at = heap.push(due) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (heap[above]!.atMs <= due.atMs) break
      heap[at] = heap[above]!
      at = above
    }
    heap[at] = due
  }

  #pop(): Due | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (!first || !last || heap.length === 0) return first
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && heap[below + 1]!.atMs < heap[below]!.atMs) below++
      if (heap[below]!.atMs >= last.atMs) break
      heap[at] = heap[below]!
      at = below
    }
    heap[at] = last
    return first
  }
}
