// Opus as it arrives from a network: out of order, with losses, with pauses; and comfort noise where nothing is sent.
import t from 'tap'
import { ClockScale } from '../../../daemon/media/clock-scale.ts'
import { JitterBuffer } from '../../../daemon/media/jitter-buffer.ts'
import { StreamDecoder } from '../../../daemon/media/stream-decoder.ts'
import { g711 } from '../../../drivers/codec/g711.ts'
import { OpusDecoder, OpusEncoder } from '../../../drivers/codec/opus.ts'
import { levelDbm0, makeTone, toneLevelDbm0 } from '../../support/tones.ts'

const encoder = { bitrate: 20_000, complexity: 5, inbandFec: true, dtx: false, cbr: false }
const frameTicks = 960

function packets(durationMs: number): Uint8Array[] {
  const opus = new OpusEncoder(encoder)
  const samples = makeTone(600, durationMs)
  const room = new Uint8Array(1500)
  return Array.from({ length: durationMs / 20 }, (_, n) =>
    room.slice(0, opus.encode(samples.subarray(n * 160, n * 160 + 160), room, 0)),
  )
}

/** One packet a frame, in the order given: what is heard. `undefined`: nothing comes in that frame. */
function play(order: readonly (number | undefined)[], all: readonly Uint8Array[]) {
  const jitter = new JitterBuffer()
  const stream = new StreamDecoder({ decoder: new OpusDecoder(), jitter, clock: new ClockScale(48_000) })
  const heard: number[] = []
  const frame = new Int16Array(160)
  for (const n of order) {
    // Close below the wrap of both numbers, so that it is passed on the way.
    if (n !== undefined)
      stream.receive((65_530 + n) & 0xffff, (0xffff_f000 + n * frameTicks) | 0, all[n]!, 0, all[n]!.length)
    stream.tick()
    if (jitter.read(frame)) heard.push(...frame)
    else heard.push(...new Array<number>(160).fill(0))
  }
  stream.close()
  return { heard: Int16Array.from(heard), jitter, stream }
}

const inOrder = (count: number) => Array.from({ length: count }, (_, n): number | undefined => n)
const all = packets(1000)

t.test('in order, across the wrap of numbers and timestamps', async (t) => {
  const { heard, jitter } = play(inOrder(50), all)
  t.ok(toneLevelDbm0(heard.subarray(1600), 600) > -11.5)
  t.match(jitter, { concealedFrames: 0, latePackets: 0, resyncs: 0 })
})

t.test('two packets that change places are heard as if they had not', async (t) => {
  const order = inOrder(50)
  order[20] = 21
  order[21] = 20
  const { heard, jitter, stream } = play(order, all)
  t.ok(toneLevelDbm0(heard.subarray(1600), 600) > -11.5)
  t.equal(jitter.concealedFrames, 0)
  t.equal(stream.recoveredFrames, 0)
})

t.test('a single lost packet comes back from the one behind it', async (t) => {
  const order = inOrder(50)
  order[25] = undefined
  const { heard, jitter, stream } = play(order, all)
  t.equal(stream.recoveredFrames, 1)
  t.equal(jitter.concealedFrames, 0)
  t.ok(levelDbm0(heard.subarray(26 * 160, 29 * 160)) > -14, 'without a hole')
})

t.test('of several in a row the last comes back, the others are concealed', async (t) => {
  const order = inOrder(50)
  for (const n of [25, 26, 27]) order[n] = undefined
  const { jitter, stream } = play(order, all)
  t.equal(stream.recoveredFrames, 1)
  t.ok(jitter.concealedFrames >= 1 && jitter.concealedFrames <= 3, `${jitter.concealedFrames} frames`)
})

t.test('comfort noise is heard at its level until speech comes again', async (t) => {
  const jitter = new JitterBuffer()
  const law = g711.PCMU
  const octets = new Uint8Array(160).fill(0x20)
  const frame = new Int16Array(160)
  for (let n = 0; n < 10; n++) {
    jitter.insert(n * 160, octets, 0, 160, law)
    jitter.read(frame)
  }
  jitter.pause(10 * 160, 50)
  const noise: number[] = []
  for (let n = 0; n < 100; n++) {
    t.ok(jitter.read(frame))
    if (n > 20) noise.push(...frame)
  }
  // -50 dBov is -50 + 3.14 + 3.01 dBm0 of a sine of the same power.
  t.ok(Math.abs(levelDbm0(noise) + 43.9) < 1.5, `${levelDbm0(noise)} dBm0`)
  t.ok(jitter.noiseFrames > 90)
  jitter.insert(110 * 160, octets, 0, 160, law)
  let loud = false
  for (let n = 0; n < 15 && !loud; n++) {
    jitter.read(frame)
    loud = levelDbm0(frame) > -20
  }
  t.ok(loud, 'speech again')
  t.equal(jitter.concealedFrames, 0)
})
