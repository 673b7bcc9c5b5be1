// A port that hears one other port and nothing else need not wait for the loop: the other's packets go on as they come,
// under our own numbers and undecoded. Neither the switch to this nor back is heard, or seen in the numbers:
//
//   mixed ──▶ forwarded   what waits in the source's jitter buffer is sent at once, the packets behind it follow; what
//                         waits of a codec with a memory is left out, since it can't be told in packets of its own
//   forwarded ──▶ mixed   nothing is sent until the jitter buffer has come to what was not sent yet
import { telephoneFormat } from './port.ts'
import type { RtpAgreement } from './rtp-agreement.ts'
import type { RtpReceiver } from './rtp-receiver.ts'
import type { RtpSender } from './rtp-sender.ts'
import type { RtpTransport } from './rtp-transport.ts'
import type { SourceLatch } from './source-latch.ts'

const { frameSamples } = telephoneFormat

/** An RTP port as forwarding sees it, from where packets come and from where they go out. */
export class ForwardEnd {
  readonly slot: number
  readonly receiver: RtpReceiver
  readonly sender: RtpSender
  readonly latch: SourceLatch
  agreement: RtpAgreement | undefined
  /** Its events go on as they come, to all who hear it: that is one. */
  passesEvents = false
  #agreements = 0

  constructor(slot: number, receiver: RtpReceiver, sender: RtpSender, latch: SourceLatch) {
    this.slot = slot
    this.receiver = receiver
    this.sender = sender
    this.latch = latch
  }

  agree(agreement: RtpAgreement): void {
    this.agreement = agreement
    this.#agreements++
  }

  /** Another number whenever packets to it may go elsewhere or mean something else. */
  get wayEpoch(): number {
    return this.#agreements + this.latch.changes
  }

  /** Another number whenever packets from it may. */
  get streamEpoch(): number {
    return this.wayEpoch + this.receiver.epoch
  }
}

export class Forwarding {
  /** Packets sent by rules that are no longer in force. */
  #packetsBefore = 0
  #source: ForwardEnd | undefined
  #streamEpoch = 0
  #wayEpoch = 0
  /** From the source's timestamps to ours. */
  #offset = 0
  #holdTicks = 0
  readonly #target: ForwardEnd
  readonly #transport: RtpTransport
  readonly #frame = new Int16Array(frameSamples)

  constructor(transport: RtpTransport, target: ForwardEnd) {
    this.#transport = transport
    this.#target = target
  }

  /** Packets sent on, in all. */
  get packets(): number {
    const now = this.#source === undefined ? 0 : this.#transport.forwardedPackets(this.#source.slot)
    return this.#packetsBefore + now
  }

