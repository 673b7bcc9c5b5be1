// Stereo samples on their way from the audio thread to the disk: a ring in shared memory, one per recording. The audio
// thread never waits for the disk: a full ring drops the newest frames and counts them.
import { telephoneFormat } from './port.ts'

/** Stereo samples held: a power of two, 4 s. The disk side fetches every second or oftener. */
const ringSamples = 32768
const headerBytes = 32
const writeIndex = 0
const readIndex = 1
const overrunSamples = 2

export const recordingRingBytes = headerBytes + ringSamples * 4

export class RecordingRing {
  readonly memory: SharedArrayBuffer
  readonly #header: Int32Array
  readonly #samples: Int16Array

  /** A new ring, or the view of one made by the other thread. */
  constructor(memory = new SharedArrayBuffer(recordingRingBytes)) {
    this.memory = memory
    this.#header = new Int32Array(memory, 0, headerBytes / 4)
    this.#samples = new Int16Array(memory, headerBytes)
  }

  /** Audio thread: one frame of each channel, false for silence. */
  write(left: Int16Array | false, right: Int16Array | false): void {
    this.place(0, 0, left)
    this.place(1, 0, right)
    this.publish(1)
  }

  /** Audio thread: so many frames are there on both channels. Those for which there is no room are lost, and counted. */
  publish(frames: number): void {
    const { frameSamples } = telephoneFormat
    const fitting = Math.min(frames, this.#room())
    Atomics.add(this.#header, writeIndex, fitting * frameSamples)
    if (fitting < frames) Atomics.add(this.#header, overrunSamples, (frames - fitting) * frameSamples)
  }

  /** Frames. */
  #room(): number {
    const used = (Atomics.load(this.#header, writeIndex) - Atomics.load(this.#header, readIndex)) >>> 0
    return Math.floor((ringSamples - used) / telephoneFormat.frameSamples)
  }

  /** Audio thread: a frame of one channel, false for silence, `ahead` frames behind what was published. */
  place(channel: 0 | 1, ahead: number, frame: Int16Array | false): void {
    if (ahead >= this.#room()) return
    const { frameSamples } = telephoneFormat
    const samples = this.#samples
    const head = Atomics.load(this.#header, writeIndex) + ahead * frameSamples
    const mask = ringSamples - 1
    if (frame === false) for (let i = 0; i < frameSamples; i++) samples[((head + i) & mask) * 2 + channel] = 0
    else for (let i = 0; i < frameSamples; i++) samples[((head + i) & mask) * 2 + channel] = frame[i]!
  }

  /**
   * Disk side: interleaved samples that wait, as far as they lie in one piece, little-endian as the machine is. The
   * memory is the ring's own: theirs until they are released.
   */
  waiting(): Int16Array {
    const tail = Atomics.load(this.#header, readIndex)
    const ready = (Atomics.load(this.#header, writeIndex) - tail) >>> 0
    const at = tail & (ringSamples - 1)
    return this.#samples.subarray(at * 2, (at + Math.min(ready, ringSamples - at)) * 2)
  }

  /** Disk side: so many stereo samples have been fetched. */
  release(samples: number): void {
    Atomics.add(this.#header, readIndex, samples)
  }

  /** Disk side: copies what waits into `into`. Returns stereo samples. */
  read(into: Int16Array): number {
    let at = 0
    for (;;) {
      const piece = this.waiting().subarray(0, into.length - at)
      if (piece.length === 0) return at / 2
      into.set(piece, at)
      at += piece.length
      this.release(piece.length / 2)
    }
  }

  /** Stereo samples lost because the disk side did not fetch them. */
  get overrunSamples(): number {
    return Atomics.load(this.#header, overrunSamples) >>> 0
  }
}
