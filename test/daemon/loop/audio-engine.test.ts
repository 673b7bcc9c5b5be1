// The audio thread's work without its thread, its time given by the test.
import t, { type Test } from 'tap'
import { AudioEngine } from '../../../daemon/loop/audio-engine.ts'
import type { ThreadMessage } from '../../../daemon/loop/messages.ts'
import { liveDetectorBanks } from '../../../drivers/native/detector-bank.ts'
import { liveMediaSockets } from '../../../drivers/native/media-sockets.ts'
import { bindRtpSocket } from '../../../drivers/native/udp.ts'
import { testRtpPorts } from '../../support/audio.ts'

function startEngine(t: Test, maximumPorts = 4) {
  const told: ThreadMessage[] = []
  const engine = new AudioEngine({ wakeFd: -1, maximumPorts, post: (message) => told.push(message) })
  t.teardown(() => engine.close())
  const open = (portId: number) => {
    const { fd, port } = bindRtpSocket(
      '127.0.0.1',
      testRtpPorts,
      testRtpPorts.from + 2 * Math.floor(Math.random() * 2000),
    )
    const place = { fd, localAddress: '127.0.0.1', localPort: port }
    engine.handle({ type: 'openRtp', requestId: portId, portId, ...place, mediaTimeoutMs: undefined })
  }
  return { engine, told, open }
}

t.test('a tick is done when it is due, not before', async (t) => {
  const { engine } = startEngine(t)
  const firstMs = engine.nextTickMs
  t.equal(engine.tick(firstMs - 1), false)
  t.equal(engine.tick(firstMs), true)
  t.equal(engine.nextTickMs, firstMs + 20)
  t.equal(engine.counters().ticks, 1)
})

t.test('lateness of more than a frame is told, at most once a second, with all that was skipped', async (t) => {
  const { engine, told } = startEngine(t)
  const beganMs = engine.nextTickMs
  for (const lateAtMs of [15, 515, 905, 1605]) engine.tick(beganMs + lateAtMs)
  const late = told.map((message) =>
    message.type === 'loopLate' ? [Math.round(message.lateMs), message.skippedTicks] : message,
  )
  t.same(late, [
    [495, 24],
    [685, 19 + 34],
  ])
  t.match(engine.counters(), { ticks: 4, skippedTicks: 77, lateTicks: 3 })
})

t.test('a command for a port that makes no sense ends that port; one that asks is refused', async (t) => {
  const { engine, told, open } = startEngine(t)
  open(1)
  open(2)
  const remote = { address: 'phone.local', port: 4000, codec: 'PCMU', payloadType: 0, direction: 'sendrecv' } as const
  engine.handle({ type: 'setRtpRemote', portId: 1, remote })
  engine.handle({
    type: 'openLine',
    requestId: 9,
    portId: 3,
    pcmFile: '/proc/none',
    name: 'line-1',
    tones: [],
    silentAfterMs: 0,
  })
  t.match(told.slice(2), [
    { type: 'portFailed', portId: 1, reason: 'phone.local is not an IP address' },
    { type: 'refused', requestId: 9 },
  ])
  t.match(engine.counters(), { ports: 1, sockets: 1, failedPorts: 1 })
})

t.test('a key that libsrtp2 does not take ends that port alone', async (t) => {
  const { engine, told, open } = startEngine(t)
  open(1)
  const sendKey = { suite: 'AES_CM_128_HMAC_SHA1_80', keyAndSalt: new Uint8Array(16) } as const
  const remote = {
    address: '127.0.0.1',
    port: 4000,
    codec: 'PCMU',
    payloadType: 0,
    direction: 'sendrecv',
    sendKey,
  } as const
  engine.handle({ type: 'setRtpRemote', portId: 1, remote })
  t.match(told.at(-1), { type: 'portFailed', portId: 1, reason: /30 bytes, not 16/ })
})

t.test('more ports than there is room for are refused', async (t) => {
  const { engine, told, open } = startEngine(t, 1)
  open(1)
  open(2)
  t.match(told, [
    { type: 'reply', requestId: 1 },
    { type: 'refused', requestId: 2, reason: /no room/ },
  ])
  t.equal(engine.counters().sockets, 1)
})

t.test('commands to ports that are gone do nothing', async (t) => {
  const { engine, told } = startEngine(t)
  engine.handle({ type: 'connect', from: 1, to: 2 })
  engine.handle({ type: 'disconnect', from: 1, to: 2 })
  engine.handle({ type: 'stopPlay', playId: 1 })
  engine.handle({ type: 'close', requestId: 5, portId: 1 })
  engine.handle({ type: 'sendDigits', requestId: 6, portId: 1, digits: '1' })
  t.same(told, [
    { type: 'reply', requestId: 5, value: {} },
    { type: 'reply', requestId: 6, value: undefined },
  ])
})

t.test('ledger: closing frees every socket and detector', async (t) => {
  const { engine, open } = startEngine(t)
  open(1)
  open(2)
  engine.close()
  engine.close()
  t.equal(liveMediaSockets(), 0)
  t.equal(liveDetectorBanks(), 0)
})
