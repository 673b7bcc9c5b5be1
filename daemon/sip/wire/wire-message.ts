// A SIP message as it stands on the wire: start line, headers in order, body. No meaning yet beyond that.
//
// Text is kept as latin1, one char a byte, so that whatever a peer wrote is echoed byte for byte in our responses.

export interface WireHeader {
  /** As written, or as we write it. */
  name: string
  /** Lower-case long form: what headers are looked up by. */
  key: string
  value: string
}

export interface WireRequest {
  kind: 'request'
  method: string
  uri: string
  version: string
  headers: WireHeader[]
  body: string
}

export interface WireResponse {
  kind: 'response'
  status: number
  reason: string
  headers: WireHeader[]
  body: string
}

export type WireMessage = WireRequest | WireResponse

/** RFC 3261 section 7.3.3 and the registry of compact forms. */
const compactForms: Record<string, string> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  n: 'identity-info',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
}

export function headerKey(name: string): string {
  const lower = name.toLowerCase()
  return compactForms[lower] ?? lower
}

/** First value of the header. */
export function header(message: WireMessage, key: string): string | undefined {
  return message.headers.find((one) => one.key === key)?.value
}

export function headers(message: WireMessage, key: string): string[] {
  return message.headers.filter((one) => one.key === key).map((one) => one.value)
}

/** The value of every header of the name replaced by one; added at the end when there was none. */
export function withHeader<M extends WireMessage>(message: M, name: string, value: string): M {
  const key = headerKey(name)
  const at = message.headers.findIndex((one) => one.key === key)
  const kept = message.headers.filter((one, index) => one.key !== key || index === at)
  const placed = at < 0 ? kept.length : kept.findIndex((one) => one.key === key)
  kept.splice(placed, at < 0 ? 0 : 1, { name, key, value })
  return { ...message, headers: kept }
}

/** Only the first (topmost) header of the name is replaced. */
export function withFirstHeader<M extends WireMessage>(message: M, key: string, value: string): M {
  let done = false
  return {
    ...message,
    headers: message.headers.map((one) => {
      if (done || one.key !== key) return one
      done = true
      return { ...one, value }
    }),
  }
}

export function withoutHeader<M extends WireMessage>(message: M, key: string): M {
  return { ...message, headers: message.headers.filter((one) => one.key !== key) }
}

/** `CSeq`, when it is sound: number below 2^31 (RFC 3261 section 8.1.1.5) and a method token. */
export function parseCSeq(message: WireMessage): { number: number; method: string } | undefined {
  const match = /^(\d{1,10})[ \t]+([A-Za-z0-9.!%*_+`'~-]+)$/.exec(header(message, 'cseq') ?? '')
  if (!match) return undefined
  const number = Number(match[1])
  return number < 2 ** 31 ? { number, method: match[2]! } : undefined
}

/** The tag of From or To, without parsing the rest; empty when there is none. */
export function tagOf(message: WireMessage, key: 'from' | 'to'): string {
  const value = header(message, key) ?? ''
  return /;[ \t]*tag[ \t]*=[ \t]*([^\s;,]+)/i.exec(value.slice(value.lastIndexOf('>') + 1))?.[1] ?? ''
}

/** Bytes for the wire; Content-Length is made to fit the body. */
export function formatWire(message: WireMessage): Buffer {
  const start =
    message.kind === 'request'
      ? `${message.method} ${message.uri} ${message.version}`
      : `SIP/2.0 ${message.status} ${message.reason}`
  const lines = [start]
  for (const one of message.headers) if (one.key !== 'content-length') lines.push(`${one.name}: ${one.value}`)
  lines.push(`Content-Length: ${message.body.length}`, '', message.body)
  return Buffer.from(lines.join('\r\n'), 'latin1')
}

/** A text of ours as it goes into a message: UTF-8 bytes, one char each. */
export function toWireText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** A peer's text as it goes to people. */
export function fromWireText(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8')
}
