// Keys pressed one after the other become an entry: terminator, cancel key and length as the block asked for them.
import type { CollectOptions } from '../flow/host.ts'

export interface KeyEntry {
  /** Without the terminator. */
  digits: string
  /** Pressed after the entry was over. */
  rest: string
  /** Ended by length or terminator; otherwise the wait between digits has passed. */
  complete: boolean
}

export function readKeys(
  keys: string,
  { maximumDigits, terminator, cancelKey }: Pick<CollectOptions, 'maximumDigits' | 'terminator' | 'cancelKey'>,
): KeyEntry {
  let digits = ''
  for (const [index, key] of [...keys].entries()) {
    const rest = keys.slice(index + 1)
    if (cancelKey && key === '*' && terminator !== '*') {
      digits = ''
      continue
    }
    digits += key
    if (terminator !== '' && digits.endsWith(terminator))
      return { digits: digits.slice(0, -terminator.length), rest, complete: true }
    if (digits.length >= maximumDigits) return { digits, rest, complete: true }
  }
  return { digits, rest: '', complete: false }
}
