// Links are set anew while the box runs.
import t, { type Test } from 'tap'
import type { LinkView } from '../../../../daemon/sip/endpoint.ts'
import { header } from '../../../../daemon/sip/wire/wire-message.ts'
import { account, linkTo } from '../../../support/sip-carrier.ts'
import { plainSdp } from '../../../support/sip-peer.ts'
import { sipStage } from '../../../support/sip-stage.ts'

const telco = '203.0.113.5'
const registering = (revision: string) =>
  linkTo(telco, { revision, registration: { userName: account.userName, expiresS: 600 }, credentials: account })

async function registered(t: Test) {
  const stage = await sipStage(t, [], { links: [registering('1')] })
  const changes: LinkView[] = []
  const carrier = await stage.phone('carrier', telco)
  await stage.clock.advance(20)
  await carrier.respond(carrier.takeRequest('REGISTER'), 200, { lines: ['Expires: 600'] })
  await stage.clock.advance(20)
  stage.endpoint.onLinkChange((link) => changes.push(link))
  return { stage, carrier, changes }
}

t.test('a link that did not change goes on undisturbed', async (t) => {
  const { stage, carrier, changes } = await registered(t)
  stage.endpoint.setLinks([registering('1')])
  await stage.clock.advance(1000)
  t.same(changes, [])
  t.throws(() => carrier.takeRequest('REGISTER'))
  t.match(stage.endpoint.links(), [{ state: 'up' }])
})

t.test('a link that was refused is tried once more', async (t) => {
  const stage = await sipStage(t, [], { links: [registering('1')] })
  const carrier = await stage.phone('carrier', telco)
  await stage.clock.advance(20)
  await carrier.respond(carrier.takeRequest('REGISTER'), 403)
  await stage.clock.advance(3_600_000)
  stage.endpoint.setLinks([registering('1')])
  await stage.clock.advance(20)
  await carrier.respond(carrier.takeRequest('REGISTER'), 200, { lines: ['Expires: 600'] })
  await stage.clock.advance(20)
  t.match(stage.endpoint.links(), [{ state: 'up' }])
})

t.test('a link that changed registers anew, over the contact of before', async (t) => {
  const { stage, carrier } = await registered(t)
  stage.endpoint.setLinks([registering('2')])
  await stage.clock.advance(20)
  const again = carrier.takeRequest('REGISTER')
  t.equal(header(again, 'expires'), '600', 'and the registration is not taken back')
  t.equal(header(again, 'contact'), header(carrier.requests('REGISTER')[0]!, 'contact'))
  await carrier.respond(again, 200, { lines: ['Expires: 600'] })
  await stage.clock.advance(20)
  t.match(stage.endpoint.links(), [{ state: 'up' }])
})

t.test('a link that is gone takes its registration back; its call goes on to its end', async (t) => {
  const { stage, carrier, changes } = await registered(t)
  const leg = stage.endpoint.dialCarrier({ carrier: 'telco', link: 'north', number: '+441632960001', caller: {} })
  await stage.clock.advance(20)
  const invite = carrier.takeRequest('INVITE')
  await carrier.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  stage.endpoint.setLinks([])
  await stage.clock.advance(20)
  t.same(stage.endpoint.links(), [])
  t.match(changes, [{ link: 'north', state: 'unknown' }], 'nothing is wrong with it any more')
  const farewell = carrier.takeRequest('REGISTER')
  t.equal(header(farewell, 'expires'), '0')
  await carrier.respond(farewell, 200)
  t.equal(leg.state, 'talking')
  await carrier.send(carrier.inTheirDialog('BYE', invite, 'carrier-tag'))
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'hangUp', by: 'farEnd' })
  await carrier.send(carrier.make('INVITE', 'sip:+442079460101@box', { body: plainSdp() }))
  await stage.clock.advance(20)
  carrier.takeResponse(401)
})

t.test('the calls of a link that changed count for the one in its place', async (t) => {
  const { stage, carrier } = await registered(t)
  const leg = stage.endpoint.dialCarrier({ carrier: 'telco', link: 'north', number: '+441632960001', caller: {} })
  await stage.clock.advance(20)
  stage.endpoint.setLinks([{ ...registering('2'), channels: 1 }])
  t.match(stage.endpoint.links(), [{ calls: 1, channels: 1 }])
  await carrier.respond(carrier.takeRequest('INVITE'), 486)
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'busy' })
  t.match(stage.endpoint.links(), [{ calls: 0 }])
})
