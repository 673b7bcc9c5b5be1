// Opus (RFC 6716) at 8 kHz, by @discordjs/opus. Whatever bandwidth comes is decoded to the loop's 8 kHz; what is sent is
// narrowband for the same reason. Lengths are checked before every call: a wrong one would end the process.
import { findOpus, SpeechCodec } from '../native/speech-codec.ts'
import type { Decoder, Encoder } from './codec.ts'
import { loadOpus } from './opus-library.ts'
import { opusSamples } from './opus-packet.ts'

const library = loadOpus()
const rateHz = 8000
/** opus_defines.h: the encoder's settings that have no call of their own. */
const setting = {
  application: 4000,
  vbr: 4006,
  complexity: 4010,
  inbandFec: 4012,
  packetLossPercent: 4014,
  dtx: 4016,
} as const
const voip = 2048
const frameSamples = new Set([80, 160, 320, 480])
/** DTX: a packet of one or two octets says nothing that silence would not (RFC 6716 section 2.1.9). */
const emptyPacketOctets = 2
/** What the encoder guards against when it puts in copies of frames: fewer losses would not be worth the bits. */
const guardedLossPercent = 10

export interface OpusSendOptions {
  bitrate: number
  /** 0 to 10: CPU against quality. */
  complexity: number
  inbandFec: boolean
  dtx: boolean
  cbr: boolean
}

export class OpusEncoder implements Encoder {
  readonly #library = new library.OpusEncoder(rateHz, 1)
  readonly #dtx: boolean

  constructor(options: OpusSendOptions) {
    const encoder = this.#library
    encoder.applyEncoderCTL(setting.application, voip)
    encoder.setBitrate(options.bitrate)
    encoder.applyEncoderCTL(setting.complexity, options.complexity)
    encoder.applyEncoderCTL(setting.vbr, options.cbr ? 0 : 1)
    encoder.applyEncoderCTL(setting.inbandFec, options.inbandFec ? 1 : 0)
    encoder.applyEncoderCTL(setting.packetLossPercent, options.inbandFec ? guardedLossPercent : 0)
    encoder.applyEncoderCTL(setting.dtx, options.dtx ? 1 : 0)
    this.#dtx = options.dtx
  }

  encode(samples: Int16Array, octets: Uint8Array, offset: number): number {
    if (!frameSamples.has(samples.length)) throw new Error(`an Opus frame can not have ${samples.length} samples`)
    const packet = this.#library.encode(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength))
    if (this.#dtx && packet.length <= emptyPacketOctets) return 0
    octets.set(packet, offset)
    return packet.length
  }

  /** The library's memory goes with the object. */
  close(): void {}
}

export class OpusDecoder implements Decoder {
  readonly #codec = openDecoder()
  readonly samples = this.#codec.samples

  decode(octets: Uint8Array, offset: number, length: number): number {
    if (this.duration(octets, offset, length) === 0) return 0
    this.#codec.octets.set(octets.subarray(offset, offset + length))
    return this.#codec.decode(length)
  }

  recover(octets: Uint8Array, offset: number, length: number, samples: number): number {
    // The copy is of the one frame before, and as long as the frames here (RFC 6716 section 2.1.7).
    if (this.duration(octets, offset, length) !== samples) return 0
    this.#codec.octets.set(octets.subarray(offset, offset + length))
    return this.#codec.decodeRedundant(length, samples)
  }

  duration(octets: Uint8Array, offset: number, length: number): number {
    return length <= this.#codec.octets.length ? opusSamples(octets, offset, length) : 0
  }

  reset(): void {
    this.#codec.reset()
  }

  close(): void {
    this.#codec.close()
  }
}

function openDecoder(): SpeechCodec {
  findOpus()
  return new SpeechCodec('opusDecoder')
}
