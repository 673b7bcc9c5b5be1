// An RTP stream each way over one socket: jitter buffer and concealment in, continuous numbering out, digits as events
// or tones, symmetric sources, SRTP by the transport. RTCP is not answered yet; it is told apart and counted.
import { randomInt } from 'node:crypto'
import { encodeG711, type G711, g711 } from '../../drivers/codec/g711.ts'
import { DigitDetector } from './digit-detector.ts'
import { DigitQueue } from './digit-queue.ts'
import { EventReceiver, eventPayloadBytes } from './event-receiver.ts'
import { EventSender } from './event-sender.ts'
import { JitterBuffer } from './jitter-buffer.ts'
import type { DetectorSource, LoopPort, Report } from './loop-port.ts'
import { frameMs, type PortCounters, type PortId, telephoneFormat } from './port.ts'
import { emptyRtpFields, readRtp, rtpHeaderBytes, writeRtpHeader } from './rtp-packet.ts'
import { type PacketStatus, type RtpTransport, type StreamKey, sameKey } from './rtp-transport.ts'
import { SequenceTracker } from './sequence-tracker.ts'
import { SourceLatch } from './source-latch.ts'
import { ToneSender } from './tone-sender.ts'

const { frameSamples } = telephoneFormat
/** After a new receive key, packets made with the one before are still taken for 200 ms. */
const previousKeyTicks = 10

/** What offer and answer have agreed, seen from here: `sendonly` means that only we send. */
export interface RtpAgreement {
  /** IPv4 as a number; port 0: nowhere to send to. */
  address: number
  port: number
  codec: 'PCMU' | 'PCMA'
  payloadType: number
  eventPayloadType: number | undefined
  sends: boolean
  receives: boolean
  sendKey: StreamKey | undefined
  receiveKey: StreamKey | undefined
}

