// Digest authentication, server side: reading the Authorization header and computing what it must say (RFC 2617 MD5,
// as every phone speaks it; RFC 3261 section 22).
import { createHash, timingSafeEqual } from 'node:crypto'

export interface DigestCredentials {
  userName: string
  realm: string
  nonce: string
  uri: string
  response: string
  algorithm: string | undefined
  qop: string | undefined
  cnonce: string | undefined
  nonceCount: number | undefined
}

/** Undefined when the header is no sound `Digest` (another scheme, RFC 4475 regaut01; fields missing or twice). */
export function parseDigest(value: string): DigestCredentials | undefined {
  const scheme = /^Digest[ \t]+/i.exec(value)
  if (!scheme) return undefined
  const fields = new Map<string, string>()
  let rest = value.slice(scheme[0].length)
  while (rest !== '') {
    const match = /^([A-Za-z0-9_-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))[ \t]*(?:,[ \t]*|$)/.exec(rest)
    if (!match) return undefined
    const name = match[1]!.toLowerCase()
    if (fields.has(name)) return undefined
    fields.set(name, match[2] === undefined ? match[3]! : match[2].replace(/\\(.)/g, '$1'))
    rest = rest.slice(match[0].length)
  }
  const [userName, realm, nonce, uri, response] = ['username', 'realm', 'nonce', 'uri', 'response'].map((name) =>
    fields.get(name),
  )
  if (userName === undefined || realm === undefined || nonce === undefined) return undefined
  if (uri === undefined || response === undefined) return undefined
  const count = fields.get('nc')
  if (count !== undefined && !/^[0-9A-Fa-f]{8}$/.test(count)) return undefined
  return {
    userName,
    realm,
    nonce,
    uri,
    response,
    algorithm: fields.get('algorithm'),
    qop: fields.get('qop'),
    cnonce: fields.get('cnonce'),
    nonceCount: count === undefined ? undefined : Number.parseInt(count, 16),
  }
}

/** The `response` a holder of the password sends; hex. */
export function digestResponse(credentials: DigestCredentials, method: string, password: string): string {
  const secret = md5(`${credentials.userName}:${credentials.realm}:${password}`)
  const request = md5(`${method}:${credentials.uri}`)
  if (credentials.qop === undefined) return md5(`${secret}:${credentials.nonce}:${request}`)
  const count = (credentials.nonceCount ?? 0).toString(16).padStart(8, '0')
  return md5(`${secret}:${credentials.nonce}:${count}:${credentials.cnonce ?? ''}:${credentials.qop}:${request}`)
}

export function sameDigest(given: string, expected: string): boolean {
  const left = Buffer.from(given.toLowerCase(), 'latin1')
  const right = Buffer.from(expected, 'latin1')
  return left.length === right.length && timingSafeEqual(left, right)
}

function md5(text: string): string {
  return createHash('md5').update(text, 'latin1').digest('hex')
}
