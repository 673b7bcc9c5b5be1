// Brings what a database has written to the disk itself, behind the main thread's back: commits survive the death of the
// process at once, and a power cut some milliseconds later. Many commits share one sync.
//
//   commit ─▶ changed ─ 20 ms ─▶ fdatasync of the write-ahead log, on libuv's threads ─▶ again, if there was more meanwhile
import { closeSync, fdatasync, openSync } from 'node:fs'
import type { Clock, Timer } from '../clock.ts'

/** What a power cut may cost, beside the time that the disk takes. */
export const syncAfterMs = 20

export interface WalSyncOptions {
  clock: Clock
  /** After each sync: undefined when it went well. */
  onSynced: (fault: Error | undefined) => void
}

/** Of a database opened with `synced: 'behind'`. */
export class WalSync {
  readonly #file: string
  readonly #of: WalSyncOptions
  #descriptor: number | undefined
  #timer: Timer | undefined
  #isSyncing = false
  #hasMore = false
  #isClosed = false

  /** `file`: of the database. SQLite keeps its log beside it under one name for as long as the database is open. */
  constructor(file: string, options: WalSyncOptions) {
    this.#file = `${file}-wal`
    this.#of = options
  }

  /** After a commit. */
  changed(): void {
    if (this.#isClosed) return
    if (this.#isSyncing) this.#hasMore = true
    else this.#timer ??= this.#of.clock.after(syncAfterMs, () => this.#sync())
  }

  /** Once the database is closed: SQLite has synced all of it then. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    if (!this.#isSyncing) this.#letGo()
  }

  #sync(): void {
    this.#timer = undefined
    try {
      this.#descriptor ??= openSync(this.#file, 'r')
    } catch (fault) {
      this.#of.onSynced(fault instanceof Error ? fault : new Error(String(fault)))
      return
    }
    this.#isSyncing = true
    this.#hasMore = false
    fdatasync(this.#descriptor, (fault) => {
      this.#isSyncing = false
      if (this.#isClosed) return this.#letGo()
      this.#of.onSynced(fault ?? undefined)
      if (this.#hasMore) this.changed()
    })
  }

  #letGo(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }
}
