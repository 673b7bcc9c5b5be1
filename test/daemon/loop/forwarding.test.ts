// Two ports that hear each other alone: Ann's packets go on to Bob as they come, under one stream's numbers, whatever
// happens before, between and after. Real sockets, ticks given by the test.
import t, { type Test } from 'tap'
import type { PlayItem } from '../../../daemon/loop/audio.ts'
import { rtpPacket } from '../media/memory-transport.ts'
import { annEvents, begin, bobEvents, countersOf, type Heard } from './ann-and-bob.ts'

const key = { suite: 'AES_CM_128_HMAC_SHA1_80', keyAndSalt: new Uint8Array(30).fill(7) } as const

/** One stream: no number left out or used twice, and time that goes on by what each packet holds. */
function isContinuous(t: Test, heard: Heard[]): void {
  t.equal(new Set(heard.map(({ ssrc }) => ssrc)).size, 1, 'one SSRC')
  const steps = heard.slice(1).map((packet, n) => (packet.sequence - heard[n]!.sequence) & 0xffff)
  t.same([...new Set(steps)], [1], 'every sequence number once')
  const behind = heard.slice(1).map((packet, n) => ((packet.timestamp - heard[n]!.timestamp) | 0) - heard[n]!.octets)
  t.same([...new Set(behind)], [0], 'every timestamp where the packet before it ended')
}

t.test('a packet goes on before the next tick, with the same audio and our own numbers', async (t) => {
  const { speak, take, ann20ms, bobHears, heard } = begin(t)
  speak(5)
  ann20ms({ fill: 0x33 })
  take()
  const [packet] = bobHears()
  t.match(packet, { octets: 160, first: 0x33, payloadType: 0 })
  t.not(packet!.ssrc, 0xaaaa)
  isContinuous(t, heard)
})

t.test('a prompt between: neither numbers nor time break, no word of Ann is sent twice or left out', async (t) => {
  const { engine, speak, heard } = begin(t)
  speak(10)
  const tone = { kind: 'tone', frequenciesHz: [440], levelDbm0: -20, cadenceMs: [], durationMs: 100 } as const
  engine.handle({
    type: 'play',
    playId: 1,
    portId: 2,
    items: [{ ...tone, frequenciesHz: [440], cadenceMs: [] }],
    repeat: false,
  })
  speak(20)
  isContinuous(t, heard)
  const alone = heard.slice(-6).map(({ first }) => first)
  t.same(
    alone,
    alone.map((_, n) => (alone[0]! + n) & 127),
    'the last packets are Ann’s again, in order',
  )
})

t.test('a new stream of Ann’s (SSRC) goes on as the same one of ours', async (t) => {
  const { speak, heard } = begin(t)
  speak(8)
  speak(10, { ssrc: 0xbbbb })
  t.equal(new Set(heard.map(({ ssrc }) => ssrc)).size, 1)
  const steps = heard.slice(1).map((packet, n) => (packet.sequence - heard[n]!.sequence) & 0xffff)
  t.same([...new Set(steps)], [1])
  t.ok(
    heard.slice(1).every((packet, n) => ((packet.timestamp - heard[n]!.timestamp) | 0) > 0),
    'time goes on',
  )
})

for (const octets of [80, 240, 320])
  t.test(`packets of ${octets / 8} ms go on as they are`, async (t) => {
    const { speak, heard } = begin(t)
    speak(4)
    speak(12, { octets })
    isContinuous(t, heard)
    t.equal(heard.at(-1)!.octets, octets)
  })

t.test('what Ann presses goes on under the number that Bob knows events by', async (t) => {
  const { speak, send, take, bobHears, place } = begin(t)
  speak(5)
  const { sequence, timestamp } = place()
  const payload = Uint8Array.from([5, 10, 0, 160])
  send(rtpPacket({ sequence, timestamp, payload, payloadType: annEvents, marker: true, ssrc: 0xaaaa }))
  take()
  t.match(bobHears(), [{ payloadType: bobEvents, marker: true, octets: 4, first: 5 }])
})

for (const [name, toBob, isUnheard] of [
  ['goes on, and needs no other way', {}, false],
  ['does not go on to who gets keys another way', { sendsNoEvents: true }, true],
] as const)
  t.test(`a key that Ann has pressed ${name}`, async (t) => {
    const { speak, send, take, tick, bobHears, place, told } = begin(t, { toBob })
    speak(5)
    for (const [at, flagged] of [10, 0x8a, 0x8a, 0x8a].entries()) {
      const { timestamp } = place()
      const payload = Uint8Array.from([5, flagged, 3, 32])
      const sequence = place().sequence + at
      send(rtpPacket({ sequence, timestamp, payload, payloadType: annEvents, marker: at === 0, ssrc: 0xaaaa }))
      take()
    }
    const events = bobHears().filter(({ payloadType }) => payloadType === bobEvents)
    tick()
    t.equal(events.length, isUnheard ? 0 : 4)
    t.match(
      told.filter(({ type }) => type === 'digitReceived'),
      [{ portId: 1, digit: '5', isUnheard }],
    )
  })

