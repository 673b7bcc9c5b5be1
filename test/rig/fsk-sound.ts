// Caller ID as a network's modem sends it, made by nothing but the standards: continuous-phase FSK, 1200 baud, start and
// stop bits, channel seizure, mark, checksum (Bellcore GR-30, ETSI EN 300 659-2).

export interface FskOptions {
  /** Bell 202 or V.23. */
  modulation: 'bell202' | 'v23'
  levelDbm0: number
  seizureBits: number
  markBits: number
}

const rateHz = 8000
const baud = 1200
const tones = { bell202: { mark: 1200, space: 2200 }, v23: { mark: 1300, space: 2100 } }
/** Full scale of a sine in G.711: +3.14 dBm0. */
const fullScaleDbm0 = 3.14

/** `content`: type, length and parameters; the checksum is added. */
export function fskSound(content: Uint8Array, options: FskOptions): Int16Array {
  const sum = content.reduce((total, byte) => total + byte, 0)
  const bytes = [...content, -sum & 0xff]
  const bits = [
    ...Array.from({ length: options.seizureBits }, (_, index) => index % 2),
    ...Array<number>(options.markBits).fill(1),
    ...bytes.flatMap((byte) => [0, ...Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1), 1]),
    ...Array<number>(10).fill(1),
  ]
  const { mark, space } = tones[options.modulation]
  const amplitude = 32767 * 10 ** ((options.levelDbm0 - fullScaleDbm0) / 20)
  const samples = new Int16Array(Math.ceil((bits.length / baud) * rateHz))
  let phase = 0
  for (let n = 0; n < samples.length; n++) {
    const bit = bits[Math.floor((n / rateHz) * baud)] ?? 1
    phase += (2 * Math.PI * (bit === 1 ? mark : space)) / rateHz
    samples[n] = Math.round(amplitude * Math.sin(phase))
  }
  return samples
}

/** Single data message: time, then number or the letter in its place. */
export function singleDataMessage(time: string, number: string): Uint8Array {
  const text = Buffer.from(time + number, 'latin1')
  return Uint8Array.from([0x04, text.length, ...text])
}

/** Multiple data message of these parameters. */
export function multipleDataMessage(parameters: readonly [id: number, text: string][]): Uint8Array {
  const body = parameters.flatMap(([id, text]) => [id, text.length, ...Buffer.from(text, 'latin1')])
  return Uint8Array.from([0x80, body.length, ...body])
}
