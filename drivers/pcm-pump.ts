// The PCM of one port inside the driver's process. The device's clock paces it: each frame that comes up goes into the
// capture ring, and one frame is taken from the playback ring to go down.
//
//   from the line ──▶ take() ──▶ capture ring ──▶ audio thread
//   to the line ◀── next() ◀── playback ring ◀── audio thread
import type { PcmPath } from './pcm-ring.ts'

/** Gathered before playback begins, so that the audio thread's and the device's 20 ms ticks may beat against each other. */
const primeSamples = 320
/** More than this waiting is delay that only grows: the oldest go, down to the prime depth. */
const waitingSamplesMax = 800
/** A gap up to here is filled with silence, so that time goes on; a longer one is a stall, not a loss. */
const concealFramesMax = 10

export interface PumpCounters {
  framesUp: number
  framesDown: number
  /** Never came up; silence stands in their place. */
  lostUp: number
  /** Came twice or too late. */
  staleUp: number
  wrongLengthUp: number
  /** Captured samples nobody took. */
  captureOverrunSamples: number
  /** Frames of silence sent because playback ran dry in a call. */
  playbackDryFrames: number
  /** Thrown away because too many waited. */
  playbackTrimmedSamples: number
}

export class PcmPump {
  readonly counters: PumpCounters = {
    framesUp: 0,
    framesDown: 0,
    lostUp: 0,
    staleUp: 0,
    wrongLengthUp: 0,
    captureOverrunSamples: 0,
    playbackDryFrames: 0,
    playbackTrimmedSamples: 0,
  }
  readonly #path: PcmPath
  readonly #samples: Int16Array
  readonly #silence: Int16Array
  readonly #pcm: Buffer
  #nextUpSeq = 0
  #primed = false
  /** Samples' time since something to play first waited, while not primed. */
  #waitedSamples = 0

  /** One pump a session: sequence numbers begin at 0. `path` outlives it. */
  constructor(path: PcmPath, frameSamples: number) {
    this.#path = path
    this.#samples = new Int16Array(frameSamples)
    this.#silence = new Int16Array(frameSamples)
    this.#pcm = Buffer.alloc(frameSamples * 2)
  }

  /** A call begins: what is left of an earlier one must not be heard. */
  begin(): void {
    this.#path.playback.discard()
    this.#unprime()
  }

  /** False when the frame is not one, and nothing is to be sent for it. `pcm` is not kept. */
  take(seq: number, pcm: Uint8Array): boolean {
    if (pcm.length !== this.#pcm.length) {
      this.counters.wrongLengthUp++
      return false
    }
    const missing = (seq - this.#nextUpSeq) | 0
    if (missing < 0) {
      this.counters.staleUp++
      return false
    }
    this.#nextUpSeq = (seq + 1) >>> 0
    this.counters.lostUp += missing
    if (missing <= concealFramesMax) for (let i = 0; i < missing; i++) this.#capture(this.#silence)
    const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength)
    for (let i = 0; i < this.#samples.length; i++) this.#samples[i] = view.getInt16(i * 2, true)
    this.#capture(this.#samples)
    this.counters.framesUp++
    return true
  }

  /** A frame of the same stream that is not of a call. */
  pass(seq: number): void {
    if (((seq - this.#nextUpSeq) | 0) >= 0) this.#nextUpSeq = (seq + 1) >>> 0
  }

  /** The next frame to go down, little-endian; silence when there is none. Valid until the next call. */
  next(): Uint8Array {
    this.counters.framesDown++
    const frame = this.#samples.length
    const { playback } = this.#path
    const waiting = playback.available
    if (!this.#isPrimed(waiting)) return this.#pcm.fill(0)
    if (waiting > waitingSamplesMax) this.counters.playbackTrimmedSamples += playback.discard(primeSamples)
    if (waiting < frame) {
      this.counters.playbackDryFrames++
      this.#unprime()
      return this.#pcm.fill(0)
    }
    playback.read(this.#samples)
    for (let i = 0; i < frame; i++) this.#pcm.writeInt16LE(this.#samples[i]!, i * 2)
    return this.#pcm
  }

  /** Primed by depth, or by time, so that a lone last frame is heard and not kept for the next call. */
  #isPrimed(waiting: number): boolean {
    if (this.#primed) return true
    if (waiting >= this.#samples.length) this.#waitedSamples += this.#samples.length
    this.#primed = waiting >= primeSamples || this.#waitedSamples > primeSamples
    return this.#primed
  }

  #unprime(): void {
    this.#primed = false
    this.#waitedSamples = 0
  }

  #capture(frame: Int16Array): void {
    this.counters.captureOverrunSamples += frame.length - this.#path.capture.write(frame)
  }
}
