// Ann and Bob, each behind a port of the audio engine that hears the other's; and a stranger. Real sockets, ticks given by
// the test.
import type { Test } from 'tap'
import type { RtpRemote } from '../../../daemon/loop/audio.ts'
import { AudioEngine } from '../../../daemon/loop/audio-engine.ts'
import type { ThreadMessage } from '../../../daemon/loop/messages.ts'
import { MediaSockets, receiveBytesPerPacket } from '../../../drivers/native/media-sockets.ts'
import { bindRtpSocket, ipv4Number } from '../../../drivers/native/udp.ts'
import { loopbackRemote, testRtpPorts } from '../../support/audio.ts'
import { rtpPacket } from '../media/memory-transport.ts'

const loopback = ipv4Number('127.0.0.1')
export const annEvents = 101
export const bobEvents = 96

export interface Heard {
  sequence: number
  timestamp: number
  ssrc: number
  payloadType: number
  marker: boolean
  octets: number
  first: number
}

const bind = () => bindRtpSocket('127.0.0.1', testRtpPorts, testRtpPorts.from + 2 * Math.floor(Math.random() * 2000))

export function begin(t: Test, options: { toBob?: Partial<RtpRemote> } = {}) {
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
    peers,
    bob,
    bob20ms,
    agree,
    place,
    skip: () => sequence++,
  }
}

/** What the engine counts of a port, asked for as the main thread asks. */
export function countersOf(engine: AudioEngine, told: ThreadMessage[], portId: number): Record<string, number> {
  engine.handle({ type: 'portCounters', requestId: 700 + portId, portId })
  const reply = told.findLast((message) => message.type === 'reply' && message.requestId === 700 + portId)
  return (reply as { value: Record<string, number> }).value
}
