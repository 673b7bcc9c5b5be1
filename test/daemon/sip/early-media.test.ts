// What a called phone says and sends before it answers: provisional responses, reliable ones, and sound.
import t, { type Test } from 'tap'
import { header } from '../../../daemon/sip/wire/wire-message.ts'
import { plainSdp } from '../../support/sip-peer.ts'
import { account, events, sipStage } from '../../support/sip-stage.ts'

async function ringing(t: Test) {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  const told = events(leg)
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  const remote = () => stage.audio.remotes.get(leg.portId!)
  return { stage, alice, leg, told, invite, remote }
}

/** Lines of a response that is to be acknowledged. */
const reliably = (rseq: number) => ['Require: 100rel', `RSeq: ${rseq}`]

t.test('sound before the answer is told once, and the answer goes on from it', async (t) => {
  const { stage, alice, leg, told, invite, remote } = await ringing(t)
  await alice.respond(invite, 183, { body: plainSdp(4000) })
  await stage.clock.advance(20)
  t.match(remote(), { port: 4000, codec: 'PCMU' })
  t.ok(leg.portId, 'it can be heard')
  await alice.respond(invite, 183, { body: plainSdp(4000) })
  await stage.clock.advance(20)
  await alice.respond(invite, 200, { body: plainSdp(4000) })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  t.same(told, ['alerted', 'earlyMediaStarted', 'answered'])
  t.equal(alice.requests('PRACK').length, 0, 'nobody asked for one')
})

t.test('an answer that repeats nothing goes by what was said early', async (t) => {
  const { stage, alice, leg, invite, remote } = await ringing(t)
  await alice.respond(invite, 183, { body: plainSdp(4004) })
  await alice.respond(invite, 200)
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  t.equal(leg.state, 'talking')
  t.equal(remote()?.port, 4004)
})

t.test('an answer without any description is none', async (t) => {
  const { stage, alice, leg, invite } = await ringing(t)
  await alice.respond(invite, 180)
  await alice.respond(invite, 200)
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  await alice.respond(alice.takeRequest('BYE'), 200)
  await stage.clock.advance(20)
  t.match(leg.end, { reason: 'incompatibleMedia' })
})

t.test('early sound that can’t be had is no reason to give up', async (t) => {
  const { stage, alice, leg, told, invite } = await ringing(t)
  await alice.respond(invite, 183, { body: plainSdp().replace('RTP/AVP 0 8 101', 'RTP/AVP 18') })
  await alice.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  t.equal(leg.state, 'talking')
  t.same(told, ['alerted', 'answered'])
})

t.test('a proxy forks: the last one to sound is heard, the one that answers counts', async (t) => {
  const { stage, alice, leg, invite, remote } = await ringing(t)
  await alice.respond(invite, 183, { tag: 'desk', body: plainSdp(4000) })
  await stage.clock.advance(20)
  await alice.respond(invite, 183, { tag: 'mobile', body: plainSdp(4100) })
  await stage.clock.advance(20)
  t.equal(remote()?.port, 4100)
  await alice.respond(invite, 200, { tag: 'desk' })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  t.equal(remote()?.port, 4000, 'as the desk had said')
  t.equal(leg.state, 'talking')
})

t.test('each fork is acknowledged in its own dialog, and the second answer hung up', async (t) => {
  const { stage, alice, leg, invite, remote } = await ringing(t)
  await alice.respond(invite, 183, { tag: 'desk', body: plainSdp(4000), lines: reliably(7) })
  await alice.respond(invite, 183, { tag: 'mobile', body: plainSdp(4100), lines: reliably(900) })
  await stage.clock.advance(20)
  for (const [tag, rseq] of [
    ['desk', 7],
    ['mobile', 900],
  ] as const) {
    const prack = alice.takeRequest('PRACK')
    t.match(header(prack, 'to'), `tag=${tag}`)
    t.equal(header(prack, 'rack'), `${rseq} ${header(invite, 'cseq')}`)
    await alice.respond(prack, 200)
  }
  await alice.respond(invite, 200, { tag: 'desk' })
  await alice.respond(invite, 200, { tag: 'mobile' })
  await stage.clock.advance(20)
  const bye = alice.takeRequest('BYE')
  t.match(header(bye, 'to'), 'tag=mobile')
  await alice.respond(bye, 200)
  t.equal(remote()?.port, 4000)
  t.equal(leg.state, 'talking')
})

