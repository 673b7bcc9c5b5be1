// The recordings of the audio loop: which ports are on which channel, and one frame of each written per tick.
import type { HearAfterwards } from '../media/loop-port.ts'
import { type PortId, telephoneFormat } from '../media/port.ts'
import type { RecordingRing } from '../media/recording-ring.ts'
import type { RecordedChannels } from './audio.ts'

/** A port of the loop, as far as recordings go. */
export interface Recorded {
  /** What its far end said in this tick, if anything. */
  heard: Int16Array
  isHeard: boolean
  /** That hold what its far end says; the last of them. */
  recordings: number
  recording: Recording | undefined
  /** Takes what its far end has said in ticks that it was left alone for, one by one; how many it was told of. */
  hearAfterwards: HearAfterwards | undefined
  caughtUp: number
  /** A copy of what it was sent in this tick, kept while a recording holds that. */
  sent: Int16Array | undefined
  isSentRecorded: boolean
  isSent: boolean
}

export interface Recording {
  readonly recordingId: number
  readonly ring: RecordingRing
  channels: RecordedChannels
  /** Both of its ports are left alone: it is written when they wake. */
  isResting: boolean
}

export class LoopRecordings {
  readonly #ports: ReadonlyMap<PortId, Recorded>
  readonly #recordings: Recording[] = []

  constructor(ports: ReadonlyMap<PortId, Recorded>) {
    this.#ports = ports
  }

  get count(): number {
    return this.#recordings.length
  }

  add(recordingId: number, ring: RecordingRing, channels: RecordedChannels): void {
    this.#recordings.push({ recordingId, ring, channels, isResting: false })
    this.assign()
  }

  tap(recordingId: number, channels: RecordedChannels): void {
    const recording = this.#recordings.find((one) => one.recordingId === recordingId)
    if (recording) recording.channels = channels
    this.assign()
  }

  remove(recordingId: number): void {
    const at = this.#recordings.findIndex((recording) => recording.recordingId === recordingId)
    if (at >= 0) this.#recordings.splice(at, 1)
    this.assign()
  }

  clear(): void {
    this.#recordings.length = 0
  }

  /** False: the two cannot be left alone, for the recordings of them are not one of both. All of them are awake. */
  beginRest(one: Recorded, other: Recorded): boolean {
    if (one.recordings === 0 && other.recordings === 0) return true
    const { recording } = one
    if (recording === undefined || recording !== other.recording) return false
    if (one.recordings > 1 || other.recordings > 1) return false
    recording.isResting = true
    one.caughtUp = other.caughtUp = 0
    return true
  }

  /** Both have told what they heard in so many ticks, unless one of them failed. */
  rested(one: Recorded, other: Recorded, ticks: number): void {
    const { recording } = one
    if (!recording?.isResting) return
    while (one.caughtUp < ticks) one.hearAfterwards!(false)
    while (other.caughtUp < ticks) other.hearAfterwards!(false)
    recording.ring.publish(ticks)
    recording.isResting = false
  }

  /** After a tick. */
  write(): void {
    for (let r = 0; r < this.#recordings.length; r++) {
      const { ring, channels, isResting } = this.#recordings[r]!
      if (isResting) continue
      const { left, right, sentTo } = channels
      ring.write(this.#heardFrom(left), sentTo === undefined ? this.#heardFrom(right) : this.#sentTo(sentTo))
    }
  }

  /** A tick that could not be done. */
  skip(): void {
    for (let r = 0; r < this.#recordings.length; r++) this.#recordings[r]!.ring.write(false, false)
  }

  /** Tells the ports what of theirs is recorded: whenever there are others. All of them are awake. */
  assign(): void {
    for (const port of this.#ports.values()) {
      port.isSentRecorded = false
      port.recordings = 0
      port.recording = port.hearAfterwards = undefined
    }
    for (const recording of this.#recordings) {
      const { left, right, sentTo } = recording.channels
      this.#assignHeard(recording, left, 0)
      if (sentTo === undefined) this.#assignHeard(recording, right, 1)
      const port = sentTo === undefined ? undefined : this.#ports.get(sentTo)
      if (port === undefined) continue
      port.sent ??= new Int16Array(telephoneFormat.frameSamples)
      port.isSentRecorded = true
    }
  }

  #assignHeard(recording: Recording, portId: PortId | undefined, channel: 0 | 1): void {
    const port = portId === undefined ? undefined : this.#ports.get(portId)
    if (port === undefined) return
    port.recordings++
    port.recording = recording
    port.hearAfterwards = (frame) => recording.ring.place(channel, port.caughtUp++, frame)
  }

  #heardFrom(portId: PortId | undefined): Int16Array | false {
    const port = portId === undefined ? undefined : this.#ports.get(portId)
    return port?.isHeard ? port.heard : false
  }

  #sentTo(portId: PortId): Int16Array | false {
    const port = this.#ports.get(portId)
    return port?.isSent && port.sent !== undefined ? port.sent : false
  }
}
