// Nothing is kept for ever: what is older than its kind is allowed goes, and the oldest recordings go before the disk is
// full. Looks around every ten minutes, a little at a time; a fault tells when even that does not help.
import { type Dirent, readdirSync, rmdirSync, rmSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Timer } from '../clock.ts'
import type { RetentionSettings } from '../config/record-keeping-schema.ts'
import { Counters } from '../counters.ts'
import type { Faults } from '../health/faults.ts'
import type { Log } from '../log/log.ts'

export interface RetentionParts {
  storage: string
  /** In force now. */
  settings: () => RetentionSettings
  records: { forget(beforeEpochMs: number, limit: number): number }
  events: { forget(beforeEpochMs: number, maximumEvents: number): number }
  metrics: { forget(beforeMs: number): number }
  clock: Clock
  log: Log
  faults: Pick<Faults, 'raise' | 'clear'>
  /** Bytes free on the disk of the storage; asked of the system when absent. */
  freeBytes?: () => number
}

const firstAfterMs = 60_000
const everyMs = 600_000
const dayMs = 86_400_000
/** In one go, on the main thread. */
const recordsAtOnce = 2_000
/** About 2 GB. */
const maximumEvents = 5_000_000
/** Of recordings, in one go. */
const deletedAtOnce = 2_000
const [megabyte, gigabyte] = [1024 ** 2, 1024 ** 3]

interface StoredFile {
  path: string
  bytes: number
  changedMs: number
}

export class Retention {
  readonly #of: RetentionParts
  readonly #counters = new Counters()
  #timer: Timer

  constructor(parts: RetentionParts) {
    this.#of = parts
    this.#timer = parts.clock.after(firstAfterMs, () => this.#again())
  }

  counters(): Record<string, number> {
    return this.#counters.snapshot()
  }

  close(): void {
    this.#timer.cancel()
  }

  /** Never throws: each kind by itself, and what fails is told. */
  run(): void {
    const { storage, records, events, metrics, clock } = this.#of
    const settings = this.#of.settings()
    const before = (days: number) => clock.epochMs() - days * dayMs
    this.#try('records', () => records.forget(before(settings.recordsDays), recordsAtOnce))
    this.#try('events', () => events.forget(before(settings.eventsDays), maximumEvents))
    this.#try('metrics', () => metrics.forget(before(settings.metricsDays)))
    this.#try('flowLogs', () =>
      this.#delete(olderThan(filesIn(join(storage, 'flow-logs')), before(settings.flowLogsDays))),
    )
    this.#try('aside', () => {
      const aside = filesIn(storage, 0).filter(({ path }) => path.includes('.broken-'))
      return this.#delete(olderThan(aside, before(settings.asideDays)))
    })
    this.#try('recordings', () => this.#recordings(before(settings.recordingsDays)))
  }

  #again(): void {
    this.run()
    this.#timer = this.#of.clock.after(everyMs, () => this.#again())
  }

  #try(kind: string, work: () => number): void {
    try {
      const deleted = work()
      if (deleted > 0) {
        this.#counters.count(`${kind}Deleted`, deleted)
        this.#of.log.info({ kind, deleted }, 'deleted what is no longer kept')
      }
    } catch (fault) {
      this.#counters.count('failed')
      this.#of.log.error({ err: fault, kind }, 'what is no longer kept could not be deleted')
    }
  }

  /** By age, then by size, then for room on the disk; the oldest first. A file being written is the newest. */
  #recordings(beforeMs: number): number {
    const { storage } = this.#of
    const settings = this.#of.settings()
    const folder = join(storage, 'recordings')
    const files = filesIn(folder).sort((a, b) => a.changedMs - b.changedMs)
    let excess = files.reduce((sum, { bytes }) => sum + bytes, 0) - sizeLimit(settings)
    let missing = settings.freeMinimumMB * megabyte - this.#freeBytes()
    const lacksRoom = missing > 0
    const doomed: StoredFile[] = []
    for (const file of files) {
      if (file.changedMs >= beforeMs && excess <= 0 && missing <= 0) break
      doomed.push(file)
      excess -= file.bytes
      missing -= file.bytes
    }
    const deleted = this.#delete(doomed.slice(0, deletedAtOnce))
    removeEmptyFolders(folder)
    this.#tellRoom(lacksRoom, lacksRoom && deleted > 0 ? deleted : 0)
    return deleted
  }

  #tellRoom(lackedRoom: boolean, deleted: number): void {
    const { storage, faults } = this.#of
    if (!lackedRoom) {
      faults.clear('DISK-LOW', storage)
      return
    }
    const freed =
      deleted > 0 ? `${deleted} of the oldest recordings were deleted` : 'there is no recording left to delete'
    faults.raise({
      code: 'DISK-LOW',
      where: storage,
      message: `Less than ${this.#of.settings().freeMinimumMB} MB were free; ${freed}.`,
      mend: 'Give the box a larger disk, or lower retention.recordingsDays.',
    })
  }

  #delete(files: readonly StoredFile[]): number {
    for (const { path } of files) rmSync(path, { force: true })
    return files.length
  }

  #freeBytes(): number {
    if (this.#of.freeBytes) return this.#of.freeBytes()
    const { bavail, bsize } = statfsSync(this.#of.storage)
    return bavail * bsize
  }
}

function sizeLimit({ recordingsMaximumGB }: RetentionSettings): number {
  return recordingsMaximumGB === undefined ? Number.POSITIVE_INFINITY : recordingsMaximumGB * gigabyte
}

function olderThan(files: readonly StoredFile[], beforeMs: number): StoredFile[] {
  return files.filter(({ changedMs }) => changedMs < beforeMs)
}

/** `depth`: how many folders deep to look. A file that goes away meanwhile is left out. */
function filesIn(folder: string, depth = 2): StoredFile[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return depth > 0 ? filesIn(path, depth - 1) : []
    const stat = entry.isFile() ? statSync(path, { throwIfNoEntry: false }) : undefined
    return stat ? [{ path, bytes: stat.size, changedMs: stat.mtimeMs }] : []
  })
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return []
    throw fault
  }
}

/** Folders of days whose recordings are gone; today's may get its first at any moment and is made again then. */
function removeEmptyFolders(folder: string): void {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entriesOf(path).length === 0) rmdirSync(path)
  }
}
