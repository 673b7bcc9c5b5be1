// What a network tells of a caller, out of the messages it sends: Bellcore GR-30's SDMF and MDMF, which ETSI EN 300 659-3
// has in common, and number strings by DTMF.

export interface CallerIdText {
  number?: string
  name?: string
  /** Why there is no number. */
  withheld?: 'private' | 'unavailable'
}

const singleData = 0x04
/** Call set-up in ETSI's words. */
const multipleData = 0x80
const parameters = { number: 0x02, numberAbsence: 0x04, name: 0x07 } as const
const timeDigits = 8
const longestNumber = 32
const longestName = 50

/** `message`: type, length, content. Undefined: not about a caller (message waiting, charges), or broken. */
export function readFskMessage(message: Uint8Array): CallerIdText | undefined {
  const [type, length] = message
  if (type === undefined || length === undefined || message.length < 2 + length) return undefined
  const content = message.subarray(2, 2 + length)
  if (type === singleData) return readSingle(content)
  return type === multipleData ? readMultiple(content) : undefined
}

/** Time, then a number, or one letter in its place. */
function readSingle(content: Uint8Array): CallerIdText | undefined {
  if (content.length <= timeDigits) return undefined
  const text = textOf(content.subarray(timeDigits))
  return absence(text) ?? numbered(text)
}

function readMultiple(content: Uint8Array): CallerIdText | undefined {
  const found: CallerIdText = {}
  for (let at = 0; at + 2 <= content.length; ) {
    const [id, length] = [content[at], content[at + 1]!]
    // A parameter that is longer than the rest of the message: what came before it still counts.
    if (at + 2 + length > content.length) break
    const text = textOf(content.subarray(at + 2, at + 2 + length))
    if (id === parameters.number) Object.assign(found, numbered(text))
    else if (id === parameters.numberAbsence) Object.assign(found, absence(text))
    else if (id === parameters.name && text.trim() !== '') found.name = text.trim().slice(0, longestName)
    at += 2 + length
  }
  if (found.number !== undefined) delete found.withheld
  return found.number === undefined && found.withheld === undefined && found.name === undefined ? undefined : found
}

/** Telephones' seven bits, with or without parity. */
function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte & 0x7f))
    .join('')
    .replace(/[^\x20-\x7e]/g, '')
}

function numbered(text: string): CallerIdText | undefined {
  const number = text.replace(/[^0-9+*#]/g, '').slice(0, longestNumber)
  return number === '' ? undefined : { number }
}

function absence(text: string): CallerIdText | undefined {
  if (text === 'P') return { withheld: 'private' }
  return text === 'O' ? { withheld: 'unavailable' } : undefined
}

/**
 * A whole string of DTMF caller ID. `A` or `D` begin, `C` or `#` end it; in Denmark and the Netherlands a number may have no
 * beginning, and D1 to D3 stand for the reason that there is none; elsewhere `B` and two digits do.
 */
export function readDtmfCallerId(digits: string): CallerIdText | undefined {
  const reason = /^D([123])[C#]$/.exec(digits)?.[1]
  if (reason !== undefined) return { withheld: reason === '1' ? 'private' : 'unavailable' }
  const special = /B(00|10)[C#]?$/.exec(digits)?.[1]
  if (special !== undefined && !/A\d/.test(digits)) return { withheld: special === '10' ? 'private' : 'unavailable' }
  const number = /^(?:A|D)?(\d{3,24})(?:D\d*)?(?:B\d*)?[C#]$/.exec(digits)?.[1]
  return number === undefined ? undefined : { number }
}
