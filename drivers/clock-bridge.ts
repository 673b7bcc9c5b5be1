// Where the sound of a port passes from the clock of its device to that of this machine, and back: the rings are read and
// written at the machine's pace by the audio thread, and here at the device's. Until the audio thread is there, sound
// passes as it is.
//
//   device ──▶ CaptureBridge ── resampled ──▶ capture ring ──▶ audio thread
//   device ◀── PlaybackBridge ◀── resampled ── playback ring ◀── audio thread
import { DepthServo, type Drift } from './depth-servo.ts'
import { matcherDelayMs, RateMatcher } from './native/rate-matcher.ts'
import type { PcmRing } from './pcm-ring.ts'

const samplesPerMs = 8
/** The audio thread's frame. */
const tickMs = 20
/** It has not come for so long: it is not there. */
const absentMs = 100
/** Below -46 dBm0 nobody hears that something is missing: a pause of the far end may be shortened by so much a frame. */
const quietPeak = 110
const cutSamplesMax = 40
/** Without a word of the audio thread's clock: gathered before playback begins, so that ticks may beat against each other. */
const primeSamples = 320
/** More than this waiting is delay that only grows. */
const waitingSamplesMax = 800

export class CaptureBridge {
  readonly #ring: PcmRing
  readonly #servo: DepthServo
  readonly #matcher = new RateMatcher()
  /** Taken out of pauses, after a stall. */
  trimmedSamples = 0
  #isRead = false
  #ppm = 0

  constructor(ring: PcmRing, frameSamples: number, drift: Drift) {
    this.#ring = ring
    const frameMs = frameSamples / samplesPerMs
    this.#servo = new DepthServo({ drift, direction: 'up', neededMs: frameMs, frameMs })
    this.#tellDepth()
  }

  begin(): void {
    this.#isRead = false
    this.#matcher.reset()
    this.#servo.reset()
    this.#ppm = this.#servo.idlePpm
  }

  /** From the newest sample that came up to its place in what leaves the audio thread; undefined outside calls. */
  get delayMs(): number | undefined {
    const { depthMs } = this.#servo
    return this.#isRead && depthMs !== undefined ? depthMs + tickMs + matcherDelayMs : undefined
  }

  /** Returns how many samples found no room. */
  write(frame: Int16Array, nowMs: number): number {
    const ring = this.#ring
    const sinceReadMs = ring.msSinceRead(nowMs)
    const isThere = sinceReadMs < absentMs
    this.#isRead ||= isThere
    if (!this.#isRead) {
      ring.noteWritten(nowMs)
      return frame.length - ring.write(frame)
    }
    const matcher = this.#matcher
    matcher.input.set(frame)
    const made = matcher.match(frame.length, matcher.output.length, isThere ? this.#ppm : this.#servo.idlePpm)
    const cut = isThere ? this.#surplusIn(frame) : 0
    const lost = made - cut - ring.write(matcher.output, made - cut)
    ring.noteWritten(nowMs)
    if (!isThere) {
      this.#servo.reset()
      return lost
    }
    this.#ppm = this.#servo.next(ring.available / samplesPerMs - sinceReadMs)
    this.#tellDepth()
    return lost
  }

  close(): void {
    this.#matcher.close()
  }

  /** Samples by which this frame may be shorter. */
  #surplusIn(frame: Int16Array): number {
    const surplusMs = this.#servo.surplusMs
    if (surplusMs === 0 || frame.some((sample) => Math.abs(sample) > quietPeak)) return 0
    const cut = Math.min(cutSamplesMax, Math.floor(surplusMs * samplesPerMs))
    this.trimmedSamples += cut
    this.#servo.cut(cut / samplesPerMs)
    return cut
  }

  /** The reader sees the ring just before it takes a frame, we just after we gave one. */
  #tellDepth(): void {
    this.#ring.wantedSamples = Math.round((this.#servo.targetMs + tickMs) * samplesPerMs)
  }
}

export interface PlaybackCounters {
  /** Frames of silence sent because playback ran dry in a call. */
  playbackDryFrames: number
  /** Thrown away because too many waited. */
  playbackTrimmedSamples: number
}

