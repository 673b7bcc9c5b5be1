// Bytes of a TCP or TLS connection → SIP messages, one after the other (RFC 3261 section 18.3): by Content-Length, with
// every limit checked while the bytes come in, and the keep-alives of RFC 5626 between them.
import { maxBodyBytes, maxHeadBytes, maxLineChars } from '../wire/wire-limits.ts'

export type StreamPiece =
  /** `last`: where the next message begins can't be known; the connection is of no more use. */
  | { piece: 'message'; bytes: Buffer; last: boolean }
  /** CRLF CRLF: wants CRLF back. */
  | { piece: 'ping' }
  /** No SIP, or too long: nothing to answer. */
  | { piece: 'garbage' }

const headEndMark = '\r\n\r\n'
const nothing = Buffer.alloc(0)

export class StreamFramer {
  #pending: Buffer = nothing
  /** Bytes of `#pending` in which the end of the head is not. */
  #searched = 0
  #over = false

  /** A message has begun and is not complete. */
  get midMessage(): boolean {
    return this.#pending.length > 0 && this.#pending[0] !== 0x0d
  }

  push(chunk: Buffer): StreamPiece[] {
    const pieces: StreamPiece[] = []
    if (this.#over) return pieces
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    for (;;) {
      const piece = this.#next()
      if (!piece) return pieces
      pieces.push(piece)
      if (piece.piece === 'garbage' || (piece.piece === 'message' && piece.last)) {
        this.#over = true
        this.#pending = nothing
        return pieces
      }
    }
  }

  #next(): StreamPiece | undefined {
    if (this.#skipLineEnds()) return { piece: 'ping' }
    if (this.#pending.length === 0 || this.#pending[0] === 0x0d) return undefined
    const end = this.#pending.indexOf(headEndMark, Math.max(0, this.#searched - 3))
    if (end < 0) return this.#unfinishedHead()
    if (end > maxHeadBytes || !looksLikeSip(this.#pending)) return { piece: 'garbage' }
    const length = contentLength(this.#pending.toString('latin1', 0, end))
    const bodyAt = end + headEndMark.length
    if (length === undefined || length > maxBodyBytes) {
      // Answered 400 for what is wrong with it.
      return { piece: 'message', bytes: Buffer.from(this.#pending.subarray(0, bodyAt)), last: true }
    }
    this.#searched = end
    if (this.#pending.length < bodyAt + length) return undefined
    const bytes = Buffer.from(this.#pending.subarray(0, bodyAt + length))
    this.#drop(bodyAt + length)
    return { piece: 'message', bytes, last: false }
  }

  /** Line ends before a message (RFC 3261 section 7.5); true for each pair: a ping. One alone is a pong. */
  #skipLineEnds(): boolean {
    if (startsWith(this.#pending, headEndMark)) {
      this.#drop(headEndMark.length)
      return true
    }
    // The second half of a pair may still come.
    const alone = startsWith(this.#pending, '\r\n') && this.#pending.length > 2 && this.#pending[2] !== 0x0d
    if (alone) this.#drop(2)
    return false
  }

  #unfinishedHead(): StreamPiece | undefined {
    const tooLong = this.#pending.length > maxHeadBytes
    const lineEnd = this.#pending.indexOf('\r\n')
    if (tooLong || (lineEnd < 0 ? this.#pending.length > maxLineChars : !looksLikeSip(this.#pending)))
      return { piece: 'garbage' }
    this.#searched = this.#pending.length
    return undefined
  }

  #drop(bytes: number): void {
    this.#pending = this.#pending.length === bytes ? nothing : this.#pending.subarray(bytes)
    this.#searched = 0
  }
}

function startsWith(bytes: Buffer, text: string): boolean {
  return bytes.length >= text.length && bytes.toString('latin1', 0, text.length) === text
}

function looksLikeSip(bytes: Buffer): boolean {
  const lineEnd = bytes.indexOf('\r\n')
  return /^SIP\/\d|[ \t]SIP\/\d/.test(bytes.toString('latin1', 0, Math.min(lineEnd, maxLineChars)))
}

/** Undefined when it is missing, said twice, or no number: then nobody knows where the message ends. */
function contentLength(head: string): number | undefined {
  const found = [...head.replace(/\r\n[ \t]+/g, ' ').matchAll(/\r\n(?:content-length|l)[ \t]*:([^\r]*)/gi)]
  const value = found[0]?.[1]?.trim() ?? ''
  return found.length === 1 && /^\d{1,9}$/.test(value) ? Number(value) : undefined
}
