// A media port: a passive end of an audio path. It has a format, a get and a put, and no timer; the audio loop's one
// clock pulls and pushes it, 50 times a second. Everything is allocated when the port is made, nothing per frame.

/** All ports of one loop speak one format, checked when they are added: 8 kHz, 20 ms, mono, linear 16-bit. */
export interface AudioFormat {
  rateHz: number
  frameSamples: number
}

export const telephoneFormat: AudioFormat = { rateHz: 8000, frameSamples: 160 }
export const frameMs = 20

/** Named by the main thread, unique for the life of the process. */
export type PortId = number

/** Counters of a port since it was opened. Every frame that was not the true one is counted under its cause. */
export interface PortCounters {
  [name: string]: number
}

export interface MediaPort {
  readonly id: PortId
  readonly format: AudioFormat
  /** Fills `frame` with the next 20 ms this port's far end says. False: nothing (frame untouched, taken as silence). */
  get(frame: Int16Array): boolean
  /** Hands over the next 20 ms for this port's far end to hear. The port copies what it keeps. `false` for silence. */
  put(frame: Int16Array | false): void
  /** The path inside the port in one line, e.g. `rtp:16384 ◀▶ 10.0.0.7:4000 PCMU srtp jb 40ms`. */
  describe(): string
  counters(): PortCounters
  /** Releases sockets and native state. Idempotent. */
  close(): void
}
