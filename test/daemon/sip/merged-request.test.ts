// A request that came by two ways is taken once (RFC 3261 section 8.2.2.2), however many other calls there are.
import t, { type Test } from 'tap'
import { plainSdp } from '../../support/sip-peer.ts'
import { account, password, sipStage } from '../../support/sip-stage.ts'
import { until } from '../../support/wait.ts'

/** Alice's INVITE has been challenged; `signed` is it with her password, in another transaction for each count. */
async function challenged(t: Test) {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.registered('alice')
  const first = alice.make('INVITE', 'sip:100@box', { body: plainSdp() })
  await alice.send(first)
  await stage.clock.advance(20)
  const challenge = alice.takeResponse(401)
  await alice.ack(first, challenge)
  const signed = (count: string) => alice.withCredentials(first, challenge, password, { count })
  return { stage, alice, challenge, signed }
}

t.test('the copy of an INVITE with another branch is refused as a loop; another call is not', async (t) => {
  const { stage, alice, challenge, signed } = await challenged(t)
  await alice.send(signed('00000001'))
  await stage.clock.advance(20)
  t.equal(stage.inbound.length, 1)
  await alice.send(signed('00000002'))
  await stage.clock.advance(20)
  alice.takeResponse(482)
  t.equal(stage.inbound.length, 1)
  const other = alice.make('INVITE', 'sip:100@box', { body: plainSdp() })
  await alice.send(alice.withCredentials(other, challenge, password, { count: '00000003' }))
  await stage.clock.advance(20)
  t.equal(stage.inbound.length, 2)
  t.equal(alice.responses(482).length, 1, 'the copy’s alone')
})

t.test('so is one whose first copy is over, of which sip.js keeps nothing', async (t) => {
  const { stage, alice, signed } = await challenged(t)
  const invite = signed('00000001')
  await alice.send(invite)
  await stage.clock.advance(20)
  const leg = stage.inbound[0]!
  const answered = leg.answer()
  await stage.clock.advance(20)
  const accepted = alice.takeResponse(200, 'INVITE')
  await alice.ack(invite, accepted)
  await stage.clock.advance(20)
  t.equal(await answered, true)
  t.match(stage.endpoint.counters(), { coreRequests: 1 })
  await alice.send(alice.inDialog('BYE', invite, accepted))
  await stage.clock.advance(20)
  t.equal(leg.state, 'ended')
  // sip.js lets go of the BYE by a timer of its own, of no time.
  await until('sip.js to keep nothing', () => stage.endpoint.counters().coreRequests === 0)
  t.match(stage.endpoint.counters(), { dialogs: 0, lingeringTransactions: 3 }, 'for copies of REGISTER, INVITE and BYE')
  await alice.send(signed('00000002'))
  await stage.clock.advance(20)
  alice.takeResponse(482)
  t.equal(stage.inbound.length, 1)
})
