// Puts contacts into the lanes of their queue and takes them out. A contact whose delay in a lane is not over yet is
// kept apart, and one timer for the next delay that ends brings it in. Who may have a contact changes with the steps of
// its routing criteria: it then changes groups.
import type { Clock, Timer } from '../clock.ts'
import { admissionAt } from './criteria.ts'
import { IndexedHeap } from './indexed-heap.ts'
import { goesBefore } from './matching.ts'
import type { Entry, Place, QueueTable } from './tables.ts'

/** Sums of fractions of milliseconds are not exact: without this the timer could find nothing due for ever. */
const timerSlackMs = 0.001

export class WaitingRoom {
  readonly #clock: Clock
  readonly #onRipened: (concerned: ReadonlySet<QueueTable>) => void
  /** Of all lanes; the next to ripen on top. */
  readonly #unripe = new IndexedHeap<Place>(ripensBefore)
  #ripening: { timer: Timer; atMs: number } | undefined

  /** `onRipened` gets the queues that may have a contact for agents now. */
  constructor(clock: Clock, onRipened: (concerned: ReadonlySet<QueueTable>) => void) {
    this.#clock = clock
    this.#onRipened = onRipened
  }

  /** Again at the place it had, when it was here before. */
  enter(entry: Entry): void {
    const nowMs = this.#clock.monotonicMs()
    // Criteria are for standard queues only (flow language facts).
    const rules = entry.queue.owner === undefined ? entry.contact : {}
    const { admission, untilMs } = admissionAt(rules, nowMs - entry.enqueuedAtMs + timerSlackMs)
    entry.admission = admission
    if (untilMs !== undefined)
      entry.stepTimer = this.#clock.after(entry.enqueuedAtMs + untilMs - nowMs, () => this.#nextStep(entry))
    for (const place of entry.places)
      if (place.ripeAtMs <= nowMs + timerSlackMs) ripen(place)
      else this.#unripe.push(place)
    this.#armRipening()
  }

  leave(entry: Entry): void {
    entry.stepTimer?.cancel()
    delete entry.stepTimer
    for (const place of entry.places) if (!unripen(place)) this.#unripe.remove(place)
    if (this.#unripe.size === 0) this.close()
  }

  /** Cancels the timer of delays; those of steps go with their contacts. */
  close(): void {
    this.#ripening?.timer.cancel()
    this.#ripening = undefined
  }

  #nextStep(entry: Entry): void {
    this.leave(entry)
    this.enter(entry)
    this.#onRipened(new Set([entry.queue]))
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
    const concerned = new Set<QueueTable>()
    for (let place = this.#unripe.peek(); place && place.ripeAtMs <= ripeUntilMs; place = this.#unripe.peek()) {
      this.#unripe.remove(place)
      ripen(place)
      concerned.add(place.lane.queue)
    }
    this.#armRipening()
    this.#onRipened(concerned)
  }
}

function ripen(place: Place): void {
  const { groups } = place.lane
  const { admission } = place.entry
  let group = groups.get(admission.key)
  if (!group) {
    group = { admission, ripe: new IndexedHeap((a, b) => goesBefore(a.entry, b.entry)) }
    groups.set(admission.key, group)
  }
  group.ripe.push(place)
}

/** False when the place was not ripe. */
function unripen(place: Place): boolean {
  const { groups } = place.lane
  const { key } = place.entry.admission
  const group = groups.get(key)
  if (!group?.ripe.remove(place)) return false
  if (group.ripe.size === 0) groups.delete(key)
  return true
}

function ripensBefore(a: Place, b: Place): boolean {
  if (a.ripeAtMs !== b.ripeAtMs) return a.ripeAtMs < b.ripeAtMs
  if (a.entry !== b.entry) return goesBefore(a.entry, b.entry)
  return a.lane.delayMs < b.lane.delayMs
}

/** In the lanes that its queue has. */
export function placesOf(entry: Entry): Place[] {
  return entry.queue.lanes
    .filter((lane) => lane.channel === entry.contact.channel)
    .map((lane) => ({ entry, lane, ripeAtMs: entry.enqueuedAtMs + lane.delayMs, heapIndex: -1 }))
}
