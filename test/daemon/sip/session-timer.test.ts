// Sessions that are refreshed, and sessions that expire, in both roles of both directions.
import t, { type Test } from 'tap'
import { header, type WireRequest, type WireResponse } from '../../../daemon/sip/wire/wire-message.ts'
import { plainSdp } from '../../support/sip-peer.ts'
import { account, password, sipStage } from '../../support/sip-stage.ts'

const tag = 'alice-tag'

/** The box calls alice, who answers with these lines. */
async function called(t: Test, lines: string[], options = {}) {
  const stage = await sipStage(t, [account('alice')], options)
  const alice = await stage.registered('alice')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  await alice.respond(invite, 200, { body: plainSdp(), lines })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  return { stage, alice, leg, invite }
}

/** Alice calls the box with these lines; the answer. */
async function calls(t: Test, lines: string[]) {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const first = alice.make('INVITE', 'sip:100@box', { body: plainSdp(), lines })
  await alice.send(first)
  await stage.clock.advance(20)
  const challenge = alice.takeResponse(401)
  await alice.ack(first, challenge)
  const invite = alice.withCredentials(first, challenge, password)
  await alice.send(invite)
  await stage.clock.advance(20)
  return { stage, alice, invite }
}

async function answered(called: Awaited<ReturnType<typeof calls>>) {
  const { stage, alice, invite } = called
  const leg = stage.inbound.at(-1)!
  void leg.answer()
  await stage.clock.advance(20)
  const accepted = alice.takeResponse(200, 'INVITE')
  await alice.ack(invite, accepted)
  await stage.clock.advance(20)
  return { leg, accepted }
}

const terms = (message: WireRequest | WireResponse) => header(message, 'session-expires')

t.test('the box asks for a timer, and refreshes by UPDATE where it is allowed', async (t) => {
  const { stage, alice, leg, invite } = await called(t, [
    'Session-Expires: 600;refresher=uac',
    'Require: timer',
    'Allow: INVITE, ACK, BYE, CANCEL, UPDATE',
  ])
  t.equal(terms(invite), '1800')
  t.match(header(invite, 'supported'), /\btimer\b/)
  await stage.clock.advance(299_000)
  t.equal(alice.requests('UPDATE').length, 0)
  for (let round = 1; round <= 3; round++) {
    await stage.clock.advance(1_100)
    const update = alice.takeRequest('UPDATE')
    t.equal(terms(update), '600;refresher=uac')
    t.equal(update.body, '')
    await alice.respond(update, 200, { lines: ['Session-Expires: 600;refresher=uac'] })
    await stage.clock.advance(299_000)
  }
  t.equal(leg.state, 'talking')
  t.equal(alice.requests('INVITE').length, 1)
})

t.test('without UPDATE, by a re-INVITE that changes nothing', async (t) => {
  const { stage, alice, leg, invite } = await called(t, [
    'Session-Expires: 90;refresher=uac',
    'Allow: INVITE, ACK, BYE',
  ])
  const before = stage.audio.history.at(-1)
  await stage.clock.advance(45_100)
  const refresh = alice.takeRequest('INVITE')
  t.equal(refresh.body, invite.body, 'version and all')
  await alice.respond(refresh, 200, { body: plainSdp(), lines: ['Session-Expires: 90;refresher=uac'] })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  t.same(stage.audio.history.at(-1), before)
  await stage.clock.advance(40_000)
  t.equal(leg.state, 'talking')
})

t.test(
  'a far end that lets nothing be heard of it is hung up, a third of the interval or 32 s before its end',
  async (t) => {
    for (const [expiresS, endS] of [
      [90, 60],
      [1800, 1768],
    ] as const)
      await t.test(`${expiresS} s`, async (t) => {
        const { stage, alice, leg } = await called(t, [`Session-Expires: ${expiresS};refresher=uas`])
        await stage.clock.advance(endS * 1000 - 100)
        t.equal(leg.state, 'talking')
        await stage.clock.advance(200)
        await alice.respond(alice.takeRequest('BYE'), 200)
        await stage.clock.advance(20)
        t.match(leg.end, { reason: 'sessionExpired', by: 'farEnd', blame: 'farEnd' })
      })
  },
)

t.test('a far end that refreshes, by UPDATE or re-INVITE, lives on', async (t) => {
  const { stage, alice, leg, invite } = await called(t, ['Session-Expires: 90;refresher=uas'])
  const lines = ['Session-Expires: 90;refresher=uac', 'Supported: timer']
  for (let round = 0; round < 3; round++) {
    await stage.clock.advance(45_000)
    await alice.send(alice.inTheirDialog('UPDATE', invite, tag, { lines }))
    await stage.clock.advance(20)
    const response = alice.takeResponse(200, 'UPDATE')
    t.equal(terms(response), '90;refresher=uac')
    t.equal(header(response, 'require'), 'timer')
  }
  await stage.clock.advance(45_000)
  const again = alice.inTheirDialog('INVITE', invite, tag, { lines, body: plainSdp() })
  await alice.send(again)
  await stage.clock.advance(20)
  t.equal(terms(alice.takeResponse(200, 'INVITE')), '90;refresher=uac')
  await alice.send(alice.inTheirDialog('ACK', invite, tag, { cseq: Number(header(again, 'cseq')!.split(' ')[0]) }))
  await stage.clock.advance(59_000)
  t.equal(leg.state, 'talking')
})

