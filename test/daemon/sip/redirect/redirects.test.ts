// A carrier answers a call with other places to try (3xx).
import t, { type Test } from 'tap'
import { addContacts, mostRedirects, redirectsFrom } from '../../../../daemon/sip/redirect/redirects.ts'
import { linkTo } from '../../../support/sip-carrier.ts'
import { plainSdp, type SipPeer } from '../../../support/sip-peer.ts'
import { events, sipStage } from '../../../support/sip-stage.ts'

const first = { user: '1', host: 'a', port: undefined }
const users = (contacts: string[]) => addContacts(redirectsFrom(first), contacts).queue.map(({ user }) => user)

t.test('places are tried in the order of their q, those without first', async (t) => {
  t.same(users(['<sip:2@a>;q=0.2', '<sip:3@a>;q=0.9', '<sip:4@a>', '<sip:5@a>;q=nonsense']), ['4', '3', '2', '5'])
})

t.test('none twice, and not the one that sent the call on', async (t) => {
  t.same(users(['<sip:1@a>', '<sip:2@A:5060>', '<sip:2@a>', '<sip:@a>', '<mailto:x@y>', 'nonsense']), ['2'])
})

t.test('not for ever', async (t) => {
  let redirects = redirectsFrom(first)
  for (let at = 0; at < 20; at++) redirects = addContacts(redirects, [`<sip:a${at}@a>`, `<sip:b${at}@a>`])
  t.equal(redirects.queue.length, mostRedirects)
})

const telco = '203.0.113.5'
const dialled = '+441632960001'

async function dialling(t: Test, mayGoTo?: (number: string) => boolean) {
  const stage = await sipStage(t, [], { links: [linkTo(telco, { sources: ['203.0.113.9'] })] })
  const carrier = await stage.phone('carrier', telco)
  const leg = stage.endpoint.dialCarrier({
    carrier: 'telco',
    link: 'north',
    number: dialled,
    caller: {},
    ...(mayGoTo && { mayGoTo }),
  })
  const told = events(leg)
  await stage.clock.advance(20)
  const sentOn = async (...contacts: string[]) => {
    await carrier.respond(carrier.takeRequest('INVITE'), 302, { lines: [`Contact: ${contacts.join(', ')}`] })
    await stage.clock.advance(20)
    carrier.takeRequest('ACK')
  }
  const takes = async (peer: SipPeer) => {
    const invite = peer.takeRequest('INVITE')
    await peer.respond(invite, 200, { body: plainSdp() })
    await stage.clock.advance(20)
    peer.takeRequest('ACK')
    const over = leg.hangUp()
    await stage.clock.advance(20)
    await peer.respond(peer.takeRequest('BYE'), 200)
    await stage.clock.advance(20)
    await over
    t.match(stage.endpoint.counters(), { legs: 0, dialogs: 0, routes: 0 })
    return invite
  }
  return { stage, carrier, leg, told, sentOn, takes }
}

t.test('the same number at another server of the carrier', async (t) => {
  const { stage, told, sentOn, takes } = await dialling(t)
  const other = await stage.phone('other', '203.0.113.9')
  await sentOn(`<sip:${dialled}@203.0.113.9>`)
  t.equal((await takes(other)).uri, `sip:${dialled}@203.0.113.9`)
  t.same(told, ['answered', 'ended hangUp by us'])
})

t.test('another number, if the box would call it; those that it would not are passed over', async (t) => {
  const asked: string[] = []
  const mayGoTo = (number: string) => {
    asked.push(number)
    return number === '+441632960002'
  }
  const { stage, carrier, sentOn, takes } = await dialling(t, mayGoTo)
  await sentOn(`<sip:+882999@${telco}>;q=1`, `<sip:+441632960002@${telco}>;q=0.5`)
  t.equal((await takes(carrier)).uri, `sip:+441632960002@${telco}`)
  t.same(asked, ['+882999', '+441632960002'])
  t.match(stage.endpoint.counters(), { redirectsRefused: 1, redirectsFollowed: 1 })
})

t.test('no other number unless whoever calls may go there, and no server of anybody else', async (t) => {
  const { leg, sentOn, stage } = await dialling(t)
  await sentOn(`<sip:+441632960002@${telco}>`, `<sip:${dialled}@198.51.100.66>`)
  t.match(leg.end, { reason: 'redirected', sipStatus: 302 })
  t.match(stage.endpoint.counters(), { redirectsRefused: 2, legs: 0, routes: 0 })
})

t.test('the next place is tried when one fails, and the last failure is the call’s', async (t) => {
  const { stage, carrier, leg, sentOn } = await dialling(t, () => true)
  await sentOn(`<sip:+441632960002@${telco}>;q=0.9`, `<sip:+441632960003@${telco}>;q=0.8`)
  for (const number of ['+441632960002', '+441632960003']) {
    const invite = carrier.takeRequest('INVITE')
    t.equal(invite.uri, `sip:${number}@${telco}`)
    await carrier.respond(invite, 486)
    await stage.clock.advance(20)
    carrier.takeRequest('ACK')
  }
  t.match(leg.end, { reason: 'busy' })
})

t.test('a chain that comes back to where it began ends', async (t) => {
  const { carrier, leg, sentOn } = await dialling(t, () => true)
  await sentOn(`<sip:+441632960002@${telco}>`)
  await sentOn(`<sip:${dialled}@${telco}:5060>`, `<sip:+441632960002@${telco}>`)
  t.match(leg.end, { reason: 'redirected' })
  t.equal(carrier.requests('INVITE').length, 2)
})

t.test('a longer chain than is followed ends', async (t) => {
  const { carrier, leg, sentOn } = await dialling(t, () => true)
  for (let at = 0; at <= mostRedirects; at++) await sentOn(`<sip:+44163296000${at + 2}@${telco}>`)
  t.match(leg.end, { reason: 'redirected' })
  t.equal(carrier.requests('INVITE').length, 1 + mostRedirects)
})

t.test('hung up while it is on its way elsewhere', async (t) => {
  const { stage, carrier, leg, sentOn } = await dialling(t, () => true)
  await sentOn(`<sip:+441632960002@${telco}>`)
  const over = leg.hangUp()
  const invite = carrier.takeRequest('INVITE')
  await carrier.respond(invite, 180)
  await stage.clock.advance(20)
  await carrier.respond(carrier.takeRequest('CANCEL'), 200)
  await carrier.respond(invite, 487)
  await stage.clock.advance(20)
  await over
  t.match(stage.endpoint.counters(), { legs: 0, dialogs: 0, routes: 0 })
})
