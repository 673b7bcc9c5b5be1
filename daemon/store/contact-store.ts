// Contact records on disk. A database that turns out broken is moved aside and a new one begun, with a fault raised; a
// record that can't be written now (disk full) is kept in memory and tried again. Neither stops a call.
import type { DatabaseSync } from 'node:sqlite'
import type { Clock, Timer } from '../clock.ts'
import type { ContactRecord, ContactStore } from '../contact/contact-record.ts'
import { Counters } from '../counters.ts'
import { isBroken, moveAside, openDatabase, openDatabaseReadOnly, StoreError } from '../database/database-file.ts'
import { databaseVersion } from '../database/migrations.ts'
import { WalSync } from '../database/wal-sync.ts'
import type { Faults } from '../health/faults.ts'
import type { Log } from '../log/log.ts'
import { contactMigrations } from './contact-migrations.ts'
import { type ContactQuery, ContactTable } from './contact-table.ts'

export interface ContactStoreOptions {
  clock: Clock
  log: Log
  /** Where faults are raised to be seen in `status`. */
  faults?: Pick<Faults, 'raise' | 'clear'>
}

export interface DurableContactStore extends ContactStore {
  /** Deletes finished contacts begun before the moment, at most `limit`; returns how many. Throws when the disk does not. */
  forget(beforeEpochMs: number, limit: number): number
  /** That the box runs, and with it every contact that has not finished. Never throws: the next note may be written. */
  noteAlive(epochMs: number): void
  /** Noted last before the store was opened; 0: nothing was. */
  readonly aliveUntilMs: number
  counters(): Record<string, number>
}

export type ContactReader = Pick<ContactStore, 'find' | 'list' | 'unfinished' | 'count' | 'close'> & {
  search(query: ContactQuery): ContactRecord[]
}

const retryMs = 5_000
/** Of records waiting for a disk that can be written; beyond, the one waiting longest is given up, and counted. */
const maximumUnsaved = 1_000
/** A disk that breaks every new database is beyond help: at most one is begun in this time. */
const replaceEveryMs = 60_000

/**
 * Opens or creates. Throws StoreError when the place can't be reached or written at all, which only a person can mend.
 * The store's `save` throws StoreError when the record is not on disk; it is kept then, and tried again.
 */
export function openContactStore(file: string, options: ContactStoreOptions): DurableContactStore {
  return new SqliteContactStore(file, options)
}

/** For tools beside the running daemon, or without it. Throws StoreError with what to do. */
export function openContactStoreReadOnly(
  file: string,
  onUnreadable: (contactId: string, fault: string) => void = () => undefined,
): ContactReader {
  try {
    const database = openDatabaseReadOnly(file)
    if (databaseVersion(database) < contactMigrations.length) {
      database.close()
      const mend = 'Start the daemon once: it takes them over.'
      throw new StoreError('STORE-UNREACHABLE', `${file} holds records of an older version. ${mend}`)
    }
    return tableIn(database, onUnreadable)
  } catch (fault) {
    if (fault instanceof StoreError) throw fault
    const mend = isBroken(fault)
      ? 'The daemon moves it aside at its next start; `sqlite3 FILE .recover` may save what it holds.'
      : 'Check that the daemon has run on this instance, and that you may read the file (root, or the daemon’s user).'
    const code = isBroken(fault) ? 'STORE-BROKEN' : 'STORE-UNREACHABLE'
    throw new StoreError(code, `${file} cannot be opened (${reason(fault)}). ${mend}`, fault)
  }
}

class SqliteContactStore implements DurableContactStore {
  readonly #file: string
  readonly #clock: Clock
  readonly #log: Log
  readonly #faults: ContactStoreOptions['faults']
  readonly #counters = new Counters()
  readonly #unsaved = new Map<string, ContactRecord>()
  #table: ContactTable | undefined
  #sync: WalSync | undefined
  #retry: Timer | undefined
  #replacedAtMs = Number.NEGATIVE_INFINITY
  readonly aliveUntilMs: number

  constructor(file: string, options: ContactStoreOptions) {
    this.#file = file
    this.#clock = options.clock
    this.#log = options.log
    this.#faults = options.faults
    try {
      this.#table = this.#open()
    } catch (fault) {
      if (!isBroken(fault)) throw unreachable(file, fault)
      this.#table = this.#replace(fault)
    }
    this.aliveUntilMs = this.#table.aliveUntilMs()
  }

  noteAlive(epochMs: number): void {
    try {
      this.#guarded(this.#opened(), (table) => table.noteAlive(epochMs))
      this.#sync?.changed()
    } catch (fault) {
      this.#counters.count('aliveNotNoted')
      this.#log.warn({ err: fault }, 'the sign of life could not be written')
    }
  }

