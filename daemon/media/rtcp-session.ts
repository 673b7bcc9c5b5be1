// RTCP of one port (RFC 3550 section 6): when to report, what to say of both streams, and what the far end's reports
// say: its losses and jitter, and the round trip. Knows no socket and no time but what it is told.
import { randomBytes } from 'node:crypto'
import { frameMs } from './port.ts'
import { emptyReport, type RtcpReading, type SenderInfo, writeRtcp } from './rtcp-packet.ts'

/** RFC 3550 section 6.2: the least interval; each one is drawn between half and one and a half of it. */
const intervalTicks = 5000 / frameMs
/** Appendix A.7: what the draw would make too long on average. */
const compensation = Math.E - 1.5
/** Seconds from 1900 to 1970. */
const ntpOffset = 2_208_988_800

/** What the port knows of the stream it receives. */
export interface ReceivedStream {
  ssrc: number
  /** Packets that should have come and that did come, since the stream began. */
  expected: number
  received: number
  highestSequence: number
  jitterUnits: number
}

/** What the port knows of the stream it sends. */
export interface SentStream {
  packets: number
  octets: number
  rtpTimestamp: number
}

export class RtcpSession {
  /** What the far end told of our stream last; undefined until it did. */
  theirLossPercent: number | undefined
  theirJitterUnits: number | undefined
  roundTripMs: number | undefined
  worstRoundTripMs = 0
  goodbyes = 0
  readonly #ssrc: number
  // RFC 7022: a name that tells nothing and is the same for the whole session.
  readonly #cname = randomBytes(12).toString('base64url')
  readonly #random: () => number
  readonly #report = emptyReport()
  #ticksLeft: number
  #sentPackets = 0
  #expectedBefore = 0
  #receivedBefore = 0
  #lastSenderReport = 0
  #lastSenderReportMs = 0

  constructor(ssrc: number, random: () => number = Math.random) {
    this.#ssrc = ssrc
    this.#random = random
    // Section 6.2: half of it for the first.
    this.#ticksLeft = this.#draw() / 2
  }

  /** Every 20 ms. True when a report is due now. */
  tick(): boolean {
    if (--this.#ticksLeft > 0) return false
    this.#ticksLeft = this.#draw()
    return true
  }

  /** Writes a compound packet. `epochMs` and `nowMs` are the same moment by the wall clock and the monotonic one. */
  write(
    octets: Uint8Array,
    offset: number,
    of: { sent: SentStream; received: ReceivedStream | undefined; epochMs: number; nowMs: number; goodbye: boolean },
  ): number {
    const { sent, received, epochMs, nowMs, goodbye } = of
    // Section 6.4: who has sent nothing since the last report is a receiver.
    const isSender = sent.packets > this.#sentPackets
    this.#sentPackets = sent.packets
    const sender: SenderInfo | undefined = isSender
      ? { ...ntpOf(epochMs), rtpTimestamp: sent.rtpTimestamp, packets: sent.packets, octets: sent.octets }
      : undefined
    const report = received && this.#reportOn(received, nowMs)
    return writeRtcp(octets, offset, { ssrc: this.#ssrc, cname: this.#cname, sender, report, goodbye })
  }

  /** A compound packet of the far end. */
  receive(reading: RtcpReading, epochMs: number, nowMs: number): void {
    if (reading.goodbye) this.goodbyes++
    if (reading.senderReport !== undefined) {
      this.#lastSenderReport = reading.senderReport
      this.#lastSenderReportMs = nowMs
    }
    const { report } = reading
    if (!report) return
    this.theirLossPercent = (report.fractionLost * 100) / 256
    this.theirJitterUnits = report.jitter
    if (report.lastSenderReport === 0) return
    const { ntpSeconds, ntpFraction } = ntpOf(epochMs)
    const now = ((ntpSeconds << 16) | (ntpFraction >>> 16)) >>> 0
    const roundTrip = (now - report.lastSenderReport - report.delaySinceReport) | 0
    // A far end that reckons wrongly, or lies, has no round trip.
    if (roundTrip < 0 || roundTrip > 0x10000 * 30) return
    this.roundTripMs = (roundTrip * 1000) / 65536
    this.worstRoundTripMs = Math.max(this.worstRoundTripMs, this.roundTripMs)
  }

  #reportOn(stream: ReceivedStream, nowMs: number) {
    if (stream.ssrc !== this.#report.ssrc) {
      // Another stream: it is counted from its beginning.
      this.#expectedBefore = 0
      this.#receivedBefore = 0
    }
    const expected = stream.expected - this.#expectedBefore
    const lost = expected - (stream.received - this.#receivedBefore)
    this.#expectedBefore = stream.expected
    this.#receivedBefore = stream.received
    const report = this.#report
    report.ssrc = stream.ssrc
    report.fractionLost = expected <= 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((lost * 256) / expected))
    report.lost = Math.max(-0x800000, Math.min(0x7fffff, stream.expected - stream.received))
    report.highestSequence = stream.highestSequence
    report.jitter = stream.jitterUnits
    report.lastSenderReport = this.#lastSenderReport
    report.delaySinceReport =
      this.#lastSenderReport === 0 ? 0 : Math.round(((nowMs - this.#lastSenderReportMs) * 65536) / 1000)
    return report
  }

  #draw(): number {
    return Math.max(1, Math.round((intervalTicks * (0.5 + this.#random())) / compensation))
  }
}

function ntpOf(epochMs: number): { ntpSeconds: number; ntpFraction: number } {
  const seconds = Math.floor(epochMs / 1000)
  const fraction = Math.floor(((epochMs - seconds * 1000) / 1000) * 2 ** 32)
  return { ntpSeconds: (seconds + ntpOffset) | 0, ntpFraction: fraction | 0 }
}
