// RTP ports against each other over a wire in memory, and against far ends that the test plays itself.
import t from 'tap'
import type { StreamKey } from '../../../daemon/media/rtp-transport.ts'
import { g711 } from '../../../drivers/codec/g711.ts'
import { makeTone, toneLevelDbm0, tonePresentMs } from '../../support/tones.ts'
import { deliver, rtpPacket } from './memory-transport.ts'
import { header, here, openPort, there } from './port-stage.ts'

const octets160 = new Uint8Array(160).fill(0x10)

for (const codec of ['PCMU', 'PCMA'] as const)
  t.test(`${codec}: each end hears the other's tone and not its own`, async (t) => {
    const payloadType = codec === 'PCMU' ? 0 : 8
    const alice = openPort()
    const bob = openPort()
    alice.agree({ ...there, codec, payloadType })
    bob.agree({ ...here, codec, payloadType })
    const [aliceSays, bobSays] = [makeTone(400, 1000), makeTone(1000, 1000)]
    const heard = { alice: [] as number[], bob: [] as number[] }
    for (let n = 0; n < 50; n++) {
      heard.alice.push(...(alice.get() || new Int16Array(160)))
      heard.bob.push(...(bob.get() || new Int16Array(160)))
      alice.port.put(aliceSays.subarray(n * 160, n * 160 + 160))
      bob.port.put(bobSays.subarray(n * 160, n * 160 + 160))
      for (const { bytes } of alice.transport.take()) deliver(bob.port, bytes, here)
      for (const { bytes } of bob.transport.take()) deliver(alice.port, bytes, there)
    }
    const [atAlice, atBob] = [Int16Array.from(heard.alice), Int16Array.from(heard.bob)]
    t.ok(tonePresentMs(atAlice, 1000) >= 920 && tonePresentMs(atBob, 400) >= 920, 'the other’s')
    t.equal(tonePresentMs(atAlice, 400, -45) + tonePresentMs(atBob, 1000, -45), 0, 'not its own')
    t.match(bob.port.counters(), { packetsReceived: 50, lostPackets: 0, concealedFrames: 0 })
  })

t.test('numbering goes on through silence and hold; the marker is on the first packet after a pause', async (t) => {
  const { port, transport, agree } = openPort()
  agree()
  for (const direction of [true, true, false, false, false, true, true]) {
    agree({ sends: direction })
    port.put(false)
  }
  const sent = transport.take().map(({ bytes }) => header(bytes))
  t.same(
    sent.map(({ marker }) => marker),
    [true, false, true, false],
  )
  const first = sent[0]!
  t.same(
    sent.map(({ sequence }) => sequence - first.sequence),
    [0, 1, 2, 3],
    'no number is left out',
  )
  t.same(
    sent.map(({ timestamp }) => ((timestamp - first.timestamp) >>> 0) / 160),
    [0, 1, 5, 6],
    'time goes on',
  )
  t.equal(new Set(sent.map(({ ssrc }) => ssrc)).size, 1)
})

t.test('silence is sent as the law’s silence, never as a pause', async (t) => {
  for (const codec of ['PCMU', 'PCMA'] as const) {
    const { port, transport, agree } = openPort({ agreement: { codec } })
    agree()
    port.put(false)
    t.same(transport.take()[0]!.bytes.subarray(12), new Uint8Array(160).fill(g711[codec].silence))
  }
})

t.test('direction: what we do not receive is not heard, what we do not send is not sent', async (t) => {
  const { port, transport, agree, get } = openPort()
  agree({ sends: true, receives: false })
  for (let n = 0; n < 5; n++) deliver(port, rtpPacket({ sequence: n, timestamp: n * 160, payload: octets160 }), there)
  t.equal(get(), false)
  port.put(false)
  t.equal(transport.take().length, 1)
  agree({ sends: false, receives: true })
  port.put(false)
  t.equal(transport.take().length, 0)
  t.match(port.counters(), { unexpectedPackets: 5, packetsReceived: 0 })
})

t.test('before offer and answer have met nothing is heard or sent', async (t) => {
  const { port, transport, get } = openPort()
  deliver(port, rtpPacket({ sequence: 1, timestamp: 0, payload: octets160 }), there)
  port.put(new Int16Array(160))
  t.equal(get(), false)
  t.equal(transport.take().length, 0)
  t.equal(port.counters().unexpectedPackets, 1)
  t.equal(port.describe(), 'rtp:20000 waiting')
})

