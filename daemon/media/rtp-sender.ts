// The stream an RTP port sends: what the loop puts in 20 ms frames, encoded, in packets of the length agreed on;
// numbered without a break for as long as the port lives, whatever is agreed on anew.
import { randomInt } from 'node:crypto'
import type { Encoder } from '../../drivers/codec/codec.ts'
import { encodeG711, type G711, g711 } from '../../drivers/codec/g711.ts'
import { G722Encoder } from '../../drivers/codec/g722.ts'
import { OpusEncoder } from '../../drivers/codec/opus.ts'
import { Packetizer } from './packetizer.ts'
import { frameMs, telephoneFormat } from './port.ts'
import type { SentStream } from './rtcp-session.ts'
import { type AudioCodec, clockHzOf, type OpusWishes, type RtpAgreement } from './rtp-agreement.ts'
import { rtpHeaderBytes, writeRtpHeader } from './rtp-packet.ts'
import type { RtpTransport } from './rtp-transport.ts'

const { frameSamples, rateHz } = telephoneFormat
/**
 * Narrowband speech: more bits are not heard. Complexity 5 of 10: measured 2026-11 on the machine of the README's figures,
 * a call-minute costs 0.17 CPU-s to encode, at 10 it is 0.32 without a difference that is heard at 8 kHz.
 */
const opusBitrate = 20_000
const opusComplexity = 5
const silence = new Int16Array(frameSamples)

/** Where packets go now. */
export interface Destination {
  readonly address: number
  readonly port: number
}

export class RtpSender {
  readonly ssrc = randomInt(2 ** 32) | 0
  readonly #slot: number
  readonly #transport: RtpTransport
  #codec: AudioCodec | undefined
  #law: G711 | undefined = g711.PCMU
  #encoder: Encoder | undefined
  #opus: OpusWishes | undefined
  /** Timestamp units of a sample of the loop. */
  #factor = 1
  #packetizer: Packetizer | undefined
  #packet = new Int16Array(frameSamples)
  // RFC 3550 section 5.1: both start at random; below 2^15 so that SRTP's rollover counter can not be guessed wrong.
  #sequence = randomInt(2 ** 15)
  #timestamp = randomInt(2 ** 32) | 0
  #flowing = false
  #packets = 0
  #octets = 0

  constructor(transport: RtpTransport, slot: number) {
    this.#transport = transport
    this.#slot = slot
  }

  /** RTP timestamp of the present frame. */
  get timestamp(): number {
    return this.#timestamp
  }

  /** For who sends packets of this stream beside us (forwarding.ts): sequence number of the next, this frame's time. */
  get sequence(): number {
    return this.#sequence
  }

  continueAt(sequence: number, timestamp: number): void {
    this.#sequence = sequence
    this.#timestamp = timestamp
    this.#flowing = true
  }

  /** What a frame's time is in timestamps. */
  get frameUnits(): number {
    return frameSamples * this.#factor
  }

  /** No packet can be understood without those before it. */
  get hasMemory(): boolean {
    return this.#law === undefined
  }

