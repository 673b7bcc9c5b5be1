// A caller who has its 180 acknowledged, and what may happen before the box answers.
import t, { type Test } from 'tap'
import { header, type WireResponse } from '../../../daemon/sip/wire/wire-message.ts'
import { plainSdp } from '../../support/sip-peer.ts'
import { account, events, password, sipStage } from '../../support/sip-stage.ts'

async function calls(t: Test, { body, lines = ['Require: 100rel'] }: { body?: string; lines?: string[] } = {}) {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const first = alice.make('INVITE', 'sip:100@box', { lines, ...(body === undefined ? {} : { body }) })
  await alice.send(first)
  await stage.clock.advance(20)
  const challenge = alice.takeResponse(401)
  await alice.ack(first, challenge)
  const invite = alice.withCredentials(first, challenge, password)
  await alice.send(invite)
  await stage.clock.advance(20)
  const leg = stage.inbound.at(-1)!
  /** Acknowledges the 180; what the box says to that. */
  const pracks = async (ringing: WireResponse, status: number, answer?: string, rack?: string) => {
    const value = rack ?? `${header(ringing, 'rseq')} ${header(invite, 'cseq')}`
    const parts = { lines: [`RAck: ${value}`], ...(answer === undefined ? {} : { body: answer }) }
    await alice.send(alice.inDialog('PRACK', invite, ringing, parts))
    await stage.clock.advance(20)
    return alice.takeResponse(status, 'PRACK')
  }
  return { stage, alice, invite, leg, pracks }
}

t.test('the 180 is repeated until its PRACK comes', async (t) => {
  const { stage, alice, leg, pracks, invite } = await calls(t, { body: plainSdp() })
  await stage.clock.advance(1600)
  t.equal(alice.responses(180).length, 3, 'at 0, 0.5 and 1.5 s')
  const ringing = alice.takeResponse(180)
  t.equal(header(ringing, 'require'), '100rel')
  t.equal(ringing.body, '', 'the answer comes with the 200')
  await pracks(ringing, 200)
  await stage.clock.advance(40_000)
  t.equal(alice.responses(180).length, 3)
  void leg.answer()
  await stage.clock.advance(20)
  const accepted = alice.takeResponse(200, 'INVITE')
  t.match(accepted.body, /m=audio/)
  await alice.ack(invite, accepted)
  await stage.clock.advance(20)
  t.equal(leg.state, 'talking')
})

t.test('who only supports it is rung as ever', async (t) => {
  const { alice } = await calls(t, { body: plainSdp(), lines: ['Supported: 100rel'] })
  t.equal(header(alice.takeResponse(180), 'rseq'), undefined)
})

t.test('without offer: ours in the 180, the answer in the PRACK, and a 200 that says no more', async (t) => {
  const { stage, alice, leg, pracks, invite } = await calls(t)
  const ringing = alice.takeResponse(180)
  t.match(ringing.body, /m=audio \d+ RTP\/AVP 0 8 101/)
  const answered = leg.answer()
  await stage.clock.advance(20)
  t.equal(alice.responses(200).filter((one) => header(one, 'cseq')!.endsWith('INVITE')).length, 0, 'not yet')
  await pracks(ringing, 200, plainSdp(4022))
  const accepted = alice.takeResponse(200, 'INVITE')
  t.equal(accepted.body, '')
  t.equal(header(accepted, 'content-type'), undefined)
  await alice.ack(invite, accepted)
  await stage.clock.advance(20)
  t.equal(await answered, true)
  t.match(stage.audio.remotes.get(leg.portId!), { port: 4022, codec: 'PCMU' })
})

t.test('without offer, and a PRACK that answers nothing: the call is refused', async (t) => {
  for (const answer of [undefined, plainSdp().replace('RTP/AVP 0 8 101', 'RTP/AVP 18')])
    await t.test(answer === undefined ? 'missing' : 'unusable', async (t) => {
      const { stage, alice, leg, pracks, invite } = await calls(t)
      await pracks(alice.takeResponse(180), 200, answer)
      await stage.clock.advance(20)
      await alice.ack(invite, alice.takeResponse(488))
      await stage.clock.advance(20)
      t.match(leg.end, { reason: 'incompatibleMedia', blame: 'config' })
    })
})