t.test('a sender that changes its SSRC goes on being heard', async (t) => {
  const { port, agree, get } = openPort()
  agree()
  let heard = 0
  for (let n = 0; n < 40; n++) {
    const stream =
      n < 20 ? { ssrc: 1, sequence: n, timestamp: n * 160 } : { ssrc: 2, sequence: 60000 + n, timestamp: 5e8 + n * 160 }
    deliver(port, rtpPacket({ ...stream, payload: octets160 }), there)
    if (get()) heard++
  }
  t.ok(heard >= 36, `${heard} of 40 frames`)
  t.match(port.counters(), { ssrcChanges: 1, lostPackets: 0 })
})

t.test('a stranger is not heard, and gets nothing', async (t) => {
  const { port, transport, agree, get } = openPort()
  agree()
  for (let n = 0; n < 10; n++) {
    deliver(port, rtpPacket({ sequence: n, timestamp: n * 160, payload: octets160 }), there)
    deliver(port, rtpPacket({ ssrc: 9, sequence: n, timestamp: n * 160, payload: octets160 }), { address: 99, port: 9 })
    get()
    port.put(false)
  }
  t.ok(transport.take().every((packet) => packet.port === there.port))
  t.match(port.counters(), { foreignPackets: 10, packetsReceived: 10, ssrcChanges: 0 })
})

t.test('digits go out as events: one timestamp each, marker first, the end three times', async (t) => {
  const { port, transport, reports, agree } = openPort()
  agree()
  port.sendDigits('7#', 5)
  for (let n = 0; n < 30; n++) port.put(makeTone(500, 20))
  const packets = transport.take().map(({ bytes }) => ({ ...header(bytes), payload: bytes.subarray(12) }))
  const events = packets.filter(({ payloadType }) => payloadType === 101)
  t.equal(events.length, 14)
  for (const [at, event] of [
    [0, 7],
    [7, 11],
  ] as const) {
    const press = events.slice(at, at + 7)
    t.ok(press.every(({ payload, timestamp }) => payload[0] === event && timestamp === press[0]!.timestamp))
    t.same(
      press.map(({ marker }) => marker),
      [true, false, false, false, false, false, false],
    )
    t.same(
      press.map(({ payload }) => payload[1]! >= 128),
      [false, false, false, false, true, true, true],
    )
    t.same(
      press.map(({ payload }) => (payload[2]! << 8) | payload[3]!),
      [160, 320, 480, 640, 800, 800, 800],
    )
  }
  t.same(
    packets.map(({ sequence }) => (sequence - packets[0]!.sequence) & 0xffff),
    [...packets.keys()],
  )
  t.same(reports, [{ type: 'digitsSent', requestId: 5 }])
})

for (const { name, keepsEnd, lost, concealed } of [
  { name: 'on a clean wire', keepsEnd: () => true, lost: 0, concealed: 0 },
  { name: 'when two of three ends are lost', keepsEnd: (end: number) => end % 3 === 0, lost: 6, concealed: 6 },
])
  t.test(`between two ports an event is one press, each packet coming twice, ${name}`, async (t) => {
    const alice = openPort()
    const bob = openPort()
    alice.agree(there)
    bob.agree(here)
    alice.port.sendDigits('159', 1)
    let ends = 0
    for (let n = 0; n < 50; n++) {
      bob.get()
      alice.port.put(makeTone(500, 20))
      for (const { bytes } of alice.transport.take()) {
        const isEnd = (bytes[1]! & 127) === 101 && bytes[13]! >= 128
        if (isEnd && !keepsEnd(++ends)) continue
        deliver(bob.port, bytes, here)
        deliver(bob.port, bytes, here)
      }
    }
    const digits = bob.reports.flatMap((report) => (report.type === 'digitReceived' ? [report.digit] : []))
    t.same(digits, ['1', '5', '9'])
    const counters = bob.port.counters()
    t.equal(counters.lostPackets, lost)
    t.ok(counters.concealedFrames! <= concealed, 'events are no loss of audio')
  })

