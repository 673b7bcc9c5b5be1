// Phones over every transport and both families of addresses, on real sockets: they sign in, are called back over the
// connection they came by, and call; connections that end take with them what hung on them, and no more.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import type { SipEndpointOptions } from '../../../daemon/sip/sip-endpoint.ts'
import { header } from '../../../daemon/sip/wire/wire-message.ts'
import { certificateFolder, makeCertificate } from '../../support/certificates.ts'
import { plainSdp, sdpFrom } from '../../support/sip-peer.ts'
import { password } from '../../support/sip-stage.ts'
import { callTo, transportStage } from '../../support/sip-transport-stage.ts'
import { until } from '../../support/wait.ts'

const certificates = certificateFolder()
const served = makeCertificate(certificates.path, 'box')
t.teardown(() => certificates.remove())

const stage = (t: Test, options: Partial<SipEndpointOptions> = {}) => transportStage(t, { tls: served, ...options })

for (const transport of ['UDP', 'TCP', 'TLS', 'WS', 'WSS'] as const)
  for (const address of ['127.0.0.1', '::1'])
    t.test(`${transport} on ${address}: signed in, called, and calling`, async (t) => {
      const world = await stage(t, { address })
      const alice = await world.registered('alice', transport)
      t.ok(world.endpoint.reachable('alice'))

      const { invite, told } = await callTo(world, alice)
      t.same(told, ['alerted', 'answered', 'ended hangUp by us'])
      const host = address === '::1' ? '[::1]' : address
      const { port } = world.place(transport)
      t.match(header(invite, 'via'), new RegExp(`^SIP/2.0/${transport} ${RegExp.escape(`${host}:${port}`)};branch=`))
      const parameter = {
        UDP: '',
        TCP: ';transport=tcp',
        TLS: ';transport=tls',
        WS: ';transport=ws',
        WSS: ';transport=ws',
      }
      t.equal(header(invite, 'contact'), `<sip:cordboard@${host}:${port}${parameter[transport]}>`)

      const own = alice.make('INVITE', 'sip:main@box', { body: sdpFrom(alice) })
      await alice.send(own)
      const challenge = await alice.nextResponse(401, 'INVITE')
      await alice.ack(own, challenge)
      const proven = alice.withCredentials(own, challenge, password)
      await alice.send(proven)
      const leg = await until('the call to come in', () => world.inbound[0])
      const answered = leg.answer()
      const accepted = await alice.nextResponse(200, 'INVITE')
      await alice.ack(proven, accepted)
      t.equal(await answered, true)
      await alice.send(alice.inDialog('BYE', proven, accepted))
      await alice.nextResponse(200, 'BYE')
      await until('the leg to end', () => leg.state === 'ended')
      t.equal(alice.requests('INVITE').length, 1, 'nothing came twice')
    })

t.test('a phone that speaks IPv6 to a box of both families is told addresses of its own', async (t) => {
  const world = await stage(t, { listen: [{ transport: 'TCP', address: '::1', port: 0 }] })
  const alice = await world.registered('alice', 'TCP')
  const leg = world.endpoint.dial({ userName: 'alice' })
  const invite = await alice.nextRequest('INVITE')
  t.match(header(invite, 'via'), /^SIP\/2\.0\/TCP \[::1\]:/)
  t.match(invite.body, /\r\nc=IN IP6 ::1\r\n/)
  await alice.respond(invite, 486)
  await until('the leg to end', () => leg.state === 'ended')
})

t.test('over TCP a request is not sent again, however long its answer takes', async (t) => {
  const world = await stage(t)
  const alice = await world.registered('alice', 'TCP')
  const leg = world.endpoint.dial({ userName: 'alice' })
  await alice.nextRequest('INVITE')
  await world.clock.advance(31_000)
  await until('the box to be done sending', () => true)
  t.equal(alice.requests('INVITE').length, 1)
  await world.clock.advance(1500)
  t.match(leg.end, { reason: 'unreachable' }, 'and its time limit is the same (timer B)')
})

