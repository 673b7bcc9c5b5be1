// How a voice modem writes its samples, an octet each and 8,000 a second: converted to and from 16-bit linear. Formats of
// two octets are left out: the streams of both directions are more than a CX93001 carries (30.4 kB/s were measured).
import { alaw, type G711, ulaw } from '../codec/g711.ts'

export type SampleCoding = 'ulaw' | 'alaw' | 'signed8' | 'unsigned8'

export interface SampleFormat {
  readonly coding: SampleCoding
  /** Little-endian 16-bit samples of as many as there are octets, into `pcm`. */
  decode(octets: Uint8Array, pcm: Buffer): void
  encode(pcm: Buffer, octets: Uint8Array): void
}

function byLaw(coding: SampleCoding, { decoded, encoded }: G711): SampleFormat {
  return {
    coding,
    decode: (octets, pcm) => {
      for (let i = 0; i < octets.length; i++) pcm.writeInt16LE(decoded[octets[i]!]!, i * 2)
    },
    encode: (pcm, octets) => {
      for (let i = 0; i < octets.length; i++) octets[i] = encoded[pcm.readUInt16LE(i * 2)]!
    },
  }
}

function linear8(coding: SampleCoding, zero: number): SampleFormat {
  return {
    coding,
    decode: (octets, pcm) => {
      for (let i = 0; i < octets.length; i++) pcm.writeInt16LE(((octets[i]! ^ zero) << 24) >> 16, i * 2)
    },
    encode: (pcm, octets) => {
      for (let i = 0; i < octets.length; i++) octets[i] = (pcm.readInt16LE(i * 2) >> 8) ^ zero
    },
  }
}

export const sampleFormats: Readonly<Record<SampleCoding, SampleFormat>> = {
  ulaw: byLaw('ulaw', ulaw),
  alaw: byLaw('alaw', alaw),
  signed8: linear8('signed8', 0),
  unsigned8: linear8('unsigned8', 0x80),
}
