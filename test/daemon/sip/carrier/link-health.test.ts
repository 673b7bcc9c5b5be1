// Links that die and come back, and what becomes of the calls over them.
import t, { type Test } from 'tap'
import { nextHealth, unknownHealth } from '../../../../daemon/sip/carrier/target-health.ts'
import { header } from '../../../../daemon/sip/wire/wire-message.ts'
import { account, linkTo, locatorOf } from '../../../support/sip-carrier.ts'
import { plainSdp, type SipPeer } from '../../../support/sip-peer.ts'
import { events, type Stage, sipStage } from '../../../support/sip-stage.ts'

const telco = '203.0.113.5'
const second = '203.0.113.6'
const call = { carrier: 'telco', link: 'north', number: '+441632960001', caller: { number: '+442079460101' } }

t.test('health, by what was seen', async (t) => {
  const miss = { type: 'unanswered', reason: 'timeout' } as const
  const hit = { type: 'answered' } as const
  const taken = { type: 'callTaken' } as const
  const failed = { type: 'callFailed', reason: '503' } as const
  const rested = { type: 'rested' } as const
  const cases = [
    [[hit], 'up'],
    [[miss], 'unknown'],
    [[miss, miss], 'down'],
    [[miss, hit, miss], 'up'],
    [[hit, miss], 'up'],
    [[hit, miss, miss], 'down'],
    [[miss, miss, hit], 'down'],
    [[miss, miss, hit, hit], 'up'],
    [[miss, miss, hit, miss, hit], 'down'],
    [[failed], 'down'],
    [[hit, failed], 'down'],
    [[failed, taken], 'up'],
    [[failed, rested], 'unknown'],
    [[hit, rested], 'up'],
  ] as const
  for (const [inputs, wanted] of cases) {
    const health = inputs.reduce(nextHealth, unknownHealth)
    t.equal(health.state, wanted, inputs.map(({ type }) => type).join(', '))
    t.equal(health.reason !== undefined, wanted === 'down', 'and the reason, when it is down')
  }
})

/** Answers OPTIONS with the status, for a while. */
async function live(stage: Stage, carrier: SipPeer, ms: number, status = 200): Promise<void> {
  carrier.onMessage = (message) => {
    if (message.kind === 'request' && message.method === 'OPTIONS') void carrier.respond(message, status)
  }
  await stage.clock.advance(ms)
  carrier.onMessage = () => {}
}

t.test('a link that is asked: up, down after two silences, up after two answers', async (t) => {
  const stage = await sipStage(t, [], { links: [linkTo(telco, { optionsIntervalMs: 30_000 })] })
  const carrier = await stage.phone('carrier', telco)
  const changes: string[] = []
  stage.endpoint.onLinkChange(({ state, reason }) => changes.push(reason === undefined ? state : `${state} ${reason}`))
  await live(stage, carrier, 31_000, 404)
  t.same(changes, ['up'], '404 is a sign of life')
  await stage.clock.advance(35_000)
  t.same(changes, ['up'], 'one silence is none')
  await stage.clock.advance(11_000)
  t.same(changes, ['up', 'down timeout'])
  await live(stage, carrier, 4000)
  t.same(changes, ['up', 'down timeout'])
  await live(stage, carrier, 36_000)
  t.same(changes, ['up', 'down timeout', 'up'])
})

t.test('a call without any response is given up after four seconds', async (t) => {
  const stage = await sipStage(t, [], { links: [linkTo(telco)] })
  const carrier = await stage.phone('carrier', telco)
  const leg = stage.endpoint.dialCarrier(call)
  await stage.clock.advance(3900)
  t.equal(leg.state, 'dialling')
  await stage.clock.advance(200)
  t.match(leg.end, { reason: 'unreachable', blame: 'trunk' })
  t.match(stage.endpoint.links(), [{ state: 'down', reason: 'timeout', calls: 0 }])
  await stage.clock.advance(60_000)
  t.match(stage.endpoint.links(), [{ state: 'unknown' }], 'a minute later it may be tried again')
  t.ok(carrier.requests('INVITE').length > 1)
})