t.test('reliable responses are acknowledged in order, once each', async (t) => {
  const { stage, alice, told, invite } = await ringing(t)
  t.match(header(invite, 'supported'), /\b100rel\b/)
  await alice.respond(invite, 180, { lines: reliably(5) })
  await alice.respond(invite, 180, { lines: reliably(5) })
  await stage.clock.advance(20)
  const first = alice.takeRequest('PRACK')
  t.equal(header(first, 'rack'), `5 ${header(invite, 'cseq')}`)
  await alice.respond(first, 200)
  await alice.respond(invite, 183, { body: plainSdp(4000), lines: reliably(7) })
  await stage.clock.advance(20)
  t.equal(alice.requests('PRACK').length, 1, '7 has overtaken 6')
  t.same(told, ['alerted'])
  await alice.respond(invite, 183, { lines: reliably(6) })
  await alice.respond(invite, 183, { body: plainSdp(4000), lines: reliably(7) })
  await stage.clock.advance(20)
  t.same(
    alice.requests('PRACK').map((one) => header(one, 'rack')!.split(' ')[0]),
    ['5', '6', '7'],
  )
  t.same(told, ['alerted', 'earlyMediaStarted'])
  for (let count = 0; count < 2; count++) await alice.respond(alice.takeRequest('PRACK'), 200)
})

t.test('a PRACK that is lost is sent again', async (t) => {
  const { stage, alice, invite } = await ringing(t)
  await alice.respond(invite, 180, { lines: reliably(1) })
  await stage.clock.advance(600)
  t.equal(alice.requests('PRACK').length, 2)
  await alice.respond(alice.takeRequest('PRACK'), 200)
  await stage.clock.advance(5000)
  t.equal(alice.requests('PRACK').length, 2)
})

t.test('100 is never acknowledged, nor what has no sound RSeq', async (t) => {
  const { stage, alice, invite } = await ringing(t)
  await alice.respond(invite, 100, { lines: reliably(1) })
  await alice.respond(invite, 180, { lines: ['Require: 100rel', 'RSeq: x'] })
  await alice.respond(invite, 180, { lines: ['Require: 100rel'] })
  await alice.respond(invite, 180, { lines: ['RSeq: 4'] })
  await stage.clock.advance(20)
  t.equal(alice.requests('PRACK').length, 0)
})

t.test('what a reliable response answered stands, whatever the 200 says', async (t) => {
  const { stage, alice, invite, remote } = await ringing(t)
  await alice.respond(invite, 183, { body: plainSdp(4000), lines: reliably(1) })
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('PRACK'), 200)
  await alice.respond(invite, 200, { body: plainSdp(4999) })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  t.equal(remote()?.port, 4000)
})

t.test('UPDATE before the answer moves the sound; before our offer is answered it must wait', async (t) => {
  const { stage, alice, leg, invite, remote } = await ringing(t)
  const update = (body?: string) =>
    alice.inTheirDialog('UPDATE', invite, 'alice-tag', body === undefined ? {} : { body })
  await alice.respond(invite, 183, { body: plainSdp(4000) })
  await stage.clock.advance(20)
  await alice.send(update(plainSdp(4010)))
  await stage.clock.advance(20)
  alice.takeResponse(491, 'UPDATE')
  await alice.respond(invite, 183, { body: plainSdp(4000), lines: reliably(1) })
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('PRACK'), 200)
  await alice.send(update(plainSdp(4010)))
  await alice.send(update())
  await stage.clock.advance(20)
  t.match(alice.takeResponse(200, 'UPDATE').body, /m=audio/)
  t.equal(alice.takeResponse(200, 'UPDATE').body, '')
  t.equal(remote()?.port, 4010)
  await alice.respond(invite, 200)
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  t.equal(remote()?.port, 4010)
  t.equal(leg.state, 'talking')
})

t.test('a call that fails after early sound ends as ever', async (t) => {
  const { stage, alice, leg, told, invite } = await ringing(t)
  await alice.respond(invite, 183, { body: plainSdp(4000), lines: reliably(1) })
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('PRACK'), 200)
  await alice.respond(invite, 486)
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  t.same(told, ['alerted', 'earlyMediaStarted', 'ended busy by farEnd'])
  t.equal(leg.portId, undefined)
})

t.test('hung up while it sounds: CANCEL', async (t) => {
  const { stage, alice, leg, invite } = await ringing(t)
  await alice.respond(invite, 183, { body: plainSdp(4000), lines: reliably(1) })
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('PRACK'), 200)
  void leg.hangUp()
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('CANCEL'), 200)
  await alice.respond(invite, 487)
  await stage.clock.advance(20)
  t.equal(leg.state, 'ended')
})

t.test('a re-INVITE may ring reliably too', async (t) => {
  const { stage, alice, leg, invite } = await ringing(t)
  await alice.respond(invite, 200, { body: plainSdp() })
  await stage.clock.advance(20)
  const held = leg.setHold!(true)
  await stage.clock.advance(20)
  const hold = alice.takeRequest('INVITE')
  await alice.respond(hold, 180, { lines: reliably(3) })
  await alice.respond(hold, 180, { lines: reliably(3) })
  await stage.clock.advance(20)
  const prack = alice.takeRequest('PRACK')
  t.equal(header(prack, 'rack'), `3 ${header(hold, 'cseq')}`)
  t.equal(alice.requests('PRACK').length, 1)
  await alice.respond(prack, 200)
  await alice.respond(hold, 200, { body: plainSdp(4000, 'a=recvonly\r\n') })
  await stage.clock.advance(20)
  t.equal(await held, true)
})