t.test('a PRACK for something else is 481, and so is a second one', async (t) => {
  const { alice, pracks } = await calls(t, { body: plainSdp() })
  const ringing = alice.takeResponse(180)
  await pracks(ringing, 481, undefined, '1 1 INVITE')
  await pracks(ringing, 200)
  await pracks(ringing, 481)
})

t.test('nobody acknowledges: 504 after 32 s', async (t) => {
  const { stage, alice, leg, invite } = await calls(t, { body: plainSdp() })
  const answered = leg.answer()
  await stage.clock.advance(32_100)
  t.equal(alice.responses(180).length, 7)
  await alice.ack(invite, alice.takeResponse(504))
  await stage.clock.advance(20)
  t.equal(await answered, false)
  t.match(leg.end, { reason: 'noPrack', by: 'farEnd', blame: 'farEnd' })
})

t.test('the caller gives up before the PRACK', async (t) => {
  const { stage, alice, leg, invite } = await calls(t)
  await alice.cancel(invite)
  await stage.clock.advance(20)
  alice.takeResponse(200, 'CANCEL')
  await alice.ack(invite, alice.takeResponse(487))
  await stage.clock.advance(40_000)
  t.equal(alice.responses(180).length, 1)
  t.match(leg.end, { reason: 'cancelled' })
})

t.test('the caller hangs up the early dialog by BYE', async (t) => {
  const { stage, alice, leg, invite } = await calls(t, { body: plainSdp(), lines: [] })
  const told = events(leg)
  await alice.send(alice.inDialog('BYE', invite, alice.takeResponse(180)))
  await stage.clock.advance(20)
  alice.takeResponse(200, 'BYE')
  await alice.ack(invite, alice.takeResponse(487))
  await stage.clock.advance(20)
  t.same(told, ['ended cancelled by farEnd'])
})

t.test('UPDATE before the answer: a refresh is fine, another offer must wait', async (t) => {
  const { stage, alice, invite } = await calls(t, { body: plainSdp(), lines: [] })
  const ringing = alice.takeResponse(180)
  await alice.send(alice.inDialog('UPDATE', invite, ringing))
  await alice.send(alice.inDialog('UPDATE', invite, ringing, { body: plainSdp(4999) }))
  await stage.clock.advance(20)
  alice.takeResponse(200, 'UPDATE')
  t.equal(header(alice.takeResponse(500, 'UPDATE'), 'retry-after'), '5')
})

t.test('UPDATE while our offer waits for its answer is glare; after it, it counts', async (t) => {
  const { stage, alice, leg, pracks, invite } = await calls(t)
  const ringing = alice.takeResponse(180)
  const update = () => alice.send(alice.inDialog('UPDATE', invite, ringing, { body: plainSdp(4030) }))
  await update()
  await stage.clock.advance(20)
  alice.takeResponse(491, 'UPDATE')
  await pracks(ringing, 200, plainSdp(4022))
  await update()
  await stage.clock.advance(20)
  t.match(alice.takeResponse(200, 'UPDATE').body, /m=audio/)
  void leg.answer()
  await stage.clock.advance(20)
  await alice.ack(invite, alice.takeResponse(200, 'INVITE'))
  await stage.clock.advance(20)
  t.equal(leg.state, 'talking')
  t.equal(stage.audio.remotes.get(leg.portId!)?.port, 4030)
})

t.test('no port is free for the offer: no 180, and the answer fails as ever', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const first = alice.make('INVITE', 'sip:100@box', { lines: ['Require: 100rel'] })
  await alice.send(first)
  await stage.clock.advance(20)
  const challenge = alice.takeResponse(401)
  await alice.ack(first, challenge)
  stage.audio.full = true
  const invite = alice.withCredentials(first, challenge, password)
  await alice.send(invite)
  await stage.clock.advance(20)
  const answered = stage.inbound[0]!.answer()
  await stage.clock.advance(20)
  t.equal(await answered, false)
  await alice.ack(invite, alice.takeResponse(503))
})
