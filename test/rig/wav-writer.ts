// What a simulated caller hears, as a WAV file (8 kHz, mono, 16-bit) that grows and can be opened at any moment.
import { closeSync, openSync, writeSync } from 'node:fs'

const headerBytes = 44

export class WavWriter {
  readonly file: string
  readonly #fd: number
  #samples = 0
  #open = true

  /** Throws when the file can't be made. */
  constructor(file: string) {
    this.file = file
    this.#fd = openSync(file, 'w')
    this.#writeHeader()
  }

  get samples(): number {
    return this.#samples
  }

  /** `frame` is not kept. */
  write(frame: Int16Array): void {
    if (!this.#open) return
    const bytes = Buffer.alloc(frame.length * 2)
    for (let i = 0; i < frame.length; i++) bytes.writeInt16LE(frame[i]!, i * 2)
    writeSync(this.#fd, bytes, 0, bytes.length, headerBytes + this.#samples * 2)
    this.#samples += frame.length
    // Once a second, so that a listener may open the file while it grows.
    if (this.#samples % 8000 < frame.length) this.#writeHeader()
  }

  /** Idempotent. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#writeHeader()
    closeSync(this.#fd)
  }

  #writeHeader(): void {
    const header = Buffer.alloc(headerBytes)
    header.write('RIFF', 0, 'latin1')
    header.writeUInt32LE(headerBytes - 8 + this.#samples * 2, 4)
    header.write('WAVEfmt ', 8, 'latin1')
    header.writeUInt32LE(16, 16)
    header.writeUInt16LE(1, 20) // linear
    header.writeUInt16LE(1, 22) // mono
    header.writeUInt32LE(8000, 24)
    header.writeUInt32LE(16000, 28)
    header.writeUInt16LE(2, 32)
    header.writeUInt16LE(16, 34)
    header.write('data', 36, 'latin1')
    header.writeUInt32LE(this.#samples * 2, 40)
    writeSync(this.#fd, header, 0, headerBytes, 0)
  }
}
