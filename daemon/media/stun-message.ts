// STUN (RFC 8489) as ICE needs it: binding requests and their answers, with message integrity and fingerprint. Messages
// are bounded and read strictly; they come from anybody.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { crc32 } from '../../drivers/crc32.ts'

const headerBytes = 20
const cookie = 0x2112a442
const fingerprintMask = 0x5354554e
const integrityBytes = 20
const maximumBytes = 1280
const maximumAttributes = 32
/** RFC 8445 section 7.2.2: `theirs:ours`, each at most 256. */
const maximumUserNameBytes = 513

const attribute = {
  userName: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
} as const

const messageTypes = { request: 0x0001, indication: 0x0011, success: 0x0101, error: 0x0111 } as const
export type StunType = keyof typeof messageTypes

export interface StunMessage {
  type: StunType
  /** 12 bytes. */
  transaction: Uint8Array
  userName: string | undefined
  useCandidate: boolean
  role: 'controlling' | 'controlled' | undefined
  errorCode: number | undefined
  /** An attribute that must be understood is not. */
  unknownRequired: boolean
  /** Whether it was made with this password. */
  isFrom(password: string): boolean
}

/** RFC 7983: what the first octet of a datagram tells. */
export const looksLikeStun = (first: number) => first < 4
export const looksLikeDtls = (first: number) => first >= 20 && first < 64

const half = (octets: Uint8Array, at: number) => (octets[at]! << 8) | octets[at + 1]!
const word = (octets: Uint8Array, at: number) => ((half(octets, at) << 16) | half(octets, at + 2)) >>> 0

/** Undefined when it is no binding message, or not a sound one. The message's own copy of the bytes is kept. */
export function readStun(datagram: Uint8Array, offset: number, length: number): StunMessage | undefined {
  if (length < headerBytes || length > maximumBytes || length % 4 !== 0) return undefined
  const octets = datagram.slice(offset, offset + length)
  if (half(octets, 2) !== length - headerBytes || word(octets, 4) !== cookie) return undefined
  const type = (Object.keys(messageTypes) as StunType[]).find((one) => messageTypes[one] === half(octets, 0))
  if (type === undefined) return undefined
  let integrityAt: number | undefined
  const message: StunMessage = {
    type,
    transaction: octets.subarray(8, headerBytes),
    userName: undefined,
    useCandidate: false,
    role: undefined,
    errorCode: undefined,
    unknownRequired: false,
    isFrom: (password) => integrityAt !== undefined && hasIntegrity(octets, integrityAt, password),
  }
  let attributes = 0
  for (let at = headerBytes; at < length; ) {
    const kind = half(octets, at)
    const bytes = half(octets, at + 2)
    const next = at + 4 + ((bytes + 3) & ~3)
    if (next > length || ++attributes > maximumAttributes) return undefined
    if (kind === attribute.fingerprint) {
      // The last one, and right (RFC 8489 section 14.7).
      if (bytes !== 4 || next !== length || word(octets, at + 4) !== fingerprintOf(octets, at)) return undefined
    } else if (integrityAt === undefined) {
      // What stands behind the integrity is not covered by it, and means nothing (section 14.5).
      if (kind === attribute.messageIntegrity) {
        if (bytes !== integrityBytes) return undefined
        integrityAt = at
      } else if (!readAttribute(message, kind, octets.subarray(at + 4, at + 4 + bytes))) {
        return undefined
      }
    }
    at = next
  }
  return message
}

function readAttribute(message: StunMessage, kind: number, value: Uint8Array): boolean {
  switch (kind) {
    case attribute.userName:
      if (value.length > maximumUserNameBytes) return false
      message.userName = Buffer.from(value).toString('utf8')
      return true
    case attribute.useCandidate:
      message.useCandidate = true
      return true
    case attribute.iceControlling:
      message.role = 'controlling'
      return value.length === 8
    case attribute.iceControlled:
      message.role = 'controlled'
      return value.length === 8
    case attribute.errorCode:
      if (value.length < 4) return false
      message.errorCode = (value[2]! & 7) * 100 + value[3]!
      return true
    case attribute.xorMappedAddress:
    case attribute.priority:
      return true
    default:
      // Section 14: the lower half of the types must be understood.
      if (kind < 0x8000) message.unknownRequired = true
      return true
  }
}

