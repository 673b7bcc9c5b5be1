// The PCM of one port inside the driver's process. The device's clock paces it: each frame that comes up goes into the
// capture ring, and one frame is taken from the playback ring to go down. Up to the bridges all sound is of the device's
// clock, which is why the line's echo is cancelled here: what was played and what was heard are of the same time.
//
//   from the line ──▶ take() ── echo taken out ──▶ CaptureBridge ──▶ capture ring ──▶ audio thread
//   to the line ◀── next() ◀────────┴───────────── PlaybackBridge ◀── playback ring ◀── audio thread
import { CaptureBridge, PlaybackBridge, type PlaybackCounters } from './clock-bridge.ts'
import type { Drift } from './depth-servo.ts'
import { EchoCanceller, echoDelayMs } from './native/echo-canceller.ts'
import type { PcmPath } from './pcm-ring.ts'
import { PlayedFrames } from './played-frames.ts'

/** A gap up to here is filled with silence, so that time goes on; a longer one is a stall, not a loss. */
const concealFramesMax = 10

export interface PumpCounters extends PlaybackCounters {
  framesUp: number
  framesDown: number
  /** Never came up; silence stands in their place. */
  lostUp: number
  /** Came twice or too late. */
  staleUp: number
  wrongLengthUp: number
  /** Captured samples nobody took. */
  captureOverrunSamples: number
  /** Taken out of pauses of the far end, to make up for a stall. */
  captureTrimmedSamples: number
  /** Frames heard whose echo stayed, because what was played meanwhile was not known. */
  echoUncertain: number
}

export interface PcmPumpOptions {
  /** Outlives the pump. */
  path: PcmPath
  frameSamples: number
  /** The system's monotonic clock, as the audio thread's. */
  nowMs(): number
  /** Of the device: all its ports have one clock. */
  drift: Drift
  /** From what is played to the last of its echo; 0: the echo stays. */
  echoTailMs: number
  /** Has each frame of a call before anybody else, and may change it. */
  between?: { hear(frame: Int16Array): void; speak(frame: Int16Array): void; reset(): void } | undefined
}

export class PcmPump {
  readonly #own = {
    framesUp: 0,
    framesDown: 0,
    lostUp: 0,
    staleUp: 0,
    wrongLengthUp: 0,
    captureOverrunSamples: 0,
    echoUncertain: 0,
  }
  readonly #nowMs: () => number
  readonly #capture: CaptureBridge
  readonly #playback: PlaybackBridge
  readonly #canceller: EchoCanceller | undefined
  readonly #played: PlayedFrames
  readonly #between: PcmPumpOptions['between']
  readonly #samples: Int16Array
  readonly #silence: Int16Array
  readonly #pcm: Buffer
  #nextUpSeq = 0
  #isClosed = false

  /** One pump a session: sequence numbers begin at 0. To be closed. */
  constructor({ path, frameSamples, nowMs, drift, echoTailMs, between }: PcmPumpOptions) {
    this.#between = between
    this.#nowMs = nowMs
    this.#capture = new CaptureBridge(path.capture, frameSamples, drift)
    this.#playback = new PlaybackBridge(path.playback, frameSamples, drift)
    this.#canceller = echoTailMs > 0 ? new EchoCanceller(echoTailMs) : undefined
    this.#played = new PlayedFrames(frameSamples)
    this.#samples = new Int16Array(frameSamples)
    this.#silence = new Int16Array(frameSamples)
    this.#pcm = Buffer.alloc(frameSamples * 2)
  }

  get counters(): PumpCounters {
    return { ...this.#own, ...this.#playback.counters, captureTrimmedSamples: this.#capture.trimmedSamples }
  }

  /** From the line to what leaves the audio thread, of this port's own making, in a call; the device's own delay apart. */
  get delayUpMs(): number | undefined {
    const bridgeMs = this.#capture.delayMs
    return bridgeMs === undefined ? undefined : bridgeMs + (this.#canceller ? echoDelayMs : 0)
  }

  /** From the audio thread to the device. */
  get delayDownMs(): number | undefined {
    return this.#playback.delayMs
  }

  /** A call begins: what is left of an earlier one must not be heard, and its echo was another. */
  begin(): void {
    if (this.#isClosed) return
    this.#capture.begin()
    this.#playback.begin()
    this.#canceller?.reset()
    this.#between?.reset()
    this.#played.reset()
  }

  /**
   * False when the frame is not one, and nothing is to be sent for it. `pcm` is not kept. `playedSeq`: which of the frames
   * that went down (counted from 0) the device played while it heard this one, where it tells; 'none': silence.
   */
  take(seq: number, pcm: Uint8Array, playedSeq?: number | 'none'): boolean {
    if (this.#isClosed) return false
    if (pcm.length !== this.#pcm.length) {
      this.#own.wrongLengthUp++
      return false
    }
    const missing = (seq - this.#nextUpSeq) | 0
    if (missing < 0) {
      this.#own.staleUp++
      return false
    }
    this.#nextUpSeq = (seq + 1) >>> 0
    this.#own.lostUp += missing
    if (missing <= concealFramesMax) for (let i = 0; i < missing; i++) this.#write(this.#silence)
    const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength)
    for (let i = 0; i < this.#samples.length; i++) this.#samples[i] = view.getInt16(i * 2, true)
    this.#cancelEcho(playedSeq)
    this.#between?.hear(this.#samples)
    this.#write(this.#samples)
    this.#own.framesUp++
    return true
  }

  /** A frame of the same stream that is not of a call. */
  pass(seq: number): void {
    if (((seq - this.#nextUpSeq) | 0) >= 0) this.#nextUpSeq = (seq + 1) >>> 0
  }

  /** The next frame to go down, little-endian; silence when there is none. Valid until the next call. */
  next(): Uint8Array {
    this.#own.framesDown++
    const frame = this.#samples
    if (this.#isClosed || !this.#playback.read(frame, this.#nowMs())) frame.fill(0)
    this.#between?.speak(frame)
    this.#played.add(frame)
    for (let i = 0; i < frame.length; i++) this.#pcm.writeInt16LE(frame[i]!, i * 2)
    return this.#pcm
  }

  /** Idempotent. From now on there is only silence. */
  close(): void {
    this.#isClosed = true
    this.#capture.close()
    this.#playback.close()
    this.#canceller?.close()
  }

  #cancelEcho(playedSeq: number | 'none' | undefined): void {
    if (!this.#canceller) return
    const played = playedSeq === 'none' ? this.#silence : this.#played.at(playedSeq)
    if (!played) this.#own.echoUncertain++
    this.#canceller.cancel(this.#samples, played ?? this.#silence)
  }

  #write(frame: Int16Array): void {
    this.#own.captureOverrunSamples += this.#capture.write(frame, this.#nowMs())
  }
}
