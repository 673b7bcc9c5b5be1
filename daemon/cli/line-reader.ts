// Lines of the keyboard, or of what was piped in, one at a time; nothing is read before the first is asked for.
import { createInterface, type Interface } from 'node:readline'
import type { Readable } from 'node:stream'

export interface LineReader {
  /** Undefined: there is no more. */
  next(): Promise<string | undefined>
  /** Lets go of the input, so that the process can end. */
  close(): void
}

export function readLines(input: Readable): LineReader {
  let reader: Interface | undefined
  let lines: AsyncIterator<string> | undefined
  return {
    async next() {
      reader ??= createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
      lines ??= reader[Symbol.asyncIterator]()
      const { value, done } = await lines.next()
      return done ? undefined : value
    },
    close() {
      reader?.close()
      if (reader) input.pause()
    },
  }
}
