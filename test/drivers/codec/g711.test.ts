// G.711 against the values printed in the standard's tables, and against itself over the whole range.
import t from 'tap'
import { alaw, decodeG711, encodeG711, type G711, ulaw } from '../../../drivers/codec/g711.ts'

const octet = (law: G711, sample: number) => law.encoded[sample & 0xffff]!

t.test('μ-law decodes to the quantised values of G.711 table 2', async (t) => {
  // Decoder output values of the table, 14 bits, scaled to 16: ±8031, 4191, 3999, 2079, 1023 … 2, 0.
  const table: [octet: number, value14: number][] = [
    [0x80, 8031],
    [0x8f, 4191],
    [0x90, 3999],
    [0x9f, 2079],
    [0xaf, 1023],
    [0xbf, 495],
    [0xcf, 231],
    [0xdf, 99],
    [0xef, 33],
    [0xfe, 2],
    [0xff, 0],
  ]
  for (const [code, value] of table) {
    t.equal(ulaw.decoded[code], value * 4, `0x${code.toString(16)}`)
    t.equal(ulaw.decoded[code & 0x7f], -value * 4 || 0, `0x${(code & 0x7f).toString(16)}`)
  }
})

t.test('A-law decodes to the quantised values of G.711 table 1', async (t) => {
  // Decoder output values of the table, 12 bits plus sign: 4032, 2112, 2016 … 33, 31, 1; even bits inverted on the wire.
  const table: [codeBeforeInversion: number, value13: number][] = [
    [0xff, 4032],
    [0xf0, 2112],
    [0xef, 2016],
    [0xe0, 1056],
    [0xdf, 1008],
    [0xcf, 504],
    [0xbf, 252],
    [0xaf, 126],
    [0xa0, 66],
    [0x90, 33],
    [0x8f, 31],
    [0x80, 1],
  ]
  for (const [code, value] of table) {
    t.equal(alaw.decoded[code ^ 0x55], value * 8, `0x${code.toString(16)}`)
    t.equal(alaw.decoded[(code & 0x7f) ^ 0x55], -value * 8, `0x${(code & 0x7f).toString(16)}`)
  }
})

t.test('silence is 0xff and 0xd5', async (t) => {
  t.equal(ulaw.silence, 0xff)
  t.equal(alaw.silence, 0xd5)
})

t.test('samples beyond the range of the law become its largest value', async (t) => {
  t.equal(octet(ulaw, 32767), 0x80)
  t.equal(octet(ulaw, -32768), 0x00)
  t.equal(octet(alaw, 32767), 0xaa)
  t.equal(octet(alaw, -32768), 0x2a)
})

for (const law of [ulaw, alaw]) {
  t.test(`${law.name}: what was decoded encodes to the same octet`, async (t) => {
    const changed = []
    for (let code = 0; code < 256; code++) if (octet(law, law.decoded[code]!) !== code) changed.push(code)
    // μ-law has two zeros; the negative one is sent as the positive.
    t.same(changed, law === ulaw ? [0x7f] : [])
  })

  t.test(`${law.name}: the error of a sample is at most half the step at its level`, async (t) => {
    // Half a step is 1/32 of the magnitude (μ-law: with its bias of 33), and never less than that of the lowest segment.
    for (let sample = -32000; sample <= 32000; sample++) {
      const magnitude = Math.abs(sample)
      const halfStep = law === ulaw ? (magnitude + 33 * 4) / 32 : Math.max(8, magnitude / 32)
      if (Math.abs(law.decoded[octet(law, sample)]! - sample) > halfStep) t.fail(`${sample} is off by too much`)
    }
  })

  t.test(`${law.name}: octets grow with the samples`, async (t) => {
    for (let sample = -32768; sample < 32767; sample++)
      if (law.decoded[octet(law, sample + 1)]! < law.decoded[octet(law, sample)]!) t.fail(`falls at ${sample}`)
  })
}

t.test('a frame passes through at the given offset and touches nothing else', async (t) => {
  const octets = new Uint8Array(8).fill(1)
  const frame = Int16Array.of(0, 4 * 8031, -4 * 8031)
  encodeG711(ulaw, frame, octets, 2)
  t.same([...octets], [1, 1, 0xff, 0x80, 0x00, 1, 1, 1])
  const back = new Int16Array(3)
  decodeG711(ulaw, octets, 2, back)
  t.same(back, frame)
})
