// Datagram → wire message, with every limit checked first. What is not SIP is told apart from what is broken SIP: the
// first is dropped and counted, the second is answered 400 where enough of it is sound (RFC 3261 section 8.2, RFC 4475).
import { maxBodyBytes, maxDatagramBytes, maxHeadBytes, maxHeaders, maxLineChars } from './wire-limits.ts'
import { headerKey, type WireHeader, type WireMessage } from './wire-message.ts'

export type DropCause =
  | 'keepAlive'
  | 'stun'
  | 'notSip'
  | 'oversized'
  | 'headTooLong'
  | 'lineTooLong'
  | 'tooManyHeaders'
  | 'brokenResponse'
  | 'brokenStartLine'

export type Framed =
  | { outcome: 'message'; message: WireMessage }
  /** A request that breaks the grammar; `fault` is the reason phrase of the 400. */
  | { outcome: 'malformed'; message: WireMessage & { kind: 'request' }; fault: string }
  | { outcome: 'dropped'; cause: DropCause }

const token = /^[A-Za-z0-9.!%*_+`'~-]+$/
const stunCookie = 0x2112a442

/** `lengthRequired`: it came in a stream, where a message without Content-Length has no end. */
export function parseWire(datagram: Uint8Array, lengthRequired = false): Framed {
  const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength)
  const stranger = tellApart(bytes)
  if (stranger) return { outcome: 'dropped', cause: stranger }

  const blankLine = bytes.indexOf('\r\n\r\n')
  const headEnd = blankLine < 0 ? bytes.length : blankLine
  if (headEnd > maxHeadBytes) return { outcome: 'dropped', cause: 'headTooLong' }
  const lines = bytes
    .toString('latin1', 0, headEnd)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  if (lines.length - 1 > maxHeaders) return { outcome: 'dropped', cause: 'tooManyHeaders' }
  if (lines.some((line) => line.length > maxLineChars)) return { outcome: 'dropped', cause: 'lineTooLong' }

  const started = parseStartLine(lines[0]!)
  if (!started) return { outcome: 'dropped', cause: 'brokenStartLine' }
  const faults = started.fault === undefined ? [] : [started.fault]
  const { message } = started
  for (const line of lines.slice(1)) {
    const parsed = parseHeaderLine(line)
    if (parsed) message.headers.push(parsed)
    else faults.push('Malformed header')
  }
  if (blankLine < 0) faults.push('Missing blank line')
  else faults.push(...takeBody(message, bytes.subarray(blankLine + 4), lengthRequired))

  const fault = faults[0]
  if (fault === undefined) return { outcome: 'message', message }
  if (message.kind === 'response') return { outcome: 'dropped', cause: 'brokenResponse' }
  return { outcome: 'malformed', message, fault }
}

function tellApart(bytes: Buffer): DropCause | undefined {
  if (bytes.length > maxDatagramBytes) return 'oversized'
  // RFC 5626 section 4.4.1: CRLF pairs; some phones send zero bytes.
  if (bytes.length < 4 || bytes.every((byte) => byte === 0x0d || byte === 0x0a || byte === 0)) return 'keepAlive'
  if (bytes.length >= 20 && bytes[0]! < 4 && bytes.readUInt32BE(4) === stunCookie) return 'stun'
  const lineEnd = bytes.indexOf('\r\n')
  const first = bytes.toString('latin1', 0, Math.min(lineEnd < 0 ? bytes.length : lineEnd, maxLineChars))
  return /^SIP\/\d|[ \t]SIP\/\d/.test(first) ? undefined : 'notSip'
}

function parseStartLine(line: string): { message: WireMessage; fault?: string } | undefined {
  const status = /^SIP\/2\.0 (\d{3}) (.*)$/s.exec(line) ?? /^SIP\/2\.0 (\d{3})()$/.exec(line)
  if (status) {
    const code = Number(status[1])
    if (code < 100 || code > 699) return undefined
    return { message: { kind: 'response', status: code, reason: status[2]!, headers: [], body: '' } }
  }
  if (line.startsWith('SIP/')) return undefined
  const request = (method: string, uri: string, version: string): WireMessage => ({
    kind: 'request',
    method,
    uri,
    version,
    headers: [],
    body: '',
  })
  const exact = /^(\S+) (\S+) (SIP\/\d{1,3}\.\d{1,3})$/.exec(line)
  if (exact && token.test(exact[1]!)) return { message: request(exact[1]!, exact[2]!, exact[3]!) }
  // Spaces too many or in the URI (RFC 4475 lwsruri, lwsstart, trws): never guessed at, answered 400.
  const method = /^[A-Za-z0-9.!%*_+`'~-]+/.exec(line)?.[0]
  if (method === undefined) return undefined
  return { message: request(method, '', 'SIP/2.0'), fault: 'Malformed request line' }
}

function parseHeaderLine(line: string): WireHeader | undefined {
  const colon = line.indexOf(':')
  if (colon < 1) return undefined
  const name = line.slice(0, colon).trimEnd()
  const value = line.slice(colon + 1).trim()
  // A zero byte may stand in a quoted string, escaped (RFC 3261 section 25.1 quoted-pair).
  if (!token.test(name) || /[\r\n]|(?<!\\)\0/.test(value)) return undefined
  return { name, key: headerKey(name), value }
}

/** RFC 3261 section 18.3: octets beyond Content-Length are discarded, fewer are an error. Returns the faults. */
function takeBody(message: WireMessage, available: Buffer, lengthRequired: boolean): string[] {
  const lengths = message.headers.filter((one) => one.key === 'content-length').map((one) => one.value)
  if (lengths.length > 1) return ['Multiple Content-Length']
  const given = lengths[0]
  if (given !== undefined && !/^\d{1,9}$/.test(given)) return ['Malformed Content-Length']
  if (given === undefined && lengthRequired) return ['Missing Content-Length']
  const length = given === undefined ? available.length : Number(given)
  if (length > available.length) return ['Content-Length exceeds the message']
  if (length > maxBodyBytes) return ['Body too long']
  message.body = available.toString('latin1', 0, length)
  return []
}
