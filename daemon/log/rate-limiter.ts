// Repeated lines are held back per key: so many in a window, the rest counted, and the count told when the window is
// over. It sets no timer: windows are closed by whatever line comes next, of any key, and by `close()`.
import type { Clock } from '../clock.ts'

export interface RateLimits {
  linesPerWindow: number
  windowMs: number
  /** Keys remembered at once; beyond, the oldest window is closed early. */
  maximumKeys: number
}

export const defaultRateLimits: RateLimits = { linesPerWindow: 20, windowMs: 10_000, maximumKeys: 1000 }

interface Window {
  startMs: number
  lines: number
  suppressed: number
  tell: (suppressed: number) => void
}

export class RateLimiter {
  readonly #clock: Clock
  readonly #limits: RateLimits
  /** In order of `startMs`: a window that is over leaves the map, and comes back at its end. */
  readonly #windows = new Map<string, Window>()
  #suppressed = 0

  constructor(clock: Clock, limits: RateLimits = defaultRateLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** Whether a line of this key may be written now. `tell` gets the count of those that might not, at most once. */
  allow(key: string, tell: (suppressed: number) => void): boolean {
    const nowMs = this.#clock.monotonicMs()
    this.#closeUntil(nowMs - this.#limits.windowMs)
    const window = this.#windows.get(key)
    if (window) {
      if (window.lines < this.#limits.linesPerWindow) {
        window.lines++
        return true
      }
      window.suppressed++
      this.#suppressed++
      return false
    }
    if (this.#windows.size >= this.#limits.maximumKeys) this.#closeOldest()
    this.#windows.set(key, { startMs: nowMs, lines: 1, suppressed: 0, tell })
    return true
  }

  /** Tells every count that has not been told. */
  close(): void {
    this.#closeUntil(Number.POSITIVE_INFINITY)
  }

  /** Lines held back since the start. */
  get suppressed(): number {
    return this.#suppressed
  }

  get keys(): number {
    return this.#windows.size
  }

  #closeUntil(startMs: number): void {
    for (const window of this.#windows.values()) {
      if (window.startMs > startMs) return
      this.#closeOldest()
    }
  }

  #closeOldest(): void {
    for (const [key, window] of this.#windows) {
      this.#windows.delete(key)
      if (window.suppressed > 0) window.tell(window.suppressed)
      return
    }
  }
}
