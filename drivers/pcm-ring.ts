// Two single-producer, single-consumer rings of 16-bit samples in shared memory: the PCM path between a driver's
// process and the audio thread. Sample-oriented, so that each side works in frames of its own size.
//
//   driver process ── capture ──▶ audio thread        (what the far end says)
//   driver process ◀── playback ── audio thread       (what the far end hears)
//
// Indexes are free-running 32-bit counters (mod 2^32), written by one side only and published with Atomics, so that a
// reader never sees an index before the samples it covers. A full ring drops the newest samples and counts them.

/** Samples a ring holds: a power of two, 512 ms at 8 kHz. Far more than is ever queued on purpose. */
export const ringSamples = 4096

const headerWords = 16
const ringBytes = headerWords * 4 + ringSamples * 2

/** Bytes of shared memory a port needs: capture ring, then playback ring. */
export const pcmFileBytes = 2 * ringBytes

const writeIndex = 0
const readIndex = 1
const overrunSamples = 2
const underrunSamples = 3
const writtenAt = 4
const readAt = 5
const wantedDepth = 6

/** Times pass as 1/32 ms modulo 2^32, of the system's monotonic clock; 0: never. */
const ticksPerMs = 32

function since(tick: number, nowMs: number): number {
  return tick === 0 ? Number.POSITIVE_INFINITY : ((Math.trunc(nowMs * ticksPerMs) - tick) | 0) / ticksPerMs
}

const tickOf = (nowMs: number) => Math.trunc(nowMs * ticksPerMs) | 0 || 1

export class PcmRing {
  readonly #header: Int32Array
  readonly #samples: Int16Array

  /** `memory` is shared with the other side and outlives the ring; the ring keeps views of it. */
  constructor(memory: ArrayBufferLike, byteOffset: number) {
    this.#header = new Int32Array(memory, byteOffset, headerWords)
    this.#samples = new Int16Array(memory, byteOffset + headerWords * 4, ringSamples)
  }

  /** Samples ready to be read. */
  get available(): number {
    return (Atomics.load(this.#header, writeIndex) - Atomics.load(this.#header, readIndex)) >>> 0
  }

  /** Producer's side. Returns the samples taken; the rest did not fit, and is counted. */
  write(frame: Int16Array, count: number = frame.length): number {
    const head = Atomics.load(this.#header, writeIndex)
    const free = ringSamples - ((head - Atomics.load(this.#header, readIndex)) >>> 0)
    const taken = Math.min(count, free)
    for (let i = 0; i < taken; i++) this.#samples[(head + i) & (ringSamples - 1)] = frame[i]!
    Atomics.store(this.#header, writeIndex, (head + taken) | 0)
    if (taken < count) Atomics.add(this.#header, overrunSamples, count - taken)
    return taken
  }

  /** Consumer's side. Fills the first samples of `frame`; the missing ones become silence, and are counted. */
  read(frame: Int16Array, count: number = frame.length): number {
    const tail = Atomics.load(this.#header, readIndex)
    const ready = (Atomics.load(this.#header, writeIndex) - tail) >>> 0
    const taken = Math.min(count, ready)
    for (let i = 0; i < taken; i++) frame[i] = this.#samples[(tail + i) & (ringSamples - 1)]!
    Atomics.store(this.#header, readIndex, (tail + taken) | 0)
    if (taken < count) {
      frame.fill(0, taken, count)
      Atomics.add(this.#header, underrunSamples, count - taken)
    }
    return taken
  }

  /** Consumer's side: throws away all but the newest `keep` samples, e.g. at the start of a call. Returns how many. */
  discard(keep = 0): number {
    const tail = Atomics.load(this.#header, readIndex)
    const ready = (Atomics.load(this.#header, writeIndex) - tail) >>> 0
    const dropped = Math.max(0, ready - keep)
    Atomics.store(this.#header, readIndex, (tail + dropped) | 0)
    return dropped
  }

  /** Producer's side: it has just written, `nowMs` by the system's monotonic clock. */
  noteWritten(nowMs: number): void {
    Atomics.store(this.#header, writtenAt, tickOf(nowMs))
  }

  /** Consumer's side: it has just read. */
  noteRead(nowMs: number): void {
    Atomics.store(this.#header, readAt, tickOf(nowMs))
  }

  /** For the consumer; infinite when nothing was ever written. */
  msSinceWritten(nowMs: number): number {
    return since(Atomics.load(this.#header, writtenAt), nowMs)
  }

  /** For the producer; infinite when nobody ever read. */
  msSinceRead(nowMs: number): number {
    return since(Atomics.load(this.#header, readAt), nowMs)
  }

  /** How much the device's process wants to be queued when reading begins, in samples; 0: it does not say. */
  get wantedSamples(): number {
    return Atomics.load(this.#header, wantedDepth)
  }

  set wantedSamples(samples: number) {
    Atomics.store(this.#header, wantedDepth, samples)
  }

  get overrunSamples(): number {
    return Atomics.load(this.#header, overrunSamples) >>> 0
  }

  get underrunSamples(): number {
    return Atomics.load(this.#header, underrunSamples) >>> 0
  }
}

export interface PcmPath {
  capture: PcmRing
  playback: PcmRing
}

/** The rings laid over a port's shared memory of at least `pcmFileBytes`. */
export function pcmPath(memory: ArrayBufferLike, byteOffset = 0): PcmPath {
  return { capture: new PcmRing(memory, byteOffset), playback: new PcmRing(memory, byteOffset + ringBytes) }
}
