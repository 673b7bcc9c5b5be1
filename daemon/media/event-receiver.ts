// Digits that come as RTP events (RFC 4733): each press is told once, however often its packets are repeated,
// restamped by a relay or lost. A press without an end packet is told when its packets stop.

export const digitsByEvent = '0123456789*#ABCD'
export const eventPayloadBytes = 4

/** Three missing updates at the slowest usual interval of 50 ms. */
const endLostTicks = 8
/** Relays that restamp repeats: the same event within 40 ms, further on in its duration, is the same press. */
const memoryTicks = 2
/** A press longer than the duration field holds goes on in segments, each at the time the one before ended. */
const segmentSamples = 0xffff

export type ReportDigit = (digit: string, durationMs: number) => void

export class EventReceiver {
  /** Packets of one press after it was told. */
  repeats = 0
  /** Presses told without an end packet. */
  endsLost = 0
  /** Events that are no digits. */
  ignored = 0

  readonly #report: ReportDigit
  #event = -1
  #timestamp = 0
  #durationSamples = 0
  #segmentsBefore = 0
  #told = true
  #ticksSincePacket = 0
  #clockHz = 8000

  constructor(report: ReportDigit) {
    this.#report = report
  }

  /** RTP timestamp at which the press received last began, or its present segment. */
  get timestamp(): number {
    return this.#timestamp
  }

  /** How long that press has lasted, or its present segment, as far as told by its packets. */
  get durationMs(): number {
    return (this.#durationSamples * 1000) / this.#clockHz
  }

  /** Of timestamps and durations (RFC 4733 section 2.1): that of the events' payload type. 8000 until set. */
  set clockHz(clockHz: number) {
    this.#clockHz = clockHz
  }

  /** `timestamp` as int32. */
  receive(timestamp: number, octets: Uint8Array, offset: number, length: number): void {
    const event = octets[offset]!
    if (length < eventPayloadBytes || event >= digitsByEvent.length) {
      this.ignored++
      return
    }
    const ended = (octets[offset + 1]! & 0x80) !== 0
    const duration = (octets[offset + 2]! << 8) | octets[offset + 3]!
    const isKnown = event === this.#event && timestamp === this.#timestamp
    if (!isKnown && !this.#goesOn(event, timestamp, duration, ended) && !this.#begin(event, timestamp)) return
    this.#ticksSincePacket = 0
    if (this.#told) {
      this.repeats++
      return
    }
    if (duration > this.#durationSamples) this.#durationSamples = duration
    if (ended) this.#tell()
  }

  /** No event is under way. */
  get idle(): boolean {
    return this.#told
  }

  /** Every 20 ms. */
  tick(): void {
    this.#ticksSincePacket++
    if (this.#told || this.#ticksSincePacket < endLostTicks) return
    this.endsLost++
    this.#tell()
  }

  /** A new stream: what was begun in the old one is told, and its timestamps mean nothing any more. */
  restart(): void {
    if (!this.#told) {
      this.endsLost++
      this.#tell()
    }
    this.#event = -1
  }

  #begin(event: number, timestamp: number): boolean {
    // Out of order, from a press before the one known.
    if (this.#event >= 0 && ((timestamp - this.#timestamp) | 0) < 0) {
      this.repeats++
      return false
    }
    if (!this.#told) {
      this.endsLost++
      this.#tell()
    }
    this.#event = event
    this.#timestamp = timestamp
    this.#durationSamples = 0
    this.#segmentsBefore = 0
    this.#told = false
    return true
  }

  #goesOn(event: number, timestamp: number, duration: number, ended: boolean): boolean {
    if (event !== this.#event) return false
    const isNextSegment = !this.#told && ((timestamp - this.#timestamp) | 0) === segmentSamples
    const isRestamped =
      this.#ticksSincePacket <= memoryTicks &&
      (duration > this.#durationSamples || (ended && duration >= this.#durationSamples))
    if (isNextSegment) {
      this.#segmentsBefore += segmentSamples
      this.#durationSamples = 0
    } else if (!isRestamped) {
      return false
    }
    this.#timestamp = timestamp
    return true
  }

  #tell(): void {
    this.#told = true
    const durationMs = Math.round(((this.#segmentsBefore + this.#durationSamples) * 1000) / this.#clockHz)
    this.#report(digitsByEvent[this.#event]!, durationMs)
  }
}
