// Figures on disk, by interval: history survives a power cut. The figures and the number of the last event in them are
// written together, so that after a kill events are neither missed nor counted twice.
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../clock.ts'
import { openOrReplaceDatabase } from '../database/database-file.ts'
import type { Log } from '../log/log.ts'
import { type Cell, mergeSums, type Sums } from './cells.ts'
import type { ReckonerState } from './reckoner.ts'

const migrations: readonly string[] = [
  `CREATE TABLE cells (
     at_ms INTEGER NOT NULL, queue TEXT NOT NULL, agent TEXT NOT NULL, routing_profile TEXT NOT NULL,
     channel TEXT NOT NULL, initiation_method TEXT NOT NULL, sums TEXT NOT NULL,
     PRIMARY KEY (at_ms, queue, agent, routing_profile, channel, initiation_method)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE reckoner (one INTEGER PRIMARY KEY CHECK (one = 1), state TEXT NOT NULL) STRICT;`,
  `CREATE TABLE cells_by_flow (
     at_ms INTEGER NOT NULL, queue TEXT NOT NULL, agent TEXT NOT NULL, routing_profile TEXT NOT NULL,
     channel TEXT NOT NULL, initiation_method TEXT NOT NULL, flow TEXT NOT NULL, sums TEXT NOT NULL,
     PRIMARY KEY (at_ms, queue, agent, routing_profile, channel, initiation_method, flow)
   ) STRICT, WITHOUT ROWID;
   INSERT INTO cells_by_flow
     SELECT at_ms, queue, agent, routing_profile, channel, initiation_method, '', sums FROM cells;
   DROP TABLE cells;
   ALTER TABLE cells_by_flow RENAME TO cells;`,
]
const key =
  'at_ms = ? AND queue = ? AND agent = ? AND routing_profile = ? AND channel = ? AND initiation_method = ? AND flow = ?'

export class MetricsStore {
  readonly #database: DatabaseSync

  /** Throws when the place can't be written at all. A broken file is moved aside: the events that are kept are reckoned anew. */
  constructor(file: string, { clock, log }: { clock: Clock; log: Log }) {
    this.#database = openOrReplaceDatabase(file, migrations, clock.epochMs(), (fault, aside) =>
      log.error({ err: fault, aside }, 'the database of figures is broken; a new one is begun'),
    )
  }

  state(): ReckonerState | undefined {
    const row = this.#database.prepare('SELECT state FROM reckoner').get()
    return row === undefined ? undefined : (JSON.parse(String(row.state)) as ReckonerState)
  }

  /** Adds the cells to those of before; all or nothing. */
  save(cells: Iterable<Cell>, state: ReckonerState): void {
    const find = this.#database.prepare(`SELECT sums FROM cells WHERE ${key}`)
    const write = this.#database.prepare('INSERT OR REPLACE INTO cells VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const cell of cells) {
        const of = [
          cell.atMs,
          cell.queue,
          cell.agent,
          cell.routingProfile,
          cell.channel,
          cell.initiationMethod,
          cell.flow,
        ] as const
        const before = find.get(...of)
        const sums = before === undefined ? {} : (JSON.parse(String(before.sums)) as Sums)
        mergeSums(sums, cell.sums)
        write.run(...of, JSON.stringify(sums))
      }
      this.#database.prepare('INSERT OR REPLACE INTO reckoner VALUES (1, ?)').run(JSON.stringify(state))
      this.#database.exec('COMMIT')
    } catch (fault) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw fault
    }
  }

  /** From a moment up to, but not including, another. */
  between(fromMs: number, toMs: number): Cell[] {
    return this.#database
      .prepare('SELECT * FROM cells WHERE at_ms >= ? AND at_ms < ?')
      .all(fromMs, toMs)
      .map((row) => ({
        atMs: Number(row.at_ms),
        queue: String(row.queue),
        agent: String(row.agent),
        routingProfile: String(row.routing_profile),
        channel: String(row.channel) as Cell['channel'],
        initiationMethod: String(row.initiation_method),
        flow: String(row.flow),
        sums: JSON.parse(String(row.sums)) as Sums,
      }))
  }

  /** Returns how many intervals' cells were deleted. */
  forget(beforeMs: number): number {
    return Number(this.#database.prepare('DELETE FROM cells WHERE at_ms < ?').run(beforeMs).changes)
  }

  close(): void {
    this.#database.close()
  }
}
