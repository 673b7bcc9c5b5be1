// Opus and G.722: tones survive them, lost frames come back from their copies, and no payload ends the process.
import t from 'tap'
import type { Decoder, Encoder } from '../../../drivers/codec/codec.ts'
import { G722Decoder, G722Encoder } from '../../../drivers/codec/g722.ts'
import { OpusDecoder, OpusEncoder, type OpusSendOptions } from '../../../drivers/codec/opus.ts'
import { loadOpus } from '../../../drivers/codec/opus-library.ts'
import { opusSamples } from '../../../drivers/codec/opus-packet.ts'
import { liveSpeechCodecs } from '../../../drivers/native/speech-codec.ts'
import { randomOctets, spoiled } from '../../support/hostile-octets.ts'
import { seededRandom } from '../../support/sip-network.ts'
import { makeTone, toneLevelDbm0 } from '../../support/tones.ts'

const voice: OpusSendOptions = { bitrate: 20_000, complexity: 5, inbandFec: false, dtx: false, cbr: false }
const frameSamples = 160

/** One packet per frame of the samples; an empty one where nothing is to be sent. */
function packets(encoder: Encoder, samples: Int16Array, length = frameSamples): Uint8Array[] {
  const room = new Uint8Array(1500)
  const made: Uint8Array[] = []
  for (let at = 0; at + length <= samples.length; at += length) {
    const octets = encoder.encode(samples.subarray(at, at + length), room, 3)
    made.push(room.slice(3, 3 + octets))
  }
  return made
}

function decoded(decoder: Decoder, all: readonly Uint8Array[]): Int16Array {
  return Int16Array.from(
    all.flatMap((packet) => [...decoder.samples.subarray(0, decoder.decode(packet, 0, packet.length))]),
  )
}

for (const [name, encoder, decoder] of [
  ['G.722', () => new G722Encoder(), () => new G722Decoder()],
  ['Opus', () => new OpusEncoder(voice), () => new OpusDecoder()],
] as const)
  t.test(`${name}: tones come through at their level`, async (t) => {
    for (const hz of [400, 1020, 2400]) {
      const [from, to] = [encoder(), decoder()]
      const heard = decoded(to, packets(from, makeTone(hz, 1000))).subarray(2000)
      t.ok(Math.abs(toneLevelDbm0(heard, hz) + 10) < 1.5, `${hz} Hz at ${toneLevelDbm0(heard, hz)} dBm0`)
      from.close()
      to.close()
    }
  })

t.test('G.722 counts an octet a sample', async (t) => {
  const [encoder, decoder] = [new G722Encoder(), new G722Decoder()]
  const [packet] = packets(encoder, makeTone(1000, 20))
  t.equal(packet!.length, frameSamples)
  t.equal(decoder.decode(packet!, 0, packet!.length), frameSamples)
  t.equal(decoder.decode(new Uint8Array(961), 0, 961), 0, 'more than 120 ms is none')
  encoder.close()
  decoder.close()
})

t.test('Opus in frames of 10, 20, 40 and 60 ms', async (t) => {
  for (const ms of [10, 20, 40, 60]) {
    const decoder = new OpusDecoder()
    const all = packets(new OpusEncoder(voice), makeTone(1000, 600), ms * 8)
    for (const packet of all) t.equal(opusSamples(packet, 0, packet.length), ms * 8)
    t.ok(toneLevelDbm0(decoded(decoder, all).subarray(1600), 1000) > -13, `${ms} ms`)
    decoder.close()
  }
})

/** RFC 6716 section 3.1, table 2. */
function bandOf(packet: Uint8Array): string | undefined {
  const config = packet[0]! >> 3
  if (config < 12) return ['narrow', 'medium', 'wide'][config >> 2]
  return config < 16
    ? ['super-wide', 'full'][(config - 12) >> 1]
    : ['narrow', 'wide', 'super-wide', 'full'][(config - 16) >> 2]
}

const [setApplication, voip, setBandwidth] = [4000, 2048, 4008]

for (const [name, bandwidth, channels] of [
  ['narrow', 1101, 1],
  ['medium', 1102, 1],
  ['wide', 1103, 1],
  ['super-wide', 1104, 1],
  ['full', 1105, 1],
  ['full', 1105, 2],
] as const)
  t.test(`Opus of ${name} band in ${channels === 1 ? 'mono' : 'stereo'} is heard`, async (t) => {
    const library = loadOpus()
    const encoder = new library.OpusEncoder(48_000, channels)
    encoder.applyEncoderCTL(setApplication, voip)
    encoder.applyEncoderCTL(setBandwidth, bandwidth)
    encoder.setBitrate(16_000 * channels)
    // A tone within each, and one that only full band carries and the box must not fold back.
    const samples = makeTone([1000, 15_000], 600, -12, 48_000)
    const all: Uint8Array[] = []
    for (let at = 0; at + 960 <= samples.length; at += 960) {
      const frame = Buffer.alloc(960 * 2 * channels)
      for (let i = 0; i < 960 * channels; i++) frame.writeInt16LE(samples[at + Math.floor(i / channels)]!, i * 2)
      all.push(encoder.encode(frame))
    }
    t.equal(bandOf(all.at(-1)!), name)
    const decoder = new OpusDecoder()
    const heard = decoded(decoder, all).subarray(1600)
    const level = toneLevelDbm0(heard, 1000)
    t.ok(Math.abs(level + 12) < 2, `${level.toFixed(1)} dBm0`)
    t.ok(level - toneLevelDbm0(heard, 3000) > 30, 'and nothing else')
    decoder.close()
  })

