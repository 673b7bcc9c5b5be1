// The stream an RTP port receives: told apart by payload type, put in order, decoded, and read once a frame.
//
//   packet ─▶ numbered ─┬─ audio ────────▶ G.711 by table, or StreamDecoder ─▶ jitter buffer ─▶ read
//                       ├─ comfort noise ─▶ the jitter buffer pauses
//                       └─ event ─────────▶ EventReceiver; the jitter buffer is silent for its time
import { type G711, g711 } from '../../drivers/codec/g711.ts'
import { G722Decoder } from '../../drivers/codec/g722.ts'
import { OpusDecoder } from '../../drivers/codec/opus.ts'
import { ArrivalJitter } from './arrival-jitter.ts'
import { ClockScale } from './clock-scale.ts'
import { EventReceiver, type ReportDigit } from './event-receiver.ts'
import { JitterBuffer } from './jitter-buffer.ts'
import type { PortCounters } from './port.ts'
import type { ReceivedStream } from './rtcp-session.ts'
import { type AudioCodec, clockHzOf, type RtpAgreement } from './rtp-agreement.ts'
import type { RtpFields } from './rtp-packet.ts'
import { SequenceTracker } from './sequence-tracker.ts'
import { StreamDecoder } from './stream-decoder.ts'

export class RtpReceiver {
  readonly jitter = new JitterBuffer()
  readonly events: EventReceiver
  readonly #sequences = new SequenceTracker()
  #arrivals = new ArrivalJitter(8000)
  #clock = new ClockScale(8000)
  #codec: AudioCodec | undefined
  #law: G711 = g711.PCMU
  #decoder: StreamDecoder | undefined
  #isHeard = true
  #ssrc: number | undefined
  #eventPackets = 0
  #unknownPayloads = 0
  #noisePackets = 0
  #ssrcChanges = 0
  #malformedPayloads = 0
  #recoveredFrames = 0

  constructor(reportDigit: ReportDigit) {
    this.events = new EventReceiver(reportDigit)
  }

  agree(agreement: RtpAgreement): void {
    this.events.clockHz = agreement.eventClockHz
    const { codec } = agreement
    if (codec === this.#codec) return
    this.#closeDecoder()
    if (this.#codec !== undefined) this.jitter.reset()
    this.#codec = codec
    const clockHz = clockHzOf[codec]
    this.#clock = new ClockScale(clockHz)
    this.#arrivals = new ArrivalJitter(clockHz)
    if (codec === 'PCMU' || codec === 'PCMA') this.#law = g711[codec]
    else
      this.#decoder = new StreamDecoder({
        decoder: codec === 'G722' ? new G722Decoder() : new OpusDecoder(),
        jitter: this.jitter,
        clock: this.#clock,
      })
  }