t.test('who answers after that is thanked and hung up', async (t) => {
  const stage = await sipStage(t, [], { links: [linkTo(telco)] })
  const carrier = await stage.phone('carrier', telco)
  const leg = stage.endpoint.dialCarrier(call)
  await stage.clock.advance(4100)
  t.equal(leg.state, 'ended')
  await carrier.respond(carrier.takeRequest('INVITE'), 200, { body: plainSdp() })
  await stage.clock.advance(20)
  carrier.takeRequest('ACK')
  await carrier.respond(carrier.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
})

t.test('503: the link rests for as long as the carrier says', async (t) => {
  const stage = await sipStage(t, [], { links: [linkTo(telco)] })
  const carrier = await stage.phone('carrier', telco)
  const leg = stage.endpoint.dialCarrier(call)
  await stage.clock.advance(20)
  await carrier.respond(carrier.takeRequest('INVITE'), 503, { lines: ['Retry-After: 20'] })
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'congestion', blame: 'trunk', sipStatus: 503 })
  t.match(stage.endpoint.links(), [{ state: 'down', reason: '503' }])
  await stage.clock.advance(20_000)
  t.match(stage.endpoint.links(), [{ state: 'unknown' }])
})

t.test('of two addresses the first fails: the link stays, and the next call goes to the second', async (t) => {
  const locator = locatorOf({ 'telco.test': [telco, second] })
  const stage = await sipStage(t, [], { links: [linkTo('telco.test')], locator })
  const dead = await stage.phone('dead', telco)
  const carrier = await stage.phone('carrier', second)
  const first = stage.endpoint.dialCarrier(call)
  await stage.clock.advance(4100)
  t.match(first.end, { reason: 'unreachable', blame: 'trunk' })
  t.equal(stage.endpoint.links()[0]?.state, 'unknown', 'not down')
  const next = stage.endpoint.dialCarrier(call)
  await stage.clock.advance(20)
  t.equal(new Set(dead.requests('INVITE').map((one) => header(one, 'call-id'))).size, 1)
  await carrier.respond(carrier.takeRequest('INVITE'), 486)
  await stage.clock.advance(20)
  t.match(next.end, { reason: 'busy', blame: 'none' })
})

t.test('how a carrier refuses decides whether another link is tried', async (t) => {
  const cases: [status: number, end: object][] = [
    [404, { reason: 'numberUnassigned', blame: 'none' }],
    [480, { reason: 'noAnswer', blame: 'none' }],
    [486, { reason: 'busy', blame: 'none' }],
    [603, { reason: 'declined', blame: 'none' }],
    [403, { reason: 'refused', blame: 'trunk' }],
    [488, { reason: 'incompatibleMedia', blame: 'trunk' }],
    [500, { reason: 'serverFailure', blame: 'trunk' }],
    [502, { reason: 'serverFailure', blame: 'trunk' }],
    [503, { reason: 'congestion', blame: 'trunk' }],
  ]
  for (const [status, end] of cases)
    await t.test(`${status}`, async (t) => {
      const stage = await sipStage(t, [], { links: [linkTo(telco)] })
      const carrier = await stage.phone('carrier', telco)
      const leg = stage.endpoint.dialCarrier(call)
      await stage.clock.advance(20)
      await carrier.respond(carrier.takeRequest('INVITE'), status)
      await stage.clock.advance(20)
      t.match(leg.end, end)
    })
})

t.test('a name that can not be found', async (t) => {
  const locator = locatorOf({})
  const stage = await sipStage(t, [], { links: [linkTo('telco.test')], locator })
  await stage.clock.advance(20)
  t.match(stage.endpoint.links(), [{ state: 'down', reason: 'unresolved' }])
  const leg = stage.endpoint.dialCarrier(call)
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'unreachable', blame: 'trunk' })
  await stage.phone('carrier', telco)
  locator.hosts['telco.test'] = [telco]
  await stage.clock.advance(60_000)
  t.match(stage.endpoint.links(), [{ state: 'unknown' }])
})

