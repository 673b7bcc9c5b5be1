// The endpoint itself: its socket, its books when nothing goes on, and hands that must not be tied by one bad call.
import t from 'tap'
import { SystemClock } from '../../../daemon/clock.ts'
import { createSipEndpoint } from '../../../daemon/sip/sip-endpoint.ts'
import { localAddressFor } from '../../../daemon/sip/transport/local-address.ts'
import { UdpSocket } from '../../../daemon/sip/transport/udp-socket.ts'
import { SipFakeAudio } from '../../support/sip-fake-audio.ts'
import { plainSdp, SipPeer } from '../../support/sip-peer.ts'
import { account, logInto, sipStage } from '../../support/sip-stage.ts'

function real(port: number, clock = new SystemClock()) {
  const common = { address: '127.0.0.1', realm: 'box', accounts: [account('alice')], log: logInto([]) }
  return createSipEndpoint({ ...common, port, clock, audio: new SipFakeAudio() })
}

t.test('a port that is taken is named, with what to do', async (t) => {
  const first = real(0)
  await first.start()
  t.ok(first.localPort > 0)
  const second = real(first.localPort)
  await t.rejects(second.start(), {
    message: new RegExp(`UDP 127\\.0\\.0\\.1:${first.localPort}: .*EADDRINUSE.* Free the port, or set another`),
  })
  await first.stop()
  t.equal(first.localPort, 0)
})

t.test('over a real socket a phone is answered, and stopping frees the port', async (t) => {
  const clock = new SystemClock()
  const endpoint = real(0, clock)
  await endpoint.start()
  const box = { address: '127.0.0.1', port: endpoint.localPort }
  const alice = await SipPeer.open(
    'alice',
    new UdpSocket((fault) => t.fail(fault.message)),
    { address: '127.0.0.1', port: 0 },
    box,
  )
  await alice.send(alice.make('OPTIONS', 'sip:box'))
  t.match(await alice.nextResponse(200), { status: 200 })
  await alice.close()
  await endpoint.stop()
  t.equal(clock.liveTimers, 0)
  const again = real(box.port)
  await again.start()
  await again.stop()
})

t.test('when all is over nothing is left but what absorbs late copies, and then not even that', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  await alice.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  t.match(stage.endpoint.counters(), { legs: 1, dialogs: 1, routes: 1 })
  void leg.hangUp()
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  const { lingeringTimers, registrations } = stage.endpoint.counters()
  t.match(stage.endpoint.counters(), { legs: 0, dialogs: 0, routes: 0, transactions: 0 })
  t.equal(stage.clock.liveTimers, lingeringTimers! + registrations!, 'every timer is accounted for')
  await stage.clock.advance(33_000)
  t.match(stage.endpoint.counters(), { lingeringTransactions: 0, lingeringTimers: 0 })
  t.equal(stage.clock.liveTimers, registrations)
})

t.test('a port that fails ends its call only', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const legs = [stage.endpoint.dial({ userName: 'alice' }), stage.endpoint.dial({ userName: 'alice' })]
  await stage.clock.advance(20)
  for (const _leg of legs) await alice.respond(alice.takeRequest('INVITE'), 200, { body: plainSdp() })
  await stage.clock.advance(20)
  stage.audio.say({ type: 'portFailed', portId: legs[0]!.portId!, reason: 'a test' })
  stage.audio.say({ type: 'portFailed', portId: 999, reason: 'not ours' })
  stage.audio.say({ type: 'loopLate', lateMs: 1, skippedTicks: 0 })
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.match(legs[0]!.end, { by: 'us', blame: 'us', reason: 'mediaLost' })
  t.equal(legs[1]!.state, 'talking')
})

t.test('the books are full: one more call is refused, the others go on', async (t) => {
  const stage = await sipStage(t, [account('alice')], { maxLegs: 1 })
  const alice = await stage.registered('alice')
  const first = stage.endpoint.dial({ userName: 'alice' })
  const second = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  t.equal(first.state, 'dialling')
  t.match(second.end, { by: 'us', reason: 'atCapacity' })
  await alice.respond(alice.takeRequest('INVITE'), 486)
  await stage.clock.advance(20)
})

t.test('the address a peer is told', async (t) => {
  const interfaces = [
    { address: '127.0.0.1', netmask: '255.0.0.0', internal: true },
    { address: '192.168.1.5', netmask: '255.255.255.0', internal: false },
    { address: '10.1.0.5', netmask: '255.255.0.0', internal: false },
    { address: 'fd00::5', netmask: 'ffff:ffff:ffff:ffff::', internal: false },
  ]
  const told = (peer: string, bound = '0.0.0.0', advertised?: string) =>
    localAddressFor(peer, { bound, advertised, interfaces })
  t.equal(told('10.1.9.9'), '10.1.0.5', 'the interface on its network')
  t.equal(told('127.0.0.1'), '127.0.0.1')
  t.equal(told('8.8.8.8'), '192.168.1.5', 'else the first to the outside')
  t.equal(told('fd00::9'), 'fd00::5')
  t.equal(told('10.1.9.9', '192.168.1.5'), '192.168.1.5', 'the one bound')
  t.equal(told('10.1.9.9', '192.168.1.5', '203.0.113.5'), '203.0.113.5', 'what is advertised, before all')
})
