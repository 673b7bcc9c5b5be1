// SRTP against one made of node's own crypto by the letter of RFC 3711 and RFC 7714: the same bytes on the wire, both ways.
import { createCipheriv, createHmac } from 'node:crypto'
import t, { type Test } from 'tap'
import {
  MediaSockets,
  type SrtpKeyMaterial,
  statusAuthenticationFailed,
  statusReplayed,
} from '../../../drivers/native/media-sockets.ts'
import { startSrtp } from '../../../drivers/native/srtp.ts'
import { bindRtpSocket, ipv4Number } from '../../../drivers/native/udp.ts'
import { testRtpPorts } from '../../support/audio.ts'

const suites = {
  AES_CM_128_HMAC_SHA1_80: { keyBytes: 16, saltBytes: 14, tagBytes: 10 },
  AES_CM_128_HMAC_SHA1_32: { keyBytes: 16, saltBytes: 14, tagBytes: 4 },
  AEAD_AES_128_GCM: { keyBytes: 16, saltBytes: 12, tagBytes: 16 },
  AEAD_AES_256_GCM: { keyBytes: 32, saltBytes: 12, tagBytes: 16 },
}
type Suite = keyof typeof suites
const suiteNames = Object.keys(suites) as Suite[]
const isGcm = (suite: Suite) => suite.endsWith('GCM')

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const xor = (one: Buffer, other: Buffer) => Buffer.from(one.map((octet, n) => octet ^ other[n]!))
const number = (value: number, octets: number) => hex(value.toString(16).padStart(octets * 2, '0'))

/** Of 128 or 256 bits, by the length of the key; it encrypts and decrypts. */
function counterMode(key: Buffer, iv: Buffer, text: Buffer): Buffer {
  const cipher = createCipheriv(key.length === 16 ? 'aes-128-ctr' : 'aes-256-ctr', key, iv)
  return Buffer.concat([cipher.update(text), cipher.final()])
}

/** RFC 3711 section 4.3, without a key derivation rate: a shorter salt has zeros behind it (RFC 7714 section 11). */
function derive(masterKey: Buffer, masterSalt: Buffer, label: number, octets: number): Buffer {
  const iv = Buffer.concat([masterSalt, Buffer.alloc(16 - masterSalt.length)])
  iv[7]! ^= label
  return counterMode(masterKey, iv, Buffer.alloc(octets))
}

/** A packet as it is on the wire: RTP with its rollover counter, RTCP with the index that stands in its trailer. */
function protect(suite: Suite, keyAndSalt: Buffer, packet: Buffer, count: { roc: number } | { index: number }): Buffer {
  const { keyBytes, saltBytes, tagBytes } = suites[suite]
  const [masterKey, masterSalt] = [keyAndSalt.subarray(0, keyBytes), keyAndSalt.subarray(keyBytes)]
  const isRtp = 'roc' in count
  const session = (label: number, octets: number) => derive(masterKey, masterSalt, label + (isRtp ? 0 : 3), octets)
  const [key, salt] = [session(0, keyBytes), session(2, saltBytes)]
  const headerBytes = isRtp ? 12 : 8
  const header = packet.subarray(0, headerBytes)
  const payload = packet.subarray(headerBytes)
  const ssrc = isRtp ? packet.subarray(8, 12) : packet.subarray(4, 8)
  const index = isRtp ? Buffer.concat([number(count.roc, 4), packet.subarray(2, 4)]) : number(count.index, 6)
  const trailer = isRtp ? Buffer.alloc(0) : number(0x80000000 + count.index, 4)
  if (isGcm(suite)) {
    const iv = xor(salt, Buffer.concat([Buffer.alloc(2), ssrc, index]))
    const cipher = createCipheriv(keyBytes === 16 ? 'aes-128-gcm' : 'aes-256-gcm', key, iv)
    cipher.setAAD(Buffer.concat([header, trailer]))
    return Buffer.concat([header, cipher.update(payload), cipher.final(), cipher.getAuthTag(), trailer])
  }
  const salted = Buffer.concat([salt, Buffer.alloc(2)])
  const iv = xor(salted, Buffer.concat([Buffer.alloc(4), ssrc, index, Buffer.alloc(2)]))
  const clear = Buffer.concat([header, counterMode(key, iv, payload), trailer])
  const tag = createHmac('sha1', session(1, 20)).update(clear)
  if (isRtp) tag.update(number(count.roc, 4))
  // RTCP has 80 bits in any case: RFC 4568 section 6.2.2.
  return Buffer.concat([clear, tag.digest().subarray(0, isRtp ? tagBytes : 10)])
}

