// Puts RTP audio back onto the clock: packets go in when they come, 20 ms come out each tick. Samples are placed by
// their RTP timestamp, so order, duplicates and packet length do not matter. All storage is made at birth.
//
//   insert, or arrive … place ─▶ ring of samples, one flag each ─▶ read: flagged ones as they are, the others concealed,
//                                                                  or noise where the far end is known to be silent
//
// The delay starts at 40 ms and stays between 20 and 200. It grows at once when the newest packet comes too late to be
// played, and shrinks by one frame in a quiet moment when for two seconds every packet was early: by more than a frame
// and half of what their arrival varied by.
import type { G711 } from '../../drivers/codec/g711.ts'
import { ComfortNoise } from './comfort-noise.ts'
import { Concealment } from './concealment.ts'
import { telephoneFormat } from './port.ts'

const { frameSamples, rateHz } = telephoneFormat
const samplesPerMs = rateHz / 1000

/** A power of two, 512 ms. */
const ringSamples = 4096
const startDelaySamples = 40 * samplesPerMs
const maximumDelaySamples = 200 * samplesPerMs
/** Between these two lies what the latest packet of a window may come early by, by the window's jitter. */
const leastMarginSamples = 20 * samplesPerMs
const mostMarginSamples = 40 * samplesPerMs
/** Further off than this, the sender's timestamps have jumped. */
const jumpSamples = 1000 * samplesPerMs
/** This many late packets in a row, none in time: the sender's clock has stepped. */
const lateRunLimit = 5
const windowReads = 100
/** Early by so much more than needed that the delay is cut without waiting for a quiet moment. */
const urgentSurplusSamples = 100 * samplesPerMs
/** About -45 dBm0: a frame whose loss is not heard. */
const quietPeak = 130
/** Without a packet for this long, the stream is over; the next packet starts one. */
const idleReads = 25
/** A far end that is silent on purpose may be so for longer: half a minute. */
const pauseReads = 1500

export class JitterBuffer {
  /** Frames in which at least one sample was made up, while a packet was missing. */
  concealedFrames = 0
  /** Frames of nothing within a stream: concealment had faded out. */
  silentFrames = 0
  /** Frames of noise, the far end being silent on purpose (RFC 3389, Opus DTX). */
  noiseFrames = 0
  /** Packets thrown away because their time was over. */
  latePackets = 0
  /** Frames of delay put in, and taken out. */
  insertedFrames = 0
  discardedFrames = 0
  /** Fresh starts because timestamps had jumped. */
  resyncs = 0

  readonly #ring = new Int16Array(ringSamples)
  readonly #present = new Uint8Array(ringSamples)
  readonly #concealment = new Concealment()
  readonly #noise = new ComfortNoise()
  /** The far end is silent on purpose from here on, up to `#pauseEnd` when that is known. */
  #pauseStart = 0
  #pauseEnd = 0
  /** The pause before that: between two packets of noise its end may still have to be played when the next one begins. */
  #lastPauseStart = 0
  #lastPauseEnd = 0
  #pausing = false
  #running = false
  /** RTP timestamp of the next sample to be read. Like all timestamps here modulo 2^32, kept as int32. */
  #playout = 0
  #streamStart = 0
  #newestEnd = 0
  /** How long the earliest packets wait; bounded by `maximumDelaySamples`. */
  #delaySamples = startDelaySamples
  #pendingInserts = 0
  #lateRun = 0
  #readsSincePacket = 0
  // Of the present window: its age, and how long before their time its latest and its earliest packet came.
  #windowReads = 0
  #leastSlack = ringSamples
  #mostSlack = 0
  #surplusSamples = 0
  #eventStart = 0
  #eventSamples = 0

  /** There is a stream. */
  get running(): boolean {
    return this.#running
  }

  /** Timestamp of the sample that is read next. */
  get playout(): number {
    return this.#playout
  }

  /** Timestamp behind the newest sample. */
  get newestEnd(): number {
    return this.#newestEnd
  }

  get delayMs(): number {
    return this.#delaySamples / samplesPerMs
  }

