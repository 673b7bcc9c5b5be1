// What becomes of a stream in the middle of a call: packets that are lost and told by the next (Opus FEC), pauses in which
// nothing is sent (Opus DTX, comfort noise), packets of another length. Two ports over a wire in memory.
import t from 'tap'
import type { RtpAgreement } from '../../../daemon/media/rtp-agreement.ts'
import { g711 } from '../../../drivers/codec/g711.ts'
import { levelDbm0, makeTone, tonePresentMs } from '../../support/tones.ts'
import { deliver, rtpPacket } from './memory-transport.ts'
import { header, here, openPort, there } from './port-stage.ts'

const frameSamples = 160
const opus = { codec: 'opus', payloadType: 111, opus: { inbandFec: false, dtx: false, cbr: false } } as const

/** Alice says this to Bob, a frame each 20 ms; what he hears, and how many packets it took. `isLost`: by packet number. */
function says(
  samples: Int16Array,
  agreement: Partial<RtpAgreement>,
  isLost: (packet: number) => boolean = () => false,
) {
  const [alice, bob] = [openPort(), openPort()]
  alice.agree({ ...there, ...agreement })
  bob.agree({ ...here, ...agreement })
  const heard: number[] = []
  let packets = 0
  // A little longer, until the last of it has left Bob's jitter buffer.
  for (let at = 0; at < samples.length + 20 * frameSamples; at += frameSamples) {
    const frame = samples.slice(at, at + frameSamples)
    if (frame.length > 0) alice.port.put(frame)
    for (const { bytes } of alice.transport.take()) if (!isLost(packets++)) deliver(bob.port, bytes, here)
    heard.push(...(bob.get() || new Int16Array(frameSamples)))
  }
  const counters = bob.port.counters()
  for (const { port } of [alice, bob]) port.close()
  return { heard: Int16Array.from(heard), packets, counters }
}

const join = (...parts: Int16Array[]) => Int16Array.from(parts.flatMap((part) => [...part]))

t.test('Opus FEC: what a lost packet said is in the one behind it', async (t) => {
  // A new word every 200 ms: the packet in which it begins is lost, which nothing that came before can tell.
  const words = [440, 1300, 620, 1700, 520, 1500, 700, 1900, 480, 1400]
  const samples = join(...words.map((hz) => makeTone(hz, 200, -12)))
  const beginnings = words.map((_hz, word) => word * 10).slice(1)
  const isLost = (packet: number) => beginnings.includes(packet)
  const heardMs = (inbandFec: boolean, lossy: boolean) => {
    const agreement = { ...opus, opus: { ...opus.opus, inbandFec } }
    const { heard, counters } = says(samples, agreement, lossy ? isLost : undefined)
    t.equal(counters.lostPackets, lossy ? beginnings.length : 0)
    return words.slice(1).reduce((sum, hz) => sum + tonePresentMs(heard, hz, -22), 0)
  }
  const [whole, recovered, without] = [heardMs(true, false), heardMs(true, true), heardMs(false, true)]
  t.comment(
    `heard of ${200 * beginnings.length} ms: ${whole} without loss, ${recovered} with copies, ${without} without`,
  )
  t.ok(recovered - without >= 100, 'copies bring words back')
  t.ok(whole - recovered <= 60, 'nearly as if nothing had been lost')
})

t.test('Opus DTX: a pause is hardly sent, and heard as the quiet of a room', async (t) => {
  const word = makeTone([300, 500, 700], 1000, -16)
  const pause = new Int16Array(8000 * 4)
  const { heard, packets, counters } = says(join(word, pause, word), {
    ...opus,
    opus: { ...opus.opus, dtx: true },
  })
  t.ok(packets < 150, `${packets} packets for the 300 frames`)
  t.match(counters, { lostPackets: 0, malformedPayloads: 0 })
  // What is not sent looks lost until the first packet behind it has told, and at the end of the stream.
  t.ok(counters.concealedFrames! <= 8, `${counters.concealedFrames} frames concealed`)
  t.ok(counters.noiseFrames! >= 150, `${counters.noiseFrames} frames of noise`)
  t.ok(tonePresentMs(heard, 500, -30) >= 1900, 'both words are heard')
  t.ok(levelDbm0(heard.subarray(8000 * 2, 8000 * 4)) < -50, 'and the pause is quiet')
})

t.test('comfort noise of a far end that stops sending is heard at the level it says', async (t) => {
  const { port, agree, get } = openPort()
  agree({ comfortNoisePayloadType: 13 })
  const speech = new Uint8Array(frameSamples).fill(0x20)
  for (let n = 0; n < 10; n++) {
    deliver(port, rtpPacket({ sequence: n, timestamp: n * frameSamples, payload: speech }), there)
    get()
  }
  const noise = rtpPacket({ sequence: 10, timestamp: 1600, payloadType: 13, payload: Uint8Array.of(50) })
  deliver(port, noise, there)
  const heard: number[] = []
  for (let n = 0; n < 100; n++) {
    const frame = get()
    if (n > 20) heard.push(...(frame || new Int16Array(frameSamples)))
  }
  // -50 dBov is -50 + 3.14 + 3.01 dBm0 of a sine of the same power.
  t.ok(Math.abs(levelDbm0(heard) + 43.9) < 1.5, `${levelDbm0(heard)} dBm0`)
  t.match(port.counters(), { noisePacketsReceived: 1, concealedFrames: 0, lostPackets: 0, unknownPayloads: 0 })
})

t.test('another packet length is agreed on in the call: numbers and time go on', async (t) => {
  const { port, transport, agree } = openPort()
  const said = makeTone(600, 1200)
  for (let n = 0; n < 60; n++) {
    if (n % 20 === 0) agree({ ptimeMs: ([20, 60, 10] as const)[n / 20]! })
    port.put(said.subarray(n * frameSamples, (n + 1) * frameSamples))
  }
  const packets = transport.take().map(({ bytes }) => ({ ...header(bytes), octets: bytes.length - 12 }))
  t.same([...new Set(packets.map(({ octets }) => octets / 8))], [20, 60, 10], 'milliseconds of the packets, in turn')
  const first = packets[0]!
  t.same(
    packets.map(({ sequence }) => (sequence - first.sequence) & 0xffff),
    [...packets.keys()],
    'no number is left out',
  )
  const gaps = packets.slice(1).map(({ timestamp }, at) => timestamp - packets[at]!.timestamp - packets[at]!.octets)
  // 20 frames are six packets of 60 ms; the two frames that have not filled the seventh are given up.
  t.same(
    gaps.filter((gap) => gap !== 0),
    [2 * frameSamples],
    'time breaks for what is given up, and by as much',
  )
})

t.test('a far end that sends packets of another length, without a word, goes on being heard', async (t) => {
  const { port, agree, get } = openPort()
  agree()
  const said = makeTone(600, 1200)
  const octets = Uint8Array.from(said, (sample) => g711.PCMU.encoded[sample & 0xffff]!)
  const heard: number[] = []
  let [sent, sequence] = [0, 0]
  for (let n = 0; n < 60; n++) {
    const length = n < 20 ? 320 : n < 40 ? 160 : 80
    while (sent < (n + 1) * frameSamples && sent < octets.length) {
      const payload = octets.subarray(sent, sent + length)
      deliver(port, rtpPacket({ sequence: sequence++, timestamp: sent, payload }), there)
      sent += length
    }
    heard.push(...(get() || new Int16Array(frameSamples)))
  }
  t.match(port.counters(), { lostPackets: 0, concealedFrames: 0, timestampJumps: 0 })
  t.ok(tonePresentMs(Int16Array.from(heard), 600) >= 1100)
})
