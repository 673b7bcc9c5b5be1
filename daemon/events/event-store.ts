// Events on disk, so that whoever missed some can be told again, and figures can be reckoned anew. Written in batches
// behind the emitters' backs: a disk that does not take them costs time to nobody, and beyond a bound the oldest events.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Clock, Timer } from '../clock.ts'
import { Counters } from '../counters.ts'
import { openOrReplaceDatabase } from '../database/database-file.ts'
import type { Faults } from '../health/faults.ts'
import type { Log } from '../log/log.ts'
import type { CentreEvent } from './events.ts'

const migrations: readonly string[] = [
  `CREATE TABLE events (sequence INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, event TEXT NOT NULL) STRICT;
   CREATE INDEX events_by_time ON events (at_ms);
   CREATE TABLE outlets (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL) STRICT;`,
]

const flushAfterMs = 250
const maximumUnsaved = 20_000
const retryAfterMs = 5_000

export interface EventStoreOptions {
  clock: Clock
  log: Log
  faults?: Pick<Faults, 'raise' | 'clear'>
}

export class EventStore {
  readonly #file: string
  readonly #of: EventStoreOptions
  readonly #counters = new Counters()
  #database: DatabaseSync
  #insert: StatementSync
  #unsaved: CentreEvent[] = []
  #timer: Timer | undefined
  #isFailing = false

  /** Throws when the place can't be written at all; a broken file is moved aside. */
  constructor(file: string, options: EventStoreOptions) {
    const { clock, log } = options
    this.#file = file
    this.#of = options
    this.#database = openOrReplaceDatabase(file, migrations, clock.epochMs(), (fault, aside) =>
      log.error({ err: fault, aside }, 'the database of events is broken; a new one is begun'),
    )
    this.#insert = this.#database.prepare('INSERT OR REPLACE INTO events VALUES (?, ?, ?)')
  }

  /** 0 before the first. */
  get lastSequence(): number {
    const row = this.#database.prepare('SELECT max(sequence) AS last FROM events').get()
    const outlet = this.#database.prepare('SELECT max(sequence) AS last FROM outlets').get()
    return Math.max(Number(row?.last ?? 0), Number(outlet?.last ?? 0), this.#unsaved.at(-1)?.sequence ?? 0)
  }

  add(event: CentreEvent): void {
    this.#unsaved.push(event)
    if (this.#unsaved.length > maximumUnsaved) {
      this.#unsaved.shift()
      this.#counters.count('lost')
    }
    this.#timer ??= this.#of.clock.after(this.#isFailing ? retryAfterMs : flushAfterMs, () => this.flush())
  }

  /** Events after the number, oldest first; those not on disk yet included. */
  after(sequence: number, limit: number): CentreEvent[] {
    this.flush()
    const rows = this.#database
      .prepare('SELECT event FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?')
      .all(sequence, limit)
    return rows.map((row) => JSON.parse(String(row.event)) as CentreEvent)
  }

  /** What an outlet has acknowledged; undefined: it is new. */
  acknowledged(outlet: string): number | undefined {
    const row = this.#database.prepare('SELECT sequence FROM outlets WHERE name = ?').get(outlet)
    return row === undefined ? undefined : Number(row.sequence)
  }

  acknowledge(outlet: string, sequence: number): void {
    this.#database.prepare('INSERT OR REPLACE INTO outlets VALUES (?, ?)').run(outlet, sequence)
  }

  /** Deletes what is older, but never the last: its number must not come again. Returns how many. */
  forget(beforeEpochMs: number, maximumEvents: number): number {
    const old = this.#database
      .prepare('DELETE FROM events WHERE at_ms < ? AND sequence < (SELECT max(sequence) FROM events)')
      .run(beforeEpochMs).changes
    const many = this.#database
      .prepare('DELETE FROM events WHERE sequence <= (SELECT max(sequence) FROM events) - ?')
      .run(maximumEvents).changes
    return Number(old) + Number(many)
  }

  /** Never throws: what can't be written is kept and tried again. */
  flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#unsaved.length === 0) return
    const batch = this.#unsaved
    try {
      this.#write(batch)
      this.#unsaved = []
      this.#counters.count('saved', batch.length)
      if (this.#isFailing) this.#of.faults?.clear('EVENTS-UNWRITABLE', this.#file)
      this.#isFailing = false
    } catch (fault) {
      this.#fail(fault)
    }
  }

  counters(): Record<string, number> {
    return { ...this.#counters.snapshot(), unsaved: this.#unsaved.length }
  }

  close(): void {
    this.flush()
    this.#timer?.cancel()
    if (this.#unsaved.length > 0) this.#of.log.error({ events: this.#unsaved.length }, 'events are lost')
    this.#database.close()
  }

  #write(batch: readonly CentreEvent[]): void {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const event of batch) this.#insert.run(event.sequence, event.atEpochMs, JSON.stringify(event))
      this.#database.exec('COMMIT')
    } catch (fault) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw fault
    }
  }

  #fail(fault: unknown): void {
    this.#counters.count('saveFailed')
    this.#isFailing = true
    const reason = fault instanceof Error ? fault.message : String(fault)
    this.#of.faults?.raise({
      code: 'EVENTS-UNWRITABLE',
      where: this.#file,
      message: `Events cannot be written (${reason}); the newest ${maximumUnsaved} are kept in memory.`,
      mend: 'Free space on the disk, or make it writable; nothing else is needed.',
    })
    this.#timer = this.#of.clock.after(retryAfterMs, () => this.flush())
  }
}
