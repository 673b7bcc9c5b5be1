// How fast each queue moves, for the wait a caller may expect: the time from one contact's leaving to the next one's, as
// long as somebody waits. Whoever leaves counts, to an agent or for good: both bring the others forward.
import type { Clock } from '../clock.ts'

/** The latest of them count, and none that is older. */
const rememberedGaps = 20
const oldestMs = 30 * 60_000

interface Movement {
  /** Since when somebody has waited, or since the last one left. */
  sinceMs: number
  gaps: { endedMs: number; lengthMs: number }[]
}

export class Departures {
  readonly #clock: Clock
  readonly #byQueue = new Map<string, Movement>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `waiting`: with the one who came. */
  came(queue: string, waiting: number): void {
    if (waiting > 1) return
    this.#byQueue.set(queue, { gaps: [], ...this.#byQueue.get(queue), sinceMs: this.#clock.monotonicMs() })
  }

  left(queue: string): void {
    const movement = this.#byQueue.get(queue)
    if (!movement) return
    const endedMs = this.#clock.monotonicMs()
    movement.gaps.push({ endedMs, lengthMs: endedMs - movement.sinceMs })
    if (movement.gaps.length > rememberedGaps) movement.gaps.shift()
    movement.sinceMs = endedMs
  }

  /**
   * Seconds until the one at this place leaves; undefined: the queue has not moved lately. `isWaiting`: somebody waits, so
   * that the time since the last one left counts, too, once it is longer than usual.
   */
  estimatedWaitS(queue: string, place: number, isWaiting: boolean): number | undefined {
    const nowMs = this.#clock.monotonicMs()
    const { gaps = [], sinceMs = nowMs } = this.#byQueue.get(queue) ?? {}
    const lengths = gaps.filter(({ endedMs }) => endedMs >= nowMs - oldestMs).map(({ lengthMs }) => lengthMs)
    if (lengths.length === 0) return undefined
    const usualMs = mean(lengths)
    const meanMs = isWaiting ? Math.max(usualMs, mean([...lengths, nowMs - sinceMs])) : usualMs
    return Math.round((place * meanMs) / 1000)
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
