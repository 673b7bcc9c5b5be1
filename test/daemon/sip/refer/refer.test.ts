// A phone asks for a transfer (REFER), and a second phone of an agent takes over the call of the first (Replaces).
import t from 'tap'
import type { Leg, TransferRequest } from '../../../../daemon/leg/leg.ts'
import { header, tagOf, type WireRequest } from '../../../../daemon/sip/wire/wire-message.ts'
import { plainSdp, type SipPeer } from '../../../support/sip-peer.ts'
import { account, events, password, type Stage, sipStage } from '../../../support/sip-stage.ts'

/** The box has called ann, and they talk. */
async function talk(stage: Stage, ann: SipPeer): Promise<{ leg: Leg; invite: WireRequest; wishes: TransferRequest[] }> {
  const leg = stage.endpoint.dial({ userName: ann.name })
  const wishes: TransferRequest[] = []
  leg.on((event) => {
    if (event.type === 'transferRequested') wishes.push(event.request)
  })
  await stage.clock.advance(20)
  const invite = ann.takeRequest('INVITE')
  await ann.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  ann.takeRequest('ACK')
  return { leg, invite, wishes }
}

async function refer(stage: Stage, ann: SipPeer, invite: WireRequest, lines: string[]): Promise<void> {
  await ann.send(ann.inTheirDialog('REFER', invite, `${ann.name}-tag`, { lines }))
  await stage.clock.advance(20)
}

/** The news that ann got, answered. */
async function notified(stage: Stage, ann: SipPeer): Promise<{ line: string; state: string; event: string }> {
  const notify = ann.takeRequest('NOTIFY')
  await ann.respond(notify, 200)
  await stage.clock.advance(20)
  return {
    line: notify.body.trim(),
    state: header(notify, 'subscription-state')!,
    event: header(notify, 'event')!,
  }
}

/** A call of the phone's own, answered by the box. */
async function calls(stage: Stage, phone: SipPeer, to = '100', lines: string[] = []) {
  const invite = phone.make('INVITE', `sip:${to}@box`, { body: plainSdp(4444), lines })
  await phone.send(invite)
  await stage.clock.advance(20)
  const challenge = phone.takeResponse(401)
  await phone.ack(invite, challenge)
  const again = phone.withCredentials(invite, challenge, password)
  await phone.send(again)
  await stage.clock.advance(20)
  return again
}

t.test('a blind transfer: accepted, tried, done', async (t) => {
  const stage = await sipStage(t, [account('ann')])
  const ann = await stage.registered('ann')
  const { invite, wishes } = await talk(stage, ann)
  await refer(stage, ann, invite, ['Refer-To: <sip:12@box>', 'Referred-By: <sip:ann@box>'])
  t.match(header(ann.takeResponse(202, 'REFER'), 'contact'), 'sip:cordboard@10.0.0.1')
  t.equal(wishes[0]?.target, '12')
  t.equal(wishes[0]?.replaces, undefined)
  const first = await notified(stage, ann)
  t.equal(first.line, 'SIP/2.0 100 Trying')
  t.match(first.state, /^active;expires=\d+$/)
  t.match(first.event, /^refer;id=\d+$/)
  wishes[0]!.tell('trying')
  wishes[0]!.tell('ringing')
  await stage.clock.advance(20)
  t.equal((await notified(stage, ann)).line, 'SIP/2.0 180 Ringing')
  wishes[0]!.tell('done')
  await stage.clock.advance(20)
  t.match(await notified(stage, ann), { line: 'SIP/2.0 200 OK', state: 'terminated;reason=noresource' })
  wishes[0]!.tell('failed')
  await stage.clock.advance(20)
  t.equal(ann.requests('NOTIFY').length, 3, 'nothing after the last word')
})