/** Section 14.5: over all before it, with the length as if the message ended behind it. */
function hasIntegrity(octets: Uint8Array, at: number, password: string): boolean {
  const said = octets.subarray(at + 4, at + 4 + integrityBytes)
  return timingSafeEqual(said, integrityOf(octets, at, password))
}

function integrityOf(octets: Uint8Array, at: number, password: string): Uint8Array {
  const covered = Uint8Array.from(octets.subarray(0, at))
  putHalf(covered, 2, at - headerBytes + 4 + integrityBytes)
  return createHmac('sha1', password).update(covered).digest()
}

function fingerprintOf(octets: Uint8Array, at: number): number {
  const covered = Uint8Array.from(octets.subarray(0, at))
  putHalf(covered, 2, at - headerBytes + 8)
  return (crc32(covered) ^ fingerprintMask) >>> 0
}

const putHalf = (octets: Uint8Array, at: number, value: number) => {
  octets[at] = value >>> 8
  octets[at + 1] = value
}

const putWord = (octets: Uint8Array, at: number, value: number) => {
  putHalf(octets, at, value >>> 16)
  putHalf(octets, at + 2, value)
}

export interface StunContent {
  type: StunType
  transaction: Uint8Array
  userName?: string
  useCandidate?: boolean
  priority?: number
  role?: { name: 'controlling' | 'controlled'; tieBreaker: Uint8Array }
  /** Where the request came from: 4 or 16 octets, and the port. */
  mapped?: { octets: Uint8Array; port: number }
  errorCode?: number
}

/** Writes the message with integrity and fingerprint. Its length: at most 256 with names of ordinary length. */
export function writeStun(octets: Uint8Array, offset: number, content: StunContent, password: string): number {
  const message = octets.subarray(offset)
  let at = headerBytes
  const put = (kind: number, value: Uint8Array) => {
    putHalf(message, at, kind)
    putHalf(message, at + 2, value.length)
    message.set(value, at + 4)
    message.fill(0, at + 4 + value.length, at + 4 + ((value.length + 3) & ~3))
    at += 4 + ((value.length + 3) & ~3)
  }
  putHalf(message, 0, messageTypes[content.type])
  putWord(message, 4, cookie)
  message.set(content.transaction, 8)
  if (content.userName !== undefined) put(attribute.userName, Buffer.from(content.userName, 'utf8'))
  if (content.priority !== undefined) put(attribute.priority, words(content.priority))
  if (content.useCandidate) put(attribute.useCandidate, new Uint8Array(0))
  if (content.role)
    put(
      content.role.name === 'controlling' ? attribute.iceControlling : attribute.iceControlled,
      content.role.tieBreaker,
    )
  if (content.errorCode !== undefined)
    put(attribute.errorCode, words((Math.floor(content.errorCode / 100) << 8) | (content.errorCode % 100)))
  if (content.mapped) put(attribute.xorMappedAddress, xorMapped(content.mapped, message.subarray(4, headerBytes)))
  put(attribute.messageIntegrity, integrityOf(message, at, password))
  put(attribute.fingerprint, words(fingerprintOf(message, at)))
  putHalf(message, 2, at - headerBytes)
  return at
}

/** RFC 8489 section 14.2. `mask`: cookie and transaction. */
function xorMapped({ octets, port }: NonNullable<StunContent['mapped']>, mask: Uint8Array): Uint8Array {
  const family = octets.length === 4 ? 1 : 2
  return Uint8Array.of(
    0,
    family,
    (port >>> 8) ^ mask[0]!,
    port ^ mask[1]!,
    ...octets.map((octet, at) => octet ^ mask[at]!),
  )
}

function words(...values: number[]): Uint8Array {
  const octets = new Uint8Array(values.length * 4)
  for (const [index, value] of values.entries()) putWord(octets, index * 4, value)
  return octets
}