t.test('a far end without timers is never refreshed and never expires', async (t) => {
  const { stage, alice, leg } = await called(t, [])
  await stage.clock.advance(10_000_000)
  t.equal(leg.state, 'talking')
  t.equal(alice.requests('UPDATE').length + alice.requests('INVITE').length, 1)
})

t.test('an interval too short for somebody on the way: 422, and the call goes out again', async (t) => {
  const stage = await sipStage(t, [account('alice')], { sessionIntervalS: 600 })
  const alice = await stage.registered('alice')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  const first = alice.takeRequest('INVITE')
  t.equal(terms(first), '600', 'as configured')
  await alice.respond(first, 422, { lines: ['Min-SE: 3600'] })
  await stage.clock.advance(20)
  const second = alice.takeRequest('INVITE')
  t.equal(terms(second), '3600')
  t.equal(header(second, 'min-se'), '3600')
  for (const name of ['call-id', 'from', 'to']) t.equal(header(second, name), header(first, name))
  t.same([header(first, 'cseq'), header(second, 'cseq')], ['1 INVITE', '2 INVITE'], 'RFC 4028 section 7.3')
  await alice.respond(second, 422, { lines: ['Min-SE: 3600'] })
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'failed', sipStatus: 422 }, 'once is enough')
})

t.test('a refresh that is refused as too short goes out again with more', async (t) => {
  const { stage, alice, leg } = await called(t, ['Session-Expires: 120;refresher=uac', 'Allow: UPDATE'])
  await stage.clock.advance(60_100)
  await alice.respond(alice.takeRequest('UPDATE'), 422, { lines: ['Min-SE: 240'] })
  await stage.clock.advance(10_100)
  const update = alice.takeRequest('UPDATE')
  t.equal(terms(update), '240;refresher=uac')
  await alice.respond(update, 200, { lines: ['Session-Expires: 240;refresher=uac'] })
  await stage.clock.advance(100_000)
  t.equal(leg.state, 'talking')
})

t.test('a refresh by UPDATE that is not allowed after all is one by re-INVITE', async (t) => {
  const { stage, alice } = await called(t, ['Session-Expires: 120;refresher=uac', 'Allow: UPDATE'])
  await stage.clock.advance(60_100)
  await alice.respond(alice.takeRequest('UPDATE'), 405)
  await stage.clock.advance(10_100)
  await alice.respond(alice.takeRequest('INVITE'), 200, { body: plainSdp() })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
})

t.test('a refresh that nobody answers ends the call', async (t) => {
  const { stage, alice, leg } = await called(t, ['Session-Expires: 1800;refresher=uac', 'Allow: UPDATE'])
  await stage.clock.advance(900_000 + 33_000)
  await alice.respond(alice.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'unreachable', by: 'farEnd' })
})

t.test('a caller names the refresher; the box does its part', async (t) => {
  const call = await calls(t, ['Supported: timer', 'Session-Expires: 90;refresher=uas', 'Allow: UPDATE'])
  const { leg, accepted } = await answered(call)
  t.equal(terms(accepted), '90;refresher=uas')
  t.match(header(accepted, 'supported'), /\btimer\b/)
  await call.stage.clock.advance(45_100)
  t.equal(terms(call.alice.takeRequest('UPDATE')), '90;refresher=uac', 'who asks is the UAC now')
  t.equal(leg.state, 'talking')
})

t.test('a caller that knows timers refreshes by itself, or is hung up', async (t) => {
  const call = await calls(t, ['Supported: timer'])
  const { leg, accepted } = await answered(call)
  t.equal(terms(accepted), '1800;refresher=uac')
  t.equal(header(accepted, 'require'), 'timer')
  await call.stage.clock.advance(1_769_000)
  await call.alice.respond(call.alice.takeRequest('BYE'), 200)
  await call.stage.clock.advance(20)
  t.match(leg.end, { reason: 'sessionExpired' })
})

t.test('a caller that asks for too short a time hears of ours: 422', async (t) => {
  const { stage, alice, invite } = await calls(t, ['Supported: timer', 'Session-Expires: 60'])
  const refused = alice.takeResponse(422)
  t.equal(header(refused, 'min-se'), '90')
  await alice.ack(invite, refused)
  t.equal(stage.inbound.length, 0)
})

t.test('so does one that shortens it later', async (t) => {
  const { stage, alice, leg, invite } = await called(t, ['Session-Expires: 600;refresher=uas'])
  const lines = ['Session-Expires: 60', 'Supported: timer']
  await alice.send(alice.inTheirDialog('UPDATE', invite, tag, { lines }))
  await alice.send(alice.inTheirDialog('INVITE', invite, tag, { lines, body: plainSdp() }))
  await stage.clock.advance(20)
  t.equal(header(alice.takeResponse(422, 'UPDATE'), 'min-se'), '90')
  t.equal(header(alice.takeResponse(422, 'INVITE'), 'min-se'), '90')
  t.equal(leg.state, 'talking')
})

t.test('a box that stops while an ACK is owed leaves no timer behind', async (t) => {
  const { stage } = await calls(t, ['Supported: timer', 'Session-Expires: 1800;refresher=uas'])
  void stage.inbound[0]!.answer()
  await stage.clock.advance(20)
  const stopped = stage.endpoint.stop()
  await stage.clock.advance(3000)
  await stopped
  t.equal(stage.clock.liveTimers, 0)
})

t.test('a call may require timers', async (t) => {
  const call = await calls(t, ['Require: timer', 'Supported: timer', 'Session-Expires: 120;refresher=uac'])
  const { accepted } = await answered(call)
  t.equal(terms(accepted), '120;refresher=uac')
})
