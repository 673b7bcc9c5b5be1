// One RTP stream each way over one socket: what comes is told apart and goes to the receiver, what the loop puts goes out
// by the sender; digits as events or tones, symmetric sources, SRTP by the transport, keys and ways by the media path.
import type { DtlsKeys } from '../../drivers/native/dtls.ts'
import { DigitDetector } from './digit-detector.ts'
import { DigitQueue } from './digit-queue.ts'
import { eventPayloadBytes } from './event-receiver.ts'
import { EventSender } from './event-sender.ts'
import { ForwardEnd, Forwarding } from './forwarding.ts'
import type { DetectorSource, HearAfterwards, LoopPort, Report } from './loop-port.ts'
import { type Component, MediaPath } from './media-path.ts'
import { frameMs, type PortCounters, type PortId, telephoneFormat } from './port.ts'
import { type Catching, Rest } from './rest.ts'
import { RtcpReporter } from './rtcp-reporter.ts'
import type { SentStream } from './rtcp-session.ts'
import { agreementText, clockHzOf, type RtpAgreement } from './rtp-agreement.ts'
import { emptyRtpFields, readRtp, setAudioFields } from './rtp-packet.ts'
import { RtpReceiver } from './rtp-receiver.ts'
import { RtpSender } from './rtp-sender.ts'
import type { PacketStatus, RtpTransport } from './rtp-transport.ts'
import { SourceLatch } from './source-latch.ts'
import { StreamKeys } from './stream-keys.ts'
import { ToneSender } from './tone-sender.ts'

