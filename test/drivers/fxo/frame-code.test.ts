// Frames of the board's wire: known vectors, and what a stream of garbage does to the reader.
import { crc32 } from 'node:zlib'
import t from 'tap'
import { checkedBytesMax, cobsDecode, cobsEncode, encodeFrame, FrameReader } from '../../../drivers/fxo/frame-code.ts'

const hex = (bytes: Uint8Array | undefined) => (bytes ? Buffer.from(bytes).toString('hex') : undefined)
const bytes = (text: string) => Buffer.from(text, 'hex')

/** 01, 02, … without a zero. */
const run = (length: number) => Buffer.from(Array.from({ length }, (_, i) => (i % 255) + 1))

// The examples of Cheshire and Baker's paper and of its common test vectors.
const vectors: [string, string][] = [
  ['', '01'],
  ['00', '0101'],
  ['0000', '010101'],
  ['001100', '01021101'],
  ['11220033', '0311220233'],
  ['11223344', '0511223344'],
  ['11000000', '0211010101'],
  [hex(run(254))!, `ff${hex(run(254))}`],
  [hex(run(255))!, `ff${hex(run(254))}02ff`],
  [`00${hex(run(254))}`, `01ff${hex(run(254))}`],
]

t.test('COBS encodes and decodes the known vectors', async (t) => {
  for (const [plain, encoded] of vectors) {
    t.equal(hex(cobsEncode(bytes(plain))), encoded)
    t.equal(hex(cobsDecode(bytes(encoded))), plain)
  }
})

t.test('COBS refuses what it never makes', async (t) => {
  t.equal(cobsDecode(bytes('0511')), undefined, 'a code past the end')
  t.equal(cobsDecode(bytes('00')), undefined, 'a zero as code')
  t.equal(cobsDecode(bytes('031100')), undefined, 'a zero inside a run')
})

t.test('the CRC is the one of the protocol', async (t) => {
  t.equal(crc32('123456789'), 0xcbf43926)
  t.equal(
    hex(encodeFrame(Buffer.from('123456789'))),
    hex(Buffer.concat([bytes('0e'), Buffer.from('123456789'), bytes('2639f4cb'), bytes('00')])),
  )
})

t.test('any message comes back, however the bytes are cut', async (t) => {
  const messages = [run(1), Buffer.alloc(300), run(700), Buffer.from([0, 1, 0, 2]), run(checkedBytesMax - 4)]
  const stream = Buffer.concat(messages.map((message) => encodeFrame(message)))
  for (const size of [1, 2, 7, 64, 253, 4096]) {
    const reader = new FrameReader()
    const got: Buffer[] = []
    for (let at = 0; at < stream.length; at += size) got.push(...reader.push(stream.subarray(at, at + size)))
    t.same(got.map(hex), messages.map(hex), `in pieces of ${size}`)
  }
})

t.test('a message too long for a frame is a fault of the sender', async (t) => {
  t.throws(() => encodeFrame(run(checkedBytesMax - 3)), RangeError)
})

t.test('one flipped bit anywhere in a frame is found', async (t) => {
  const frame = encodeFrame(run(40))
  for (let bit = 0; bit < (frame.length - 1) * 8; bit++) {
    const bad = Buffer.from(frame)
    bad[bit >> 3] = bad[bit >> 3]! ^ (1 << (bit & 7))
    const reader = new FrameReader()
    t.same(reader.push(bad), [], `bit ${bit}`)
    t.same(reader.push(encodeFrame(run(5))).map(hex), [hex(run(5))], `the next frame after bit ${bit}`)
  }
})

t.test('bytes without an end are bounded, counted once, and forgotten', async (t) => {
  const reader = new FrameReader()
  for (let i = 0; i < 20; i++) t.same(reader.push(Buffer.alloc(1000, 1)), [])
  t.same(reader.push(Buffer.concat([bytes('00'), encodeFrame(run(9))])).map(hex), [hex(run(9))])
  t.equal(reader.counters.overlong, 1)
})

t.test('random bytes neither throw nor pass', async (t) => {
  const reader = new FrameReader()
  let seed = 1
  const random = () => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    return seed >>> 24
  }
  let passed = 0
  // Small bytes are short runs, which random ones seldom are.
  for (let i = 0; i < 2000; i++)
    passed += reader.push(Buffer.from(Array.from({ length: 100 }, () => random() & 7))).length
  for (let i = 0; i < 2000; i++) passed += reader.push(Buffer.from(Array.from({ length: 100 }, random))).length
  t.equal(passed, 0)
  const { badCobs, badCrc, tooShort } = reader.counters
  t.ok(badCobs > 0 && badCrc > 0 && tooShort > 0, `each kind was met: ${JSON.stringify(reader.counters)}`)
})
