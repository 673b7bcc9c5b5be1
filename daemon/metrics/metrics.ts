// The metrics service: follows the events, keeps figures by interval, answers reports and what flows ask of queues.
//
//   EventBus ─▶ Reckoner ─▶ Cells ──every few seconds──▶ MetricsStore ─▶ report, Prometheus, `cordboard metrics`
import type { Clock, Timer } from '../clock.ts'
import { Counters } from '../counters.ts'
import type { CentreEvent, EventBus } from '../events/events.ts'
import type { Faults } from '../health/faults.ts'
import type { Log } from '../log/log.ts'
import { Cells } from './cells.ts'
import type { ContactTrack } from './contact-track.ts'
import type { MetricsStore } from './metrics-store.ts'
import { Reckoner } from './reckoner.ts'
import { type ReportQuery, type ReportRow, report } from './report.ts'

export interface MetricsParts {
  store: MetricsStore
  /** Where they are kept, for the fault. */
  file: string
  bus: Pick<EventBus, 'on'>
  /** Events that were stored after a number: what a kill kept from being counted. */
  missed(after: number, limit: number): readonly CentreEvent[]
  clock: Clock
  log: Log
  faults?: Pick<Faults, 'raise' | 'clear'>
  /** 5 s when absent. */
  saveEveryMs?: number
}

const usualSaveEveryMs = 5_000
const missedAtOnce = 5_000

export class Metrics {
  readonly #of: MetricsParts
  readonly #cells = new Cells()
  readonly #reckoner: Reckoner
  readonly #counters = new Counters()
  readonly #stop: () => void
  #timer: Timer

  constructor(parts: MetricsParts) {
    this.#of = parts
    this.#reckoner = new Reckoner(this.#cells, parts.store.state())
    for (let events = this.#missed(); events.length > 0; events = this.#missed()) {
      for (const event of events) this.#reckoner.take(event)
      this.#counters.count('caughtUp', events.length)
    }
    this.#stop = parts.bus.on((event) => this.#reckoner.take(event))
    this.#timer = parts.clock.after(parts.saveEveryMs ?? usualSaveEveryMs, () => this.#saveAgain())
  }

  report(query: ReportQuery): ReportRow[] {
    this.#reckoner.settle(this.#of.clock.epochMs())
    this.save()
    const inRange = ({ atMs }: { atMs: number }) => atMs >= query.fromMs && atMs < query.toMs
    // Empty, unless the disk does not take them.
    const unsaved = [...this.#cells.values()].filter(inRange)
    return report([...this.#of.store.between(query.fromMs, query.toMs), ...unsaved], query)
  }

  /** Callbacks of the queue whose time has not come. */
  scheduled(queue: string): number {
    let scheduled = 0
    for (const { about, before } of this.#reckoner.contacts())
      if (before === 'scheduled' && about.queue === queue) scheduled++
    return scheduled
  }

  /** Contacts whose end was not told yet. */
  unfinished(): Iterable<ContactTrack> {
    return this.#reckoner.contacts()
  }

  counters(): Record<string, number> {
    return { ...this.#counters.snapshot(), unsavedCells: this.#cells.size, sequence: this.#reckoner.sequence }
  }

  /** Never throws: what can't be written stays in memory, and is written later. */
  save(): void {
    if (this.#cells.size === 0) return
    try {
      this.#of.store.save(this.#cells.values(), this.#reckoner.state())
      this.#cells.clear()
      this.#of.faults?.clear('METRICS-UNWRITABLE', this.#of.file)
    } catch (fault) {
      this.#counters.count('saveFailed')
      const reason = fault instanceof Error ? fault.message : String(fault)
      this.#of.faults?.raise({
        code: 'METRICS-UNWRITABLE',
        where: this.#of.file,
        message: `Figures cannot be written (${reason}); they are kept in memory.`,
        mend: 'Free space on the disk, or make it writable; nothing else is needed.',
      })
    }
  }

  close(): void {
    this.#stop()
    this.#timer.cancel()
    this.#reckoner.settle(this.#of.clock.epochMs())
    this.save()
    this.#of.store.close()
  }

  #missed(): readonly CentreEvent[] {
    return this.#of.missed(this.#reckoner.sequence, missedAtOnce)
  }

  #saveAgain(): void {
    this.save()
    this.#timer = this.#of.clock.after(this.#of.saveEveryMs ?? usualSaveEveryMs, () => this.#saveAgain())
  }
}