t.test('without negotiated events digits go out as tones and are sought in the audio', async (t) => {
  const { port, transport, detectors, agree } = openPort({ agreement: { eventPayloadType: undefined } })
  agree()
  port.sendDigits('1', 1)
  const samples = new Int16Array(800)
  for (let n = 0; n < 5; n++) {
    port.put(false)
    const { bytes } = transport.take()[0]!
    for (let i = 0; i < 160; i++) samples[n * 160 + i] = g711.PCMU.decoded[bytes[12 + i]!]!
  }
  t.ok(toneLevelDbm0(samples, 697) > -12 && toneLevelDbm0(samples, 1209) > -12)
  t.equal(detectors.length, 1)
  agree({ eventPayloadType: 101 })
  t.equal(detectors[0]!.open, false, 'no detector beside negotiated events: no digit is told twice')
})

t.test('digits that can not be sent are given up, and the asker is told', async (t) => {
  const { port, reports, agree } = openPort()
  agree({ sends: false })
  port.sendDigits('12', 4)
  port.put(false)
  t.same(reports, [{ type: 'digitsSent', requestId: 4 }])
  t.equal(port.counters().digitsRefused, 2)
})

t.test('media that stops is told once a gap, and that it is back', async (t) => {
  const { port, reports, agree, get } = openPort({ mediaTimeoutMs: 200 })
  agree()
  const tick = (packet: number | undefined) => {
    if (packet !== undefined)
      deliver(port, rtpPacket({ sequence: packet, timestamp: packet * 160, payload: octets160 }), there)
    get()
  }
  for (let n = 0; n < 5; n++) tick(n)
  for (let n = 0; n < 30; n++) tick(undefined)
  for (let n = 40; n < 45; n++) tick(n)
  t.same(reports, [
    { type: 'mediaStarted', portId: 1 },
    { type: 'mediaStopped', portId: 1, silentMs: 200 },
    { type: 'mediaStarted', portId: 1 },
  ])
})

t.test('a far end on hold owes us no media', async (t) => {
  const { reports, agree, get } = openPort({ mediaTimeoutMs: 100 })
  agree({ receives: false })
  for (let n = 0; n < 50; n++) get()
  t.same(reports, [])
})

t.test('the same keys again change nothing; a new one leaves the old valid for 200 ms', async (t) => {
  const key = (fill: number): StreamKey => ({
    suite: 'AES_CM_128_HMAC_SHA1_80',
    keyAndSalt: new Uint8Array(30).fill(fill),
  })
  const { transport, agree, get } = openPort()
  agree({ sendKey: key(1), receiveKey: key(2) })
  agree({ sendKey: key(1), receiveKey: key(2) })
  t.equal(transport.keysSet.length, 2)
  agree({ sendKey: key(1), receiveKey: key(3) })
  t.match(transport.keysSet.slice(2), [{ slot: 3, direction: 'receive' }])
  for (let n = 0; n < 9; n++) get()
  t.equal(transport.previousKeysForgotten, 0)
  get()
  t.equal(transport.previousKeysForgotten, 1)
})

t.test('what is not RTP, or not of this call, is counted by its kind and heard by nobody', async (t) => {
  const { port, agree, get } = openPort()
  agree()
  const audio = rtpPacket({ sequence: 1, timestamp: 0, payload: octets160 })
  deliver(port, audio, there, 'rejected')
  deliver(port, audio, there, 'replayed')
  deliver(port, audio, there, 'truncated')
  deliver(port, Uint8Array.of(0x80, 200, 0, 1, 0, 0, 0, 0), there)
  deliver(port, Uint8Array.of(1, 2, 3), there)
  deliver(port, rtpPacket({ sequence: 1, timestamp: 0, payload: octets160, payloadType: 9 }), there)
  for (let n = 0; n < 5; n++) t.equal(get(), false)
  t.match(port.counters(), {
    srtpRejected: 1,
    srtpReplayed: 1,
    truncatedPackets: 1,
    rtcpIgnored: 1,
    malformedPackets: 1,
    unknownPayloads: 1,
  })
})

t.test('it describes itself in one line, and closes its socket once', async (t) => {
  const { port, transport, agree } = openPort()
  const key: StreamKey = { suite: 'AES_CM_128_HMAC_SHA1_80', keyAndSalt: new Uint8Array(30) }
  agree({ sendKey: key, receiveKey: key, sends: false })
  t.equal(port.describe(), 'rtp:20000 2130706433:30000 PCMU srtp recvonly jb 40ms')
  port.close()
  port.close()
  t.same(transport.removed, [3])
})