t.test('a frame of another length is refused before it reaches the library', async (t) => {
  t.throws(() => new OpusEncoder(voice).encode(new Int16Array(161), new Uint8Array(100), 0), /161 samples/)
})

t.test('a lost frame comes back from the copy in the one behind it', async (t) => {
  // A new word begins in it, so that nothing but a copy can tell what it said.
  const lost = 60
  const samples = Int16Array.from([...makeTone(440, lost * 20, -12), ...makeTone(1300, 400, -12)])
  const recovered = (inbandFec: boolean) => {
    const all = packets(new OpusEncoder({ ...voice, inbandFec }), samples)
    const decoder = new OpusDecoder()
    decoded(decoder, all.slice(0, lost))
    const next = all[lost + 1]!
    const count = decoder.recover(next, 0, next.length, frameSamples)
    const heard = decoder.samples.slice(0, count)
    decoder.close()
    t.equal(count, frameSamples)
    return toneLevelDbm0(heard.subarray(60), 1300) - toneLevelDbm0(heard.subarray(60), 440)
  }
  t.ok(recovered(true) > 6, `with a copy the new word stands out by ${recovered(true)} dB`)
  t.ok(recovered(false) < -6, `without, the old one goes on: ${recovered(false)} dB`)
})

t.test('DTX: silence is hardly sent, speech is', async (t) => {
  const encoder = new OpusEncoder({ ...voice, dtx: true })
  const silence = packets(encoder, new Int16Array(8000 * 4))
  const sent = silence.slice(100).filter((packet) => packet.length > 0).length
  t.ok(sent <= 10, `${sent} of 100 packets of silence were sent`)
  t.equal(packets(encoder, makeTone([300, 500, 700], 400)).filter((packet) => packet.length > 0).length, 20)
})

t.test('the bitrate that was asked for is kept to', async (t) => {
  const bits = (bitrate: number) =>
    packets(new OpusEncoder({ ...voice, bitrate, cbr: true }), makeTone([300, 900, 2000], 1000)).reduce(
      (sum, packet) => sum + packet.length * 8,
      0,
    )
  t.ok(bits(8000) < 9000, `${bits(8000)} bits in a second`)
  t.ok(bits(32_000) > 28_000, `${bits(32_000)} bits in a second`)
})

t.test(
  'hostile payloads: 10,000 of each kind decode to nothing, or to something, and the next good one is heard',
  async (t) => {
    const random = seededRandom(20260101)
    const decoder = new OpusDecoder()
    const good = packets(new OpusEncoder({ ...voice, inbandFec: true }), makeTone(1000, 400))
    let taken = 0
    for (let i = 0; i < 20_000; i++) {
      const octets = i % 2 === 0 ? randomOctets(random, 1500) : spoiled(good[i % good.length]!, random)
      const samples = decoder.duration(octets, 0, octets.length)
      if (samples > 960) throw new Error(`${samples} samples from ${Buffer.from(octets).toString('hex')}`)
      if (i % 5 === 0) decoder.recover(octets, 0, octets.length, samples)
      else taken += decoder.decode(octets, 0, octets.length) > 0 ? 1 : 0
    }
    t.ok(taken > 5000, `${taken} were packets after all`)
    decoder.reset()
    t.ok(toneLevelDbm0(decoded(decoder, good).subarray(1600), 1000) > -13)
    decoder.close()
  },
)

t.test('packets that are none', async (t) => {
  for (const [name, octets] of [
    ['nothing', []],
    ['two frames of unequal length', [0x01, 1, 2, 3]],
    ['a first frame longer than the packet', [0x02, 200, 1]],
    ['no frames', [0x03, 0]],
    ['more than 120 ms', [0x1b, 3, 1, 1, 1]],
    ['padding without end', [0x03, 0x41, 255]],
    ['padding past the end', [0x03, 0x41, 9, 1]],
    ['a length missing', [0x03, 0x82]],
  ] as const)
    t.equal(opusSamples(Uint8Array.from(octets), 0, octets.length), 0, name)
  t.equal(opusSamples(Uint8Array.from([0x00]), 0, 1), 80, 'a frame of nothing is one')
})

t.test('at the end nothing is left', async (t) => t.equal(liveSpeechCodecs(), 0))
