// A telephone line's audio: two rings of samples shared with the driver's process, which brings the device's clock to
// ours. Frames come in bursts, so that a small cushion is kept: as much as the driver finds it needs.

import type { SharedMemory } from '../../drivers/native/shared-memory.ts'
import { type PcmPath, pcmPath } from '../../drivers/pcm-ring.ts'
import { Concealment } from './concealment.ts'
import { DigitDetector } from './digit-detector.ts'
import { DigitQueue } from './digit-queue.ts'
import type { DetectorSource, LoopPort, Report } from './loop-port.ts'
import { frameMs, type PortCounters, type PortId, telephoneFormat } from './port.ts'
import { SilenceWatch } from './silence-watch.ts'
import { ToneSender } from './tone-sender.ts'
import type { ToneSupervisor } from './tone-supervisor.ts'

const { frameSamples, rateHz } = telephoneFormat
const samplesPerMs = rateHz / 1000
/** Read once this much is there, where the driver does not say: a frame, and one more for its unevenness. */
const cushionSamples = 40 * samplesPerMs
/** More than the cushion by this much is delay that only grows. */
const surplusSamples = 20 * samplesPerMs
/** What the driver leaves waiting on purpose, and a frame. */
const maximumPlaybackSamples = 80 * samplesPerMs
/** What was fetched from the ring is on its way, and in the hardware's own cushion, for so long: a board holds two frames. */
const hardwareDelayMs = 100

export class LinePort implements LoopPort {
  readonly id: PortId
  readonly format = telephoneFormat
  readonly detector: DigitDetector
  readonly #name: string
  readonly #memory: SharedMemory
  readonly #path: PcmPath
  readonly #report: Report
  readonly #nowMs: () => number
  readonly #supervisor: ToneSupervisor | undefined
  readonly #silenceWatch: SilenceWatch | undefined
  readonly #concealment = new Concealment()
  readonly #digits: DigitQueue
  readonly #tones: ToneSender
  readonly #toneFrame = new Int16Array(frameSamples)
  readonly #silence = new Int16Array(frameSamples)
  readonly #counters = {
    framesHeard: 0,
    framesSent: 0,
    underrunFrames: 0,
    concealedFrames: 0,
    discardedSamples: 0,
    playbackDroppedFrames: 0,
    digitsReceived: 0,
    tonesHeard: 0,
    digitsRefused: 0,
  }
  #filling = true
  #closed = false

  /** Owns `memory` from now on. What the ring holds from before is thrown away. */
  constructor(options: {
    id: PortId
    name: string
    memory: SharedMemory
    detectors: DetectorSource
    /** Listens for the exchange's tones. */
    supervisor?: ToneSupervisor | undefined
    /** Told as `lineSilent` once neither side has said anything for so long; 0: never. */
    silentAfterMs?: number
    report: Report
    /** The system's monotonic clock, at the begin of the tick. */
    nowMs(): number
  }) {
    const { id, report } = options
    this.id = id
    this.#report = report
    this.#nowMs = options.nowMs
    this.#name = options.name
    this.#supervisor = options.supervisor
    const { silentAfterMs = 0 } = options
    if (silentAfterMs > 0)
      this.#silenceWatch = new SilenceWatch(silentAfterMs, (silentMs) =>
        report({ type: 'lineSilent', portId: id, silentMs }),
      )
    this.#memory = options.memory
    this.#path = pcmPath(options.memory.memory, options.memory.byteOffset)
    this.detector = new DigitDetector(options.detectors.open({ filterDialTone: false }), (digit, durationMs) => {
      this.#counters.digitsReceived++
      report({ type: 'digitReceived', portId: id, digit, source: 'inBand', durationMs })
    })
    this.#digits = new DigitQueue((requestId) => report({ type: 'digitsSent', requestId }))
    this.#tones = new ToneSender(this.#digits)
    this.#path.capture.discard()
  }

  readonly #tellTone = (tone: string) => {
    this.#counters.tonesHeard++
    this.#report({ type: 'toneHeard', portId: this.id, tone })
  }

  get(frame: Int16Array): boolean {
    const ring = this.#path.capture
    const nowMs = this.#nowMs()
    if (this.#filling) {
      if (!this.#fill(nowMs)) return this.#conceal(frame)
      this.#filling = false
    }
    const cushion = Math.max(cushionSamples, ring.wantedSamples)
    if (ring.available > cushion + surplusSamples) this.#counters.discardedSamples += ring.discard(cushion)
    ring.noteRead(nowMs)
    if (ring.available < frameSamples) {
      // One frame of waiting: what comes meanwhile is the cushion again.
      this.#counters.underrunFrames++
      return this.#conceal(frame)
    }
    ring.read(frame)
    this.#concealment.hear(frame, 0, frameSamples)
    this.#counters.framesHeard++
    this.#supervisor?.hear(frame, this.#tellTone)
    this.#silenceWatch?.add(frame)
    return true
  }

  put(frame: Int16Array | false): void {
    let outgoing = frame === false ? this.#silence : frame
    if (this.#tones.next(this.#toneFrame)) {
      outgoing = this.#toneFrame
      this.detector.expectEcho()
    }
    this.#silenceWatch?.add(outgoing)
    this.#silenceWatch?.tick()
    const ring = this.#path.playback
    if (ring.available > maximumPlaybackSamples) {
      // The driver does not fetch: what it would play later would only be late.
      this.#counters.playbackDroppedFrames++
      return
    }
    ring.write(outgoing)
    ring.noteWritten(this.#nowMs())
    this.#counters.framesSent++
  }

  get outputTicks(): number {
    return Math.ceil(this.#path.playback.available / frameSamples + hardwareDelayMs / frameMs)
  }

  /** Nothing to be done: the ring is cut to its bound at the next get. */
  skip(): void {}

  sendDigits(digits: string, requestId: number): void {
    if (this.#digits.push(digits, requestId)) return
    this.#counters.digitsRefused += digits.length
    this.#report({ type: 'digitsSent', requestId })
  }

  describe(): string {
    const queuedMs = (samples: number) => Math.round(samples / samplesPerMs)
    const { capture, playback } = this.#path
    return `line:${this.#name} ring ${queuedMs(capture.available)}ms/${queuedMs(playback.available)}ms`
  }

  counters(): PortCounters {
    return {
      ...this.#counters,
      ownDigitsIgnored: this.detector.ownDigits,
      tonesDoubted: this.#supervisor?.doubted ?? 0,
      captureOverrunSamples: this.#closed ? 0 : this.#path.capture.overrunSamples,
    }
  }

  close(): void {
    if (this.#closed) return
    this.#digits.abandon()
    this.detector.close()
    this.#supervisor?.close()
    this.#closed = true
    this.#memory.unmap()
  }

  /** Begins with just what the driver wants to be there; what it has just written counts by how long ago that was. */
  #fill(nowMs: number): boolean {
    const ring = this.#path.capture
    const wanted = ring.wantedSamples
    if (wanted === 0) return ring.available >= cushionSamples
    const aged = Math.min(frameMs, ring.msSinceWritten(nowMs)) * samplesPerMs
    if (ring.available + aged < wanted || ring.available < frameSamples) return false
    this.#counters.discardedSamples += ring.discard(Math.max(frameSamples, Math.round(wanted - aged)))
    return true
  }

  #conceal(frame: Int16Array): boolean {
    if (this.#counters.framesHeard === 0 || !this.#concealment.make(frame, 0, frameSamples)) return false
    this.#counters.concealedFrames++
    return true
  }
}