t.test('the phone hears the last word before it is let go', async (t) => {
  const stage = await sipStage(t, [account('ann')])
  const ann = await stage.registered('ann')
  const { leg, invite } = await talk(stage, ann)
  leg.on((event) => {
    if (event.type !== 'transferRequested') return
    event.request.tell('trying')
    void leg.hangUp()
    event.request.tell('done')
  })
  await refer(stage, ann, invite, ['r: <sip:12@box>'])
  await notified(stage, ann)
  t.equal(ann.requests('BYE').length, 0)
  t.equal((await notified(stage, ann)).line, 'SIP/2.0 200 OK')
  await ann.respond(ann.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.equal(leg.state, 'ended')
})

t.test('a phone that answers no NOTIFY is let go all the same', async (t) => {
  const stage = await sipStage(t, [account('ann')])
  const ann = await stage.registered('ann')
  const { leg, invite } = await talk(stage, ann)
  await refer(stage, ann, invite, ['Refer-To: <sip:12@box>'])
  void leg.hangUp()
  await stage.clock.advance(1100)
  await ann.respond(ann.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.equal(leg.state, 'ended')
})

t.test('a wish that nobody takes up has failed after 5 s', async (t) => {
  const stage = await sipStage(t, [account('ann')])
  const ann = await stage.registered('ann')
  const { leg, invite } = await talk(stage, ann)
  await refer(stage, ann, invite, ['Refer-To: <sip:12@box>'])
  await notified(stage, ann)
  await stage.clock.advance(5000)
  t.match(await notified(stage, ann), {
    line: 'SIP/2.0 503 Service Unavailable',
    state: 'terminated;reason=noresource',
  })
  t.equal(leg.state, 'talking', 'the call goes on')
})

t.test('who wants no news gets none', async (t) => {
  const stage = await sipStage(t, [account('ann')])
  const ann = await stage.registered('ann')
  const { invite, wishes } = await talk(stage, ann)
  await refer(stage, ann, invite, ['Refer-To: <sip:12@box>', 'Refer-Sub: false', 'Require: norefersub'])
  t.equal(header(ann.takeResponse(202), 'refer-sub'), 'false')
  wishes[0]!.tell('done')
  await stage.clock.advance(20)
  t.equal(ann.requests('NOTIFY').length, 0)
})

t.test('one transfer at a time', async (t) => {
  const stage = await sipStage(t, [account('ann')])
  const ann = await stage.registered('ann')
  const { invite, wishes } = await talk(stage, ann)
  await refer(stage, ann, invite, ['Refer-To: <sip:12@box>'])
  await refer(stage, ann, invite, ['Refer-To: <sip:13@box>'])
  ann.takeResponse(491, 'REFER')
  t.equal(wishes.length, 1)
})

for (const [name, lines] of [
  ['no Refer-To', []],
  ['two', ['Refer-To: <sip:1@box>', 'Refer-To: <sip:2@box>']],
  ['one of a foreign scheme', ['Refer-To: <mailto:a@b.c>']],
] as const)
  t.test(`a REFER with ${name} is refused`, async (t) => {
    const stage = await sipStage(t, [account('ann')])
    const ann = await stage.registered('ann')
    const { invite, wishes } = await talk(stage, ann)
    await refer(stage, ann, invite, [...lines])
    ann.takeResponse(400, 'REFER')
    t.equal(wishes.length, 0)
    t.match(stage.endpoint.counters(), { refersRefused: 1 })
  })

t.test('a REFER outside of a call is refused, whoever sends it', async (t) => {
  const stage = await sipStage(t, [account('ann')])
  const ann = await stage.registered('ann')
  await ann.send(ann.make('REFER', 'sip:box', { lines: ['Refer-To: <sip:+4479@box>'] }))
  await stage.clock.advance(20)
  ann.takeResponse(403, 'REFER')
})

t.test('an attended transfer names the other call of the phone', async (t) => {
  const stage = await sipStage(t, [account('ann')])
  const ann = await stage.registered('ann')
  const { invite, wishes } = await talk(stage, ann)
  const second = await calls(stage, ann)
  void stage.inbound[0]!.answer()
  await stage.clock.advance(20)
  const accepted = ann.takeResponse(200, 'INVITE')
  await ann.ack(second, accepted)
  await stage.clock.advance(20)
  const replaced = `${header(second, 'call-id')}%3Bto-tag%3D${tagOf(accepted, 'to')}%3Bfrom-tag%3D${tagOf(second, 'from')}`
  await refer(stage, ann, invite, [`Refer-To: <sip:100@box?Replaces=${replaced}>`])
  ann.takeResponse(202, 'REFER')
  t.match(wishes, [{ target: '100', replaces: stage.inbound[0]!.id }])
})

t.test('an attended transfer to a call that is none of the phone’s fails', async (t) => {
  const stage = await sipStage(t, [account('ann')])
  const ann = await stage.registered('ann')
  const { invite, wishes } = await talk(stage, ann)
  await refer(stage, ann, invite, ['Refer-To: <sip:100@box?Replaces=x%3Bto-tag%3Da%3Bfrom-tag%3Db>'])
  await notified(stage, ann)
  t.equal((await notified(stage, ann)).line, 'SIP/2.0 481 Call/Transaction Does Not Exist')
  t.equal(wishes.length, 0)
})

const replacing = (invite: WireRequest, more = '') =>
  `Replaces: ${header(invite, 'call-id')};to-tag=${tagOf(invite, 'from')};from-tag=ann-tag${more}`

t.test('a second phone takes over the call of the first: the leg stays, and so does its audio', async (t) => {
  const stage = await sipStage(t, [account('ann')])
  const ann = await stage.registered('ann')
  const desk = await stage.phone('ann', '10.0.0.99')
  const { leg, invite } = await talk(stage, ann)
  const told = events(leg)
  const { portId } = leg
  const again = await calls(stage, desk, '100', [replacing(invite), 'Require: replaces'])
  await desk.ack(again, desk.takeResponse(200, 'INVITE'))
  await ann.respond(ann.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.equal(leg.state, 'talking')
  t.equal(leg.portId, portId)
  t.match(stage.audio.remotes.get(portId!), { port: 4444 })
  t.same(told, [])
  const over = leg.hangUp()
  await stage.clock.advance(20)
  await desk.respond(desk.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  await over
  t.match(stage.endpoint.counters(), { legs: 0, dialogs: 0, routes: 0, takeOvers: 1 })
})

t.test('and hangs it up', async (t) => {
  const stage = await sipStage(t, [account('ann')])
  const ann = await stage.registered('ann')
  const desk = await stage.phone('ann', '10.0.0.99')
  const { leg, invite } = await talk(stage, ann)
  const again = await calls(stage, desk, '100', [replacing(invite)])
  const accepted = desk.takeResponse(200, 'INVITE')
  await desk.ack(again, accepted)
  await ann.respond(ann.takeRequest('BYE'), 200)
  await desk.send(desk.inDialog('BYE', again, accepted))
  await stage.clock.advance(20)
  t.match(leg.end, { by: 'farEnd', reason: 'hangUp' })
  t.match(stage.endpoint.counters(), { legs: 0, dialogs: 0, routes: 0 })
})

t.test('a call of the phone’s own is taken over the same way', async (t) => {
  const stage = await sipStage(t, [account('ann')])
  const ann = await stage.registered('ann')
  const desk = await stage.phone('ann', '10.0.0.99')
  const first = await calls(stage, ann)
  const leg = stage.inbound[0]!
  void leg.answer()
  await stage.clock.advance(20)
  const accepted = ann.takeResponse(200, 'INVITE')
  await ann.ack(first, accepted)
  await stage.clock.advance(20)
  const line = `Replaces: ${header(first, 'call-id')};to-tag=${tagOf(accepted, 'to')};from-tag=${tagOf(first, 'from')}`
  const again = await calls(stage, desk, '100', [line])
  await desk.ack(again, desk.takeResponse(200, 'INVITE'))
  await ann.respond(ann.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.equal(leg.state, 'talking')
  const over = leg.hangUp()
  await stage.clock.advance(20)
  await desk.respond(desk.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  await over
  t.match(stage.endpoint.counters(), { legs: 0, dialogs: 0, routes: 0 })
})

t.test('a call that still rings elsewhere is picked up', async (t) => {
  const stage = await sipStage(t, [account('ann')])
  const ann = await stage.registered('ann')
  const desk = await stage.phone('ann', '10.0.0.99')
  const leg = stage.endpoint.dial({ userName: 'ann' })
  const told = events(leg)
  await stage.clock.advance(20)
  const invite = ann.takeRequest('INVITE')
  await ann.respond(invite, 180)
  await stage.clock.advance(20)
  const again = await calls(stage, desk, '100', [replacing(invite, ';early-only')])
  await desk.ack(again, desk.takeResponse(200, 'INVITE'))
  const cancel = ann.takeRequest('CANCEL')
  await ann.respond(cancel, 200)
  await ann.respond(invite, 487)
  await stage.clock.advance(20)
  t.same(told, ['alerted', 'answered'])
  const over = leg.hangUp()
  await stage.clock.advance(20)
  await desk.respond(desk.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  await over
  t.match(stage.endpoint.counters(), { legs: 0, dialogs: 0, routes: 0 })
})

for (const [name, user, line, status] of [
  ['early-only of a call that was answered', 'ann', (invite: WireRequest) => replacing(invite, ';early-only'), 486],
  ['of a call that is not there', 'ann', () => 'Replaces: x;to-tag=a;from-tag=b', 481],
  ['that can’t be read', 'ann', () => 'Replaces: x', 400],
  ['of another agent’s call', 'bob', (invite: WireRequest) => replacing(invite), 403],
] as const)
  t.test(`Replaces ${name}: ${status}`, async (t) => {
    const stage = await sipStage(t, [account('ann'), account('bob')])
    const ann = await stage.registered('ann')
    const desk = await stage.phone(user, '10.0.0.99')
    const { leg, invite } = await talk(stage, ann)
    await calls(stage, desk, '100', [line(invite)])
    desk.takeResponse(status, 'INVITE')
    t.equal(leg.state, 'talking')
    t.equal(stage.inbound.length, 0, 'nobody hears of it')
    t.match(stage.endpoint.counters(), { takeOversRefused: 1 })
  })
