// What is known of campaigns over a restart: whether they run, whom they call, every attempt and what became of it. An
// attempt is written down before anything is dialled: a daemon that is killed calls nobody twice.
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../clock.ts'
import { openOrReplaceDatabase } from '../database/database-file.ts'
import type { Log } from '../log/log.ts'
import type { ListedContact } from './contact-list.ts'
import type { Outcome } from './outcomes.ts'

export type CampaignState = 'created' | 'running' | 'paused' | 'stopped'

export interface DueContact {
  id: number
  number: string
  timeZone: string | undefined
  hours: string | undefined
  attributes: Record<string, string>
  attempts: number
}

export interface CampaignFigures {
  /** Contacts by where they stand. */
  waiting: number
  calling: number
  done: number
  /** Of those done: on the do-not-call list before they were called. */
  blocked: number
  attempts: number
  /** People who answered and wanted an agent, and those of them who found none in time. */
  live: number
  abandoned: number
  /** Attempts by what became of them. */
  outcomes: Record<string, number>
}

export interface AttemptEnd {
  outcome: Outcome
  nowMs: number
  /** Tried again then; undefined: the contact is done. */
  nextMs: number | undefined
  live: boolean
  contactId: string | undefined
}

export interface AttemptRow {
  number: string
  at: string
  ended: string | null
  outcome: string | null
  contactId: string | null
}

const migrations: readonly string[] = [
  `CREATE TABLE campaigns (name TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT;
   CREATE TABLE contacts (
     id INTEGER PRIMARY KEY,
     campaign TEXT NOT NULL,
     number TEXT NOT NULL,
     time_zone TEXT,
     hours TEXT,
     attributes TEXT NOT NULL,
     state TEXT NOT NULL,
     attempts INTEGER NOT NULL DEFAULT 0,
     next_ms INTEGER NOT NULL,
     outcome TEXT,
     UNIQUE (campaign, number)
   ) STRICT;
   CREATE INDEX contacts_due ON contacts (campaign, state, next_ms, id);
   CREATE INDEX contacts_by_number ON contacts (number, state);
   CREATE TABLE attempts (
     id INTEGER PRIMARY KEY,
     contact INTEGER NOT NULL REFERENCES contacts (id),
     campaign TEXT NOT NULL,
     number TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     ended_ms INTEGER,
     outcome TEXT,
     contact_id TEXT,
     live INTEGER NOT NULL DEFAULT 0,
     abandoned INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE INDEX attempts_by_number ON attempts (number, at_ms);
   CREATE INDEX attempts_by_campaign ON attempts (campaign, outcome);
   CREATE INDEX attempts_open ON attempts (contact) WHERE ended_ms IS NULL;`,
]

const dayMs = 24 * 3600_000

export class CampaignStore {
  readonly #database: DatabaseSync
  readonly #prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>()

  readonly #onCommit: () => void
  #isInTransaction = false

  /** What is written survives a kill at once, and a power cut when who is told of each commit has synced it. */
  constructor(file: string, of: { clock: Clock; log: Log; onCommit?: () => void }) {
    this.#onCommit = of.onCommit ?? (() => undefined)
    const replaced = (fault: unknown, aside: string) =>
      of.log.error({ file, aside, err: fault }, 'the campaigns could not be read; they begin anew, without contacts')
    this.#database = openOrReplaceDatabase(file, migrations, of.clock.epochMs(), replaced, 'behind')
  }

  close(): void {
    this.#database.close()
  }

  state(campaign: string): CampaignState {
    const row = this.#get('SELECT state FROM campaigns WHERE name = ?', campaign)
    return (row?.state as CampaignState | undefined) ?? 'created'
  }

