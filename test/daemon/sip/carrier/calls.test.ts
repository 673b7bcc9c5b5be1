// Calls from and to a carrier that is known by its address.
import t from 'tap'
import { header } from '../../../../daemon/sip/wire/wire-message.ts'
import { linkTo } from '../../../support/sip-carrier.ts'
import { plainSdp } from '../../../support/sip-peer.ts'
import { account as agentAccount, events, password, sipStage } from '../../../support/sip-stage.ts'

const telco = '203.0.113.5'
const did = 'sip:+442079460101@box'

t.test('the carrier calls a number of ours: no password, and the leg says who it is', async (t) => {
  const stage = await sipStage(t, [], { links: [linkTo(telco)] })
  const carrier = await stage.phone('carrier', telco)
  await stage.clock.advance(20)
  const invite = carrier.make('INVITE', did, {
    body: plainSdp(),
    lines: [
      'From: "Caller" <sip:+441632960001@telco>;tag=1',
      'P-Asserted-Identity: <sip:+441632960002;verstat=TN-Validation-Passed@telco>',
    ],
  })
  await carrier.send(invite)
  await stage.clock.advance(20)
  const [leg] = stage.inbound
  t.match(leg?.origin, { kind: 'carrier', carrier: 'telco', link: 'north' })
  t.same(leg?.local, { address: '+442079460101' })
  t.same(leg?.remote, { address: '+441632960002', displayName: 'Caller' }, 'what the carrier asserts goes before From')
  t.match(leg?.headers, { verstat: 'TN-Validation-Passed', From: '"Caller" <sip:+441632960001@telco>;tag=1' })
  const answered = leg!.answer()
  await stage.clock.advance(20)
  const ok = carrier.takeResponse(200)
  await carrier.ack(invite, ok)
  await stage.clock.advance(20)
  t.equal(await answered, true)
  await carrier.send(carrier.inDialog('BYE', invite, ok))
  await stage.clock.advance(20)
  carrier.takeResponse(200, 'BYE')
})

t.test('the same INVITE from anybody else is challenged, and no flow hears of it', async (t) => {
  const stage = await sipStage(t, [], { links: [linkTo(telco)] })
  const stranger = await stage.phone('stranger', '198.51.100.66')
  await stranger.send(stranger.make('INVITE', did, { body: plainSdp(), lines: [`From: <sip:carrier@${telco}>;tag=1`] }))
  await stage.clock.advance(20)
  stranger.takeResponse(401)
  t.equal(stage.inbound.length, 0)
})

t.test('with an outbound proxy all goes there, with the way it is to go on', async (t) => {
  const proxy = '203.0.113.99'
  const link = linkTo('sip.telco.example', { outboundProxy: { host: proxy, port: 5060 }, optionsIntervalMs: 30_000 })
  const stage = await sipStage(t, [], { links: [link] })
  const carrier = await stage.phone('carrier', proxy)
  await stage.clock.advance(1100)
  const options = carrier.takeRequest('OPTIONS')
  await carrier.respond(options, 200)
  const leg = stage.endpoint.dialCarrier({
    carrier: 'telco',
    link: 'north',
    number: '+441632960001',
    caller: { number: '+442079460101' },
  })
  await stage.clock.advance(20)
  const invite = carrier.takeRequest('INVITE')
  for (const request of [options, invite]) {
    t.match(request.uri, '@sip.telco.example'.replace(request === options ? '@' : '', ''))
    t.equal(header(request, 'route'), `<sip:${proxy}:5060;lr>`)
  }
  await carrier.respond(invite, 486)
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'busy' })
})

t.test('a call out over the link', async (t) => {
  const stage = await sipStage(t, [], { links: [linkTo(telco)] })
  const carrier = await stage.phone('carrier', telco)
  const leg = stage.endpoint.dialCarrier({
    carrier: 'telco',
    link: 'north',
    number: '+441632960001',
    caller: { number: '+442079460101', name: 'Support' },
  })
  const told = events(leg)
  await stage.clock.advance(20)
  const invite = carrier.takeRequest('INVITE')
  t.equal(invite.uri, `sip:+441632960001@${telco}:5060`)
  t.match(header(invite, 'from'), `"Support" <sip:+442079460101@${telco}>`)
  t.equal(header(invite, 'p-asserted-identity'), `"Support" <sip:+442079460101@${telco}>`)
  await carrier.respond(invite, 180)
  await stage.clock.advance(20)
  await carrier.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  carrier.takeRequest('ACK')
  t.match(stage.endpoint.links(), [{ state: 'up', calls: 1 }])
  const over = leg.hangUp()
  await stage.clock.advance(20)
  await carrier.respond(carrier.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  await over
  t.same(told, ['alerted', 'answered', 'ended hangUp by us'])
  t.match(stage.endpoint.links(), [{ calls: 0 }])
})

t.test('an agent’s phone calls as the agent, links or not', async (t) => {
  const stage = await sipStage(t, [agentAccount('alice')], { links: [linkTo(telco)] })
  const alice = await stage.registered('alice')
  const invite = alice.make('INVITE', did, { body: plainSdp(), lines: [`P-Asserted-Identity: <sip:boss@${telco}>`] })
  await alice.send(invite)
  await stage.clock.advance(20)
  await alice.send(alice.withCredentials(invite, alice.takeResponse(401), password))
  await stage.clock.advance(20)
  const [leg] = stage.inbound
  t.match(leg, { origin: { kind: 'agent', userName: 'alice' }, remote: { address: 'alice' } })
  t.same(leg?.headers, {}, 'an agent asserts nothing')
  await leg?.hangUp('busy')
  await stage.clock.advance(20)
  alice.takeResponse(486)
})
