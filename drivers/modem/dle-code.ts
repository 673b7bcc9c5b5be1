// DLE shielding of a voice modem's sound (ITU-T V.253 section 9; TIA IS-101): in the stream, 0x10 begins a pair. Its
// second byte is an event, or stands for sound that has the value 0x10 itself.

export const dle = 0x10
export const dleCode = {
  etx: 0x03,
  sub: 0x1a,
  /** Ends duplex. */
  caret: 0x5e,
  complexStart: 0x58,
  complexEnd: 0x2e,
} as const

/** Longer than any complex event; what follows is sound again. */
const longestComplex = 200

export interface DleListener {
  /** Not kept by us after the call; not to be kept by the listener. */
  sound(bytes: Uint8Array): void
  /** Character after DLE. */
  event(code: number): void
  /** What stood between `DLE X` and its `.`. */
  complex(text: string): void
  /** The stream is over; text follows. */
  ended(): void
}

/** From the modem. A pair may be split between two chunks. */
export class DleDecoder {
  readonly #listener: DleListener
  #sawDle = false
  #complex: string | undefined
  #sound = new Uint8Array(1024)

  constructor(listener: DleListener) {
    this.#listener = listener
  }

  reset(): void {
    this.#sawDle = false
    this.#complex = undefined
  }

  /** Returns the bytes used: up to the end of the stream, if it is in this chunk. */
  push(chunk: Uint8Array): number {
    if (this.#sound.length < chunk.length * 2) this.#sound = new Uint8Array(chunk.length * 2)
    let filled = 0
    const flush = () => {
      if (filled > 0) this.#listener.sound(this.#sound.subarray(0, filled))
      filled = 0
    }
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (this.#complex !== undefined) {
        this.#inComplex(byte)
        continue
      }
      if (!this.#sawDle) {
        if (byte === dle) this.#sawDle = true
        else this.#sound[filled++] = byte
        continue
      }
      this.#sawDle = false
      if (byte === dle) this.#sound[filled++] = dle
      else if (byte === dleCode.sub) {
        this.#sound[filled++] = dle
        this.#sound[filled++] = dle
      } else if (byte === dleCode.complexStart) this.#complex = ''
      else {
        flush()
        if (byte === dleCode.etx) {
          this.#listener.ended()
          return at + 1
        }
        this.#listener.event(byte)
      }
    }
    flush()
    return chunk.length
  }

  #inComplex(byte: number): void {
    const text = this.#complex ?? ''
    if (byte === dleCode.complexEnd || text.length >= longestComplex) {
      this.#complex = undefined
      this.#listener.complex(text)
    } else this.#complex = text + String.fromCharCode(byte)
  }
}

/** To the modem: every 0x10 doubled. A fresh array, for the device keeps what is written. */
export function shield(sound: Uint8Array): Uint8Array {
  let shields = 0
  for (const byte of sound) if (byte === dle) shields++
  const out = new Uint8Array(sound.length + shields)
  let at = 0
  for (const byte of sound) {
    out[at++] = byte
    if (byte === dle) out[at++] = dle
  }
  return out
}