  setState(campaign: string, state: CampaignState): void {
    this.#run(
      'INSERT INTO campaigns (name, state) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET state = excluded.state',
      campaign,
      state,
    )
  }

  /** How many were new: a number is in a campaign once. */
  add(campaign: string, contacts: readonly ListedContact[], nowMs: number): number {
    let added = 0
    this.#transaction(() => {
      for (const { number, timeZone, hours, attributes } of contacts) {
        const result = this.#run(
          `INSERT INTO contacts (campaign, number, time_zone, hours, attributes, state, next_ms)
           VALUES (?, ?, ?, ?, ?, 'waiting', ?) ON CONFLICT DO NOTHING`,
          campaign,
          number,
          timeZone ?? null,
          hours ?? null,
          JSON.stringify(attributes),
          nowMs,
        )
        added += Number(result.changes)
      }
    })
    return added
  }

  /** Those whose time has come, first the one that has waited longest. */
  due(campaign: string, nowMs: number, limit: number): DueContact[] {
    return this.#all(
      `SELECT id, number, time_zone, hours, attributes, attempts FROM contacts
       WHERE campaign = ? AND state = 'waiting' AND next_ms <= ? ORDER BY next_ms, id LIMIT ?`,
      campaign,
      nowMs,
      limit,
    ).map((row) => ({
      id: Number(row.id),
      number: String(row.number),
      timeZone: row.time_zone === null ? undefined : String(row.time_zone),
      hours: row.hours === null ? undefined : String(row.hours),
      attributes: JSON.parse(String(row.attributes)),
      attempts: Number(row.attempts),
    }))
  }

  /** When the next one's time comes; undefined: nobody waits. */
  nextDueMs(campaign: string): number | undefined {
    const row = this.#get(`SELECT min(next_ms) AS at FROM contacts WHERE campaign = ? AND state = 'waiting'`, campaign)
    return typeof row?.at === 'number' ? row.at : undefined
  }

  /** Of the number, in all campaigns, within 24 hours: the oldest first. */
  attemptsOfDay(number: string, nowMs: number): number[] {
    return this.#all(
      'SELECT at_ms FROM attempts WHERE number = ? AND at_ms > ? ORDER BY at_ms',
      number,
      nowMs - dayMs,
    ).map(({ at_ms }) => Number(at_ms))
  }

  /** Another campaign calls the number, or talks with it. */
  isCalled(number: string): boolean {
    return this.#get(`SELECT 1 FROM contacts WHERE number = ? AND state = 'calling'`, number) !== undefined
  }

  /** Somebody of this number has said not to be called again. */
  isRefused(number: string): boolean {
    return this.#get(`SELECT 1 FROM contacts WHERE number = ? AND outcome = 'doNotCall'`, number) !== undefined
  }

  defer(contact: number, untilMs: number): void {
    this.#run('UPDATE contacts SET next_ms = ? WHERE id = ?', untilMs, contact)
  }

  finish(contact: number, outcome: Outcome): void {
    this.#run(`UPDATE contacts SET state = 'done', outcome = ? WHERE id = ?`, outcome, contact)
  }

  /** Before the call is placed. */
  begin(campaign: string, { id, number }: DueContact, nowMs: number): number {
    return this.#transaction(() => {
      this.#run(`UPDATE contacts SET state = 'calling', attempts = attempts + 1 WHERE id = ?`, id)
      const { lastInsertRowid } = this.#run(
        'INSERT INTO attempts (contact, campaign, number, at_ms) VALUES (?, ?, ?, ?)',
        id,
        campaign,
        number,
        nowMs,
      )
      return Number(lastInsertRowid)
    })
  }

  /** Nothing was dialled after all. */
  undo(attempt: number, contact: number, nextMs: number): void {
    this.#transaction(() => {
      this.#run('DELETE FROM attempts WHERE id = ?', attempt)
      this.#run(
        `UPDATE contacts SET state = 'waiting', attempts = attempts - 1, next_ms = ? WHERE id = ?`,
        nextMs,
        contact,
      )
    })
  }

  /** At once: it counts, whatever becomes of the daemon. */
  abandoned(attempt: number): void {
    this.#run('UPDATE attempts SET live = 1, abandoned = 1 WHERE id = ?', attempt)
  }

  end(attempt: number, contact: number, of: AttemptEnd): void {
    const { outcome, nowMs, nextMs, live, contactId } = of
    this.#transaction(() => {
      this.#run(
        'UPDATE attempts SET ended_ms = ?, outcome = ?, live = max(live, ?), contact_id = ? WHERE id = ?',
        nowMs,
        outcome,
        live ? 1 : 0,
        contactId ?? null,
        attempt,
      )
      this.#run(
        'UPDATE contacts SET state = ?, outcome = ?, next_ms = coalesce(?, next_ms) WHERE id = ?',
        nextMs === undefined ? 'done' : 'waiting',
        outcome,
        nextMs ?? null,
        contact,
      )
    })
  }

  /**
   * Calls that were going on when the daemon died: nobody knows whether they were heard, so those contacts are done.
   * How many there were.
   */
  closeInterrupted(nowMs: number): number {
    return this.#transaction(() => {
      this.#run(`UPDATE attempts SET ended_ms = ?, outcome = 'interrupted' WHERE ended_ms IS NULL`, nowMs)
      const done = this.#run(`UPDATE contacts SET state = 'done', outcome = 'interrupted' WHERE state = 'calling'`)
      return Number(done.changes)
    })
  }

  figures(campaign: string): CampaignFigures {
    const states = new Map(
      this.#all('SELECT state, count(*) AS n FROM contacts WHERE campaign = ? GROUP BY state', campaign).map((row) => [
        row.state,
        Number(row.n),
      ]),
    )
    const sums = this.#get(
      `SELECT count(*) AS attempts, coalesce(sum(live), 0) AS live, coalesce(sum(abandoned), 0) AS abandoned
       FROM attempts WHERE campaign = ?`,
      campaign,
    )
    const blocked = this.#get(
      `SELECT count(*) AS n FROM contacts
       WHERE campaign = ? AND state = 'done' AND outcome = 'doNotCall' AND attempts = 0`,
      campaign,
    )
    const outcomes = this.#all(
      `SELECT outcome, count(*) AS n FROM attempts WHERE campaign = ? AND outcome IS NOT NULL GROUP BY outcome
       ORDER BY outcome`,
      campaign,
    )
    return {
      waiting: states.get('waiting') ?? 0,
      calling: states.get('calling') ?? 0,
      done: states.get('done') ?? 0,
      blocked: Number(blocked?.n ?? 0),
      attempts: Number(sums?.attempts ?? 0),
      live: Number(sums?.live ?? 0),
      abandoned: Number(sums?.abandoned ?? 0),
      outcomes: Object.fromEntries(outcomes.map(({ outcome, n }) => [String(outcome), Number(n)])),
    }
  }

  /** Newest first. */
  attempts(campaign: string, limit: number): AttemptRow[] {
    return this.#all(
      'SELECT number, at_ms, ended_ms, outcome, contact_id FROM attempts WHERE campaign = ? ORDER BY id DESC LIMIT ?',
      campaign,
      limit,
    ).map((row) => ({
      number: String(row.number),
      at: new Date(Number(row.at_ms)).toISOString(),
      ended: row.ended_ms === null ? null : new Date(Number(row.ended_ms)).toISOString(),
      outcome: row.outcome === null ? null : String(row.outcome),
      contactId: row.contact_id === null ? null : String(row.contact_id),
    }))
  }

  #transaction<Result>(work: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE')
    this.#isInTransaction = true
    try {
      const result = work()
      this.#database.exec('COMMIT')
      this.#onCommit()
      return result
    } catch (fault) {
      this.#database.exec('ROLLBACK')
      throw fault
    } finally {
      this.#isInTransaction = false
    }
  }

  #run(sql: string, ...values: (string | number | null)[]) {
    const result = this.#statement(sql).run(...values)
    if (!this.#isInTransaction) this.#onCommit()
    return result
  }

  #get(sql: string, ...values: (string | number | null)[]) {
    return this.#statement(sql).get(...values)
  }

  #all(sql: string, ...values: (string | number | null)[]) {
    return this.#statement(sql).all(...values)
  }

  #statement(sql: string) {
    let statement = this.#prepared.get(sql)
    if (!statement) {
      statement = this.#database.prepare(sql)
      this.#prepared.set(sql, statement)
    }
    return statement
  }
}