t.test('messages in one piece, in many pieces, with line ends between them', async (t) => {
  const world = await stage(t)
  const alice = await world.phone('alice', 'TCP')
  const options = (callId: string) =>
    `OPTIONS sip:box SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK${callId}\r\nFrom: <sip:a@box>;tag=1\r\n` +
    `To: <sip:box>\r\nCall-ID: ${callId}\r\nCSeq: 1 OPTIONS\r\nl: 4\r\n\r\nbody`
  await alice.sendRaw(`\r\n${options('one')}${options('two')}`)
  await until('two answers', () => alice.responses(200).length === 2)
  for (const char of options('three')) await alice.sendRaw(char)
  await until('the third answer', () => alice.responses(200).length === 3)
  t.equal(alice.keepAlives, 0)
  await alice.sendRaw('\r\n\r\n')
  await until('the pong of RFC 5626', () => alice.keepAlives === 1)
})

for (const [what, bytes, status] of [
  ['no Content-Length', 'OPTIONS sip:box SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\n\r\n', 400],
  ['two', 'OPTIONS sip:box SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\nl: 1\r\nl: 2\r\n\r\n', 400],
  ['a negative one', 'OPTIONS sip:box SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\nl: -5\r\n\r\n', 400],
  ['a huge one', 'OPTIONS sip:box SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\nl: 99999999\r\n\r\n', 400],
  ['another protocol', 'GET / HTTP/1.1\r\nHost: box\r\n\r\n', undefined],
  ['a line without end', 'x'.repeat(9000), undefined],
  ['a head without end', `OPTIONS sip:box SIP/2.0\r\n${'A: b\r\n'.repeat(6000)}`, undefined],
] as const)
  t.test(`a stream that can't be read on, ${what}: ${status ?? 'no answer'}, and it is closed`, async (t) => {
    const world = await stage(t)
    const stranger = await world.phone('stranger', 'TCP')
    await stranger.sendRaw(bytes)
    await until('the connection to be closed', () => stranger.socket.closed)
    t.equal(stranger.inbox.length, status === undefined ? 0 : 1)
    if (status !== undefined) t.match(stranger.inbox[0], { status })
    const alice = await world.registered('alice', 'TCP')
    t.ok(alice, 'others are not disturbed')
  })

t.test(
  'a stranger who says nothing, and one who never finishes, are closed; a phone that is silent is not',
  async (t) => {
    const world = await stage(t)
    const silent = await world.phone('silent', 'TCP')
    const alice = await world.registered('alice', 'TLS')
    await world.clock.advance(1000)
    const slow = await world.phone('slow', 'TCP')
    await slow.sendRaw('OPTIONS sip:box SIP/2.0\r\nVia: ')
    await until('all to be connected', () => world.endpoint.counters().connections === 3)
    for (let second = 0; second < 14; second++) {
      await world.clock.advance(1000)
      await slow.sendRaw('x')
    }
    await until('the slow one to be closed', () => slow.socket.closed)
    t.notOk(silent.socket.closed)
    await world.clock.advance(12_000)
    await until('the silent one to be closed', () => silent.socket.closed)
    await world.clock.advance(600_000)
    t.match(world.endpoint.counters(), { connectionsClosedSlow: 1, connectionsClosedSilent: 1, connections: 1 })
    t.notOk(alice.socket.closed)
  },
)

t.test('one host has so many connections and no more', async (t) => {
  const world = await stage(t, { connectionLimits: { perHost: 3 } })
  const alice = await world.registered('alice', 'TCP')
  await world.phone('b', 'TCP')
  await world.phone('c', 'TCP')
  const fourth = await world.phone('d', 'TCP')
  await until('the fourth to be closed', () => fourth.socket.closed)
  t.match(world.endpoint.counters(), { connectionsRefused: 1, connections: 3 })
  t.notOk(alice.socket.closed)
})

