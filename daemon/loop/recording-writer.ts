// Writes one recording to disk, on the main thread: out of the ring's own memory every second, at its beginning ten times a
// second. After a kill all audio up to the last fetch is in the file; the header tells of all but the last 5 s of it, until
// the next start of the box mends it (store/recording-repair.ts). Synced every 5 s.
import { type FileHandle, open } from 'node:fs/promises'
import type { Clock, Timer } from '../clock.ts'
import { telephoneFormat } from '../media/port.ts'
import type { RecordingRing } from '../media/recording-ring.ts'

/** Each file operation costs 0.1 ms on two threads: a hundred recordings would take a fifth of a core at ten fetches. */
const fetchMs = 1000
/** A short recording must not be lost whole: each of these fetches completes the header. */
const firstFetchMs = 100
const beginningSamples = 2 * telephoneFormat.rateHz
const syncMs = 5000
const channels = 2
const bytesPerSample = channels * 2
export const wavHeaderBytes = 44

export class RecordingWriter {
  readonly #file: string
  readonly #ring: RecordingRing
  readonly #clock: Clock
  readonly #onFailure: (reason: string) => void
  readonly #header = wavHeader()
  #handle: FileHandle | undefined
  #samples = 0
  /** What the header tells of. */
  #toldSamples = 0
  #syncedMs: number
  #timer: Timer | undefined
  #failure: Error | undefined
  #finishing = false
  /** The step under way, if any. */
  #step: Promise<void>

  /** Creates the file, replacing one of that name. `onFailure` is told once; writing ends there. */
  constructor(options: { file: string; ring: RecordingRing; clock: Clock; onFailure: (reason: string) => void }) {
    this.#file = options.file
    this.#ring = options.ring
    this.#clock = options.clock
    this.#onFailure = options.onFailure
    this.#syncedMs = options.clock.monotonicMs()
    this.#step = this.#guard(async () => {
      this.#handle = await open(this.#file, 'w', 0o640)
      await this.#writeHeader()
    })
  }

  /** Writes what is left, syncs and closes. To be called when nothing is written into the ring any more. */
  async finish(): Promise<{ file: string; durationMs: number }> {
    this.#finishing = true
    this.#timer?.cancel()
    await this.#step
    await this.#guard(async () => {
      await this.#fetch()
      await this.#writeHeader()
      await this.#handle?.datasync()
    })
    await this.#close()
    if (this.#failure !== undefined) throw this.#failure
    return { file: this.#file, durationMs: Math.round((this.#samples * 1000) / telephoneFormat.rateHz) }
  }

  /** Does one step at a time, then sets the timer for the next. */
  async #guard(step: () => Promise<void>): Promise<void> {
    if (this.#failure !== undefined) return
    try {
      await step()
    } catch (fault) {
      const reason = fault instanceof Error ? fault.message : String(fault)
      this.#failure = new Error(`recording ${this.#file} failed: ${reason}`, { cause: fault })
      await this.#close()
      this.#onFailure(reason)
      return
    }
    if (this.#finishing) return
    const periodMs = this.#samples < beginningSamples ? firstFetchMs : fetchMs
    // All recordings at the same moments: together they wake the threads that write once.
    const nextMs = periodMs - (this.#clock.monotonicMs() % periodMs)
    this.#timer = this.#clock.after(nextMs, () => {
      this.#step = this.#guard(() => this.#fetchAndSync())
    })
  }

  async #fetchAndSync(): Promise<void> {
    const isBeginning = this.#samples < beginningSamples
    await this.#fetch()
    const nowMs = this.#clock.monotonicMs()
    const isSyncDue = nowMs - this.#syncedMs >= syncMs
    if ((isBeginning || isSyncDue) && this.#samples > this.#toldSamples) await this.#writeHeader()
    if (!isSyncDue) return
    this.#syncedMs = nowMs
    await this.#handle?.datasync()
  }

  /** Audio goes before the header that tells of it: at no moment does the header claim more than there is. */
  async #fetch(): Promise<void> {
    for (;;) {
      const piece = this.#ring.waiting()
      if (piece.length === 0) return
      const bytes = new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength)
      await this.#writeAll(bytes, wavHeaderBytes + this.#samples * bytesPerSample)
      const samples = piece.length / channels
      this.#ring.release(samples)
      this.#samples += samples
    }
  }

  async #writeHeader(): Promise<void> {
    const dataBytes = this.#samples * bytesPerSample
    this.#header.writeUInt32LE(wavHeaderBytes - 8 + dataBytes, 4)
    this.#header.writeUInt32LE(dataBytes, 40)
    await this.#writeAll(this.#header, 0)
    this.#toldSamples = dataBytes / bytesPerSample
  }

  async #writeAll(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#handle!.write(bytes, done, bytes.length - done, position + done)
      done += bytesWritten
    }
  }

  async #close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    try {
      await handle?.close()
    } catch (fault) {
      this.#failure ??= new Error(`recording ${this.#file} could not be closed`, { cause: fault })
    }
  }
}

/** Header of a stereo 16-bit PCM file at telephone rate, without its lengths. */
function wavHeader(): Buffer {
  const { rateHz } = telephoneFormat
  const header = Buffer.alloc(wavHeaderBytes)
  header.write('RIFF', 0, 'latin1')
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(channels, 22)
  header.writeUInt32LE(rateHz, 24)
  header.writeUInt32LE(rateHz * bytesPerSample, 28)
  header.writeUInt16LE(bytesPerSample, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  return header
}
