// Phones sign in, stay, move and leave.
import t from 'tap'
import { header, headers } from '../../../daemon/sip/wire/wire-message.ts'
import type { RequestParts, SipPeer } from '../../support/sip-peer.ts'
import { account, password, type Stage, sipStage } from '../../support/sip-stage.ts'

/** A REGISTER that gets past the challenge; resolves with what answers it. */
async function registers(stage: Stage, phone: SipPeer, status: number, parts: RequestParts = {}) {
  const request = phone.make('REGISTER', 'sip:box', { to: `sip:${phone.name}@box`, ...parts })
  await phone.send(request)
  await stage.clock.advance(20)
  await phone.send(phone.withCredentials(request, phone.takeResponse(401), password))
  await stage.clock.advance(20)
  return phone.takeResponse(status, 'REGISTER')
}

t.test('a phone signs in, can be rung, and expires', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const told: string[] = []
  stage.endpoint.onReachable((user, reachable) => told.push(`${user} ${reachable}`))
  const alice = await stage.phone('alice')
  t.notOk(stage.endpoint.reachable('alice'))
  const response = await registers(stage, alice, 200, { lines: ['Expires: 120'] })
  t.match(header(response, 'contact'), '<sip:alice@10.0.0.7:5060>;expires=120')
  t.ok(header(response, 'date'))
  t.ok(stage.endpoint.reachable('alice'))
  await stage.clock.advance(119_000)
  t.ok(stage.endpoint.reachable('alice'))
  await stage.clock.advance(1100)
  t.notOk(stage.endpoint.reachable('alice'))
  t.same(told, ['alice true', 'alice false'])
})

t.test('a refresh keeps it', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const told: boolean[] = []
  stage.endpoint.onReachable((_user, reachable) => told.push(reachable))
  const alice = await stage.phone('alice')
  const callId = 'one registration'.replace(' ', '-')
  for (let turn = 0; turn < 4; turn++) {
    await registers(stage, alice, 200, { callId, lines: ['Expires: 60'] })
    await stage.clock.advance(50_000)
  }
  t.ok(stage.endpoint.reachable('alice'))
  t.equal(stage.endpoint.counters().registrations, 1)
  t.same(told, [true])
})

t.test('expiry is granted between one minute and one hour', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  for (const [asked, granted] of [
    [['Expires: 60'], 60],
    [['Expires: 999999'], 3600],
    [[], 3600],
    [['Contact: <sip:alice@10.0.0.7:5060>;expires=300', 'Expires: 60'], 300],
  ] as const) {
    const response = await registers(stage, alice, 200, { lines: asked })
    t.match(header(response, 'contact'), `;expires=${granted}`)
  }
})

t.test('a phone that wants less than a minute is told how little there is', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  const refused = await registers(stage, alice, 423, { lines: ['Expires: 59'] })
  t.equal(header(refused, 'min-expires'), '60')
  t.notOk(stage.endpoint.reachable('alice'))
})

const instanceOf = (digit: number) => `;+sip.instance="<urn:uuid:00000000-0000-1000-8000-00000000000${digit}>"`

t.test('two ways to one phone (RFC 5626): it is rung once, by the other way when one is dead', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const first = await stage.phone('alice')
  const second = await stage.phone('alice')
  const way = (phone: SipPeer, regId: number) => ({
    lines: [`Contact: ${phone.contact}${instanceOf(1)};reg-id=${regId}`, 'Supported: path, outbound'],
  })
  await registers(stage, first, 200, way(first, 1))
  const response = await registers(stage, second, 200, way(second, 2))
  t.equal(header(response, 'require'), 'outbound')
  t.match(headers(response, 'contact'), [/reg-id=1$/, /;\+sip.instance="<urn:uuid:[0-9-]+>";reg-id=2$/].reverse())
  t.equal(stage.endpoint.counters().registrations, 2)
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  t.equal(second.requests('INVITE').length, 1, 'by the newest way')
  t.equal(first.requests('INVITE').length, 0)
  await second.respond(second.takeRequest('INVITE'), 503)
  await stage.clock.advance(20)
  await first.respond(first.takeRequest('INVITE'), 486)
  await stage.clock.advance(20)
  t.equal(leg.end?.reason, 'busy')
  await registers(stage, second, 200, way(second, 1))
  t.equal(stage.endpoint.counters().registrations, 2, 'a way used again under another address replaces itself')
})