t.test('who takes nothing of what is sent is cut off', async (t) => {
  const world = await stage(t, { connectionLimits: { queuedBytes: 64 * 1024 } })
  const deaf = await world.registered('alice', 'TCP')
  const { stream } = deaf.socket
  if (!stream || !('pause' in stream)) throw new Error('no stream')
  stream.pause()
  const one = Buffer.from(
    `OPTIONS sip:box SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1;x=${'y'.repeat(6000)}\r\nFrom: <sip:a@box>;tag=1\r\n` +
      `To: <sip:box>\r\nCall-ID: a\r\nCSeq: 1 OPTIONS\r\nl: 0\r\n\r\n`,
  )
  await until(
    'the box to give up',
    async () => {
      for (let count = 0; count < 50; count++) await deaf.sendRaw(one)
      return world.endpoint.counters().connectionsClosedCongested
    },
    { withinMs: 20_000, everyMs: 5 },
  )
  await until('nothing to be left of it', () => world.endpoint.counters().connections === 0)
})

t.test('a phone whose connection breaks is reachable no more, until it connects again', async (t) => {
  const world = await stage(t)
  const alice = await world.registered('alice', 'WSS')
  const told: boolean[] = []
  world.endpoint.onReachable((_user, reachable) => told.push(reachable))
  alice.socket.breakOff()
  await until('the phone to be gone', () => !world.endpoint.reachable('alice'))
  const again = await world.registered('alice', 'WSS')
  t.same(told, [false, true])
  await callTo(world, again)
})

t.test('a phone that listens is connected to when it lets its connection go', async (t) => {
  const world = await stage(t)
  const alice = await world.phone('alice', 'TCP')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  const heard: string[] = []
  server.on('connection', (socket) => socket.on('data', (bytes) => heard.push(bytes.toString('latin1'))))
  const { port } = server.address() as AddressInfo
  const lines = [`Contact: <sip:alice@127.0.0.1:${port};transport=tcp>`]
  const request = alice.make('REGISTER', 'sip:box', { to: 'sip:alice@box', lines })
  await alice.send(request)
  await alice.send(alice.withCredentials(request, await alice.nextResponse(401), password))
  await alice.nextResponse(200, 'REGISTER')
  const [connected] = await Promise.all([once(server, 'connection'), alice.socket.close()])
  t.ok(world.endpoint.reachable('alice'))
  const leg = world.endpoint.dial({ userName: 'alice' })
  await until('the INVITE', () => heard.join('').startsWith(`INVITE sip:alice@127.0.0.1:${port};transport=tcp`))
  ;(connected[0] as Socket).destroy()
  await until('the leg to end', () => leg.state === 'ended')
  t.notOk(world.endpoint.reachable('alice'), 'once, and not for ever')
})

t.test('a phone that is rung while its connection breaks: the leg ends at once', async (t) => {
  const world = await stage(t)
  const alice = await world.registered('alice', 'TCP')
  const leg = world.endpoint.dial({ userName: 'alice' })
  await alice.respond(await alice.nextRequest('INVITE'), 180)
  await until('ringing', () => leg.state === 'alerting')
  alice.socket.breakOff()
  await until('the leg to end', () => leg.state === 'ended')
  t.match(leg.end, { reason: 'unreachable', blame: 'farEnd', sipStatus: 503 })
})

t.test('a caller whose connection breaks before the answer has hung up', async (t) => {
  const world = await stage(t)
  const alice = await world.registered('alice', 'TCP')
  const own = alice.make('INVITE', 'sip:main@box', { body: plainSdp() })
  await alice.send(own)
  const challenge = await alice.nextResponse(401, 'INVITE')
  await alice.ack(own, challenge)
  await alice.send(alice.withCredentials(own, challenge, password))
  const leg = await until('the call to come in', () => world.inbound[0])
  alice.socket.breakOff()
  await until('the leg to end', () => leg.state === 'ended')
  t.match(leg.end, { by: 'farEnd', reason: 'cancelled' })
})

