// Codecs with a memory, as an RTP stream needs them: payloads of any length a far end may send in, 8 kHz linear out, and
// back. G.711 has none and is done by table (g711.ts).

/** Of one stream. Payloads are given in the order they were sent. Nothing a far end sends makes it throw. */
export interface Decoder {
  /** What was made last; valid until the next call. */
  readonly samples: Int16Array
  /** Samples of `octets[offset … offset + length]`; 0: it is no payload of this codec. */
  decode(octets: Uint8Array, offset: number, length: number): number
  /** The `samples` lost right before this payload, from what it tells of them. 0: it tells nothing. */
  recover(octets: Uint8Array, offset: number, length: number, samples: number): number
  /** Samples this payload stands for, without decoding it; 0: it is none. */
  duration(octets: Uint8Array, offset: number, length: number): number
  reset(): void
  close(): void
}

export interface Encoder {
  /** Writes one payload for the samples. Its length; 0: nothing is to be sent for this time (Opus DTX). */
  encode(samples: Int16Array, octets: Uint8Array, offset: number): number
  close(): void
}
