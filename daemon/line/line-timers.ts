// The timers of one line, by name: set again, one takes the place of the one before.
import type { Clock, Timer } from '../clock.ts'
import type { LineTimer } from './line-states.ts'

export class LineTimers {
  readonly #clock: Clock
  readonly #fired: (timer: LineTimer) => void
  readonly #running = new Map<LineTimer, Timer>()

  constructor(clock: Clock, fired: (timer: LineTimer) => void) {
    this.#clock = clock
    this.#fired = fired
  }

  set(timer: LineTimer, ms: number): void {
    this.#running.get(timer)?.cancel()
    const running = this.#clock.after(ms, () => {
      this.#running.delete(timer)
      this.#fired(timer)
    })
    this.#running.set(timer, running)
  }

  cancel(timer: LineTimer): void {
    this.#running.get(timer)?.cancel()
    this.#running.delete(timer)
  }

  cancelAll(): void {
    for (const running of this.#running.values()) running.cancel()
    this.#running.clear()
  }
}
