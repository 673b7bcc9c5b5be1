// Brings contact records and recordings home that were kept in memory because the disk had failed at the start
// (storage-place.ts): while the daemon runs, when it stops, and, after a kill, at the next start.
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Clock, Timer } from '../clock.ts'
import type { ContactRecord } from '../contact/contact-record.ts'
import type { Faults } from '../health/faults.ts'
import type { Log } from '../log/log.ts'
import { type ContactReader, openContactStore, openContactStoreReadOnly } from './contact-store.ts'
import { openPendingFiles } from './pending-files.ts'
import { storageUnwritable } from './storage-place.ts'

export interface StorageReturnOptions {
  /** In memory. */
  from: string
  /** On disk. */
  to: string
  clock: Clock
  log: Log
  faults: Pick<Faults, 'raise' | 'clear'>
}

const everyMs = 30_000
/** Read and written at once, between which calls have their turn. */
const pageRecords = 50

export class StorageReturn {
  readonly #of: StorageReturnOptions
  /** What of each contact is on disk, by the time it changed last. As many as memory holds. */
  readonly #brought = new Map<string, string>()
  #timer: Timer
  #running: Promise<void> = Promise.resolve()
  #isHome = false

  constructor(options: StorageReturnOptions) {
    this.#of = options
    this.#timer = this.#later()
  }

  /** After the store in memory is closed: the rest; and what is safe on disk leaves memory. Never rejects. */
  async close(): Promise<void> {
    this.#timer.cancel()
    await this.#running
    this.#timer.cancel()
    await this.#try(() => bringHome(this.#of))
  }

  #later(): Timer {
    return this.#of.clock.after(everyMs, () => {
      this.#running = this.#try(() => this.#bring()).then(() => {
        this.#timer = this.#later()
      })
    })
  }

  async #try(bring: () => Promise<void>): Promise<void> {
    const { to, log, faults } = this.#of
    try {
      await bring()
      if (!this.#isHome) log.warn({ to }, 'the disk can be written again; records are moved to it')
      this.#isHome = true
      faults.clear('STORAGE-UNWRITABLE', to)
    } catch (fault) {
      this.#isHome = false
      log.warn({ err: fault, to }, 'records in memory could not be moved to the disk yet')
      faults.raise(storageUnwritable(to, fault))
    }
  }

  /** Contacts that have finished, or changed since, beside the open store. */
  async #bring(): Promise<void> {
    const { from, to } = this.#of
    const source = openContactStoreReadOnly(join(from, 'contacts.db'))
    try {
      await bringRecords(source, this.#of, {
        isWanted: ({ ContactId, LastUpdateTimestamp, Cordboard }) =>
          Cordboard.state === 'completed' && this.#brought.get(ContactId) !== LastUpdateTimestamp,
        onBrought: ({ ContactId, LastUpdateTimestamp }) => this.#brought.set(ContactId, LastUpdateTimestamp),
        beforeRecord: async (record) => {
          for (const location of locationsIn(record, from)) await bringFile(location, from, to)
        },
      })
    } finally {
      source.close()
    }
  }
}

type BringOptions = Omit<StorageReturnOptions, 'faults'>

/**
 * Everything an earlier run, or this one until it stopped, left in memory, if it did; its calls that were cut off as
 * well. Rejects with what the disk says; then it is all still there.
 */
export async function bringHome(of: BringOptions): Promise<void> {
  const { from, to, log } = of
  if (!existsSync(join(from, 'contacts.db'))) return
  const recordings = join(from, 'recordings')
  if (existsSync(recordings))
    for (const entry of await readdir(recordings, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) await bringFile(join(entry.parentPath, entry.name), from, to)
  // Opened for writing, which takes over what its log still holds after a kill.
  const source = openContactStore(join(from, 'contacts.db'), of)
  let left = source.count()
  try {
    await bringRecords(source, of, { onBrought: () => void left-- })
    noteAlive(source.aliveUntilMs, of)
  } finally {
    source.close()
  }
  const waiting = openPendingFiles(join(to, 'pending'), { log })
  for (const contact of openPendingFiles(join(from, 'pending'), { log }).all()) waiting.keep(contact)
  if (left > 0) {
    log.error({ from, to, left }, 'some records that were kept in memory cannot be read; they are left there')
    return
  }
  await rm(from, { recursive: true, force: true })
  log.warn({ from, to }, 'what was kept in memory is on the disk now')
}

/** Recordings first: a record must not name a file that is not there. Again is no harm. */
async function bringRecords(
  source: Pick<ContactReader, 'list'>,
  { from, to, clock, log }: BringOptions,
  of: {
    isWanted?: (record: ContactRecord) => boolean
    beforeRecord?: (record: ContactRecord) => Promise<void>
    onBrought?: (record: ContactRecord) => void
  },
): Promise<void> {
  const store = openContactStore(join(to, 'contacts.db'), { clock, log })
  try {
    let before: string | undefined
    do {
      const page = source.list({ limit: pageRecords, ...(before !== undefined && { before }) })
      before = page.at(-1)?.ContactId
      for (const record of page) {
        if (of.isWanted?.(record) === false) continue
        await of.beforeRecord?.(record)
        store.save(placed(record, from, to))
        of.onBrought?.(record)
      }
      await setImmediate()
    } while (before !== undefined)
  } finally {
    store.close()
  }
}

/** Of the run whose calls were cut off: how long they are known to have lived. */
function noteAlive(aliveUntilMs: number, { to, clock, log }: BringOptions): void {
  const store = openContactStore(join(to, 'contacts.db'), { clock, log })
  if (aliveUntilMs > store.aliveUntilMs) store.noteAlive(aliveUntilMs)
  store.close()
}

async function bringFile(location: string, from: string, to: string): Promise<void> {
  const place = join(to, relative(from, location))
  if (existsSync(place) || !existsSync(location)) return
  await mkdir(dirname(place), { recursive: true, mode: 0o700 })
  const fresh = join(dirname(place), `.${basename(place)}.new`)
  await copyFile(location, fresh)
  await rename(fresh, place)
}

function locationsIn({ Recordings: recordings = [] }: ContactRecord, from: string): string[] {
  return recordings.flatMap(({ Location: location }) => (isWithin(location, from) ? location : []))
}

function placed(record: ContactRecord, from: string, to: string): ContactRecord {
  if (!record.Recordings) return record
  return {
    ...record,
    Recordings: record.Recordings.map((recording) => ({
      ...recording,
      Location: isWithin(recording.Location, from) ? join(to, relative(from, recording.Location)) : recording.Location,
    })),
  }
}

function isWithin(location: string, folder: string): boolean {
  return !relative(folder, location).startsWith('..')
}