export class RtpPort implements LoopPort {
  readonly id: PortId
  readonly format = telephoneFormat
  readonly slot: number
  readonly #localPort: number
  readonly #transport: RtpTransport
  readonly #detectors: DetectorSource
  readonly #report: Report
  readonly #mediaTimeoutTicks: number
  readonly #fields = emptyRtpFields()
  readonly #jitter = new JitterBuffer()
  readonly #sequences = new SequenceTracker()
  readonly #latch = new SourceLatch()
  readonly #events: EventReceiver
  readonly #digits: DigitQueue
  readonly #eventSender: EventSender
  readonly #tones: ToneSender
  readonly #toneFrame = new Int16Array(frameSamples)
  readonly #counters = {
    packetsReceived: 0,
    packetsSent: 0,
    eventPacketsReceived: 0,
    eventPacketsSent: 0,
    digitsReceived: 0,
    digitsRefused: 0,
    rtcpReceived: 0,
    malformedPackets: 0,
    truncatedPackets: 0,
    foreignPackets: 0,
    unexpectedPackets: 0,
    unknownPayloads: 0,
    srtpRejected: 0,
    srtpReplayed: 0,
    ssrcChanges: 0,
    kernelDroppedPackets: 0,
    mediaGaps: 0,
  }
  #agreement: RtpAgreement | undefined
  #law: G711 = g711.PCMU
  #detector: DigitDetector | undefined
  #remoteSsrc: number | undefined
  #previousKeyTicks = 0
  #silentTicks = 0
  #mediaFlows = false
  #stoppedTold = false
  readonly #ssrc = randomInt(2 ** 32) | 0
  // RFC 3550 section 5.1: both start at random; below 2^15 so that SRTP's rollover counter can not be guessed wrong.
  #sequence = randomInt(2 ** 15)
  #timestamp = randomInt(2 ** 32) | 0
  #sentLastTick = false
  #closed = false

  /** Owns the transport's slot from now on. */
  constructor(options: {
    id: PortId
    slot: number
    localPort: number
    /** No RTP for this long, though some is expected: `mediaStopped`. Absent: never told. */
    mediaTimeoutMs: number | undefined
    transport: RtpTransport
    detectors: DetectorSource
    report: Report
  }) {
    const { id, report } = options
    this.id = id
    this.slot = options.slot
    this.#localPort = options.localPort
    this.#transport = options.transport
    this.#detectors = options.detectors
    this.#report = report
    this.#mediaTimeoutTicks = options.mediaTimeoutMs === undefined ? Infinity : options.mediaTimeoutMs / frameMs
    this.#events = new EventReceiver((digit, durationMs) => this.#tellDigit(digit, 'event', durationMs))
    this.#digits = new DigitQueue((requestId) => report({ type: 'digitsSent', requestId }))
    this.#eventSender = new EventSender(this.#digits)
    this.#tones = new ToneSender(this.#digits)
  }

  get detector(): DigitDetector | undefined {
    return this.#detector
  }

  /** What was put is on the wire in the same tick. */
  readonly outputTicks = 0

  /** Keys and sources that are the same as before keep their state (rollover counter, learned address). */
  agree(agreement: RtpAgreement): void {
    const before = this.#agreement
    this.#latch.announce(agreement.address, agreement.port)
    if (!sameKey(before?.sendKey, agreement.sendKey)) this.#transport.setKey(this.slot, 'send', agreement.sendKey)
    if (!sameKey(before?.receiveKey, agreement.receiveKey)) {
      this.#transport.setKey(this.slot, 'receive', agreement.receiveKey)
      this.#previousKeyTicks = previousKeyTicks
    }
    if (!before?.receives && agreement.receives) {
      this.#silentTicks = 0
      this.#stoppedTold = false
    }
    this.#law = g711[agreement.codec]
    this.#agreement = agreement
    this.#seekDigitsInBand(agreement.receives && agreement.eventPayloadType === undefined)
  }

  /** A datagram of this port's socket. `status`: 0, or why the transport could not make a packet of it. */
  receive(
    bytes: Uint8Array,
    offset: number,
    length: number,
    address: number,
    port: number,
    status: PacketStatus,
  ): void {
    if (status !== 0) {
      if (status === 'truncated') this.#counters.truncatedPackets++
      else if (status === 'replayed') this.#counters.srtpReplayed++
      else this.#counters.srtpRejected++
      return
    }
    const fields = this.#fields
    const fault = readRtp(bytes, offset, length, fields)
    if (fault !== undefined) {
      if (fault === 'rtcp') this.#counters.rtcpReceived++
      else this.#counters.malformedPackets++
      return
    }
    const agreement = this.#agreement
    if (agreement === undefined || !agreement.receives) {
      this.#counters.unexpectedPackets++
      return
    }
    if (!this.#latch.accept(address, port, agreement.receiveKey !== undefined)) {
      this.#counters.foreignPackets++
      return
    }
    this.#counters.packetsReceived++
    this.#noteMedia()
    if (fields.ssrc !== this.#remoteSsrc) this.#restartStream(fields.ssrc)
    if (this.#sequences.note(fields.sequence) === 'duplicate') return
    if (fields.payloadType === agreement.eventPayloadType) {
      this.#counters.eventPacketsReceived++
      this.#events.receive(fields.timestamp, bytes, fields.payloadOffset, fields.payloadLength)
      this.#jitter.standIn(this.#events.timestamp, this.#events.durationSamples)
    } else if (fields.payloadType === agreement.payloadType) {
      this.#jitter.insert(fields.timestamp, bytes, fields.payloadOffset, fields.payloadLength, this.#law)
    } else {
      this.#counters.unknownPayloads++
    }
  }

  /** The kernel's own count of this socket, told with each packet. */
  noteKernelDrops(total: number): void {
    if (total > this.#counters.kernelDroppedPackets) this.#counters.kernelDroppedPackets = total
  }

  get(frame: Int16Array): boolean {
    this.#passTime()
    return this.#jitter.read(frame)
  }

  put(frame: Int16Array | false): void {
    this.#timestamp = (this.#timestamp + frameSamples) | 0
    const agreement = this.#agreement
    if (agreement === undefined || !agreement.sends || this.#latch.port === 0) {
      this.#sentLastTick = false
      if (this.#digits.next !== undefined) this.#counters.digitsRefused += this.#digits.abandon()
      return
    }
    const at = this.#transport.begin(this.slot, this.#latch.address, this.#latch.port)
    const bytes = this.#transport.sendBytes
    if (agreement.eventPayloadType !== undefined && !this.#tones.active) {
      if (this.#eventSender.next(this.#timestamp, bytes, at + rtpHeaderBytes)) {
        this.#counters.eventPacketsSent++
        this.#send(
          at,
          agreement.eventPayloadType,
          this.#eventSender.beginning,
          this.#eventSender.timestamp,
          eventPayloadBytes,
        )
        return
      }
    } else if (this.#tones.next(this.#toneFrame)) {
      frame = this.#toneFrame
      this.#detector?.expectEcho()
    }
    if (frame === false) bytes.fill(this.#law.silence, at + rtpHeaderBytes, at + rtpHeaderBytes + frameSamples)
    else encodeG711(this.#law, frame, bytes, at + rtpHeaderBytes)
    // RFC 3551 section 4.1: the marker is on the first packet after a time without any.
    this.#send(at, agreement.payloadType, !this.#sentLastTick, this.#timestamp, frameSamples)
  }

  skip(): void {
    this.#timestamp = (this.#timestamp + frameSamples) | 0
    this.#sentLastTick = false
    this.#jitter.skipFrame()
  }

  sendDigits(digits: string, requestId: number): void {
    if (this.#digits.push(digits, requestId)) return
    this.#counters.digitsRefused += digits.length
    this.#report({ type: 'digitsSent', requestId })
  }

  describe(): string {
    const agreement = this.#agreement
    if (agreement === undefined) return `rtp:${this.#localPort} waiting`
    const parts = [`rtp:${this.#localPort}`, this.#transport.addressText(this.#latch.address, this.#latch.port)]
    parts.push(agreement.codec)
    if (agreement.sendKey || agreement.receiveKey) parts.push('srtp')
    if (!agreement.sends || !agreement.receives) parts.push(directionText(agreement))
    parts.push(`jb ${Math.round(this.#jitter.delayMs)}ms`)
    return parts.join(' ')
  }

  counters(): PortCounters {
    return {
      ...this.#counters,
      lostPackets: this.#sequences.lost,
      duplicatePackets: this.#sequences.duplicates,
      reorderedPackets: this.#sequences.reordered,
      sequenceRestarts: this.#sequences.restarts,
      latePackets: this.#jitter.latePackets,
      concealedFrames: this.#jitter.concealedFrames,
      silentFrames: this.#jitter.silentFrames,
      insertedFrames: this.#jitter.insertedFrames,
      discardedFrames: this.#jitter.discardedFrames,
      timestampJumps: this.#jitter.resyncs,
      eventRepeats: this.#events.repeats,
      eventEndsLost: this.#events.endsLost,
      eventsIgnored: this.#events.ignored,
      ownDigitsIgnored: this.#detector?.ownDigits ?? 0,
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#events.restart()
    this.#digits.abandon()
    this.#seekDigitsInBand(false)
    this.#transport.removeSocket(this.slot)
  }

  #send(at: number, payloadType: number, marker: boolean, timestamp: number, payloadBytes: number): void {
    writeRtpHeader(this.#transport.sendBytes, at, payloadType, marker, this.#sequence, timestamp, this.#ssrc)
    this.#sequence = (this.#sequence + 1) & 0xffff
    this.#transport.commit(rtpHeaderBytes + payloadBytes)
    this.#counters.packetsSent++
    this.#sentLastTick = true
  }

  #restartStream(ssrc: number): void {
    if (this.#remoteSsrc !== undefined) this.#counters.ssrcChanges++
    this.#remoteSsrc = ssrc
    this.#sequences.restart()
    this.#jitter.reset()
    this.#events.restart()
  }

  #noteMedia(): void {
    this.#silentTicks = 0
    if (this.#mediaFlows) return
    this.#mediaFlows = true
    this.#stoppedTold = false
    this.#report({ type: 'mediaStarted', portId: this.id })
  }

  #passTime(): void {
    this.#events.tick()
    this.#latch.tick()
    if (this.#previousKeyTicks > 0 && --this.#previousKeyTicks === 0) this.#transport.forgetPreviousKey(this.slot)
    if (!this.#agreement?.receives) return
    this.#silentTicks++
    if (this.#stoppedTold || this.#silentTicks < this.#mediaTimeoutTicks) return
    this.#stoppedTold = true
    this.#mediaFlows = false
    this.#counters.mediaGaps++
    this.#report({ type: 'mediaStopped', portId: this.id, silentMs: this.#silentTicks * frameMs })
  }

  #seekDigitsInBand(wanted: boolean): void {
    if (wanted === (this.#detector !== undefined)) return
    this.#detector?.close()
    this.#detector = wanted
      ? new DigitDetector(this.#detectors.open({ filterDialTone: false }), (digit, durationMs) =>
          this.#tellDigit(digit, 'inBand', durationMs),
        )
      : undefined
  }

  #tellDigit(digit: string, source: 'inBand' | 'event', durationMs: number): void {
    this.#counters.digitsReceived++
    this.#report({ type: 'digitReceived', portId: this.id, digit, source, durationMs })
  }
}

function directionText(agreement: RtpAgreement): string {
  return agreement.sends ? 'sendonly' : agreement.receives ? 'recvonly' : 'inactive'
}
