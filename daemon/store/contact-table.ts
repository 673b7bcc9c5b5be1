// The table of contact records and its prepared statements. Each call is one statement; faults of SQLite come through.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ContactRecord } from '../contact/contact-record.ts'
import { readRecord } from './record-schema.ts'

export const defaultListLimit = 100
export const maximumListLimit = 1_000

/** All that is said must hold. */
export interface ContactQuery {
  /** Of the customer or the box; digits anywhere in it. */
  number?: string
  agent?: string
  queue?: string
  reason?: string
  channel?: string
  /** As in the record, e.g. `CALLBACK`. */
  method?: string
  fromMs?: number
  toMs?: number
  limit: number
}

function conditionsOf({ number, agent, queue, reason, channel, method, fromMs, toMs }: ContactQuery) {
  const all: [string, (string | number | undefined)[]][] = [
    ['initiated_ms >= ?', [fromMs]],
    ['initiated_ms < ?', [toMs]],
    ['agent = ?', [agent]],
    ['queue = ?', [queue]],
    ['reason = ?', [reason]],
    ['channel = ?', [channel]],
    ['method = ?', [method]],
    ['(instr(customer, ?) > 0 OR instr(box, ?) > 0)', [number, number]],
  ]
  const asked = all.filter(([, values]) => values[0] !== undefined)
  return {
    conditions: asked.map(([condition]) => condition),
    values: asked.flatMap(([, values]) => values.filter((value) => value !== undefined)),
  }
}

/** More contacts than the box can have at once. */
const maximumUnfinished = 10_000

export class ContactTable {
  readonly #database: DatabaseSync
  readonly #onUnreadable: (contactId: string, fault: string) => void
  readonly #upsert: StatementSync
  readonly #find: StatementSync
  readonly #listAll: StatementSync
  readonly #listBeforeTime: StatementSync
  readonly #listBeforeContact: StatementSync
  readonly #unfinished: StatementSync
  readonly #count: StatementSync
  readonly #noteAlive: StatementSync

  /** `onUnreadable` hears of each row that does not hold a contact record; such rows are left out and left alone. */
  constructor(database: DatabaseSync, onUnreadable: (contactId: string, fault: string) => void) {
    this.#database = database
    this.#onUnreadable = onUnreadable
    this.#upsert = database.prepare(
      `INSERT INTO contacts (contact_id, initiated_ms, finished, record) VALUES (?, ?, ?, ?)
       ON CONFLICT (contact_id) DO UPDATE
       SET initiated_ms = excluded.initiated_ms, finished = excluded.finished, record = excluded.record`,
    )
    const select = 'SELECT contact_id, record FROM contacts'
    const newestFirst = 'ORDER BY initiated_ms DESC, row DESC LIMIT ?'
    this.#find = database.prepare(`${select} WHERE contact_id = ?`)
    this.#listAll = database.prepare(`${select} ${newestFirst}`)
    this.#listBeforeTime = database.prepare(`${select} WHERE initiated_ms < ? ${newestFirst}`)
    this.#listBeforeContact = database.prepare(
      `${select} WHERE (initiated_ms, row) < (SELECT initiated_ms, row FROM contacts WHERE contact_id = ?) ${newestFirst}`,
    )
    this.#unfinished = database.prepare(`${select} WHERE finished = 0 ORDER BY initiated_ms LIMIT ${maximumUnfinished}`)
    this.#noteAlive = database.prepare('INSERT OR REPLACE INTO alive (only, epoch_ms) VALUES (1, ?)')
    this.#count = database.prepare('SELECT count(*) AS contacts FROM contacts')
  }

  save(record: ContactRecord): void {
    const finished = record.DisconnectTimestamp === null ? 0 : 1
    this.#upsert.run(record.ContactId, Date.parse(record.InitiationTimestamp), finished, JSON.stringify(record))
  }

  find(contactId: string): ContactRecord | undefined {
    return this.#read([this.#find.get(contactId)])[0]
  }

  list(query: { limit?: number; before?: string } = {}): ContactRecord[] {
    const limit = Math.min(Math.max(0, Math.floor(query.limit ?? defaultListLimit)), maximumListLimit)
    if (query.before === undefined) return this.#read(this.#listAll.all(limit))
    // A contact id is anything else: ids are UUIDs, which never look like a date.
    const beforeMs = /^\d{4}-\d\d-\d\d/.test(query.before) ? Date.parse(query.before) : Number.NaN
    if (Number.isNaN(beforeMs)) return this.#read(this.#listBeforeContact.all(query.before, limit))
    return this.#read(this.#listBeforeTime.all(beforeMs, limit))
  }

  unfinished(): ContactRecord[] {
    return this.#read(this.#unfinished.all())
  }

  noteAlive(epochMs: number): void {
    this.#noteAlive.run(Math.round(epochMs))
  }

  /** What was noted last; 0: nothing was. */
  aliveUntilMs(): number {
    return Number(this.#database.prepare('SELECT epoch_ms FROM alive').get()?.epoch_ms ?? 0)
  }

  count(): number {
    return Number(this.#count.get()?.contacts)
  }

  /** Newest first. Looks through the index of what is searched by (contact-migrations.ts), then reads what it has found. */
  search(query: ContactQuery): ContactRecord[] {
    const { conditions, values } = conditionsOf(query)
    const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
    const found = `SELECT row FROM contacts INDEXED BY contacts_by_search ${where} ORDER BY initiated_ms DESC, row DESC LIMIT ?`
    const statement = `SELECT contact_id, record FROM contacts WHERE row IN (${found}) ORDER BY initiated_ms DESC, row DESC`
    return this.#read(this.#database.prepare(statement).all(...values, query.limit))
  }

  /** Deletes finished contacts begun before the moment, at most `limit`; returns how many. */
  forget(beforeEpochMs: number, limit: number): number {
    return Number(
      this.#database
        .prepare(
          `DELETE FROM contacts WHERE row IN
             (SELECT row FROM contacts WHERE initiated_ms < ? AND finished = 1 ORDER BY initiated_ms LIMIT ?)`,
        )
        .run(beforeEpochMs, limit).changes,
    )
  }

  close(): void {
    this.#database.close()
  }

  #read(rows: (Record<string, unknown> | undefined)[]): ContactRecord[] {
    const records: ContactRecord[] = []
    for (const row of rows) {
      if (!row) continue
      const read = readRecord(String(row.record))
      if ('record' in read) records.push(read.record)
      else this.#onUnreadable(String(row.contact_id), read.fault)
    }
    return records
  }
}
