// Digest authentication, our side: answers the challenges of a carrier (RFC 3261 section 22, RFC 7616, RFC 8760).
import { createHash, randomBytes } from 'node:crypto'

export interface Credentials {
  userName: string
  password: string
}

export interface Challenge {
  realm: string
  nonce: string
  algorithm: Algorithm
  /** `-sess`: the key is made of the nonces too. */
  session: boolean
  qop: 'auth' | undefined
  opaque: string | undefined
  /** The password was right, the nonce too old. */
  stale: boolean
}

export type Algorithm = 'MD5' | 'SHA-256' | 'SHA-512-256'

/** Weakest first. */
const algorithms: readonly Algorithm[] = ['MD5', 'SHA-256', 'SHA-512-256']
const hashNames: Record<Algorithm, string> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }

/** Undefined when it can't be answered: no `Digest`, an unknown algorithm, or integrity of the body only. */
export function parseChallenge(value: string): Challenge | undefined {
  const scheme = /^Digest[ \t]+/i.exec(value)
  const fields = scheme && parseFields(value.slice(scheme[0].length))
  if (!fields) return undefined
  const realm = fields.get('realm')
  const nonce = fields.get('nonce')
  const wanted = (fields.get('algorithm') ?? 'MD5').toUpperCase()
  const algorithm = algorithms.find((one) => wanted === one || wanted === `${one}-SESS`)
  if (realm === undefined || nonce === undefined || algorithm === undefined) return undefined
  const qops = fields
    .get('qop')
    ?.split(',')
    .map((one) => one.trim().toLowerCase())
  if (qops && !qops.includes('auth')) return undefined
  return {
    realm,
    nonce,
    algorithm,
    session: wanted.endsWith('-SESS'),
    qop: qops ? 'auth' : undefined,
    opaque: fields.get('opaque'),
    stale: fields.get('stale')?.toLowerCase() === 'true',
  }
}

/** Of several challenges the strongest that can be answered, whatever their order: peers differ in it. */
export function strongestChallenge(values: readonly string[]): Challenge | undefined {
  return values
    .map(parseChallenge)
    .filter((one) => one !== undefined)
    .reduce<Challenge | undefined>(
      (best, one) => (best && algorithms.indexOf(best.algorithm) >= algorithms.indexOf(one.algorithm) ? best : one),
      undefined,
    )
}

/** Value of the Authorization or Proxy-Authorization header. A nonce is used once: every request begins with count 1. */
export function answerChallenge(
  challenge: Challenge,
  credentials: Credentials,
  request: { method: string; uri: string },
  cnonce = randomBytes(8).toString('hex'),
): string {
  const { realm, nonce, algorithm, session, qop, opaque } = challenge
  const hash = (text: string) => createHash(hashNames[algorithm]).update(text, 'latin1').digest('hex')
  const plainKey = hash(`${credentials.userName}:${realm}:${credentials.password}`)
  const key = session ? hash(`${plainKey}:${nonce}:${cnonce}`) : plainKey
  const count = '00000001'
  const target = hash(`${request.method}:${request.uri}`)
  const response = hash(qop ? `${key}:${nonce}:${count}:${cnonce}:${qop}:${target}` : `${key}:${nonce}:${target}`)
  const fields = [
    `username=${quoted(credentials.userName)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(request.uri)}`,
    `response="${response}"`,
    `algorithm=${algorithm}${session ? '-sess' : ''}`,
    ...(qop ? [`qop=${qop}`, `nc=${count}`] : []),
    ...(qop || session ? [`cnonce="${cnonce}"`] : []),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
  ]
  return `Digest ${fields.join(', ')}`
}

function parseFields(text: string): Map<string, string> | undefined {
  const fields = new Map<string, string>()
  let rest = text.trim()
  while (rest !== '') {
    const match = /^([A-Za-z0-9_-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))[ \t]*(?:,[ \t]*|$)/.exec(rest)
    if (!match) return undefined
    const name = match[1]!.toLowerCase()
    if (fields.has(name)) return undefined
    fields.set(name, match[2] === undefined ? match[3]! : match[2].replace(/\\(.)/g, '$1'))
    rest = rest.slice(match[0].length)
  }
  return fields
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
