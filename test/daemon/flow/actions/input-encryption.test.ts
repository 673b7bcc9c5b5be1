// Entries stored encrypted: what is kept opens with the private key alone, and nothing else of it is left behind. The
// decrypting side is written anew from the format's description.

import { spawnSync } from 'node:child_process'
import {
  constants,
  createDecipheriv,
  createPrivateKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto'
import { join } from 'node:path'
import t from 'tap'
import { encryptMessage } from '../../../../daemon/flow/actions/encrypted-message.ts'
import { FakeHost } from '../fake-host.ts'
import { type Block, bye } from '../flow-text.ts'
import { run, runAction } from '../run-support.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()

const store = (Key: string, rest: Record<string, unknown> = {}) => ({
  Text: 'Your number',
  StoreInput: 'True',
  InputTimeLimitSeconds: '7',
  InputValidation: { CustomValidation: { MaximumLength: '4' } },
  InputEncryption: { EncryptionKeyId: 'key-1', Key, ...rest },
})

/** Reads field by field, as a decrypting function does. */
function open(message: Buffer, unwrap: (wrapped: Buffer) => Buffer): { text: string; provider: string; name: string } {
  let at = 0
  const take = (length: number) => {
    at += length
    return message.subarray(at - length, at)
  }
  const field = () => take(take(2).readUInt16BE())
  if (take(2).toString('hex') !== '0180') throw new Error('another version')
  const suite = take(2)
  const messageId = take(16)
  field()
  if (take(2).readUInt16BE() !== 1) throw new Error('not one key')
  const [provider, name, wrapped] = [field().toString(), field().toString(), field()]
  take(10)
  const header = message.subarray(0, at)
  const dataKey = unwrap(wrapped)
  const key = Buffer.from(hkdfSync('sha256', dataKey, '', Buffer.concat([suite, messageId]), 32))
  const opened = (iv: Buffer, bound: Buffer, sealed: Buffer, tag: Buffer) => {
    const cipher = createDecipheriv('aes-256-gcm', key, iv)
    cipher.setAAD(bound)
    cipher.setAuthTag(tag)
    return Buffer.concat([cipher.update(sealed), cipher.final()])
  }
  opened(take(12), header, Buffer.alloc(0), take(16))
  take(4)
  const sequence = take(4)
  const iv = take(12)
  const length = take(4)
  const sealed = take(length.readUInt32BE())
  const final = Buffer.from('AWSKMSEncryptionClient Final Frame')
  const bound = Buffer.concat([messageId, final, sequence, Buffer.alloc(4), length])
  const text = opened(iv, bound, sealed, take(16)).toString()
  if (at !== message.length) throw new Error('more than one message')
  return { text, provider, name }
}

const withKey = (key: KeyObject) => (wrapped: Buffer) =>
  privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha512' }, wrapped)

/** By the program openssl, from a key file: nothing of this box has a hand in it. */
const withOpenssl = (keyFile: string) => (wrapped: Buffer) => {
  const how = ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha512', 'rsa_mgf1_md:sha512']
  const args = ['pkeyutl', '-decrypt', '-inkey', keyFile, ...how.flatMap((option) => ['-pkeyopt', option])]
  const made = spawnSync('openssl', args, { input: wrapped })
  if (made.status !== 0) throw new Error(made.stderr.toString())
  return made.stdout
}

async function entered(parameters: Record<string, unknown>) {
  const host = new FakeHost()
  host.participant!.answers = [{ outcome: 'digits', digits: '4711' }]
  const keep: Block = {
    id: 'keep',
    type: 'UpdateContactAttributes',
    parameters: { Attributes: { secret: '$.StoredCustomerInput' } },
    next: 'bye',
  }
  await run([{ id: 'ask', type: 'GetParticipantInput', parameters, next: 'keep' }, keep, bye], { host })
  return host
}

t.test('an entry leaves the block as ciphertext only', async (t) => {
  const host = await entered(store(pem))
  t.notMatch(JSON.stringify([host.logged, host.attributes]), /4711/)
  t.equal(host.logged[0]?.Results, '*****')
  const message = Buffer.from(host.attributes.secret ?? '', 'base64')
  t.same(open(message, withKey(pair.privateKey)), { text: '4711', provider: 'AmazonConnect', name: 'key-1' })
})

/** Private key and certificate, PEM; undefined where there is no openssl. */
function selfSigned(): string | undefined {
  const options = '-x509 -newkey rsa:2048 -nodes -keyout - -out - -days 1 -subj /CN=entries.test'
  const made = spawnSync('openssl', ['req', ...options.split(' ')], { encoding: 'utf8' })
  return made.status === 0 ? made.stdout : undefined
}

t.test('a certificate, and line ends written out', async (t) => {
  const made = selfSigned()
  if (made === undefined) return t.comment('not run: no openssl to make a certificate with')
  const certificate = made.slice(made.indexOf('-----BEGIN CERTIFICATE'))
  const host = await entered(store(certificate.replaceAll('\n', '\\n')))
  const message = Buffer.from(host.attributes.secret ?? '', 'base64')
  const key = made.slice(0, made.indexOf('-----BEGIN CERTIFICATE'))
  t.equal(open(message, withKey(createPrivateKey(key))).text, '4711')
  const keyFile = join(t.testdir({ 'key.pem': key }), 'key.pem')
  t.equal(open(message, withOpenssl(keyFile)).text, '4711', 'openssl unwraps the key as well')
})

t.test('each message has its own key, and none can be changed unseen', async (t) => {
  const wrapping = { key: pair.publicKey, provider: 'p', name: 'n' }
  const message = encryptMessage(Buffer.from('4711'), wrapping, { contact: 'c-1' })
  t.notSame(encryptMessage(Buffer.from('4711'), wrapping, { contact: 'c-1' }), message)
  t.equal(open(message, withKey(pair.privateKey)).text, '4711')
  for (const at of [24, 40, message.length - 40, message.length - 18, message.length - 1]) {
    const changed = Buffer.from(message)
    changed[at] = (changed[at] ?? 0) ^ 1
    t.throws(() => open(changed, withKey(pair.privateKey)), `byte ${at}`)
  }
  t.throws(() => encryptMessage(Buffer.alloc(4097), wrapping), /more than 4096/)
})

const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' })
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' })
const refused: [what: string, parameters: Record<string, unknown>, result: RegExp][] = [
  ['no key', store('nothing'), /no RSA key/],
  ['a short key', store(String(short)), /2048 bits/],
  ['a key of another kind', store(String(curve)), /no RSA key/],
  ['no id', store(pem, { EncryptionKeyId: '$.Attributes.none' }), /no EncryptionKeyId/],
]
for (const [what, parameters, result] of refused)
  t.test(`nothing is stored: ${what}`, async (t) => {
    const host = new FakeHost()
    host.participant!.answers = [{ outcome: 'digits', digits: '4711' }]
    const { branch, detail } = await runAction('GetParticipantInput', parameters, { host })
    t.equal(branch, 'NoMatchingError')
    t.match(detail, result)
    t.notMatch(JSON.stringify(host.logged), /4711/)
  })
