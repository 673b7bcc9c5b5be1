// SDES keys in SDP (RFC 4568): a=crypto lines, read strictly, and keys of ours.
import { randomBytes } from 'node:crypto'
import type { SrtpKey } from '../../loop/audio.ts'

export interface CryptoLine {
  tag: number
  key: SrtpKey
}

/** In the order we offer them. */
export const srtpSuites: readonly SrtpKey['suite'][] = [
  'AES_CM_128_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_32',
  'AEAD_AES_128_GCM',
  'AEAD_AES_256_GCM',
]

/** Master key and salt (RFC 4568 section 6.2, RFC 7714 section 12). */
const keyBytes: Record<SrtpKey['suite'], number> = {
  AES_CM_128_HMAC_SHA1_80: 30,
  AES_CM_128_HMAC_SHA1_32: 30,
  AEAD_AES_128_GCM: 28,
  AEAD_AES_256_GCM: 44,
}
const cryptoForm =
  /^(\d{1,9})[ \t]+([A-Z0-9_]+)[ \t]+inline:([A-Za-z0-9+/]{36,60}={0,2})((?:\|[^\s;]*)?)((?:[ \t]+\S+)*)$/

/**
 * Undefined when it is not for us: another suite, several keys, a master key identifier (it would lengthen every
 * packet), session parameters that change how packets look. A lifetime is accepted: calls end long before 2^31 packets.
 */
export function parseCrypto(value: string): CryptoLine | undefined {
  const match = cryptoForm.exec(value)
  if (!match) return undefined
  const suite = srtpSuites.find((one) => one === match[2])
  if (!suite || match[4]!.includes(':')) return undefined
  const sessionParameters = match[5]!.trim()
  if (sessionParameters !== '' && !/^WSH=\d+$/.test(sessionParameters)) return undefined
  const keyAndSalt = new Uint8Array(Buffer.from(match[3]!, 'base64'))
  return keyAndSalt.length === keyBytes[suite] ? { tag: Number(match[1]), key: { suite, keyAndSalt } } : undefined
}

export function formatCrypto({ tag, key }: CryptoLine): string {
  return `${tag} ${key.suite} inline:${Buffer.from(key.keyAndSalt).toString('base64')}`
}

export function newKey(suite: SrtpKey['suite']): SrtpKey {
  return { suite, keyAndSalt: new Uint8Array(randomBytes(keyBytes[suite])) }
}
