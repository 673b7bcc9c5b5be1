// Digest authentication, server side: reading the Authorization header and computing what it must say: MD5, as every
// phone speaks it (RFC 3261 section 22), and SHA-256 (RFC 8760), each also as a session's (`-sess`).
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

/** In the order of our challenges: many phones look at the first only, and then know nothing but MD5. */
export const challengedAlgorithms = ['MD5', 'SHA-256'] as const

const algorithms = new Map([
  ['md5', { hash: 'md5', isSession: false }],
  ['md5-sess', { hash: 'md5', isSession: true }],
  ['sha-256', { hash: 'sha256', isSession: false }],
  ['sha-256-sess', { hash: 'sha256', isSession: true }],
])

function algorithmOf(credentials: DigestCredentials) {
  return algorithms.get((credentials.algorithm ?? 'MD5').toLowerCase())
}

/** Whether we know how to check it. A session's algorithm hashes a cnonce, so it must come with one. */
export function isSupported(credentials: DigestCredentials): boolean {
  const { qop, nonceCount, cnonce } = credentials
  const algorithm = algorithmOf(credentials)
  if (!algorithm || (algorithm.isSession && cnonce === undefined)) return false
  return qop === undefined || (qop.toLowerCase() === 'auth' && nonceCount !== undefined && cnonce !== undefined)
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

/** The `response` a holder of the password sends; hex. Of an algorithm that is not supported: no one's. */
export function digestResponse(credentials: DigestCredentials, method: string, password: string): string {
  const algorithm = algorithmOf(credentials)
  if (!algorithm) return ''
  const digest = (text: string) => createHash(algorithm.hash).update(text, 'latin1').digest('hex')
  const { userName, realm, nonce, cnonce = '', qop, nonceCount, uri } = credentials
  const user = digest(`${userName}:${realm}:${password}`)
  const secret = algorithm.isSession ? digest(`${user}:${nonce}:${cnonce}`) : user
  const request = digest(`${method}:${uri}`)
  if (qop === undefined) return digest(`${secret}:${nonce}:${request}`)
  const count = (nonceCount ?? 0).toString(16).padStart(8, '0')
  return digest(`${secret}:${nonce}:${count}:${cnonce}:${qop}:${request}`)
}

export function sameDigest(given: string, expected: string): boolean {
  const left = Buffer.from(given.toLowerCase(), 'latin1')
  const right = Buffer.from(expected, 'latin1')
  return left.length === right.length && timingSafeEqual(left, right)
}
