// Sends events out of the box, at least once and in order, from the last one acknowledged: after an outage, after a
// restart. A receiver that takes nothing is tried less and less often; how much waits is bounded by the event store.
import type { Clock, Timer } from '../clock.ts'
import { Counters } from '../counters.ts'
import type { Faults } from '../health/faults.ts'
import type { Log } from '../log/log.ts'
import type { EventStore } from './event-store.ts'
import type { CentreEvent, EventBus } from './events.ts'

export interface Receiver {
  /** Where to, without secrets: for the log and the faults. */
  readonly place: string
  /** Resolves when the receiver has taken all of them; rejects with the reason why not. */
  send(events: readonly CentreEvent[]): Promise<void>
  close?(): Promise<void>
}

export interface OutletOptions {
  /** What is acknowledged is kept under this name. */
  name: string
  receiver: Receiver
  store: Pick<EventStore, 'after' | 'acknowledged' | 'acknowledge'>
  bus: Pick<EventBus, 'on' | 'lastSequence'>
  clock: Clock
  log: Log
  faults?: Pick<Faults, 'raise' | 'clear'>
}

const batchEvents = 200
/** Events of one moment go together. */
const gatherMs = 100
const firstRetryMs = 1_000
const longestRetryMs = 60_000

export class Outlet {
  readonly #of: OutletOptions
  readonly #counters = new Counters()
  readonly #stopListening: () => void
  #acknowledged: number
  #timer: Timer | undefined
  #sending: Promise<void> | undefined
  #failures = 0
  #closed = false

  /** A new outlet begins with the events from now on. */
  constructor(options: OutletOptions) {
    this.#of = options
    this.#acknowledged = options.store.acknowledged(options.name) ?? options.bus.lastSequence
    this.#stopListening = options.bus.on(() => this.#wake(gatherMs))
    this.#wake(0)
  }

  counters(): Record<string, number> {
    const behind = Math.max(0, this.#of.bus.lastSequence - this.#acknowledged)
    return { ...this.#counters.snapshot(), acknowledged: this.#acknowledged, behind }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#stopListening()
    this.#timer?.cancel()
    await this.#sending
    await this.#of.receiver.close?.()
  }

  #wake(afterMs: number): void {
    if (this.#closed || this.#timer || this.#sending) return
    this.#timer = this.#of.clock.after(afterMs, () => {
      this.#timer = undefined
      this.#sending = this.#sendAll().then((again) => {
        this.#sending = undefined
        if (again !== undefined) this.#wake(again)
      })
    })
  }

  /** Milliseconds until the next attempt; undefined: all is told. Never rejects. */
  async #sendAll(): Promise<number | undefined> {
    try {
      while (!this.#closed) {
        const events = this.#of.store.after(this.#acknowledged, batchEvents)
        const last = events.at(-1)
        if (!last) return undefined
        this.#noteGap(events[0]!.sequence)
        await this.#of.receiver.send(events)
        this.#acknowledged = last.sequence
        this.#of.store.acknowledge(this.#of.name, last.sequence)
        this.#counters.count('sent', events.length)
        if (this.#failures > 0) this.#of.faults?.clear('EVENTS-NOT-SENT', this.#of.receiver.place)
        this.#failures = 0
      }
      return undefined
    } catch (fault) {
      return this.#failed(fault)
    }
  }

  /** Events that were given up while the receiver was away: told, not hidden. */
  #noteGap(first: number): void {
    const missing = first - this.#acknowledged - 1
    if (missing <= 0) return
    this.#counters.count('skipped', missing)
    this.#of.log.warn({ place: this.#of.receiver.place, missing }, 'events are no longer kept, and not sent')
  }

  #failed(fault: unknown): number {
    this.#failures++
    this.#counters.count('failed')
    const reason = fault instanceof Error ? fault.message : String(fault)
    const { place } = this.#of.receiver
    const isNew = this.#of.faults?.raise({
      code: 'EVENTS-NOT-SENT',
      where: place,
      message: `Events are not taken (${reason}). They are kept, and sent when they are.`,
      mend: 'See that the receiver runs and can be reached from this box.',
    })
    if (isNew ?? this.#failures === 1) this.#of.log.warn({ place, reason }, 'events are not taken')
    return Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(this.#failures - 1, 10))
  }
}
