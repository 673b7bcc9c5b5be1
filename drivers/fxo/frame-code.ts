// Frames of the board's wire: COBS(message, CRC-32), each ended by 0x00. See board.proto for the rules.
import { crc32 } from '../crc32.ts'

/** Longest message with its CRC, before COBS. */
export const checkedBytesMax = 2048
const crcBytes = 4
/** COBS adds one byte, and one more per 254. */
const encodedBytesMax = checkedBytesMax + Math.ceil(checkedBytesMax / 254) + 1

/** COBS (Cheshire and Baker, 1999): takes every zero out of `source`. The delimiter is not part of the result. */
export function cobsEncode(source: Uint8Array): Buffer {
  const target = Buffer.allocUnsafe(source.length + Math.ceil(source.length / 254) + 1)
  let codeAt = 0
  let at = 1
  for (let i = 0; i < source.length; i++) {
    const byte = source[i]!
    if (byte !== 0) target[at++] = byte
    const full = at - codeAt === 255
    if (byte !== 0 && !(full && i + 1 < source.length)) continue
    target[codeAt] = at - codeAt
    codeAt = at++
  }
  target[codeAt] = at - codeAt
  return target.subarray(0, at)
}

/** Undefined when `source` is not COBS: a zero inside, or a code that points past the end. */
export function cobsDecode(source: Uint8Array): Buffer | undefined {
  const target = Buffer.allocUnsafe(source.length)
  let length = 0
  let at = 0
  while (at < source.length) {
    const code = source[at++]!
    const end = at + code - 1
    if (code === 0 || end > source.length) return undefined
    while (at < end) {
      const byte = source[at++]!
      if (byte === 0) return undefined
      target[length++] = byte
    }
    if (code !== 255 && at < source.length) target[length++] = 0
  }
  return target.subarray(0, length)
}

/** One message as it goes over the wire, with its delimiter. Throws RangeError when it is too long for a frame. */
export function encodeFrame(message: Uint8Array): Buffer {
  if (message.length + crcBytes > checkedBytesMax)
    throw new RangeError(`a message of ${message.length} bytes does not fit a frame of ${checkedBytesMax}`)
  const checked = Buffer.allocUnsafe(message.length + crcBytes)
  checked.set(message)
  checked.writeUInt32LE(crc32(message), message.length)
  return Buffer.concat([cobsEncode(checked), delimiter])
}

const delimiter = Buffer.from([0])

/** Why bytes were dropped. */
export interface FrameCounters {
  frames: number
  badCobs: number
  badCrc: number
  /** No delimiter within the longest frame. */
  overlong: number
  /** Too short to hold a CRC. */
  tooShort: number
}

/** Cuts a stream of bytes into messages. Survives anything: what is not a frame is counted and dropped. */
export class FrameReader {
  readonly counters: FrameCounters = { frames: 0, badCobs: 0, badCrc: 0, overlong: 0, tooShort: 0 }
  readonly #pending = Buffer.allocUnsafe(encodedBytesMax)
  #length = 0
  #skipping = false

  /** The messages that `chunk` completes. They are copies; `chunk` is not kept. */
  push(chunk: Uint8Array): Buffer[] {
    const messages: Buffer[] = []
    let from = 0
    while (from < chunk.length) {
      const end = chunk.indexOf(0, from)
      this.#keep(chunk.subarray(from, end < 0 ? chunk.length : end))
      if (end < 0) break
      const message = this.#finish()
      if (message) messages.push(message)
      from = end + 1
    }
    return messages
  }

  /** Forgets a half-read frame, e.g. when the port was opened anew. */
  reset(): void {
    this.#length = 0
    this.#skipping = false
  }

  #keep(bytes: Uint8Array): void {
    if (this.#skipping) return
    if (this.#length + bytes.length > encodedBytesMax) {
      this.counters.overlong++
      this.#skipping = true
      return
    }
    this.#pending.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #finish(): Buffer | undefined {
    const encoded = this.#pending.subarray(0, this.#length)
    const skipped = this.#skipping
    this.reset()
    if (skipped || encoded.length === 0) return undefined
    const checked = cobsDecode(encoded)
    if (!checked) {
      this.counters.badCobs++
      return undefined
    }
    if (checked.length <= crcBytes) {
      this.counters.tooShort++
      return undefined
    }
    const message = checked.subarray(0, checked.length - crcBytes)
    if (crc32(message) !== checked.readUInt32LE(message.length)) {
      this.counters.badCrc++
      return undefined
    }
    this.counters.frames++
    return message
  }
}