  save(record: ContactRecord): void {
    const table = this.#opened()
    try {
      this.#guarded(table, (whole) => whole.save(record))
      this.#sync?.changed()
      this.#counters.count('saved')
      if (this.#unsaved.delete(record.ContactId)) this.#tellMended()
    } catch (fault) {
      this.#keep(record, fault)
      throw new StoreError('STORE-UNWRITABLE', `${this.#file} cannot be written (${reason(fault)})`, fault)
    }
  }

  find(contactId: string): ContactRecord | undefined {
    return this.#unsaved.get(contactId) ?? this.#guarded(this.#opened(), (table) => table.find(contactId))
  }

  list(query?: { limit?: number; before?: string }): ContactRecord[] {
    return this.#guarded(this.#opened(), (table) => table.list(query))
  }

  unfinished(): ContactRecord[] {
    return this.#guarded(this.#opened(), (table) => table.unfinished())
  }

  forget(beforeEpochMs: number, limit: number): number {
    return this.#guarded(this.#opened(), (table) => table.forget(beforeEpochMs, limit))
  }

  count(): number {
    return this.#guarded(this.#opened(), (table) => table.count())
  }

  counters(): Record<string, number> {
    return { ...this.#counters.snapshot(), unsaved: this.#unsaved.size }
  }

  close(): void {
    if (!this.#table) return
    this.#saveKept()
    this.#retry?.cancel()
    this.#retry = undefined
    if (this.#unsaved.size > 0) this.#log.error({ contactIds: [...this.#unsaved.keys()] }, 'contact records are lost')
    this.#table.close()
    this.#table = undefined
    this.#sync?.close()
  }

  #opened(): ContactTable {
    if (!this.#table) throw new StoreError('STORE-CLOSED', `${this.#file} is closed`)
    return this.#table
  }

  #open(): ContactTable {
    const database = openDatabase(this.#file, contactMigrations, 'behind')
    this.#sync?.close()
    this.#sync = new WalSync(this.#file, { clock: this.#clock, onSynced: (fault) => this.#tellSynced(fault) })
    return tableIn(database, (contactId, fault) => {
      this.#counters.count('unreadable')
      this.#log.error({ contactId, fault }, 'a stored contact record cannot be read; it is left out')
    })
  }

  #tellSynced(fault: Error | undefined): void {
    const where = `${this.#file}-wal`
    this.#counters.count(fault ? 'syncFailed' : 'synced')
    if (!fault) this.#faults?.clear('STORE-UNSYNCED', where)
    else
      this.#faults?.raise({
        code: 'STORE-UNSYNCED',
        where,
        message: `The disk does not confirm contact records (${fault.message}): a power cut would lose them.`,
        mend: 'Check the disk (`dmesg`, `smartctl`) and replace it.',
      })
  }

  /** Runs the work; when the database proves broken, once more on a new one. */
  #guarded<Result>(table: ContactTable, work: (table: ContactTable) => Result): Result {
    try {
      return work(table)
    } catch (fault) {
      if (!isBroken(fault) || this.#clock.monotonicMs() - this.#replacedAtMs < replaceEveryMs) throw fault
      table.close()
      this.#table = this.#replace(fault)
      return work(this.#table)
    }
  }

  #replace(fault: unknown): ContactTable {
    this.#replacedAtMs = this.#clock.monotonicMs()
    const aside = moveAside(this.#file, this.#clock.epochMs())
    this.#counters.count('replaced')
    const message = `The contact records in ${this.#file} are broken (${reason(fault)}); a new file was begun.`
    const mend = `The old one is ${aside}: \`sqlite3 ${aside} .recover\` may save what it holds. Check the disk.`
    this.#log.error({ err: fault, aside }, 'the database of contact records is broken; a new one is begun')
    this.#faults?.raise({ code: 'STORE-BROKEN', where: this.#file, message, mend })
    try {
      return this.#open()
    } catch (again) {
      throw unreachable(this.#file, again)
    }
  }

  #keep(record: ContactRecord, fault: unknown): void {
    this.#unsaved.delete(record.ContactId)
    this.#unsaved.set(record.ContactId, record)
    if (this.#unsaved.size > maximumUnsaved) {
      const [oldest] = this.#unsaved.keys()
      this.#unsaved.delete(oldest!)
      this.#counters.count('lost')
    }
    this.#counters.count('saveFailed')
    this.#faults?.raise({
      code: 'STORE-UNWRITABLE',
      where: this.#file,
      message: `Contact records cannot be written (${reason(fault)}); they are kept in memory.`,
      mend: 'Free space on the disk, or make it writable; nothing else is needed.',
    })
    this.#retry ??= this.#clock.after(retryMs, () => {
      this.#retry = undefined
      this.#saveKept()
    })
  }

  #saveKept(): void {
    for (const record of [...this.#unsaved.values()]) {
      try {
        this.save(record)
      } catch (fault) {
        this.#log.warn({ err: fault, waiting: this.#unsaved.size }, 'contact records still cannot be written')
        return
      }
    }
  }

  #tellMended(): void {
    if (this.#unsaved.size > 0) return
    this.#retry?.cancel()
    this.#retry = undefined
    this.#faults?.clear('STORE-UNWRITABLE', this.#file)
    this.#log.info({}, 'all contact records are on disk again')
  }
}

/** Owns the database from here on, also when it proves to have no such table. */
function tableIn(database: DatabaseSync, onUnreadable: (contactId: string, fault: string) => void): ContactTable {
  try {
    return new ContactTable(database, onUnreadable)
  } catch (fault) {
    database.close()
    throw fault
  }
}

function unreachable(file: string, fault: unknown): StoreError {
  const mend = 'Check that the directory exists on a disk with space and belongs to the daemon’s user.'
  return new StoreError('STORE-UNREACHABLE', `${file} cannot be opened (${reason(fault)}). ${mend}`, fault)
}

function reason(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
