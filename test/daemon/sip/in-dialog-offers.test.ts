// Offers of either side within a call: late answers, calls in progress, new targets, and a box that asks who it is.
import t, { type Test } from 'tap'
import { header } from '../../../daemon/sip/wire/wire-message.ts'
import { plainSdp } from '../../support/sip-peer.ts'
import { account, password, sipStage } from '../../support/sip-stage.ts'

const tag = 'alice-tag'

/** Alice has called the box and was answered; her ACK is owed yet. */
async function answered(t: Test, offer: { body?: string } = { body: plainSdp() }) {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const first = alice.make('INVITE', 'sip:100@box', offer)
  await alice.send(first)
  await stage.clock.advance(20)
  const challenge = alice.takeResponse(401)
  await alice.ack(first, challenge)
  const invite = alice.withCredentials(first, challenge, password)
  await alice.send(invite)
  await stage.clock.advance(20)
  const leg = stage.inbound.at(-1)!
  void leg.answer()
  await stage.clock.advance(20)
  return { stage, alice, leg, invite, accepted: alice.takeResponse(200, 'INVITE') }
}

/** The box has called alice, and they talk. */
async function called(t: Test, lines: string[] = []) {
  const stage = await sipStage(t, [account('alice', { credentials: { userName: 'box', password: 'secret' } })])
  const alice = await stage.registered('alice')
  const leg = stage.endpoint.dial({ userName: 'alice' })
  await stage.clock.advance(20)
  const invite = alice.takeRequest('INVITE')
  await alice.respond(invite, 200, { body: plainSdp(), lines })
  await stage.clock.advance(20)
  alice.takeRequest('ACK')
  return { stage, alice, leg, invite }
}

t.test('a call whose late answer is missing or unusable ends, and says why', async (t) => {
  for (const [name, answer] of [
    ['missing', undefined],
    ['unusable', plainSdp().replace('RTP/AVP 0 8 101', 'RTP/AVP 18')],
    ['no description', 'v=1\r\n'],
  ] as const)
    await t.test(name, async (t) => {
      const { stage, alice, leg, invite, accepted } = await answered(t, {})
      await alice.ack(invite, accepted, answer)
      await stage.clock.advance(20)
      const bye = alice.takeRequest('BYE')
      t.match(header(bye, 'reason'), /^SIP;cause=488;text="/)
      await alice.respond(bye, 200)
      await stage.clock.advance(20)
      t.match(leg.end, { reason: 'incompatibleMedia' })
    })
})

t.test('a second INVITE before the first has its ACK must come later', async (t) => {
  const { stage, alice, leg, invite, accepted } = await answered(t)
  await alice.send(alice.inDialog('INVITE', invite, accepted, { body: plainSdp(4000, 'a=sendonly\r\n') }))
  await stage.clock.advance(20)
  const later = alice.takeResponse(500, 'INVITE')
  t.match(header(later, 'retry-after'), /^\d$/)
  await alice.ack(invite, accepted)
  await stage.clock.advance(20)
  t.equal(leg.state, 'talking')
  t.equal(stage.audio.remotes.get(leg.portId!)?.direction, 'sendrecv')
})

t.test('glare: who does not own the Call-ID tries again within 2 s', async (t) => {
  const { stage, alice, leg, invite, accepted } = await answered(t)
  await alice.ack(invite, accepted)
  await stage.clock.advance(20)
  const held = leg.setHold!(true)
  await stage.clock.advance(20)
  await alice.respond(alice.takeRequest('INVITE'), 491)
  alice.onMessage = (message) => {
    if (message.kind === 'request' && message.method === 'INVITE')
      void alice.respond(message, 200, { body: plainSdp(4000, 'a=recvonly\r\n') })
  }
  await stage.clock.advance(2040)
  t.equal(await held, true)
})

t.test('an answer in an ACK that owes none means nothing', async (t) => {
  const { stage, alice, leg, invite, accepted } = await answered(t)
  await alice.ack(invite, accepted, plainSdp(4999))
  await stage.clock.advance(20)
  t.equal(leg.state, 'talking')
  t.equal(stage.audio.remotes.get(leg.portId!)?.port, 4000)
})

t.test('requests go where the far end last said it is', async (t) => {
  const { stage, alice, leg, invite } = await called(t)
  await alice.send(alice.inTheirDialog('UPDATE', invite, tag, { lines: ['Contact: <sip:moved@10.0.0.7:5060>'] }))
  await stage.clock.advance(20)
  alice.takeResponse(200, 'UPDATE')
  const held = leg.setHold!(true)
  await stage.clock.advance(20)
  const hold = alice.takeRequest('INVITE')
  t.match(hold.uri, 'sip:moved@10.0.0.7:5060')
  const lines = ['Contact: <sip:again@10.0.0.7:5060>']
  await alice.respond(hold, 200, { body: plainSdp(4000, 'a=recvonly\r\n'), lines })
  await stage.clock.advance(20)
  t.equal(await held, true)
  void leg.hangUp()
  await stage.clock.advance(20)
  const bye = alice.takeRequest('BYE')
  t.match(bye.uri, 'sip:again@10.0.0.7:5060')
  t.equal(header(bye, 'reason'), undefined, 'a plain hang-up needs none')
  await alice.respond(bye, 200)
})

t.test('a challenged UPDATE is proven, and the next request counts on from it', async (t) => {
  const { stage, alice, leg } = await called(t, ['Session-Expires: 90;refresher=uac', 'Allow: UPDATE'])
  await stage.clock.advance(45_100)
  const update = alice.takeRequest('UPDATE')
  const challenge = 'WWW-Authenticate: Digest realm="phone", nonce="abc", qop="auth"'
  await alice.respond(update, 401, { lines: [challenge] })
  await stage.clock.advance(20)
  const proven = alice.takeRequest('UPDATE')
  t.match(header(proven, 'authorization'), /^Digest .*username="box"/)
  await alice.respond(proven, 200)
  await stage.clock.advance(20)
  const number = (text: string | undefined) => Number(text?.split(' ')[0])
  t.equal(number(header(proven, 'cseq')), number(header(update, 'cseq')) + 1)
  void leg.hangUp()
  await stage.clock.advance(20)
  const bye = alice.takeRequest('BYE')
  t.equal(number(header(bye, 'cseq')), number(header(proven, 'cseq')) + 1)
  await alice.respond(bye, 200)
})

t.test('420 names what is required and not known, in and out of dialogs', async (t) => {
  const { stage, alice, invite } = await called(t)
  const lines = ['Require: timer, precondition']
  await alice.send(alice.inTheirDialog('UPDATE', invite, tag, { lines }))
  await alice.send(alice.make('INVITE', 'sip:100@box', { lines: ['Require: 100rel, precondition'], body: plainSdp() }))
  await stage.clock.advance(20)
  for (const method of ['UPDATE', 'INVITE'])
    t.equal(header(alice.takeResponse(420, method), 'unsupported'), 'precondition')
})
