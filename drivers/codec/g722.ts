// G.722 at 64 kbit/s, by spandsp. The loop's 8 kHz go into and come out of the lower of its two bands: one octet stands
// for one sample at 8 kHz, which is also how RTP counts it (RFC 3551 section 4.5.2).
import { codecSamples, SpeechCodec } from '../native/speech-codec.ts'
import type { Decoder, Encoder } from './codec.ts'

export class G722Decoder implements Decoder {
  readonly #codec = new SpeechCodec('g722Decoder')
  readonly samples = this.#codec.samples

  decode(octets: Uint8Array, offset: number, length: number): number {
    if (this.duration(octets, offset, length) === 0) return 0
    this.#codec.octets.set(octets.subarray(offset, offset + length))
    return this.#codec.decode(length)
  }

  recover(): number {
    return 0
  }

  duration(_octets: Uint8Array, _offset: number, length: number): number {
    return length <= codecSamples ? length : 0
  }

  reset(): void {
    this.#codec.reset()
  }

  close(): void {
    this.#codec.close()
  }
}

export class G722Encoder implements Encoder {
  readonly #codec = new SpeechCodec('g722Encoder')

  encode(samples: Int16Array, octets: Uint8Array, offset: number): number {
    this.#codec.samples.set(samples)
    const length = this.#codec.encode(samples.length)
    octets.set(this.#codec.octets.subarray(0, length), offset)
    return length
  }

  close(): void {
    this.#codec.close()
  }
}