  /** `arrivalMs`: monotonic. False: it came before. */
  receive(agreement: RtpAgreement, fields: RtpFields, octets: Uint8Array, arrivalMs: number): boolean {
    if (fields.ssrc !== this.#ssrc) this.#restart(fields.ssrc)
    if (this.#sequences.note(fields.sequence) === 'duplicate') return false
    const { payloadType } = fields
    if (payloadType === agreement.payloadType) {
      this.#arrivals.note(fields.timestamp, arrivalMs)
      this.#receiveAudio(fields, octets)
      return true
    }
    this.#decoder?.passOver(fields.sequence)
    if (payloadType === agreement.eventPayloadType) this.#receiveEvent(agreement, fields, octets)
    else if (payloadType === agreement.comfortNoisePayloadType) {
      this.#noisePackets++
      this.jitter.pause(this.#clock.toLoop(fields.timestamp), octets[fields.payloadOffset]!)
    } else this.#unknownPayloads++
    return true
  }

  /** Another number whenever the stream may be another one, or its clock have jumped. */
  get epoch(): number {
    return this.#ssrcChanges + this.#sequences.restarts + this.jitter.resyncs
  }

  get ssrc(): number {
    return this.#ssrc ?? 0
  }

  /** RTP timestamps of what is played next, and of what follows the newest. */
  get playoutTimestamp(): number {
    return this.#clock.toRtp(this.jitter.playout)
  }

  get endTimestamp(): number {
    return this.#clock.toRtp(this.jitter.newestEnd)
  }

  get highestSequence(): number {
    return this.#sequences.highest
  }

  /** Fills the frame with the next 20 ms. False when there is nothing to hear. */
  read(frame: Int16Array): boolean {
    this.#isHeard = true
    this.#decoder?.tick()
    return this.jitter.read(frame)
  }

  /** Time passes. */
  skip(): void {
    this.#decoder?.tick()
    this.jitter.skipFrame()
  }

  /** Time passes, and nobody hears this stream here: G.711 is not decoded until it is read again. */
  pass(): void {
    this.#isHeard = false
    this.skip()
  }

  /** Packets of this stream can be taken in some ticks later; unless it is heard, their octets are not needed. */
  mayRest(isHeard: boolean): boolean {
    return this.#isHeard === isHeard && this.#decoder === undefined && this.events.idle
  }

  /** For RTCP; undefined before the first packet. */
  get stream(): ReceivedStream | undefined {
    if (this.#ssrc === undefined) return undefined
    const { expected, received, highest } = this.#sequences
    return { ssrc: this.#ssrc, expected, received, highestSequence: highest, jitterUnits: this.#arrivals.units }
  }

  counters(): PortCounters {
    const { jitter, events } = this
    return {
      eventPacketsReceived: this.#eventPackets,
      unknownPayloads: this.#unknownPayloads,
      noisePacketsReceived: this.#noisePackets,
      ssrcChanges: this.#ssrcChanges,
      malformedPayloads: this.#malformedPayloads + (this.#decoder?.malformed ?? 0),
      recoveredFrames: this.#recoveredFrames + (this.#decoder?.recoveredFrames ?? 0),
      lostPackets: this.#sequences.lost,
      duplicatePackets: this.#sequences.duplicates,
      reorderedPackets: this.#sequences.reordered,
      sequenceRestarts: this.#sequences.restarts,
      latePackets: jitter.latePackets,
      concealedFrames: jitter.concealedFrames,
      silentFrames: jitter.silentFrames,
      noiseFrames: jitter.noiseFrames,
      insertedFrames: jitter.insertedFrames,
      discardedFrames: jitter.discardedFrames,
      timestampJumps: jitter.resyncs,
      jitterBufferMs: jitter.delayMs,
      jitterMs: Math.round(this.#arrivals.ms * 10) / 10,
      worstJitterMs: Math.round(this.#arrivals.worstMs * 10) / 10,
      eventRepeats: events.repeats,
      eventEndsLost: events.endsLost,
      eventsIgnored: events.ignored,
    }
  }

  close(): void {
    this.events.restart()
    this.#closeDecoder()
  }

  #receiveAudio(fields: RtpFields, octets: Uint8Array): void {
    const { sequence, timestamp, payloadOffset, payloadLength } = fields
    if (this.#decoder) this.#decoder.receive(sequence, timestamp, octets, payloadOffset, payloadLength)
    else if (this.#isHeard) this.jitter.insert(timestamp, octets, payloadOffset, payloadLength, this.#law)
    else this.jitter.arrive(timestamp, payloadLength)
  }

  #receiveEvent(agreement: RtpAgreement, fields: RtpFields, octets: Uint8Array): void {
    this.#eventPackets++
    const { events } = this
    events.receive(fields.timestamp, octets, fields.payloadOffset, fields.payloadLength)
    // Timestamps of another clock say nothing of where in the audio the event stands.
    const isPlaced = agreement.eventClockHz === clockHzOf[agreement.codec]
    this.jitter.standIn(isPlaced ? this.#clock.toLoop(events.timestamp) : undefined, events.durationMs * 8)
  }

  #restart(ssrc: number): void {
    if (this.#ssrc !== undefined) this.#ssrcChanges++
    this.#ssrc = ssrc
    this.#sequences.restart()
    this.#arrivals.restart()
    this.#decoder?.reset()
    this.jitter.reset()
    this.events.restart()
  }

  #closeDecoder(): void {
    const decoder = this.#decoder
    this.#decoder = undefined
    if (decoder === undefined) return
    this.#malformedPayloads += decoder.malformed
    this.#recoveredFrames += decoder.recoveredFrames
    decoder.close()
  }
}