t.test('the channels of a link count calls both ways', async (t) => {
  const stage = await sipStage(t, [], { links: [linkTo(telco, { channels: 2 })] })
  const carrier = await stage.phone('carrier', telco)
  await stage.clock.advance(20)
  const outbound = stage.endpoint.dialCarrier(call)
  const invite = carrier.make('INVITE', 'sip:+442079460101@box', { body: plainSdp() })
  await carrier.send(invite)
  await stage.clock.advance(20)
  t.match(stage.endpoint.links(), [{ calls: 2, channels: 2 }])
  const third = stage.endpoint.dialCarrier(call)
  await stage.clock.advance(20)
  t.match(third.end, { reason: 'atCapacity' })
  await carrier.send(carrier.make('INVITE', 'sip:+442079460101@box', { body: plainSdp() }))
  await stage.clock.advance(20)
  carrier.takeResponse(486)
  t.equal(stage.inbound.length, 1)
  await carrier.respond(carrier.takeRequest('INVITE'), 486)
  await carrier.cancel(invite)
  await stage.clock.advance(20)
  t.match(stage.endpoint.links(), [{ calls: 0 }])
  t.match(outbound.end, { reason: 'busy' })
})

async function challenged(t: Test): Promise<void> {
  const stage = await sipStage(t, [], { links: [linkTo(telco, { credentials: account })] })
  const carrier = await stage.phone('carrier', telco)
  const leg = stage.endpoint.dialCarrier(call)
  const told = events(leg)
  await stage.clock.advance(20)
  const challenge = { lines: ['Proxy-Authenticate: Digest realm="telco", nonce="n1", qop="auth"'] }
  const first = carrier.takeRequest('INVITE')
  await carrier.respond(first, 407, challenge)
  await stage.clock.advance(20)
  carrier.takeRequest('ACK')
  const invite = carrier.takeRequest('INVITE')
  t.match(header(invite, 'proxy-authorization'), `uri="${invite.uri}"`)
  t.equal(header(invite, 'call-id'), header(first, 'call-id'))
  t.equal(header(invite, 'from'), header(first, 'from'))
  await carrier.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  carrier.takeRequest('ACK')
  const over = leg.hangUp()
  await stage.clock.advance(20)
  await carrier.respond(carrier.takeRequest('BYE'), 407, challenge)
  await stage.clock.advance(20)
  const bye = carrier.takeRequest('BYE')
  t.match(header(bye, 'proxy-authorization'), 'username="trunk"')
  await carrier.respond(bye, 200)
  await stage.clock.advance(20)
  await over
  t.same(told, ['answered', 'ended hangUp by us'])
}

t.test('INVITE and BYE are challenged and answered', challenged)

t.test('requests of a call come from any address of the carrier, from nobody else', async (t) => {
  const stage = await sipStage(t, [], { links: [linkTo(telco, { sources: ['203.0.113.0/29'] })] })
  const carrier = await stage.phone('carrier', telco)
  const site = await stage.phone('carrier', second)
  const stranger = await stage.phone('carrier', '198.51.100.9')
  const leg = stage.endpoint.dialCarrier(call)
  await stage.clock.advance(20)
  const invite = carrier.takeRequest('INVITE')
  await carrier.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  await stranger.send(stranger.inTheirDialog('BYE', invite, 'carrier-tag', { cseq: 5 }))
  await stage.clock.advance(20)
  stranger.takeResponse(401)
  t.equal(leg.state, 'talking')
  await site.send(site.inTheirDialog('BYE', invite, 'carrier-tag', { cseq: 6 }))
  await stage.clock.advance(20)
  site.takeResponse(200)
  t.match(leg.end, { reason: 'hangUp', by: 'farEnd' })
})

t.test('two accounts at one address: the one that is called', async (t) => {
  const twin = (link: string, userName: string) =>
    linkTo(telco, { link, registration: { userName, expiresS: 600 }, credentials: { ...account, userName } })
  const stage = await sipStage(t, [], { links: [twin('one', 'first'), twin('two', 'second')] })
  const carrier = await stage.phone('carrier', telco)
  await stage.clock.advance(20)
  const parts = { body: plainSdp(), to: 'sip:second@telco' }
  await carrier.send(carrier.make('INVITE', 'sip:+442079460101@box', parts))
  await stage.clock.advance(20)
  t.match(stage.inbound, [{ origin: { link: 'two' } }])
  await stage.inbound[0]?.hangUp('busy')
})
