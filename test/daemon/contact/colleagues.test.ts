// One agent calls another, without any customer: both are busy with it, both talk, one record is left.
import t from 'tap'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { FakeLeg } from '../../support/fake-leg.ts'
import { settle } from '../../support/mock-clock.ts'

/** Anna calls Ben; her phone is rung first, unless it is the one that dialled. */
async function calling(leg?: FakeLeg) {
  const rig = new ContactRig(['anna', 'ben'])
  const outcome = rig.contacts.operations.callColleague({ agent: 'anna', colleague: 'ben', ...(leg && { leg }) })
  if (!outcome.ok) throw new Error(outcome.reason)
  await settle()
  return { rig, contactId: outcome.contactId }
}

const activities = (rig: ContactRig) => rig.routing.agents().map(({ activity }) => activity)

t.test('her phone, then his; both talk, and are offered nothing meanwhile', async (t) => {
  const { rig, contactId } = await calling()
  const anna = rig.ringing
  t.equal(anna.id, 'anna')
  anna.pickUp()
  await settle()
  const ben = rig.ringing
  t.equal(ben.id, 'ben')
  t.equal(rig.outsideCalls.length, 0, 'no carrier is asked')
  t.same(rig.running, [], 'nobody is told anything')
  ben.pickUp()
  await settle()
  t.ok(rig.together(anna, ben))
  t.same(activities(rig), ['onContact', 'onContact'])
  await rig.clock.advance(5000)
  ben.leave()
  await settle()
  t.match(rig.recordOf(contactId), {
    InitiationMethod: 'OUTBOUND',
    DisconnectReason: 'CUSTOMER_DISCONNECT',
    CustomerEndpoint: { Address: 'ben', Type: 'VOIP' },
    Agent: { Username: 'anna', AgentInteractionDuration: 5 },
    Queue: null,
  })
  t.same(activities(rig), ['available', 'available'])
  t.same(rig.routing.brokenInvariants(), [])
  t.same(rig.ledger(), nothingLeft)
  t.equal(rig.clock.liveTimers, 0)
})

t.test('dialled on her phone, it is his that rings at once; he does not come', async (t) => {
  const leg = new FakeLeg({ id: 'anna’s phone' })
  const { rig, contactId } = await calling(leg)
  t.equal(rig.ringing.id, 'ben')
  await rig.clock.advance(60_000)
  await settle()
  t.equal(rig.recordOf(contactId).DisconnectReason, 'TELECOM_TIMEOUT')
  t.equal(leg.state, 'ended')
  t.same(activities(rig), ['available', 'available'])
  t.same(rig.ledger(), nothingLeft)
})

t.test('who has a contact, no phone, or does not exist is not called', async (t) => {
  const rig = new ContactRig(['anna', 'ben', 'cleo'])
  const { operations } = rig.contacts
  const call = (agent: string, colleague: string) => operations.callColleague({ agent, colleague })
  t.match(call('anna', 'anna'), { reason: 'noSuchAgent' })
  t.match(call('anna', 'zoe'), { reason: 'noSuchAgent' })
  rig.routing.setReachable('cleo', false)
  t.match(call('anna', 'cleo'), { reason: 'colleagueBusy' })
  rig.routing.occupy('ben', { contactId: 'other', channel: 'VOICE' })
  t.match(call('anna', 'ben'), { reason: 'colleagueBusy' })
  t.match(call('ben', 'anna'), { reason: 'agentBusy' })
  t.same(rig.routing.agents()[0]?.contactIds, [], 'nothing is left of what was refused')
})
