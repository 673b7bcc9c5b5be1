// The recordings of the audio loop: which ports are on which channel, and one frame of each written per tick.
import { type PortId, telephoneFormat } from '../media/port.ts'
import type { RecordingRing } from '../media/recording-ring.ts'
import type { RecordedChannels } from './audio.ts'

/** A port of the loop, as far as recordings go. */
export interface Recorded {
  /** What its far end said in this tick, if anything. */
  heard: Int16Array
  isHeard: boolean
  isWanted: boolean
  /** A copy of what it was sent in this tick, kept while a recording holds that. */
  sent: Int16Array | undefined
  isSentRecorded: boolean
  isSent: boolean
}

interface Recording {
  recordingId: number
  ring: RecordingRing
  channels: RecordedChannels
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
    this.#recordings.push({ recordingId, ring, channels })
    this.#keepSent()
  }

  tap(recordingId: number, channels: RecordedChannels): void {
    const recording = this.#recordings.find((one) => one.recordingId === recordingId)
    if (recording) recording.channels = channels
    this.#keepSent()
  }

  remove(recordingId: number): void {
    const at = this.#recordings.findIndex((recording) => recording.recordingId === recordingId)
    if (at >= 0) this.#recordings.splice(at, 1)
    this.#keepSent()
  }

  clear(): void {
    this.#recordings.length = 0
  }

  /** Before a tick: whose far end has to be listened to. */
  want(): void {
    for (let r = 0; r < this.#recordings.length; r++) {
      const { left, right } = this.#recordings[r]!.channels
      this.#want(left)
      this.#want(right)
    }
  }

  /** After a tick. */
  write(): void {
    for (let r = 0; r < this.#recordings.length; r++) {
      const { ring, channels } = this.#recordings[r]!
      const { left, right, sentTo } = channels
      ring.write(this.#heardFrom(left), sentTo === undefined ? this.#heardFrom(right) : this.#sentTo(sentTo))
    }
  }

  /** A tick that could not be done. */
  skip(): void {
    for (let r = 0; r < this.#recordings.length; r++) this.#recordings[r]!.ring.write(false, false)
  }

  #keepSent(): void {
    for (const port of this.#ports.values()) port.isSentRecorded = false
    for (const { channels } of this.#recordings) {
      const port = channels.sentTo === undefined ? undefined : this.#ports.get(channels.sentTo)
      if (port === undefined) continue
      port.sent ??= new Int16Array(telephoneFormat.frameSamples)
      port.isSentRecorded = true
    }
  }

  #want(portId: PortId | undefined): void {
    const port = portId === undefined ? undefined : this.#ports.get(portId)
    if (port !== undefined) port.isWanted = true
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
