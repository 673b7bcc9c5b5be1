// What is RTP and what is not, one malformed kind a row.
import t from 'tap'
import { emptyRtpFields, type RtpFault, readRtp, writeRtpHeader } from '../../../daemon/media/rtp-packet.ts'

const good = [0x80, 0, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 0xca, 0xfe, 0xba, 0xbe, 1, 2, 3, 4]
const with_ = (changes: Record<number, number>, bytes = good) => bytes.map((byte, at) => changes[at] ?? byte)

const malformed: [name: string, bytes: number[], fault: RtpFault][] = [
  ['an empty datagram', [], 'tooShort'],
  ['one byte', [0x80], 'tooShort'],
  ['a header cut off', good.slice(0, 11), 'tooShort'],
  ['version 1', with_({ 0: 0x40 }), 'wrongVersion'],
  ['a STUN request', [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 'wrongVersion'],
  ['an RTCP sender report', with_({ 1: 200 }), 'rtcp'],
  ['an RTCP goodbye', with_({ 1: 203 }), 'rtcp'],
  ['more contributing sources than bytes', with_({ 0: 0x8f }), 'tooShort'],
  ['an extension without its header', with_({ 0: 0x90 }, good.slice(0, 14)), 'badExtension'],
  ['an extension longer than the packet', with_({ 0: 0x90, 14: 0xff, 15: 0xff }), 'badExtension'],
  ['padding of no length', with_({ 0: 0xa0, 15: 0 }), 'badPadding'],
  ['padding longer than the payload', with_({ 0: 0xa0, 15: 5 }), 'badPadding'],
  ['nothing but padding', with_({ 0: 0xa0, 15: 4 }), 'noPayload'],
  ['no payload', good.slice(0, 12), 'noPayload'],
]

for (const [name, bytes, fault] of malformed)
  t.test(`${name} is no audio`, async (t) => {
    t.equal(readRtp(Uint8Array.from(bytes), 0, bytes.length, emptyRtpFields()), fault)
  })

t.test('a packet is read at its offset', async (t) => {
  const fields = emptyRtpFields()
  t.equal(readRtp(Uint8Array.from([9, 9, ...good, 9]), 2, good.length, fields), undefined)
  t.strictSame(fields, {
    payloadType: 0,
    marker: false,
    sequence: 0x1234,
    timestamp: 0xdeadbeef | 0,
    ssrc: 0xcafebabe | 0,
    payloadOffset: 14,
    payloadLength: 4,
  })
})

t.test('contributing sources, extension and padding are stepped over', async (t) => {
  const header = [0xb1, 0x80 | 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]
  const bytes = [...header, 0, 0, 0, 9, 0xbe, 0xde, 0, 1, 7, 7, 7, 7, 0xaa, 0xbb, 0, 0, 3]
  const fields = emptyRtpFields()
  t.equal(readRtp(Uint8Array.from(bytes), 0, bytes.length, fields), undefined)
  t.equal(fields.marker, true)
  t.equal(fields.payloadType, 8)
  t.equal(fields.payloadOffset, 24)
  t.equal(fields.payloadLength, 2)
})

t.test('what is written can be read', async (t) => {
  const bytes = new Uint8Array(16)
  writeRtpHeader(bytes, 0, 101, true, 65535, 0xfffffff0, 0x80000001)
  const fields = emptyRtpFields()
  t.equal(readRtp(bytes, 0, 16, fields), undefined)
  t.match(fields, { payloadType: 101, marker: true, sequence: 65535, timestamp: -16, ssrc: 0x80000001 | 0 })
})
