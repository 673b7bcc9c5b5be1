// Two ports that hear each other alone: Ann's packets go on to Bob as they come, under one stream's numbers, whatever
// happens before, between and after. Real sockets, ticks given by the test.
import t, { type Test } from 'tap'
import type { PlayItem, RtpRemote } from '../../../daemon/loop/audio.ts'
import { AudioEngine } from '../../../daemon/loop/audio-engine.ts'
import type { ThreadMessage } from '../../../daemon/loop/messages.ts'
import { MediaSockets, receiveBytesPerPacket } from '../../../drivers/native/media-sockets.ts'
import { bindRtpSocket, ipv4Number } from '../../../drivers/native/udp.ts'
import { loopbackRemote, testRtpPorts } from '../../support/audio.ts'
import { rtpPacket } from '../media/memory-transport.ts'

const loopback = ipv4Number('127.0.0.1')
const key = { suite: 'AES_CM_128_HMAC_SHA1_80', keyAndSalt: new Uint8Array(30).fill(7) } as const
const annEvents = 101
const bobEvents = 96

interface Heard {
  sequence: number
  timestamp: number
  ssrc: number
  payloadType: number
  marker: boolean
  octets: number
  first: number
}

const bind = () => bindRtpSocket('127.0.0.1', testRtpPorts, testRtpPorts.from + 2 * Math.floor(Math.random() * 2000))

function begin(t: Test, options: { toBob?: Partial<RtpRemote> } = {}) {
  const told: ThreadMessage[] = []
  const engine = new AudioEngine({ wakeFd: -1, maximumPorts: 8, post: (message) => told.push(message) })
  const peers = new MediaSockets({ slots: 3, receivePackets: 256, sendPackets: 64, wakeFd: -1 })
  t.teardown(() => {
    engine.close()
    peers.destroy()
  })
  const peer = () => {
    const { fd, port } = bind()
    return { slot: peers.addSocket(fd), port }
  }
  const [ann, bob, stranger] = [peer(), peer(), peer()]
  const ports = [1, 2].map((portId) => {
    const { fd, port } = bind()
    const command = { type: 'openRtp', requestId: portId, portId, fd, localPort: port } as const
    engine.handle({ ...command, localAddress: '127.0.0.1', mediaTimeoutMs: undefined })
    return port
  })
  const agree = (portId: number, port: number, more: Partial<RtpRemote>) =>
    engine.handle({
      type: 'setRtpRemote',
      portId,
      remote: loopbackRemote(port, { codec: 'PCMU', payloadType: 0, ...more }),
    })
  agree(1, ann.port, { eventPayloadType: annEvents })
  agree(2, bob.port, { eventPayloadType: bobEvents, ...options.toBob })
  if (options.toBob?.sendKey) peers.setKey(bob.slot, 'receive', options.toBob.sendKey)
  engine.handle({ type: 'connect', from: 1, to: 2 })
  engine.handle({ type: 'connect', from: 2, to: 1 })

  const send = (bytes: Uint8Array, from = ann) => {
    const at = peers.begin(from.slot, loopback, ports[0]!)
    peers.sendBytes.set(bytes, at)
    peers.commit(bytes.length)
    peers.flush()
  }
  const heard: Heard[] = []
  /** What Bob was sent since the last call. */
  const bobHears = (): Heard[] => {
    const count = peers.wait(0)
    const came: Heard[] = []
    for (let i = 0; i < count; i++) {
      if (peers.slotOf(i) !== bob.slot) continue
      const at = i * receiveBytesPerPacket
      const view = new DataView(peers.receiveBytes.buffer, peers.receiveBytes.byteOffset + at)
      if (peers.statusOf(i) !== 0) throw new Error(`Bob got a packet of status ${peers.statusOf(i)}`)
      came.push({
        sequence: view.getUint16(2),
        timestamp: view.getUint32(4),
        ssrc: view.getUint32(8),
        payloadType: view.getUint8(1) & 127,
        marker: view.getUint8(1) > 127,
        octets: peers.lengthOf(i) - 12,
        first: view.getUint8(12),
      })
    }
    heard.push(...came)
    return came
  }
  const take = () => engine.wait(0)
  const tick = () => {
    take()
    engine.tick(engine.nextTickMs)
    return bobHears()
  }
  let sequence = 500
  let timestamp = 4000
  const ann20ms = (options: { octets?: number; ssrc?: number; fill?: number } = {}) => {
    const { octets = 160, ssrc = 0xaaaa, fill = sequence & 127 } = options
    send(rtpPacket({ sequence: sequence++, timestamp, payload: new Uint8Array(octets).fill(fill), ssrc }))
    timestamp += octets
  }
  /** Ann speaks for so many ticks. */
  const speak = (ticks: number, options: { octets?: number; ssrc?: number } = {}) => {
    for (let n = 0; n < ticks; n++) {
      ann20ms(options)
      tick()
    }
  }
  /** Bob's own stream, on its way to Ann. */
  let bobs = 0
  const bob20ms = () => {
    const packet = rtpPacket({
      sequence: 900 + bobs,
      timestamp: bobs * 160,
      payload: new Uint8Array(160),
      ssrc: 0xbbbb,
    })
    const at = peers.begin(bob.slot, loopback, ports[1]!)
    peers.sendBytes.set(packet, at)
    peers.commit(packet.length)
    peers.flush()
    bobs++
  }
  /** Both speak for so many ticks. */
  const talk = (ticks: number) => {
    for (let n = 0; n < ticks; n++) {
      bob20ms()
      ann20ms()
      tick()
    }
  }
  const place = () => ({ sequence, timestamp })
  return {
    engine,
    told,
    send,
    take,
    tick,
    bobHears,
    ann20ms,
    speak,
    talk,
    heard,
    stranger,
    place,
    skip: () => sequence++,
  }
}

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

/** What the engine counts of a port, asked for as the main thread asks. */
function countersOf(engine: AudioEngine, told: ThreadMessage[], portId: number): Record<string, number> {
  engine.handle({ type: 'portCounters', requestId: 700 + portId, portId })
  const reply = told.findLast((message) => message.type === 'reply' && message.requestId === 700 + portId)
  return (reply as { value: Record<string, number> }).value
}

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
