// Store customer input, encrypted: what was keyed in leaves this block as ciphertext only, in the message format of the
// AWS Encryption SDK, base64, as Amazon Connect stores it. Decrypt it with the private key under the provider
// `AmazonConnect` and the key's id as its name (RSA-OAEP with SHA-512).
import { createPublicKey, type KeyObject } from 'node:crypto'
import type { ParameterReader } from '../parameters.ts'
import { ParameterError } from '../resolved-parameters.ts'
import { encryptMessage } from './encrypted-message.ts'

const provider = 'AmazonConnect'
/** The data key and the padding of SHA-512 need so much; shorter keys are no protection besides. */
const minimumKeyBits = 2048

/** Throws ParameterError when there is no usable key: then nothing is stored. */
export function encryptInput(digits: string, parameters: ParameterReader): string {
  const name = parameters.text('InputEncryption.EncryptionKeyId')
  if (!name) throw new ParameterError('InputEncryption has no EncryptionKeyId')
  const key = publicKey(parameters.text('InputEncryption.Key'))
  try {
    return encryptMessage(Buffer.from(digits, 'ascii'), { key, provider, name }).toString('base64')
  } catch {
    // The library's own message may quote what it was given.
    throw new ParameterError('the entry could not be encrypted with the Key of InputEncryption')
  }
}

/** From a certificate or a public key, PEM. */
function publicKey(pem: string | undefined): KeyObject {
  if (!pem) throw new ParameterError('InputEncryption has no Key')
  let key: KeyObject | undefined
  try {
    // A key that passed through a JSON editor may have its line ends written out.
    key = createPublicKey(pem.replaceAll('\\n', '\n'))
  } catch {
    key = undefined
  }
  if (key?.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < minimumKeyBits)
    throw new ParameterError(`the Key of InputEncryption is no RSA key of ${minimumKeyBits} bits or more`)
  return key
}
