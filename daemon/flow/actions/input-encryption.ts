// Store customer input, encrypted: what was keyed in leaves this block as ciphertext only.
//
// RSA-OAEP with SHA-512 to the given certificate or key, base64: the wrapping the service's message uses, without the
// AWS Encryption SDK's envelope around it.
import { constants, createPublicKey, publicEncrypt } from 'node:crypto'
import type { ParameterReader } from '../parameters.ts'
import { ParameterError } from '../resolved-parameters.ts'

/** What the flow log shows instead of an encrypted entry. */
export const maskedInput = '*****'

/** Throws ParameterError when there is no usable key: then nothing is stored. */
export function encryptInput(digits: string, parameters: ParameterReader): string {
  const pem = parameters.text('InputEncryption.Key')
  if (!pem) throw new ParameterError('InputEncryption has no Key')
  try {
    // A key that passed through a JSON editor may have its line ends written out.
    const key = createPublicKey(pem.replaceAll('\\n', '\n'))
    const options = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha512' }
    return publicEncrypt(options, Buffer.from(digits, 'ascii')).toString('base64')
  } catch {
    // The library's own message may quote what it was given.
    throw new ParameterError('the Key of InputEncryption is no usable RSA key')
  }
}