  /**
   * Once a tick, before the source is read: the one port to be heard, if there is one. True: it is being forwarded, or
   * was and has not been played to the end of that; there is nothing to send in this tick.
   */
  step(source: ForwardEnd | undefined): boolean {
    const followed = this.#source
    if (followed !== undefined && (source !== followed || !this.#holds(followed))) this.#leave(followed)
    if (this.#holdTicks > 0) {
      this.#holdTicks--
      return true
    }
    if (source === undefined) return false
    if (this.#source === undefined) {
      if (!source.receiver.jitter.running || !mayForward(source.agreement, this.#target.agreement)) return false
      this.#enter(source)
    }
    this.#continueAt((source.receiver.playoutTimestamp + this.#offset) | 0)
    return true
  }

  /** At once; what was forwarded is taken account of. */
  stop(): void {
    if (this.#source !== undefined) this.#leave(this.#source)
    this.#holdTicks = 0
  }

  #holds(source: ForwardEnd): boolean {
    return (
      source.receiver.jitter.running &&
      source.streamEpoch === this.#streamEpoch &&
      this.#target.wayEpoch === this.#wayEpoch
    )
  }

  #enter(source: ForwardEnd): void {
    const { sender, latch, slot, agreement } = this.#target
    const { jitter, ssrc, highestSequence, playoutTimestamp, endTimestamp } = source.receiver
    const { playout, newestEnd } = jitter
    const waiting = sender.hasMemory ? 0 : (newestEnd - playout) | 0
    const isAhead = sender.hasMemory || waiting < 0
    this.#offset = (sender.timestamp + sender.frameUnits - (isAhead ? endTimestamp : playoutTimestamp)) | 0
    for (let done = 0; done < waiting; done += frameSamples) {
      const at = (playout + done) | 0
      const count = Math.min(frameSamples, waiting - done)
      jitter.peek(this.#frame, at, count)
      sender.sendSamples(this.#frame, count, agreement!.payloadType, (at + this.#offset) | 0, latch)
    }
    this.#source = source
    source.passesEvents = mayPassEvents(source.agreement!, agreement!)
    this.#streamEpoch = source.streamEpoch
    this.#wayEpoch = this.#target.wayEpoch
    this.#transport.forward(source.slot, {
      address: source.latch.address,
      port: source.latch.port,
      ssrc,
      toSlot: slot,
      toAddress: latch.address,
      toPort: latch.port,
      toSsrc: sender.ssrc,
      sequenceOffset: (sender.sequence - highestSequence - 1) | 0,
      timestampOffset: this.#offset,
      nextSequence: sender.sequence,
      newestTimestamp: sender.timestamp,
      types: forwardedTypes(source.agreement!, agreement!),
    })
  }

  #leave(source: ForwardEnd): void {
    const { jitter } = source.receiver
    this.#transport.stopForward(source.slot)
    source.passesEvents = false
    this.#source = undefined
    this.#packetsBefore += this.#transport.forwardedPackets(source.slot)
    const { sender } = this.#target
    // A stream that broke off has no time of its own any more: ours goes on, behind all that was sent.
    if (!jitter.running || source.streamEpoch !== this.#streamEpoch) {
      const behind = (this.#transport.forwardedTimestamp(source.slot) - sender.timestamp) | 0
      sender.continueAt(this.#transport.forwardedSequence(source.slot), (sender.timestamp + Math.max(0, behind)) | 0)
      return
    }
    const unsent = (jitter.newestEnd - jitter.playout) | 0
    this.#holdTicks = Math.max(0, Math.ceil(unsent / frameSamples))
    const next = source.receiver.playoutTimestamp + this.#offset + this.#holdTicks * sender.frameUnits
    sender.continueAt(this.#transport.forwardedSequence(source.slot), (next - sender.frameUnits) | 0)
  }

  #continueAt(timestamp: number): void {
    this.#target.sender.continueAt(this.#transport.forwardedSequence(this.#source!.slot), timestamp)
  }
}

/** G.711 is as good from one stream as from another; a codec with a memory would lose it at each switch. */
function mayForward(from: RtpAgreement | undefined, to: RtpAgreement | undefined): boolean {
  if (from === undefined || to === undefined || !from.receives || !to.sends || from.codec !== to.codec) return false
  // Packets keep their length on the way: who wants others is sent what the loop makes.
  return from.ptimeMs === to.ptimeMs
}

function mayPassEvents(from: RtpAgreement, to: RtpAgreement): boolean {
  const areKnown = from.eventPayloadType !== undefined && to.eventPayloadType !== undefined
  return areKnown && to.sendsEvents && from.eventClockHz === to.eventClockHz
}

/** Payload types that mean the same under both agreements. */
function forwardedTypes(from: RtpAgreement, to: RtpAgreement): [number, number][] {
  const types: [number, number][] = [[from.payloadType, to.payloadType]]
  if (mayPassEvents(from, to)) types.push([from.eventPayloadType!, to.eventPayloadType!])
  if (from.comfortNoisePayloadType !== undefined && to.comfortNoisePayloadType !== undefined)
    types.push([from.comfortNoisePayloadType, to.comfortNoisePayloadType])
  return types
}