t.test('through a proxy with Path (RFC 3327): the INVITE names it in Route; phones there are told apart', async (t) => {
  const stage = await sipStage(t, [account('alice'), account('bob')])
  const proxy = await stage.phone('alice', '10.0.5.5')
  const throughProxy = (contact: string) => ({
    lines: [
      `Contact: <sip:${contact}>`,
      'Supported: path',
      'Path: <sip:10.0.5.5:5060;lr>',
      'Via: SIP/2.0/UDP 10.0.5.5:5060;branch=z9hG4bKproxy;rport, SIP/2.0/UDP 192.168.1.9:5060;branch=z9hG4bKphone',
    ],
  })
  // The scripted phone plays the proxy, whose Via stands first.
  const register = async (contact: string) => {
    const { lines } = throughProxy(contact)
    const request = proxy.make('REGISTER', 'sip:box', { to: 'sip:alice@box', lines })
    await proxy.send(request)
    await stage.clock.advance(20)
    const proven = proxy.withCredentials(request, proxy.takeResponse(401), password)
    const vias = lines[3]!.replace('Via: ', '').replace('proxy', `proxy2${contact.length}`)
    await proxy.send({
      ...proven,
      headers: proven.headers.map((one) => (one.key === 'via' ? { ...one, value: vias } : one)),
    })
    await stage.clock.advance(20)
    return proxy.takeResponse(200, 'REGISTER')
  }
  t.equal(header(await register('alice@192.168.1.9:5060'), 'path'), '<sip:10.0.5.5:5060;lr>')
  await register('alice@192.168.1.110:5060')
  t.equal(stage.endpoint.counters().registrations, 2, 'both phones')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  const invites = proxy.requests('INVITE')
  t.same(
    invites.map(({ uri }) => uri),
    ['sip:alice@192.168.1.110:5060', 'sip:alice@192.168.1.9:5060'],
  )
  t.same(
    invites.map((invite) => header(invite, 'route')),
    Array(2).fill('<sip:10.0.5.5:5060;lr>'),
  )
  for (const invite of invites) await proxy.respond(invite, 486)
  await stage.clock.advance(20)
  t.equal(leg.state, 'ended')
})

t.test('a phone behind a router is sent something before the router forgets it; one that is not, is not', async (t) => {
  const stage = await sipStage(t, [account('alice'), account('bob')])
  const alice = await stage.phone('alice')
  const bob = await stage.registered('bob')
  await registers(stage, alice, 200, { lines: ['Contact: <sip:alice@192.168.1.20:5062>', 'Expires: 120'] })
  await stage.clock.advance(100_000)
  t.equal(alice.keepAlives, 4)
  t.equal(bob.keepAlives, 0)
  await stage.clock.advance(100_000)
  t.equal(alice.keepAlives, 4, 'and nothing when it has gone')
})

t.test('a STUN keep-alive (RFC 5626) is answered with where it came from, to phones that are signed in', async (t) => {
  const stage = await sipStage(t, [account('alice'), account('bob')])
  const asked = Buffer.from('000100002112a442000102030405060708090a0b', 'hex')
  const answers = async (host: string, signsIn: boolean) => {
    const said: string[] = []
    const phone = signsIn ? await stage.registered('alice', host) : await stage.phone('mallory', host)
    stage.network.drops = (datagram, to) => {
      const isAnswer = to.address === host
      if (isAnswer) said.push(Buffer.from(datagram, 'latin1').toString('hex'))
      return isAnswer
    }
    await phone.sendRaw(asked)
    await stage.clock.advance(20)
    stage.network.drops = () => false
    return said
  }
  const port = (5060 ^ 0x2112).toString(16)
  const head = (length: string) => `0101${length}2112a442000102030405060708090a0b0020`
  t.same(await answers('10.0.0.7', true), [`${head('000c')}00080001${port}2b12a445`])
  t.same(await answers('2001:db8::7', true), [`${head('0018')}00140002${port}0113a9fa000102030405060708090a0c`])
  t.same(await answers('10.0.0.9', false), [], 'and to nobody else')
})

