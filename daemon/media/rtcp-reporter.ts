// RTCP of one port on its wires: the port of RTP where both sides share it (RFC 5761), else the one above.
import { frameMs, type PortCounters } from './port.ts'
import { maximumRtcpBytes, readRtcp } from './rtcp-packet.ts'
import { type ReceivedStream, RtcpSession, type SentStream } from './rtcp-session.ts'
import { clockHzOf, type RtpAgreement } from './rtp-agreement.ts'
import type { Destination } from './rtp-sender.ts'
import type { RtpTransport, StreamKey } from './rtp-transport.ts'

/** Compound packets taken a second: nobody needs more, and each is read in full. */
const maximumPacketsPerSecond = 20
const secondTicks = 1000 / frameMs

export class RtcpReporter {
  readonly #transport: RtpTransport
  readonly #rtpSlot: number
  readonly #ssrc: number
  readonly #session: RtcpSession
  readonly #openRtcp: () => number | undefined
  readonly #keys = new Map<'send' | 'receive', StreamKey | undefined>()
  readonly #counters = { rtcpSent: 0, rtcpReceived: 0, rtcpMalformed: 0, rtcpIgnored: 0 }
  #agreed: RtpAgreement['rtcp']
  #clockHz = 8000
  /** Undefined: RTCP shares the port of RTP, or there is none. */
  #ownSlot: number | undefined
  #told = false
  #ticks = 0
  #packetsThisSecond = 0

  constructor(options: {
    transport: RtpTransport
    slot: number
    ssrc: number
    openRtcp: (() => number | undefined) | undefined
  }) {
    this.#transport = options.transport
    this.#rtpSlot = options.slot
    this.#ssrc = options.ssrc
    this.#session = new RtcpSession(options.ssrc)
    this.#openRtcp = options.openRtcp ?? (() => undefined)
  }

  /** The socket of RTCP alone, if there is one. */
  get ownSlot(): number | undefined {
    return this.#ownSlot
  }

  agree({ rtcp, codec, ice }: RtpAgreement): void {
    this.#agreed = rtcp
    this.#clockHz = clockHzOf[codec]
    const needsOwn = (rtcp !== undefined && rtcp !== 'mux') || (ice?.separateRtcp ?? false)
    if (needsOwn === (this.#ownSlot !== undefined)) return
    this.#closeOwn()
    if (!needsOwn) return
    this.#ownSlot = this.#openRtcp()
    for (const [direction, key] of this.#keys) this.#applyKey(direction, key)
  }

  setKey(direction: 'send' | 'receive', key: StreamKey | undefined): void {
    this.#keys.set(direction, key)
    this.#applyKey(direction, key)
  }

  /** Every 20 ms. True when a report is due. */
  tick(): boolean {
    if (++this.#ticks % secondTicks === 0) this.#packetsThisSecond = 0
    return this.#session.tick() && this.#agreed !== undefined
  }

  receive(octets: Uint8Array, offset: number, length: number): void {
    if (this.#agreed === undefined || ++this.#packetsThisSecond > maximumPacketsPerSecond) {
      this.#counters.rtcpIgnored++
      return
    }
    const reading = readRtcp(octets, offset, length, this.#ssrc)
    if (reading === undefined) {
      this.#counters.rtcpMalformed++
      return
    }
    this.#counters.rtcpReceived++
    this.#session.receive(reading, Date.now(), performance.now())
  }

  report(sent: SentStream, received: ReceivedStream | undefined, rtp: Destination): void {
    this.#send(sent, received, rtp, false)
  }

  /** Says goodbye, if it ever said anything, and gives back its port. */
  close(sent: SentStream, received: ReceivedStream | undefined, rtp: Destination): void {
    if (this.#told || sent.packets > 0) this.#send(sent, received, rtp, true)
    this.#closeOwn()
  }

  counters(): PortCounters {
    const { theirLossPercent, theirJitterUnits, roundTripMs, worstRoundTripMs, goodbyes } = this.#session
    const rounded = (value: number) => Math.round(value * 10) / 10
    return {
      ...this.#counters,
      rtcpGoodbyes: goodbyes,
      ...(theirLossPercent === undefined ? {} : { theirLossPercent: rounded(theirLossPercent) }),
      ...(theirJitterUnits === undefined ? {} : { theirJitterMs: rounded((theirJitterUnits * 1000) / this.#clockHz) }),
      ...(roundTripMs === undefined
        ? {}
        : { roundTripMs: rounded(roundTripMs), worstRoundTripMs: rounded(worstRoundTripMs) }),
    }
  }

  #send(sent: SentStream, received: ReceivedStream | undefined, rtp: Destination, goodbye: boolean): void {
    const agreed = this.#agreed
    const own = this.#ownSlot
    const to = agreed === 'mux' ? rtp : agreed
    const slot = agreed === 'mux' ? this.#rtpSlot : own
    if (to === undefined || slot === undefined || to.port === 0) return
    const at = this.#transport.begin(slot, to.address, to.port)
    const room = this.#transport.sendBytes.subarray(at, at + maximumRtcpBytes)
    const moment = { epochMs: Date.now(), nowMs: performance.now() }
    this.#transport.commit(this.#session.write(room, 0, { sent, received, goodbye, ...moment }))
    this.#counters.rtcpSent++
    this.#told = true
  }

  #applyKey(direction: 'send' | 'receive', key: StreamKey | undefined): void {
    if (this.#ownSlot !== undefined) this.#transport.setKey(this.#ownSlot, direction, key)
  }

  #closeOwn(): void {
    if (this.#ownSlot !== undefined) this.#transport.removeSocket(this.#ownSlot)
    this.#ownSlot = undefined
  }
}
