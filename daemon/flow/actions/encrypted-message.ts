// A message in the format of the AWS Encryption SDK (version 1, one data key wrapped by a raw RSA key), so that the
// functions people decrypt entries with today go on working: header, header tag, one final frame.
//
//   version 1 | type 0x80 | suite 0x0178 | message id | context | wrapped key | framed | iv 12 | frame length || tag
//   0xFFFFFFFF | frame 1 | iv | length | ciphertext | tag
//
// Suite 0x0178: AES-256-GCM, key derived by HKDF-SHA256 with suite and message id as info, no signature.
// https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/message-format.html
import { constants, createCipheriv, hkdfSync, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto'

const suite = 0x0178
const ivLength = 12
const frameLength = 4096
const finalFrame = 0xffffffff

export interface WrappingKey {
  /** RSA, public. */
  key: KeyObject
  /** What the decrypting side selects its key by. */
  provider: string
  name: string
}

/** `plaintext` at most 4096 bytes. `context` is readable by anybody and bound to the message. */
export function encryptMessage(
  plaintext: Buffer,
  { key, provider, name }: WrappingKey,
  context: Readonly<Record<string, string>> = {},
): Buffer {
  if (plaintext.length > frameLength) throw new RangeError(`more than ${frameLength} bytes`)
  const messageId = randomBytes(16)
  const dataKey = randomBytes(32)
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  const wrapped = publicEncrypt({ key, padding, oaepHash: 'sha512' }, dataKey)
  const info = Buffer.concat([uint16(suite), messageId])
  const messageKey = Buffer.from(hkdfSync('sha256', dataKey, Buffer.alloc(0), info, 32))

  const header = Buffer.concat([
    Buffer.from([0x01, 0x80]),
    uint16(suite),
    messageId,
    lengthFirst(serialised(context)),
    uint16(1),
    ...[Buffer.from(provider), Buffer.from(name), wrapped].map(lengthFirst),
    Buffer.from([0x02, 0, 0, 0, 0, ivLength]),
    uint32(frameLength),
  ])
  const headerIv = Buffer.alloc(ivLength)
  const { tag: headerTag } = seal(messageKey, headerIv, header, Buffer.alloc(0))

  const sequence = uint32(1)
  const iv = Buffer.concat([Buffer.alloc(ivLength - 4), sequence])
  const bound = Buffer.concat([
    messageId,
    Buffer.from('AWSKMSEncryptionClient Final Frame'),
    sequence,
    Buffer.alloc(4),
    uint32(plaintext.length),
  ])
  const { sealed, tag } = seal(messageKey, iv, bound, plaintext)
  const frame = [uint32(finalFrame), sequence, iv, uint32(plaintext.length), sealed, tag]
  return Buffer.concat([header, headerIv, headerTag, ...frame])
}

function seal(key: Buffer, iv: Buffer, bound: Buffer, plaintext: Buffer): { sealed: Buffer; tag: Buffer } {
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(bound)
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return { sealed, tag: cipher.getAuthTag() }
}

/** Keys in the order of their bytes; nothing at all when there are none. */
function serialised(context: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(context).map(([key, value]) => [Buffer.from(key), Buffer.from(value)] as const)
  if (entries.length === 0) return Buffer.alloc(0)
  entries.sort(([a], [b]) => Buffer.compare(a, b))
  return Buffer.concat([uint16(entries.length), ...entries.flatMap((entry) => entry.map(lengthFirst))])
}

function lengthFirst(bytes: Buffer): Buffer {
  return Buffer.concat([uint16(bytes.length), bytes])
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