  /** How long it is until this sample is played; negative: it has been. */
  slackOf(timestamp: number): number {
    return (timestamp - this.#playout) | 0
  }

  /** Forgets the stream: the next packet starts a new one. Counters stay. */
  reset(): void {
    this.#running = false
    this.#pausing = false
    this.#pauseEnd = this.#pauseStart
    this.#lastPauseEnd = this.#lastPauseStart
    this.#eventSamples = 0
    this.#present.fill(0)
    this.#concealment.reset()
  }

  insert(timestamp: number, octets: Uint8Array, offset: number, count: number, law: G711): void {
    if (!this.arrive(timestamp, count)) return
    const decoded = law.decoded
    const ring = this.#ring
    // In one or two straight runs: the ring may end in between.
    for (let i = Math.max(0, -this.slackOf(timestamp)); i < count; ) {
      const at = (timestamp + i) & (ringSamples - 1)
      const run = Math.min(count - i, ringSamples - at)
      for (let k = 0; k < run; k++) ring[at + k] = decoded[octets[offset + i + k]!]!
      this.#present.fill(1, at, at + run)
      i += run
    }
    this.#notePlaced(timestamp, count)
  }

  /** A packet for this time has come; its samples are placed later. False: its time is over, it is not needed. */
  arrive(timestamp: number, count: number): boolean {
    if (!this.#running) this.#start(timestamp)
    let slack = (timestamp - this.#playout) | 0
    if (slack < -jumpSamples || slack + count > ringSamples) {
      this.resyncs++
      this.#start(timestamp)
      slack = (timestamp - this.#playout) | 0
    }
    this.#readsSincePacket = 0
    const isNewest = ((timestamp - this.#newestEnd) | 0) >= 0
    if (slack < 0) slack = this.#meetLate(timestamp, slack, isNewest)
    if (slack + count <= 0) {
      this.latePackets++
      return false
    }
    if (slack >= 0) {
      this.#lateRun = 0
      if (slack < this.#leastSlack) this.#leastSlack = slack
      if (slack > this.#mostSlack) this.#mostSlack = slack
    }
    this.#noteEnd((timestamp + count) | 0)
    return true
  }

  /** The samples of a packet that has arrived, or of one that was lost and could be had otherwise. */
  place(timestamp: number, samples: Int16Array, count: number): void {
    const slack = this.slackOf(timestamp)
    if (!this.#running || slack + count > ringSamples) return
    for (let i = Math.max(0, -slack); i < count; i++) {
      const at = (timestamp + i) & (ringSamples - 1)
      this.#ring[at] = samples[i]!
      this.#present[at] = 1
    }
    this.#notePlaced(timestamp, count)
  }

  /** From this time on the far end is silent on purpose, until more of it is placed; at the level told, or as now. */
  pause(timestamp: number, levelDb: number | undefined, background?: Int16Array): void {
    if (!this.#running) return
    this.#readsSincePacket = 0
    if (levelDb !== undefined) this.#noise.setLevel(levelDb)
    else if (background) this.#noise.match(background, 0, background.length)
    if (this.#pausing) return
    this.#lastPauseStart = this.#pauseStart
    this.#lastPauseEnd = this.#pauseEnd
    this.#pausing = true
    this.#pauseStart = timestamp | 0
  }

  /**
   * An event (RFC 4733) stands for the audio of this time, and its packet for the next 20 ms of it: silence is heard,
   * nothing is missing, and a tone sent beside the event is not let through. Without a timestamp it is not known where
   * in the audio the event stands.
   */
  standIn(timestamp: number | undefined, samples: number): void {
    if (!this.#running) return
    this.#readsSincePacket = 0
    if (timestamp !== undefined) {
      this.#eventStart = timestamp | 0
      this.#eventSamples = Math.min(samples, ringSamples)
      this.#silence(this.#eventStart, this.#eventSamples)
    }
    if (((this.#newestEnd - this.#playout) | 0) > ringSamples - 2 * frameSamples) return
    this.#silence(this.#newestEnd, frameSamples)
    this.#noteEnd((this.#newestEnd + frameSamples) | 0)
  }

  /** Fills the frame. False when there is nothing to hear in it (the frame may have been zeroed). */
  read(frame: Int16Array): boolean {
    if (!this.#running) return false
    if (++this.#readsSincePacket > (this.#pausing ? pauseReads : idleReads)) {
      this.reset()
      return false
    }
    if (this.#pendingInserts > 0) {
      this.#pendingInserts--
      this.insertedFrames++
      return this.#concealment.make(frame, 0, frameSamples)
    }
    const audible = this.#readRuns(frame)
    this.#advance(frameSamples)
    this.#adapt(frame)
    return audible
  }

  /** Copies samples that are yet to be read, and leaves them there; silence for those that are missing. */
  peek(frame: Int16Array, timestamp: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const at = (timestamp + i) & (ringSamples - 1)
      frame[i] = this.#present[at] === 1 ? this.#ring[at]! : 0
    }
  }

  /** Lets 20 ms pass unheard: nobody listens, or the loop has skipped a tick. */
  skipFrame(): void {
    if (!this.#running) return
    if (++this.#readsSincePacket > (this.#pausing ? pauseReads : idleReads)) this.reset()
    else this.#advance(frameSamples)
  }

  #start(timestamp: number): void {
    this.reset()
    this.#running = true
    this.#streamStart = timestamp | 0
    this.#newestEnd = timestamp | 0
    this.#playout = (timestamp - startDelaySamples) | 0
    this.#delaySamples = startDelaySamples
    this.#pendingInserts = 0
    this.#lateRun = 0
    this.#readsSincePacket = 0
    this.#openWindow()
    this.#surplusSamples = 0
  }

  #notePlaced(timestamp: number, count: number): void {
    if (this.#pausing && ((timestamp - this.#pauseStart) | 0) >= 0) {
      this.#pausing = false
      this.#pauseEnd = timestamp | 0
    }
    this.#noteEnd((timestamp + count) | 0)
    if (this.#eventSamples > 0) this.#silence(this.#eventStart, this.#eventSamples)
  }

  /** The far end said nothing at this time because it had nothing to say. */
  #isPause(timestamp: number): boolean {
    if (((timestamp - this.#lastPauseStart) | 0) >= 0 && ((timestamp - this.#lastPauseEnd) | 0) < 0) return true
    if (((timestamp - this.#pauseStart) | 0) < 0) return false
    return this.#pausing || ((timestamp - this.#pauseEnd) | 0) < 0
  }

  #openWindow(): void {
    this.#windowReads = 0
    this.#leastSlack = ringSamples
    this.#mostSlack = 0
  }

  /** A packet whose time has come already. Returns its slack after the delay was mended, if it could be. */
  #meetLate(timestamp: number, slack: number, isNewest: boolean): number {
    this.#leastSlack = 0
    const room = maximumDelaySamples - this.#delaySamples
    // Nothing behind it has been played: going back by its lateness loses not a sample.
    if (isNewest && -slack <= room) {
      this.#playout = timestamp | 0
      this.#delaySamples -= slack
      this.#lateRun = 0
      return 0
    }
    if (++this.#lateRun >= lateRunLimit) {
      this.resyncs++
      this.#start(timestamp)
      return (timestamp - this.#playout) | 0
    }
    if (room >= frameSamples) {
      this.#pendingInserts++
      this.#delaySamples += frameSamples
    }
    return slack
  }

  #noteEnd(end: number): void {
    if (((end - this.#newestEnd) | 0) > 0) this.#newestEnd = end
  }

  /** Of these samples, those that are yet to be played. */
  #silence(timestamp: number, count: number): void {
    const slack = (timestamp - this.#playout) | 0
    for (let i = Math.max(0, -slack); i < count && slack + i < ringSamples; i++) {
      const at = (timestamp + i) & (ringSamples - 1)
      this.#ring[at] = 0
      this.#present[at] = 1
    }
  }

  #readRuns(frame: Int16Array): boolean {
    let audible = false
    let concealed = false
    let silent = false
    let noise = false
    for (let from = 0; from < frameSamples; ) {
      const present = this.#present[(this.#playout + from) & (ringSamples - 1)]!
      let to = from
      while (to < frameSamples && this.#present[(this.#playout + to) & (ringSamples - 1)] === present) to++
      if (present) {
        for (let i = from; i < to; i++) frame[i] = this.#ring[(this.#playout + i) & (ringSamples - 1)]!
        this.#concealment.hear(frame, from, to - from)
        audible = true
      } else if (((this.#playout + from - this.#streamStart) | 0) < 0) {
        frame.fill(0, from, to) // the initial delay: nothing was sent for this time
      } else if (this.#isPause((this.#playout + from) | 0)) {
        if (this.#noise.fill(frame, from, to - from)) audible = true
        noise = true
      } else if (this.#concealment.make(frame, from, to - from)) {
        concealed = true
      } else {
        silent = true
      }
      from = to
    }
    if (concealed) this.concealedFrames++
    else if (silent) this.silentFrames++
    else if (noise) this.noiseFrames++
    return audible || concealed
  }

  #advance(samples: number): void {
    const at = this.#playout & (ringSamples - 1)
    const tail = Math.min(samples, ringSamples - at)
    this.#present.fill(0, at, at + tail)
    if (tail < samples) this.#present.fill(0, 0, samples - tail)
    this.#playout = (this.#playout + samples) | 0
  }

  /** Once a window, sees how early the latest packet was; drops one frame at a time, a quiet one unless it is urgent. */
  #adapt(frame: Int16Array): void {
    if (++this.#windowReads >= windowReads) {
      if (this.#leastSlack !== ringSamples) {
        const margin = leastMarginSamples + (this.#mostSlack - this.#leastSlack) / 2
        this.#surplusSamples = this.#leastSlack - Math.min(margin, mostMarginSamples)
        this.#delaySamples = this.#mostSlack
      }
      this.#openWindow()
    }
    if (this.#surplusSamples < frameSamples) return
    if (this.#surplusSamples < urgentSurplusSamples && !isQuiet(frame)) return
    this.#surplusSamples -= frameSamples
    this.#delaySamples -= frameSamples
    this.discardedFrames++
    this.#advance(frameSamples)
  }
}

function isQuiet(frame: Int16Array): boolean {
  for (let i = 0; i < frame.length; i++) if (frame[i]! > quietPeak || frame[i]! < -quietPeak) return false
  return true
}
