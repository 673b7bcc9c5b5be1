// What a caller said, kept until it is understood; and the forms recognisers want it in.
import { resample } from '../../drivers/native/resample.ts'

export const telephoneHz = 8000
export const recogniserHz = 16_000

/** Samples of one utterance, in the order they came. */
export class Utterance {
  readonly #pieces: Int16Array[] = []
  #samples = 0

  get samples(): number {
    return this.#samples
  }

  add(samples: Int16Array): void {
    this.#pieces.push(Int16Array.from(samples))
    this.#samples += samples.length
  }

  all(): Int16Array {
    const whole = new Int16Array(this.#samples)
    let at = 0
    for (const piece of this.#pieces) {
      whole.set(piece, at)
      at += piece.length
    }
    return whole
  }
}

/** As models of speech are trained. About 2 ms of CPU for a second of speech. */
export function atRecogniserRate(samples: Int16Array): Int16Array {
  return resample(samples, telephoneHz, recogniserHz)
}

/** Little-endian, as every recogniser takes it. */
export function littleEndian(samples: Int16Array): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(samples.length * 2)
  for (let i = 0; i < samples.length; i++) bytes.writeInt16LE(samples[i]!, 2 * i)
  return bytes
}

/** Mono, 16-bit. */
export function wavOf(samples: Int16Array, rateHz: number): Buffer<ArrayBuffer> {
  const data = littleEndian(samples)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(36 + data.length, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(rateHz, 24)
  header.writeUInt32LE(rateHz * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(data.length, 40)
  return Buffer.concat([header, data])
}
