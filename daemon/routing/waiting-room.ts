// Puts contacts into the lanes of their queue and takes them out. A contact whose delay in a lane is not over yet is
// kept apart, and one timer for the next delay that ends brings it in.
import type { Clock, Timer } from '../clock.ts'
import { IndexedHeap } from './indexed-heap.ts'
import { type Entry, goesBefore, type Place, type ProfileTable } from './tables.ts'

/** Sums of fractions of milliseconds are not exact: without this the timer could find nothing due for ever. */
const timerSlackMs = 0.001

export class WaitingRoom {
  readonly #clock: Clock
  readonly #onRipened: (concerned: ReadonlySet<ProfileTable>) => void
  /** Of all lanes; the next to ripen on top. */
  readonly #unripe = new IndexedHeap<Place>(ripensBefore)
  #ripening: { timer: Timer; atMs: number } | undefined

  /** `onRipened` gets the profiles that may have a contact for their agents now. */
  constructor(clock: Clock, onRipened: (concerned: ReadonlySet<ProfileTable>) => void) {
    this.#clock = clock
    this.#onRipened = onRipened
  }

  /** Again at the place it had, when it was here before. */
  enter(entry: Entry): void {
    const ripeUntilMs = this.#clock.monotonicMs() + timerSlackMs
    for (const place of entry.places) (place.ripeAtMs <= ripeUntilMs ? place.lane.ripe : this.#unripe).push(place)
    this.#armRipening()
  }

  leave(entry: Entry): void {
    for (const place of entry.places) if (!place.lane.ripe.remove(place)) this.#unripe.remove(place)
    if (this.#unripe.size === 0) this.close()
  }

  /** Cancels the timer. */
  close(): void {
    this.#ripening?.timer.cancel()
    this.#ripening = undefined
  }

  /** The timer may be set for a place that has left since: then it is just set again. */
  #armRipening(): void {
    const next = this.#unripe.peek()
    if (!next || (this.#ripening && this.#ripening.atMs <= next.ripeAtMs)) return
    this.#ripening?.timer.cancel()
    const timer = this.#clock.after(next.ripeAtMs - this.#clock.monotonicMs(), () => this.#ripen())
    this.#ripening = { timer, atMs: next.ripeAtMs }
  }

  /** All that is due, before anyone chooses: which lane ripened first must not decide who is served first. */
  #ripen(): void {
    this.#ripening = undefined
    const ripeUntilMs = this.#clock.monotonicMs() + timerSlackMs
    const concerned = new Set<ProfileTable>()
    for (let place = this.#unripe.peek(); place && place.ripeAtMs <= ripeUntilMs; place = this.#unripe.peek()) {
      this.#unripe.remove(place)
      place.lane.ripe.push(place)
      for (const profile of place.lane.queue.profiles) concerned.add(profile)
    }
    this.#armRipening()
    this.#onRipened(concerned)
  }
}

function ripensBefore(a: Place, b: Place): boolean {
  if (a.ripeAtMs !== b.ripeAtMs) return a.ripeAtMs < b.ripeAtMs
  if (a.entry !== b.entry) return goesBefore(a.entry, b.entry)
  return a.lane.delayMs < b.lane.delayMs
}
