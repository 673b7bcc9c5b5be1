// Bytes of a stream become lines of bounded length. What is kept of an unfinished line is at most the bound.

const newline = 0x0a

export class LineSplitter {
  readonly #maximumBytes: number
  #pieces: Buffer[] = []
  #bytes = 0

  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes
  }

  /** Calls `onLine` for each complete line, without its newline. False once a line is too long: read no further. */
  push(chunk: Buffer, onLine: (line: string) => void): boolean {
    let rest = chunk
    for (;;) {
      const end = rest.indexOf(newline)
      const piece = end < 0 ? rest : rest.subarray(0, end)
      if (this.#bytes + piece.length > this.#maximumBytes) {
        this.#pieces = []
        this.#bytes = 0
        return false
      }
      if (end < 0) {
        if (piece.length > 0) this.#pieces.push(piece)
        this.#bytes += piece.length
        return true
      }
      const line = this.#pieces.length === 0 ? piece : Buffer.concat([...this.#pieces, piece])
      this.#pieces = []
      this.#bytes = 0
      rest = rest.subarray(end + 1)
      onLine(line.toString('utf8'))
    }
  }
}
