// G.711, both laws, by table. Linear samples are 16-bit; the codes of the two laws are those of the standard on the
// wire (A-law with even bits inverted, μ-law complemented).

/** Code of each of the 256 octets, linear. */
export interface G711 {
  readonly name: 'PCMU' | 'PCMA'
  /** The octet that stands for silence. */
  readonly silence: number
  /** Linear sample of each octet. */
  readonly decoded: Int16Array
  /** Octet of each linear sample, indexed by `sample & 0xffff`. */
  readonly encoded: Uint8Array
}

/** G.711 table 2a, in the 14-bit magnitude of the law: segments of doubling step above a bias of 33. */
function ulawOctet(sample: number): number {
  const negative = sample < 0
  const magnitude = Math.min((negative ? -1 - sample : sample) >> 2, 8158) + 33
  const segment = 31 - Math.clz32(magnitude) - 5
  const code = (segment << 4) | ((magnitude >> (segment + 1)) & 15)
  return (negative ? 0x7f : 0xff) ^ code
}

function ulawSample(octet: number): number {
  const code = ~octet & 0xff
  const segment = (code >> 4) & 7
  const magnitude = ((((code & 15) << 1) + 33) << segment) - 33
  return (code & 0x80 ? -magnitude : magnitude) << 2
}

/** G.711 table 1a, in the 13-bit magnitude of the law: the first two segments share a step. */
function alawOctet(sample: number): number {
  const negative = sample < 0
  const magnitude = (negative ? -1 - sample : sample) >> 3
  const segment = magnitude < 32 ? 0 : 31 - Math.clz32(magnitude) - 4
  const interval = (magnitude >> Math.max(1, segment)) & 15
  return ((segment << 4) | interval) ^ (negative ? 0x55 : 0xd5)
}

function alawSample(octet: number): number {
  const code = octet ^ 0x55
  const segment = (code >> 4) & 7
  const step = ((code & 15) << 1) + 1
  const magnitude = segment === 0 ? step : (step + 32) << (segment - 1)
  return (code & 0x80 ? magnitude : -magnitude) << 3
}

function makeTables(name: G711['name'], octet: (sample: number) => number, sample: (octet: number) => number): G711 {
  const decoded = Int16Array.from({ length: 256 }, (_, code) => sample(code))
  const encoded = new Uint8Array(65536)
  for (let value = -32768; value <= 32767; value++) encoded[value & 0xffff] = octet(value)
  return { name, silence: encoded[0]!, decoded, encoded }
}

export const ulaw = makeTables('PCMU', ulawOctet, ulawSample)
export const alaw = makeTables('PCMA', alawOctet, alawSample)

export const g711: Record<G711['name'], G711> = { PCMU: ulaw, PCMA: alaw }

/** Writes one octet per sample into `octets` from `offset` on. Allocates nothing. */
export function encodeG711(law: G711, samples: Int16Array, octets: Uint8Array, offset: number): void {
  const table = law.encoded
  for (let i = 0; i < samples.length; i++) octets[offset + i] = table[samples[i]! & 0xffff]!
}

/** Fills `samples` from as many octets. Allocates nothing. */
export function decodeG711(law: G711, octets: Uint8Array, offset: number, samples: Int16Array): void {
  const table = law.decoded
  for (let i = 0; i < samples.length; i++) samples[i] = table[octets[offset + i]!]!
}
