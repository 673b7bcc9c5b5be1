// Where the requests of a carrier's call go.
import t from 'tap'
import { dialogHop } from '../../../../daemon/sip/carrier/dialog-hop.ts'
import { header } from '../../../../daemon/sip/wire/wire-message.ts'
import { linkTo } from '../../../support/sip-carrier.ts'
import { plainSdp } from '../../../support/sip-peer.ts'
import { sipStage } from '../../../support/sip-stage.ts'

const telco = '203.0.113.5'
const gateway = '203.0.113.6'
const sources = ['203.0.113.0/28']

t.test('by what was recorded', async (t) => {
  const isCarrier = (host: string) => host.startsWith('203.0.113.')
  const cases: [what: string, routes: string[], contact: string | undefined, wanted: object | undefined][] = [
    ['the contact', [], `<sip:x@${gateway}>`, { address: gateway, port: 5060, transport: 'UDP' }],
    ['with port and transport', [], `<sip:x@${gateway}:5070;transport=tcp>`, { port: 5070, transport: 'TCP' }],
    ['sips', [], `<sips:x@${gateway}>`, { port: 5061, transport: 'TLS' }],
    [
      'the first proxy goes before',
      [`<sip:${telco};lr>`, `<sip:${gateway};lr>`],
      '<sip:x@10.1.1.1>',
      { address: telco },
    ],
    ['behind a router', [], '<sip:x@192.168.1.5>', undefined],
    ['a name', [], '<sip:x@gw.telco.test>', undefined],
    ['a transport that we have not', [], `<sip:x@${gateway};transport=sctp>`, undefined],
    ['broken', ['<<'], `<sip:x@${gateway}>`, undefined],
    ['nothing', [], undefined, undefined],
  ]
  for (const [what, routes, contact, wanted] of cases) {
    const hop = dialogHop(routes, contact, isCarrier)
    if (wanted) t.match(hop, wanted, what)
    else t.equal(hop, undefined, what)
  }
})

t.test('out: a proxy that leaves the call to its gateway', async (t) => {
  const stage = await sipStage(t, [], { links: [linkTo(telco, { sources })] })
  const proxy = await stage.phone('proxy', telco)
  const behind = await stage.phone('gateway', gateway)
  const leg = stage.endpoint.dialCarrier({ carrier: 'telco', link: 'north', number: '+441632960001', caller: {} })
  await stage.clock.advance(20)
  await proxy.respond(proxy.takeRequest('INVITE'), 200, { body: plainSdp(), lines: [`Contact: ${behind.contact}`] })
  await stage.clock.advance(20)
  behind.takeRequest('ACK')
  const over = leg.hangUp()
  await stage.clock.advance(20)
  await behind.respond(behind.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  await over
  t.same([proxy.requests('ACK').length, proxy.requests('BYE').length], [0, 0])
})

t.test('in: a gateway that calls through a proxy that stays', async (t) => {
  const stage = await sipStage(t, [], { links: [linkTo(telco, { sources })] })
  const proxy = await stage.phone('proxy', telco)
  const behind = await stage.phone('gateway', gateway)
  await stage.clock.advance(20)
  const invite = behind.make('INVITE', 'sip:+442079460101@box', {
    body: plainSdp(),
    lines: [`Record-Route: <sip:${telco};lr>`],
  })
  await behind.send(invite)
  await stage.clock.advance(20)
  const answered = stage.inbound[0]!.answer()
  await stage.clock.advance(20)
  await behind.ack(invite, behind.takeResponse(200))
  await stage.clock.advance(20)
  t.equal(await answered, true)
  const over = stage.inbound[0]!.hangUp()
  await stage.clock.advance(20)
  const bye = proxy.takeRequest('BYE')
  t.equal(header(bye, 'route'), `<sip:${telco};lr>`)
  await proxy.respond(bye, 200)
  await stage.clock.advance(20)
  await over
})