t.test('a phone signs off; with a star all of them', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const desk = await stage.registered('alice')
  const mobile = await stage.registered('alice')
  t.equal(stage.endpoint.counters().registrations, 2)
  const left = await registers(stage, desk, 200, { lines: ['Expires: 0'] })
  t.match(headers(left, 'contact').join(), /10\.0\.0\.8/, 'the other one is listed still')
  t.ok(stage.endpoint.reachable('alice'))
  await registers(stage, mobile, 400, { lines: ['Contact: *', 'Expires: 60'] })
  await registers(stage, mobile, 200, { lines: ['Contact: *', 'Expires: 0'] })
  t.notOk(stage.endpoint.reachable('alice'))
})

t.test('asking without Contact lists and changes nothing', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const bare = alice.make('REGISTER', 'sip:box', { to: 'sip:alice@box' })
  const request = { ...bare, headers: bare.headers.filter((one) => one.key !== 'contact') }
  await alice.send(request)
  await stage.clock.advance(20)
  await alice.send(alice.withCredentials(request, alice.takeResponse(401), password))
  await stage.clock.advance(20)
  t.equal(headers(alice.takeResponse(200), 'contact').length, 1)
})

t.test('a phone is rung where its REGISTER came from, whatever its Contact says', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  await registers(stage, alice, 200, { lines: ['Contact: <sip:alice@192.168.1.20:5062>'] })
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  t.equal(invite.uri, 'sip:alice@192.168.1.20:5062', 'by the name it knows itself by')
  await alice.respond(invite, 486)
  await stage.clock.advance(20)
  t.equal(leg.end?.reason, 'busy')
})

t.test('a phone that comes back under another name does not ring twice', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  await registers(stage, alice, 200, { lines: ['Contact: <sip:alice-1@10.0.0.7:5060>'] })
  await registers(stage, alice, 200, { lines: ['Contact: <sip:alice-2@10.0.0.7:5060>'] })
  t.equal(stage.endpoint.counters().registrations, 1, 'the same address')
  const moved = await stage.phone('alice', '10.0.9.1')
  const instance = ';+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"'
  await registers(stage, alice, 200, { lines: [`Contact: <sip:alice-2@10.0.0.7:5060>${instance}`] })
  await registers(stage, moved, 200, { lines: [`Contact: <sip:alice-3@10.0.9.1:5060>${instance}`] })
  t.equal(stage.endpoint.counters().registrations, 1, 'the same instance')
})

t.test('what can’t be registered', async (t) => {
  const stage = await sipStage(t, [account('alice'), account('bob')])
  const alice = await stage.phone('alice')
  await registers(stage, alice, 403, { to: 'sip:bob@box' })
  await registers(stage, alice, 400, { lines: ['Expires: soon'] })
  await registers(stage, alice, 400, { lines: ['Contact: <mailto:alice@example.com>'] })
  t.notOk(stage.endpoint.reachable('alice'))
})

t.test('ten phones of one account, and not one more', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  for (let phone = 0; phone < 10; phone++) await stage.registered('alice')
  const tooMany = await stage.phone('alice')
  await registers(stage, tooMany, 403)
  t.equal(stage.endpoint.counters().registrations, 10)
})

t.test('an older REGISTER that arrives late changes nothing', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  await registers(stage, alice, 200, { callId: 'r', cseq: 100, lines: ['Expires: 600'] })
  await registers(stage, alice, 500, { callId: 'r', cseq: 50, lines: ['Expires: 0'] })
  t.ok(stage.endpoint.reachable('alice'))
})

t.test('a copy of a REGISTER is answered with the same words, and done once', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice')
  const request = alice.make('REGISTER', 'sip:box', { to: 'sip:alice@box' })
  await alice.send(request)
  await stage.clock.advance(20)
  const proven = alice.withCredentials(request, alice.takeResponse(401), password)
  for (let copy = 0; copy < 3; copy++) {
    await alice.send(proven)
    await stage.clock.advance(700)
  }
  t.same(new Set(alice.responses(200).map((one) => header(one, 'date'))).size, 1)
  t.equal(alice.responses(200).length, 3)
  t.equal(stage.endpoint.counters().authFailures ?? 0, 0, 'a copy is no replay')
})

t.test('an account with a fixed address is always reachable', async (t) => {
  const stage = await sipStage(t, [account('desk', { address: '10.0.0.50' })])
  const told: boolean[] = []
  stage.endpoint.onReachable((_user, reachable) => told.push(reachable))
  t.ok(stage.endpoint.reachable('desk'))
  const desk = await stage.registered('desk')
  await registers(stage, desk, 200, { lines: ['Expires: 0'] })
  t.ok(stage.endpoint.reachable('desk'))
  t.same(told, [])
})