t.test('a talk outlives its connection if the phone comes back in time', async (t) => {
  const world = await stage(t)
  const alice = await world.registered('alice', 'TCP')
  const leg = world.endpoint.dial({ userName: 'alice' })
  const invite = await alice.nextRequest('INVITE')
  await alice.respond(invite, 200, { body: plainSdp() })
  await until('the leg to talk', () => leg.state === 'talking')
  alice.socket.breakOff()
  await until('the box to see it', () => !world.endpoint.reachable('alice'))
  await world.clock.advance(10_000)
  t.equal(leg.state, 'talking')
  const back = await world.phone('alice', 'TCP')
  await back.send(back.inTheirDialog('INFO', invite, 'alice-tag', { cseq: 900 }))
  await until('the phone to be heard', () => back.inbox.length > 0)
  await world.clock.advance(60_000)
  t.equal(leg.state, 'talking')
  void leg.hangUp()
  await back.respond(await back.nextRequest('BYE'), 200)
  await until('the leg to end', () => leg.state === 'ended')
})

t.test('a talk whose proxy closes an idle connection goes on: the hang-up opens another', async (t) => {
  const world = await stage(t)
  const alice = await world.registered('alice', 'TCP')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  const heard: string[] = []
  const opened: Socket[] = []
  server.on('connection', (socket) => {
    opened.push(socket)
    socket.on('data', (bytes) => heard.push(bytes.toString('latin1')))
  })
  const { port } = server.address() as AddressInfo
  const leg = world.endpoint.dial({ userName: 'alice' })
  const lines = [`Record-Route: <sip:127.0.0.1:${port};transport=tcp;lr>`]
  await alice.respond(await alice.nextRequest('INVITE'), 200, { body: plainSdp(), lines })
  await until('the leg to talk', () => leg.state === 'talking')
  await alice.nextRequest('ACK')
  alice.socket.breakOff()
  await until('the box to see it', () => !world.endpoint.reachable('alice'))
  await world.clock.advance(60_000)
  t.equal(leg.state, 'talking')
  void leg.hangUp()
  await until('the BYE', () => heard.join('').includes('BYE sip:'))
  for (const socket of opened) socket.destroy()
  await until('the leg to end', () => leg.state === 'ended')
})

t.test('a phone that is connected is sent something now and then, that idle connections are not closed', async (t) => {
  const world = await stage(t)
  const alice = await world.registered('alice', 'TLS')
  await world.clock.advance(65_000)
  await until('two pings', () => alice.keepAlives >= 2)
})

t.test('a talk whose phone does not come back ends, and says why', async (t) => {
  const world = await stage(t)
  const alice = await world.registered('alice', 'WS')
  const leg = world.endpoint.dial({ userName: 'alice' })
  await alice.respond(await alice.nextRequest('INVITE'), 200, { body: plainSdp() })
  await until('the leg to talk', () => leg.state === 'talking')
  alice.socket.breakOff()
  await until('the box to see it', () => !world.endpoint.reachable('alice'))
  await world.clock.advance(20_000)
  await until('the leg to end', async () => {
    await world.clock.advance(1000)
    return leg.state === 'ended'
  })
  t.match(leg.end, { by: 'farEnd', blame: 'farEnd', reason: 'connectionLost' })
})

t.test('a web page without the sub-protocol sip, and plain HTTP, get no WebSocket', async (t) => {
  const world = await stage(t)
  const { port } = world.place('WS')
  t.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 426)
  const status = await new Promise((resolve) => {
    const other = new WebSocket(`ws://127.0.0.1:${port}`, ['chat'])
    other.on('error', () => {})
    other.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode)
      response.destroy()
    })
  })
  t.equal(status, 400)
})