const { frameSamples } = telephoneFormat
/** Nothing came for this long: it may come from elsewhere. Less than it takes until another source is listened to. */
const silentTicksBeforeDisconnecting = 25
/** What is heard after a rest is handed on at once. */
const frameHeard = new Int16Array(frameSamples)

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
  readonly #latch = new SourceLatch()
  readonly #receiver: RtpReceiver
  readonly #sender: RtpSender
  readonly #path: MediaPath
  readonly #rtcp: RtcpReporter
  readonly #keys: StreamKeys
  readonly #forwardEnd: ForwardEnd
  readonly #forwarding: Forwarding
  readonly #rest: Rest
  readonly #catching: Catching
  #hearAfterwards: HearAfterwards | undefined
  readonly #digits: DigitQueue
  readonly #eventSender: EventSender
  readonly #tones: ToneSender
  readonly #toneFrame = new Int16Array(frameSamples)
  readonly #eventPayload = new Uint8Array(eventPayloadBytes)
  readonly #counters = {
    packetsReceived: 0,
    eventPacketsSent: 0,
    digitsReceived: 0,
    digitsRefused: 0,
    malformedPackets: 0,
    truncatedPackets: 0,
    foreignPackets: 0,
    unexpectedPackets: 0,
    srtpRejected: 0,
    srtpReplayed: 0,
    kernelDroppedPackets: 0,
    mediaGaps: 0,
  }
  #agreement: RtpAgreement | undefined
  #detector: DigitDetector | undefined
  #silentTicks = 0
  #mediaFlows = false
  #stoppedTold = false
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
    /** Opens the port above this one, for RTCP by itself; undefined when it can't be had. */
    openRtcp?: () => number | undefined
  }) {
    const { id, slot, transport, report } = options
    this.id = id
    this.slot = slot
    this.#localPort = options.localPort
    this.#transport = transport
    this.#detectors = options.detectors
    this.#report = report
    this.#mediaTimeoutTicks = options.mediaTimeoutMs === undefined ? Infinity : options.mediaTimeoutMs / frameMs
    this.#receiver = new RtpReceiver((digit, durationMs) => this.#tellDigit(digit, 'event', durationMs))
    this.#sender = new RtpSender(transport, slot)
    this.#path = new MediaPath({
      sendPlain: (component, address, port, write) => this.#sendPlain(component, address, port, write),
      octetsOf: (address) => transport.addresses.octets(address),
      pathFound: (address, port) => this.#latch.prove(address, port),
      keysAgreed: (keys) => this.#takeKeys(keys),
    })
    this.#rtcp = new RtcpReporter({ transport, slot, ssrc: this.#sender.ssrc, openRtcp: options.openRtcp })
    this.#keys = new StreamKeys(transport, slot, this.#rtcp)
    this.#digits = new DigitQueue((requestId) => report({ type: 'digitsSent', requestId }))
    this.#eventSender = new EventSender(this.#digits)
    this.#tones = new ToneSender(this.#digits)
    this.#forwardEnd = new ForwardEnd(slot, this.#receiver, this.#sender, this.#latch)
    this.#forwarding = new Forwarding(transport, this.#forwardEnd)
    this.#rest = new Rest(transport, slot)
    this.#catching = {
      note: (sequence, timestamp, length, arrivalMs, keptAt) =>
        this.#receiveNoted(sequence, timestamp, length, arrivalMs, keptAt),
      pass: () => this.#passNoted(),
    }
  }

  get detector(): DigitDetector | undefined {
    return this.#detector
  }

  /** What the far end's jitter buffer holds (60 ms are usual): a BYE right behind a prompt would clip it. */
  readonly outputTicks = 3

  /** Keys and sources that are the same as before keep their state (rollover counter, learned address). */
  agree(agreement: RtpAgreement): void {
    const before = this.#agreement
    this.#transport.disconnect(this.slot)
    if (agreement.ice === undefined) this.#latch.announce(agreement.address, agreement.port)
    if (agreement.dtls === undefined) this.#keys.agree(agreement.sendKey, agreement.receiveKey)
    if (!before?.receives && agreement.receives) {
      this.#silentTicks = 0
      this.#stoppedTold = false
    }
    this.#agreement = agreement
    this.#forwardEnd.agree(agreement)
    this.#receiver.agree(agreement)
    this.#sender.agree(agreement)
    this.#path.agree(agreement)
    this.#rtcp.agree(agreement)
    this.#seekDigitsInBand(agreement.receives && agreement.eventPayloadType === undefined)
  }

  /**
   * A datagram of this port's socket, or of that for RTCP. `status`: 0, or why the transport could not make a packet of
   * it. `arrivalMs`: monotonic.
   */
  receive(
    bytes: Uint8Array,
    offset: number,
    length: number,
    address: number,
    port: number,
    status: PacketStatus,
    arrivalMs = 0,
    slot = this.slot,
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
      if (fault === 'rtcp') this.#receiveRtcp(bytes, offset, length, address)
      else {
        const component = slot === this.slot ? 'rtp' : 'rtcp'
        const isKnown = length > 0 && this.#path.receive(bytes, offset, length, address, port, component)
        if (!isKnown) this.#counters.malformedPackets++
      }
      return
    }
    const agreement = this.#agreement
    if (agreement === undefined || !agreement.receives || this.#path.isLocked) {
      this.#counters.unexpectedPackets++
      return
    }
    if (!this.#latch.accept(address, port, this.#keys.areReceiving)) {
      this.#counters.foreignPackets++
      return
    }
    this.#counters.packetsReceived++
    this.#noteMedia()
    this.#receiver.receive(agreement, fields, bytes, arrivalMs)
  }

  /** The kernel's own count of this socket, told with each packet. */
  noteKernelDrops(total: number): void {
    if (total > this.#counters.kernelDroppedPackets) this.#counters.kernelDroppedPackets = total
  }

  get(frame: Int16Array): boolean {
    this.#passTime()
    return this.#receiver.read(frame)
  }

  pass(): void {
    this.#passTime()
    this.#receiver.pass()
  }

  follow(source: LoopPort | undefined): boolean {
    const mayForward = source instanceof RtpPort && this.#mayReach() && this.#digits.next === undefined
    return this.#forwarding.step(mayForward ? source.#forwardEnd : undefined)
  }

  mayRest(isHeard: boolean): boolean {
    const isForwarded = this.#transport.isForwarding(this.slot)
    return isForwarded && !this.#keys.areChanging && !this.#path.isTimed && this.#receiver.mayRest(isHeard)
  }

  rest(heard: HearAfterwards | undefined): number {
    this.#hearAfterwards = heard
    const { address, port } = this.#latch
    if (this.#silentTicks < silentTicksBeforeDisconnecting) this.#transport.connect(this.slot, address, port)
    return this.#rest.begin(heard !== undefined)
  }

  wake(ticks: number): void {
    this.#rest.end(ticks, this.#catching)
  }

  put(frame: Int16Array | false): void {
    const sender = this.#sender
    sender.passFrame()
    const agreement = this.#agreement
    if (agreement === undefined || !agreement.sends || !this.#mayReach()) {
      sender.pause()
      if (this.#digits.next !== undefined) this.#counters.digitsRefused += this.#digits.abandon()
      return
    }
    if (agreement.eventPayloadType !== undefined && !this.#tones.active) {
      if (this.#sendEvent(agreement, agreement.eventPayloadType)) return
    } else if (this.#tones.next(this.#toneFrame)) {
      frame = this.#toneFrame
      this.#detector?.expectEcho()
    }
    sender.sendAudio(frame, agreement.payloadType, this.#latch)
  }

  skip(): void {
    this.#sender.passFrame()
    this.#sender.pause()
    this.#receiver.skip()
  }

  sendDigits(digits: string, requestId: number): void {
    if (this.#digits.push(digits, requestId)) return
    this.#counters.digitsRefused += digits.length
    this.#report({ type: 'digitsSent', requestId })
  }

  describe(): string {
    const agreement = this.#agreement
    if (agreement === undefined) return `rtp:${this.#localPort} waiting`
    const to = this.#transport.addresses.text(this.#latch.address, this.#latch.port)
    const agreed = agreementText(agreement, this.#path.isLocked)
    return `rtp:${this.#localPort} ${to} ${agreed} jb ${Math.round(this.#receiver.jitter.delayMs)}ms`
  }

  counters(): PortCounters {
    return {
      ...this.#counters,
      packetsSent: this.#sender.stream.packets + this.#forwarding.packets,
      packetsForwarded: this.#forwarding.packets,
      ...this.#receiver.counters(),
      ...this.#rtcp.counters(),
      ...this.#path.counters(),
      ownDigitsIgnored: this.#detector?.ownDigits ?? 0,
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#rtcp.close(this.#sentStream(), this.#receiver.stream, this.#latch)
    this.#path.close()
    this.#receiver.close()
    this.#forwarding.stop()
    this.#sender.close()
    this.#digits.abandon()
    this.#seekDigitsInBand(false)
    this.#transport.removeSocket(this.slot)
  }

  /** For RTCP: with what was sent on. */
  #sentStream(): SentStream {
    const { stream } = this.#sender
    return { ...stream, packets: stream.packets + this.#forwarding.packets }
  }

  /** There is a place to send to, and we may. */
  #mayReach(): boolean {
    return this.#latch.port !== 0 && !this.#path.isLocked && !this.#path.isRevoked
  }

  #sendEvent(agreement: RtpAgreement, payloadType: number): boolean {
    if (this.#digits.next === undefined) return false
    const { eventClockHz } = agreement
    const sender = this.#sender
    // A clock of the events' own counts the same time at another rate.
    const now = Math.floor(((sender.timestamp >>> 0) * eventClockHz) / clockHzOf[agreement.codec]) | 0
    const events = this.#eventSender
    const isEvent = events.next(now, this.#eventPayload, 0, eventClockHz)
    if (!isEvent) return false
    sender.sendOther(payloadType, events.beginning, events.timestamp, this.#latch, (octets, at) => {
      octets.set(this.#eventPayload, at)
      return eventPayloadBytes
    })
    this.#counters.eventPacketsSent++
    return true
  }

  #receiveRtcp(bytes: Uint8Array, offset: number, length: number, address: number): void {
    if (this.#agreement === undefined || this.#path.isLocked) this.#counters.unexpectedPackets++
    else if (!this.#keys.areReceiving && address !== this.#latch.address) this.#counters.foreignPackets++
    else this.#rtcp.receive(bytes, offset, length)
  }

  /** A packet of the present stream's audio, sent on while we rested. */
  #receiveNoted(sequence: number, timestamp: number, length: number, arrivalMs: number, keptAt: number): void {
    const agreement = this.#agreement
    if (agreement === undefined) return
    const fields = this.#fields
    setAudioFields(fields, agreement.payloadType, this.#receiver.ssrc, sequence, timestamp, length)
    fields.payloadOffset = keptAt
    this.#latch.accept(this.#latch.address, this.#latch.port, false)
    this.#counters.packetsReceived++
    this.#noteMedia()
    this.#receiver.receive(agreement, fields, this.#transport.keptBytes, arrivalMs)
  }

  #passNoted(): void {
    this.#sender.passFrame()
    if (this.#hearAfterwards === undefined) this.pass()
    else this.#hearAfterwards(this.get(frameHeard) && frameHeard)
  }

  #sendPlain(
    component: Component,
    address: number,
    port: number,
    write: (octets: Uint8Array, offset: number) => number,
  ): void {
    const slot = component === 'rtp' ? this.slot : this.#rtcp.ownSlot
    if (slot === undefined) return
    const at = this.#transport.begin(slot, address, port)
    const length = write(this.#transport.sendBytes, at)
    if (length > 0 && port !== 0) this.#transport.commit(length)
  }

  #takeKeys({ suite, send, receive }: DtlsKeys): void {
    this.#keys.agree({ suite, keyAndSalt: send }, { suite, keyAndSalt: receive })
  }

  #noteMedia(): void {
    this.#silentTicks = 0
    if (this.#mediaFlows) return
    this.#mediaFlows = true
    this.#stoppedTold = false
    this.#report({ type: 'mediaStarted', portId: this.id })
  }

  #passTime(): void {
    this.#receiver.events.tick()
    this.#latch.tick()
    this.#path.tick()
    if (this.#rtcp.tick() && this.#mayReach()) this.#rtcp.report(this.#sentStream(), this.#receiver.stream, this.#latch)
    this.#keys.tick()
    if (!this.#agreement?.receives) return
    const isAsBefore = ++this.#silentTicks < silentTicksBeforeDisconnecting && this.#transport.isForwarding(this.slot)
    if (!isAsBefore) this.#transport.disconnect(this.slot)
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
    const isUnheard = source === 'event' && !this.#forwardEnd.passesEvents
    this.#report({ type: 'digitReceived', portId: this.id, digit, source, durationMs, isUnheard })
  }
}
