// Opens the database file as it must be opened, tells a broken file from one that can't be reached, and moves a broken
// one out of the way: the phone must work whatever the disk did to yesterday's records.
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { migrate, NewerDatabaseError } from './migrations.ts'

/** The store can't be used. The message says why and what to do. */
export class StoreError extends Error {
  readonly code: 'STORE-UNREACHABLE' | 'STORE-BROKEN' | 'STORE-UNWRITABLE' | 'STORE-CLOSED'
  constructor(code: StoreError['code'], message: string, cause?: unknown) {
    super(`${code}: ${message}`, { cause })
    this.code = code
  }
}

/** A reader (the command-line tool) holds no lock for longer; the main thread must not wait for one. */
const busyTimeoutMs = 250

/**
 * Opened, of the right version. Created with mode 0600 when missing. `synced`: every commit is on disk when it returns; or
 * `behind`, where a sync would cost the main thread too much: it survives a kill, and a power cut once a WalSync has run.
 */
export function openDatabase(
  file: string,
  migrations: readonly string[],
  synced: 'atCommit' | 'behind' = 'atCommit',
): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  // SQLite gives its side files the mode of the database.
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs })
  try {
    database.exec('PRAGMA journal_mode = WAL')
    // Without FULL, WAL survives a kill but not a power cut.
    database.exec(`PRAGMA synchronous = ${synced === 'atCommit' ? 'FULL' : 'NORMAL'}`)
    // A checkpoint copies this many pages of 4 KB and syncs, on the main thread: rather short and often. Where nothing else
    // syncs there, less often: 4 ms each.
    database.exec(`PRAGMA wal_autocheckpoint = ${synced === 'atCommit' ? 250 : 1000}`)
    database.exec('PRAGMA journal_size_limit = 4194304')
    migrate(database, migrations)
    return database
  } catch (fault) {
    database.close()
    throw fault
  }
}

/** Opens; a broken one is moved aside, told with its new name, and a new one begun. Throws when the place can't be used. */
export function openOrReplaceDatabase(
  file: string,
  migrations: readonly string[],
  epochMs: number,
  onReplaced: (fault: unknown, aside: string) => void,
  synced: 'atCommit' | 'behind' = 'atCommit',
): DatabaseSync {
  try {
    return openDatabase(file, migrations, synced)
  } catch (fault) {
    if (!isBroken(fault)) throw fault
    onReplaced(fault, moveAside(file, epochMs))
    return openDatabase(file, migrations, synced)
  }
}

export function openDatabaseReadOnly(file: string): DatabaseSync {
  return new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs })
}

/** The content is damaged, foreign or of the future: no waiting and no retry will help. */
export function isBroken(fault: unknown): boolean {
  if (fault instanceof NewerDatabaseError) return true
  const code = sqliteCode(fault)
  return code === sqliteCorrupt || code === sqliteNotADatabase
}

const sqliteCorrupt = 11
const sqliteNotADatabase = 26

/** Primary result code (https://sqlite.org/rescode.html); undefined when the fault is not SQLite's. */
function sqliteCode(fault: unknown): number | undefined {
  return fault instanceof Error && 'errcode' in fault && typeof fault.errcode === 'number'
    ? fault.errcode & 0xff
    : undefined
}

/** Renames the database and its side files; returns the new name. */
export function moveAside(file: string, epochMs: number): string {
  const stamp = new Date(epochMs).toISOString().replaceAll(':', '-')
  let aside = `${file}.broken-${stamp}`
  for (let copy = 2; existsSync(aside); copy++) aside = `${file}.broken-${stamp}-${copy}`
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
  return aside
}
