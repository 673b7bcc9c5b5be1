// Bytes of a modem in command mode as lines (ITU-T V.250 section 5.7), and the DLE-shielded events that V.253 modems
// send between them. Noise can't grow without bound, nor stop what follows it.

const dle = 0x10
const lf = 0x0a
const cr = 0x0d

/** No line of a modem is so long; what follows is cut off until the line ends. */
const longestLine = 400

export interface AtReaderListener {
  /** Without its end, never empty, printable characters only. */
  line(text: string): void
  /** Letter after DLE. Absent: this device has none, and DLE is noise. */
  event?(code: number): void
}

export class AtReader {
  readonly #listener: AtReaderListener
  #text = ''
  #sawDle = false
  #stopped = false

  constructor(listener: AtReaderListener) {
    this.#listener = listener
  }

  /** Called by a listener: what follows in this chunk is none of ours (the sound after CONNECT). */
  stopHere(): void {
    this.#stopped = true
  }

  /** Half a line that came so far is forgotten. */
  reset(): void {
    this.#text = ''
    this.#sawDle = false
  }

  /** Returns the bytes used: all of them, unless the listener stopped it. */
  push(chunk: Uint8Array): number {
    this.#stopped = false
    for (let at = 0; at < chunk.length; at++) {
      this.#take(chunk[at]!)
      if (this.#stopped) return at + 1
    }
    return chunk.length
  }

  #take(byte: number): void {
    if (this.#sawDle) {
      this.#sawDle = false
      this.#listener.event?.(byte)
    } else if (byte === dle && this.#listener.event) this.#sawDle = true
    else if (byte === cr || byte === lf) this.#endLine(byte)
    else if (byte >= 0x20 && byte < 0x7f && this.#text.length < longestLine) this.#text += String.fromCharCode(byte)
  }

  /** At LF a line is whole. At CR too: some leave LF out (V.250 S4), and a listener may stop the reader only at LF. */
  #endLine(byte: number): void {
    if (byte === cr) return
    const line = this.#text.trim()
    this.#text = ''
    if (line !== '') this.#listener.line(line)
  }
}