export class PlaybackBridge {
  readonly counters: PlaybackCounters = { playbackDryFrames: 0, playbackTrimmedSamples: 0 }
  readonly #ring: PcmRing
  readonly #frameMs: number
  readonly #servo: DepthServo
  readonly #matcher = new RateMatcher()
  /** Samples of the matcher's input that it has not used yet. */
  #pending = 0
  #ppm = 0
  #isPrimed = false
  /** Samples' time since something to play first waited, while not primed. */
  #waitedSamples = 0

  constructor(ring: PcmRing, frameSamples: number, drift: Drift) {
    this.#ring = ring
    this.#frameMs = frameSamples / samplesPerMs
    this.#servo = new DepthServo({ drift, direction: 'down', neededMs: tickMs, frameMs: this.#frameMs })
  }

  begin(): void {
    this.#ring.discard()
    this.#unprime()
  }

  /** From the audio thread's tick to the device's fetching it; undefined outside calls. */
  get delayMs(): number | undefined {
    const { depthMs } = this.#servo
    return depthMs === undefined ? undefined : depthMs + matcherDelayMs
  }

  /** Fills the frame, or returns false: there is nothing to be played. */
  read(frame: Int16Array, nowMs: number): boolean {
    const ring = this.#ring
    const sinceMs = ring.msSinceWritten(nowMs)
    if (!this.#prime(frame.length, sinceMs)) return false
    if (ring.available > waitingSamplesMax)
      this.counters.playbackTrimmedSamples += ring.discard(
        sinceMs < absentMs ? this.#samplesAt(this.#servo.targetMs, sinceMs) : primeSamples,
      )
    ring.noteRead(nowMs)
    const isFilled = sinceMs === Number.POSITIVE_INFINITY ? this.#copy(frame) : this.#match(frame)
    if (!isFilled) {
      this.counters.playbackDryFrames++
      this.#unprime()
    } else if (sinceMs < absentMs) this.#ppm = this.#servo.next(this.#waiting / samplesPerMs + sinceMs)
    return isFilled
  }

  close(): void {
    this.#matcher.close()
  }

  get #waiting(): number {
    return this.#ring.available + this.#pending
  }

  /** What must wait for the depth after a read to be this. */
  #samplesAt(depthMs: number, sinceMs: number): number {
    return Math.max(0, Math.round((depthMs + this.#frameMs - Math.min(sinceMs, tickMs)) * samplesPerMs))
  }

  /** Primed by depth, or by time, so that a lone last frame is heard and not kept for the next call. */
  #prime(frameSamples: number, sinceMs: number): boolean {
    if (this.#isPrimed) return true
    const waiting = this.#ring.available
    if (waiting >= frameSamples) this.#waitedSamples += frameSamples
    const wanted = sinceMs < absentMs ? this.#samplesAt(this.#servo.targetMs, sinceMs) : primeSamples
    this.#isPrimed = waiting >= wanted || this.#waitedSamples > primeSamples
    if (this.#isPrimed && sinceMs < absentMs && waiting > wanted) this.#ring.discard(wanted)
    return this.#isPrimed
  }

  #unprime(): void {
    this.#isPrimed = false
    this.#waitedSamples = 0
    this.#pending = 0
    this.#matcher.reset()
    this.#servo.reset()
    this.#ppm = this.#servo.idlePpm
  }

  #copy(frame: Int16Array): boolean {
    if (this.#ring.available < frame.length) return false
    this.#ring.read(frame)
    return true
  }

  #match(frame: Int16Array): boolean {
    const { input, output } = this.#matcher
    const wanted = Math.max(0, frame.length + 1 - this.#pending)
    const taken = Math.min(wanted, this.#ring.available)
    this.#ring.read(input.subarray(this.#pending, this.#pending + taken))
    const count = this.#pending + taken
    const made = this.#matcher.match(count, frame.length, this.#ppm)
    const { used } = this.#matcher
    input.copyWithin(0, used, count)
    this.#pending = count - used
    if (made < frame.length) return false
    frame.set(output.subarray(0, frame.length))
    return true
  }
}