  /** G.711: the first samples as one packet of their own. */
  sendSamples(samples: Int16Array, count: number, payloadType: number, timestamp: number, to: Destination): void {
    const at = this.#transport.begin(this.#slot, to.address, to.port)
    encodeG711(this.#law!, samples, this.#transport.sendBytes, at + rtpHeaderBytes)
    this.#send(at, payloadType, !this.#flowing, timestamp, count)
  }

  /** For RTCP. */
  get stream(): SentStream {
    return { packets: this.#packets, octets: this.#octets, rtpTimestamp: this.#timestamp }
  }

  agree({ codec, opus, ptimeMs }: RtpAgreement): void {
    const packetSamples = (ptimeMs * rateHz) / 1000
    if (packetSamples !== this.#packet.length) this.#packet = new Int16Array(packetSamples)
    if (ptimeMs === frameMs) this.#packetizer = undefined
    else if (this.#packetizer?.packetSamples !== packetSamples) this.#packetizer = new Packetizer(ptimeMs)
    if (codec === this.#codec && sameWishes(opus, this.#opus)) return
    this.#encoder?.close()
    this.#codec = codec
    this.#opus = opus
    this.#factor = clockHzOf[codec] / rateHz
    this.#law = codec === 'PCMU' || codec === 'PCMA' ? g711[codec] : undefined
    this.#encoder = codec === 'G722' ? new G722Encoder() : codec === 'opus' ? opusEncoder(opus) : undefined
  }

  /** A frame's time passes, sent or not. */
  passFrame(): void {
    this.#timestamp = (this.#timestamp + frameSamples * this.#factor) | 0
  }

  /** Nothing is sent for this frame: the next packet begins anew. */
  pause(): void {
    this.#flowing = false
    this.#packetizer?.clear()
  }

  /** The frame as audio, in as many packets as are full. */
  sendAudio(frame: Int16Array | false, payloadType: number, to: Destination): void {
    const packetizer = this.#packetizer
    if (packetizer === undefined) {
      this.#sendPacket(frame, payloadType, this.#timestamp, to)
      return
    }
    packetizer.push(frame === false ? silence : frame)
    for (;;) {
      const behind = frameSamples - packetizer.waiting
      if (!packetizer.take(this.#packet)) return
      this.#sendPacket(this.#packet, payloadType, (this.#timestamp + behind * this.#factor) | 0, to)
    }
  }

  /** One packet of another kind (an event): `write` puts its payload at the place given and returns its length. */
  sendOther(
    payloadType: number,
    marker: boolean,
    timestamp: number,
    to: Destination,
    write: (octets: Uint8Array, at: number) => number,
  ): boolean {
    const at = this.#transport.begin(this.#slot, to.address, to.port)
    const length = write(this.#transport.sendBytes, at + rtpHeaderBytes)
    if (length === 0) return false
    this.#send(at, payloadType, marker, timestamp, length)
    return true
  }

  close(): void {
    this.#encoder?.close()
    this.#encoder = undefined
  }

  #sendPacket(samples: Int16Array | false, payloadType: number, timestamp: number, to: Destination): void {
    const at = this.#transport.begin(this.#slot, to.address, to.port)
    const length = this.#encode(samples, this.#transport.sendBytes, at + rtpHeaderBytes)
    if (length === 0) {
      this.#flowing = false
      return
    }
    // RFC 3551 section 4.1: the marker is on the first packet after a time without any.
    this.#send(at, payloadType, !this.#flowing, timestamp, length)
  }

  #encode(samples: Int16Array | false, octets: Uint8Array, at: number): number {
    const law = this.#law
    if (law === undefined) return this.#encoder!.encode(samples === false ? silence : samples, octets, at)
    if (samples === false) octets.fill(law.silence, at, at + frameSamples)
    else encodeG711(law, samples, octets, at)
    return samples === false ? frameSamples : samples.length
  }

  #send(at: number, payloadType: number, marker: boolean, timestamp: number, payloadBytes: number): void {
    writeRtpHeader(this.#transport.sendBytes, at, payloadType, marker, this.#sequence, timestamp, this.ssrc)
    this.#sequence = (this.#sequence + 1) & 0xffff
    this.#transport.commit(rtpHeaderBytes + payloadBytes)
    this.#packets++
    this.#octets = (this.#octets + payloadBytes) % 2 ** 32
    this.#flowing = true
  }
}

function opusEncoder(wishes: OpusWishes | undefined): OpusEncoder {
  const { inbandFec = false, dtx = false, cbr = false, maximumBitrate = opusBitrate } = wishes ?? {}
  const bitrate = Math.min(opusBitrate, maximumBitrate)
  return new OpusEncoder({ bitrate, complexity: opusComplexity, inbandFec, dtx, cbr })
}

function sameWishes(one: OpusWishes | undefined, other: OpusWishes | undefined): boolean {
  return (
    one?.inbandFec === other?.inbandFec &&
    one?.dtx === other?.dtx &&
    one?.cbr === other?.cbr &&
    one?.maximumBitrate === other?.maximumBitrate
  )
}
