// The flow log: what each block of each flow did, one JSON object a line, one file a day (UTC), as Amazon Connect logs
// them. Written behind the flow's back: a slow or full disk costs lines, which are counted, and never time or memory.
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Timer } from '../clock.ts'
import { Counters } from '../counters.ts'
import type { FlowLogEntry } from '../flow/host.ts'
import type { Log } from '../log/log.ts'

export interface FlowLog {
  /** Returns at once; on its way to the file within a second, in the order of the calls. */
  write(entry: FlowLogEntry): void
  counters(): Record<string, number>
  /** Writes what is left. Never rejects: lines that cannot be written are told to the log. */
  close(): Promise<void>
}

const flushAfterMs = 500
/** Written without waiting once this much is there, and at most this much in one go. */
const batchBytes = 64 * 1024
/** Kept while the disk does not take it; beyond, the oldest lines are dropped. */
const maximumBufferedBytes = 4 * 1024 * 1024
const retryAfterMs = 1_000

export function openFlowLog(directory: string, options: { clock: Clock; log: Log }): FlowLog {
  return new DailyFlowLog(directory, options)
}

interface Line {
  day: string
  bytes: Buffer
}

/** Lines of one day on their way to the file; `bytes` is what is not written of them yet. */
interface Batch extends Line {
  lines: number
  begun: boolean
}

class DailyFlowLog implements FlowLog {
  readonly #directory: string
  readonly #clock: Clock
  readonly #log: Log
  readonly #counters = new Counters()
  readonly #lines: Line[] = []
  #bufferedBytes = 0
  /** Taken from the lines and not wholly written yet: what a failed write has left is written first. */
  #batch: Batch | undefined
  #file: { day: string; handle: FileHandle } | undefined
  #timer: Timer | undefined
  #flushing: Promise<void> | undefined
  #failing = false
  #closed = false

  constructor(directory: string, options: { clock: Clock; log: Log }) {
    this.#directory = directory
    this.#clock = options.clock
    this.#log = options.log
  }

  write(entry: FlowLogEntry): void {
    if (this.#closed) return this.#counters.count('writtenAfterClose')
    let text: string
    try {
      text = JSON.stringify(entry)
    } catch (fault) {
      this.#counters.count('unwritable')
      this.#log.warn({ err: fault, identifier: entry.Identifier }, 'a flow log entry is not JSON')
      return
    }
    const bytes = Buffer.from(`${text}\n`)
    this.#lines.push({ day: new Date(this.#clock.epochMs()).toISOString().slice(0, 10), bytes })
    this.#bufferedBytes += bytes.length
    this.#counters.count('entries')
    if (this.#bufferedBytes > maximumBufferedBytes) this.#dropOldest()
    if (this.#bufferedBytes >= batchBytes && !this.#failing) this.#flush()
    else this.#timer ??= this.#clock.after(flushAfterMs, () => this.#flush())
  }

  counters(): Record<string, number> {
    return { ...this.#counters.snapshot(), bufferedBytes: this.#bufferedBytes }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#flushing
    this.#flush()
    await this.#flushing
    this.#timer?.cancel()
    this.#timer = undefined
    const lost = this.#lines.length + (this.#batch?.lines ?? 0)
    if (lost > 0) this.#log.error({ lost }, 'flow log lines are lost')
    await this.#closeFile()
  }

  #dropOldest(): void {
    let dropped = 0
    while (this.#bufferedBytes > maximumBufferedBytes) this.#bufferedBytes -= this.#lines[dropped++]!.bytes.length
    this.#lines.splice(0, dropped)
    this.#counters.count('dropped', dropped)
    this.#log.warn({ dropped }, 'flow log lines were dropped: the disk does not keep up')
  }

  #flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#flushing ??= this.#writeAll().then(() => {
      this.#flushing = undefined
      if (this.#lines.length > 0 && !this.#closed) this.#timer ??= this.#clock.after(flushAfterMs, () => this.#flush())
    })
  }

  /** Never rejects: a fault leaves everything in place for the next attempt. */
  async #writeAll(): Promise<void> {
    try {
      for (let batch = this.#nextBatch(); batch; batch = this.#nextBatch()) await this.#writeBatch(batch)
      this.#failing = false
    } catch (fault) {
      this.#counters.count('writeFailed')
      if (!this.#failing) this.#log.error({ err: fault, directory: this.#directory }, 'the flow log cannot be written')
      this.#failing = true
      await this.#closeFile()
      if (!this.#closed) this.#timer ??= this.#clock.after(retryAfterMs, () => this.#flush())
    }
  }

  #nextBatch(): Batch | undefined {
    if (this.#batch) return this.#batch
    const day = this.#lines[0]?.day
    if (day === undefined) return undefined
    let count = 0
    let size = 0
    for (; count < this.#lines.length && this.#lines[count]!.day === day && size < batchBytes; count++)
      size += this.#lines[count]!.bytes.length
    this.#bufferedBytes -= size
    const bytes = Buffer.concat(this.#lines.splice(0, count).map((line) => line.bytes))
    this.#batch = { day, bytes, lines: count, begun: false }
    return this.#batch
  }

  async #writeBatch(batch: Batch): Promise<void> {
    const handle = await this.#fileOf(batch)
    while (batch.bytes.length > 0) {
      const { bytesWritten } = await handle.write(batch.bytes)
      batch.bytes = batch.bytes.subarray(bytesWritten)
      batch.begun = true
    }
    this.#batch = undefined
  }

  async #fileOf({ day, begun }: Batch): Promise<FileHandle> {
    if (this.#file?.day === day) return this.#file.handle
    await this.#closeFile()
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const handle = await open(join(this.#directory, `flow-${day}.jsonl`), 'a+', 0o600)
    this.#file = { day, handle }
    if (!begun) await this.#endHalfLine(handle)
    return handle
  }

  /** A kill may have cut the last line: the next must not be lost with it. */
  async #endHalfLine(handle: FileHandle): Promise<void> {
    const { size } = await handle.stat()
    if (size === 0) return
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
    if (buffer[0] !== 0x0a) await handle.write('\n')
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    try {
      await file?.handle.close()
    } catch (fault) {
      this.#counters.count('closeFailed')
      this.#log.warn({ err: fault }, 'a flow log file could not be closed')
    }
  }
}