const rtp = (sequence: number) =>
  Buffer.concat([hex('8008'), number(sequence, 2), hex('decafbad cafebabe'), hex('ab'.repeat(160))])
const senderReport = Buffer.concat([hex('80c80006 cafebabe'), hex('5a'.repeat(20))])

function masterOf(suite: Suite, fill = 7): Buffer {
  const { keyBytes, saltBytes } = suites[suite]
  return Buffer.from(Array.from({ length: keyBytes + saltBytes }, (_, n) => (n * fill + 0xe1) & 255))
}

function openPair(t: Test, suite: Suite) {
  const sockets = new MediaSockets({ slots: 2, receivePackets: 8, sendPackets: 8, wakeFd: -1 })
  t.teardown(() => sockets.destroy())
  const open = () => {
    const { fd, port } = bindRtpSocket('127.0.0.1', testRtpPorts, testRtpPorts.from)
    return { slot: sockets.addSocket(fd), port }
  }
  const [alice, bob] = [open(), open()]
  const keyOf = (fill?: number): SrtpKeyMaterial => ({ suite, keyAndSalt: new Uint8Array(masterOf(suite, fill)) })
  return {
    alice: (fill?: number) => sockets.setKey(alice.slot, 'send', keyOf(fill)),
    bob: (fill?: number) => sockets.setKey(bob.slot, 'receive', keyOf(fill)),
    /** What Bob has of a packet of Alice's, and what was said of it. */
    pass(packet: Buffer): { packet: Buffer; status: number } {
      sockets.sendBytes.set(packet, sockets.begin(alice.slot, ipv4Number('127.0.0.1'), bob.port))
      sockets.commit(packet.length)
      sockets.flush()
      for (let tries = 0; tries < 100; tries++)
        if (sockets.wait(sockets.nowMs + 20) === 1)
          return {
            packet: Buffer.from(sockets.receiveBytes.subarray(0, sockets.lengthOf(0))),
            status: sockets.statusOf(0),
          }
      throw new Error('the packet did not come')
    },
  }
}

startSrtp()

t.test('keys are derived as in RFC 3711 appendix B.3', async (t) => {
  const master = hex('E1F97A0D3E018BE0D64FA32C06DE4139')
  const salt = hex('0EC675AD498AFEEBB6960B3AABE6')
  t.same(derive(master, salt, 0, 16), hex('C61E7A93744F39EE10734AFE3FF7A087'))
  t.same(derive(master, salt, 2, 14), hex('30CBBC08863D8C85D49DB34A9AE1'))
  t.same(derive(master, salt, 1, 20), hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4'))
})

for (const suite of suiteNames) {
  const master = masterOf(suite)

  t.test(`${suite}: what Alice sends is what the RFC says, beyond the end of the numbers, too`, async (t) => {
    const { alice, pass } = openPair(t, suite)
    alice()
    t.same(pass(rtp(65_535)).packet, protect(suite, master, rtp(65_535), { roc: 0 }))
    t.same(pass(rtp(0)).packet, protect(suite, master, rtp(0), { roc: 1 }))
    t.same(pass(senderReport).packet, protect(suite, master, senderReport, { index: 1 }))
    t.same(pass(senderReport).packet, protect(suite, master, senderReport, { index: 2 }))
  })

  t.test(`${suite}: Bob takes what the RFC says, once, and nothing that was changed on the way`, async (t) => {
    const { bob, pass } = openPair(t, suite)
    bob()
    const sent = protect(suite, master, rtp(65_535), { roc: 0 })
    for (const at of [1, 40, sent.length - 1]) {
      const changed = Buffer.from(sent)
      changed[at]! ^= 1
      t.equal(pass(changed).status, statusAuthenticationFailed, `octet ${at}`)
    }
    t.same(pass(sent), { packet: rtp(65_535), status: 0 })
    t.equal(pass(sent).status, statusReplayed)
    t.same(pass(protect(suite, master, rtp(0), { roc: 1 })), { packet: rtp(0), status: 0 })
    t.same(pass(protect(suite, master, senderReport, { index: 9 })), { packet: senderReport, status: 0 })
  })

  t.test(`${suite}: while Bob's key changes he takes both, whole`, async (t) => {
    const { bob, pass } = openPair(t, suite)
    bob()
    bob(11)
    const packetBy = (fill: number, sequence: number) =>
      protect(suite, masterOf(suite, fill), rtp(sequence), { roc: 0 })
    t.same(pass(packetBy(7, 1)), { packet: rtp(1), status: 0 }, 'the key before')
    t.same(pass(packetBy(11, 2)), { packet: rtp(2), status: 0 }, 'the new one')
    t.equal(pass(packetBy(13, 3)).status, statusAuthenticationFailed, 'a third')
  })
}