t.test('over SRTP on one side', async (t) => {
  const { speak, heard } = begin(t, { toBob: { sendKey: key, receiveKey: key } })
  speak(20)
  isContinuous(t, heard)
  t.ok(heard.length >= 20)
})

t.test('a packet that was lost stays lost, one that comes late goes on under its own number', async (t) => {
  const { speak, heard, send, take, bobHears, place, skip, ann20ms } = begin(t)
  speak(5)
  const late = place()
  skip()
  ann20ms()
  take()
  const [behind] = bobHears()
  t.equal((behind!.sequence - heard.at(-2)!.sequence) & 0xffff, 2, 'a number is left out')
  send(rtpPacket({ sequence: late.sequence, timestamp: late.timestamp, payload: new Uint8Array(160), ssrc: 0xaaaa }))
  take()
  t.equal((behind!.sequence - bobHears()[0]!.sequence) & 0xffff, 1, 'and filled in')
})

t.test('nothing goes on but Ann’s own stream', async (t) => {
  const { speak, send, take, bobHears, place, stranger } = begin(t)
  speak(5)
  const { sequence, timestamp } = place()
  const good = { sequence, timestamp, payload: new Uint8Array(160), ssrc: 0xaaaa }
  send(rtpPacket(good), stranger)
  send(rtpPacket({ ...good, ssrc: 0xcccc }))
  send(rtpPacket({ ...good, payloadType: 77 }))
  send(rtpPacket({ ...good, sequence: sequence - 400 }))
  send(rtpPacket({ ...good, sequence: sequence + 20_000 }))
  send(rtpPacket(good).subarray(0, 12))
  send(Uint8Array.of(0x80, 0))
  send(Uint8Array.from([0x90, ...rtpPacket(good).subarray(1, 12), 0, 0, 0xff, 0xff]))
  send(Uint8Array.from([0xa0, ...rtpPacket(good).subarray(1, 12), 1, 2, 200]))
  take()
  t.same(bobHears(), [])
})

t.test('who is apart, or gone, is not followed any more', async (t) => {
  const { engine, speak, ann20ms, take, bobHears, tick } = begin(t)
  speak(5)
  engine.handle({ type: 'disconnect', from: 1, to: 2 })
  tick()
  ann20ms()
  take()
  t.same(bobHears(), [], 'apart: nothing of Ann comes past the loop')
  engine.handle({ type: 'connect', from: 1, to: 2 })
  speak(5)
  engine.handle({ type: 'close', requestId: 9, portId: 1 })
  t.ok(
    tick().every(({ first }) => first === 0xff),
    'Ann is gone: silence',
  )
  engine.handle({ type: 'close', requestId: 10, portId: 2 })
  t.match(engine.counters(), { ports: 0, sockets: 0, failedPorts: 0 })
})

const shortTone: PlayItem = { kind: 'tone', frequenciesHz: [440], levelDbm0: -20, cadenceMs: [], durationMs: 100 }

t.test(
  'two who talk with each other alone are left alone: every packet goes on, and is counted all the same',
  async (t) => {
    const { engine, told, talk, heard } = begin(t)
    talk(100)
    isContinuous(t, heard)
    const before = countersOf(engine, told, 1)
    t.match(before, { packetsReceived: 100, lostPackets: 0, reorderedPackets: 0, latePackets: 0, concealedFrames: 0 })
    t.match(countersOf(engine, told, 2), { packetsReceived: 100, lostPackets: 0, latePackets: 0 })
    t.ok(before.packetsForwarded! > 80, `${before.packetsForwarded} went on past the loop`)
  },
)

t.test('a loss while they are left alone is counted', async (t) => {
  const { engine, told, talk, skip } = begin(t)
  talk(40)
  skip()
  talk(40)
  t.match(countersOf(engine, told, 1), { packetsReceived: 80, lostPackets: 1 })
})

t.test('an event comes through at once, in the middle of a rest', async (t) => {
  const { told, talk, send, place, tick } = begin(t)
  talk(43)
  const { sequence, timestamp } = place()
  for (let n = 0; n < 3; n++)
    send(
      rtpPacket({
        payloadType: annEvents,
        sequence: sequence + n,
        timestamp,
        payload: Uint8Array.of(5, n === 2 ? 0x8a : 0x0a, 0, 160),
        ssrc: 0xaaaa,
      }),
    )
  tick()
  t.ok(told.some((message) => message.type === 'digitReceived' && message.digit === '5'))
})

t.test('a prompt ends the rest, and another begins behind it: no word is missed or said twice', async (t) => {
  const { engine, talk, heard } = begin(t)
  talk(43)
  engine.handle({ type: 'play', playId: 1, portId: 2, items: [shortTone], repeat: false })
  talk(60)
  isContinuous(t, heard)
})

t.test('a stream that ends while it is left alone is found to have ended', async (t) => {
  const { engine, told, talk, tick } = begin(t)
  talk(43)
  for (let n = 0; n < 60; n++) tick()
  engine.handle({ type: 'close', requestId: 20, portId: 1 })
  engine.handle({ type: 'close', requestId: 21, portId: 2 })
  t.match(engine.counters(), { ports: 0, sockets: 0, failedPorts: 0 })
  t.notOk(told.some((message) => message.type === 'portFailed'))
})
