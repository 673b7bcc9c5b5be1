// When the next tick is due: deadlines are accumulated from a monotonic clock, so that lateness never adds up. A short
// lateness is caught up; a long one skips what can't be mended any more instead of sending a burst of old frames.
import { frameMs } from '../media/port.ts'

/** Later than this, ticks are skipped: a burst of more frames only fills the far end's buffer. */
const catchUpMs = 3 * frameMs

export interface TickDue {
  /** How late the tick is. */
  lateMs: number
  /** Ticks left out before it. */
  skipped: number
}

export class TickSchedule {
  ticks = 0
  /** Ticks that began more than a frame late. */
  lateTicks = 0
  skippedTicks = 0
  worstLatenessMs = 0
  #nextMs: number
  readonly #due: TickDue = { lateMs: 0, skipped: 0 }

  constructor(startMs: number) {
    this.#nextMs = startMs + frameMs
  }

  get nextMs(): number {
    return this.#nextMs
  }

  /** The tick to be done now, or undefined when it is not yet time. The object is reused by the next call. */
  take(nowMs: number): TickDue | undefined {
    const lateMs = nowMs - this.#nextMs
    if (lateMs < 0) return undefined
    this.ticks++
    if (lateMs > this.worstLatenessMs) this.worstLatenessMs = lateMs
    if (lateMs > frameMs) this.lateTicks++
    const skipped = lateMs > catchUpMs ? Math.floor(lateMs / frameMs) : 0
    this.skippedTicks += skipped
    this.#nextMs += (skipped + 1) * frameMs
    this.#due.lateMs = lateMs
    this.#due.skipped = skipped
    return this.#due
  }
}
