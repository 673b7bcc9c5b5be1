// Supervisors: listen, whisper, barge, take over; each visit has a record.
import t from 'tap'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { settle } from '../../support/mock-clock.ts'

async function visited() {
  const rig = new ContactRig(['anna', 'sue'])
  const talk = await rig.talk()
  const { supervisors } = rig.contacts.operations
  const outcome = supervisors.monitor(talk.contactId, { supervisor: talk.agent.id === 'anna' ? 'sue' : 'anna' })
  if (!outcome.ok) throw new Error(outcome.reason)
  const sue = rig.ringing
  sue.pickUp()
  await settle()
  return { rig, ...talk, sue, supervisors, visit: outcome.contactId }
}

t.test('listens unheard, whispers to the agent, barges in, listens again', async (t) => {
  const { rig, caller, agent, contactId, sue, supervisors, visit } = await visited()
  t.ok(rig.hears(caller, sue) && rig.hears(agent, sue))
  t.equal(rig.hears(sue, caller) || rig.hears(sue, agent), false)
  await rig.clock.advance(4000)
  t.ok(supervisors.change(visit, 'whisper').ok)
  t.ok(rig.hears(sue, agent))
  t.equal(rig.hears(sue, caller), false)
  t.ok(supervisors.change(visit, 'barge').ok)
  t.ok(rig.together(caller, agent, sue))
  await rig.clock.advance(6000)
  t.ok(supervisors.change(visit, 'listen').ok)
  t.equal(rig.hears(sue, caller), false)
  t.ok(supervisors.leave(visit).ok)
  await settle()
  t.equal(sue.state, 'ended')
  t.ok(rig.together(caller, agent), 'the talk goes on')
  const { InitiationMethod, PreviousContactId, Agent } = rig.recordOf(visit)
  t.equal(InitiationMethod, 'MONITOR')
  t.equal(PreviousContactId, contactId)
  t.same(
    Agent?.StateTransitions?.map(({ state }) => state),
    ['SILENT_MONITOR', 'BARGE', 'SILENT_MONITOR'],
  )
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
  t.equal(rig.clock.liveTimers, 0)
})

t.test('asked for again with another presence, it is the same visit', async (t) => {
  const { rig, caller, agent, contactId, sue, supervisors, visit } = await visited()
  const again = supervisors.monitor(contactId, { supervisor: sue.id, as: 'barge' })
  t.same(again, { ok: true, contactId: visit })
  t.ok(rig.together(caller, agent, sue))
  t.equal(rig.agentLegs.length, 2, 'no phone is rung again')
})

t.test('a supervisor goes with the talk, and does not keep it alive', async (t) => {
  for (const who of ['caller', 'agent'] as const) {
    const { rig, caller, agent, sue } = await visited()
    if (who === 'caller') caller.leave()
    else agent.leave()
    await settle()
    t.same(
      [caller, agent, sue].map(({ state }) => state),
      ['ended', 'ended', 'ended'],
    )
    t.same(rig.ledger(), nothingLeft)
  }
})

t.test('a supervisor who has barged in takes over from the agent', async (t) => {
  const { rig, caller, agent, contactId, sue, supervisors, visit } = await visited()
  t.match(supervisors.takeOver(visit), { ok: false, reason: 'notNow' })
  supervisors.change(visit, 'barge')
  t.ok(supervisors.takeOver(visit).ok)
  await settle()
  t.equal(agent.state, 'ended')
  t.equal(rig.recordOf(contactId).DisconnectReason, 'BARGED')
  t.ok(rig.together(caller, sue))
  sue.leave()
  await settle()
  t.equal(caller.state, 'ended')
  t.same(rig.ledger(), nothingLeft)
})

t.test('nobody is visited where nobody talks, and not by strangers', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  const { supervisors } = rig.contacts.operations
  t.match(supervisors.monitor(rig.record.ContactId, { supervisor: 'anna' }), { reason: 'notNow' })
  t.match(supervisors.monitor(rig.record.ContactId, { supervisor: 'nobody' }), { reason: 'noSuchAgent' })
  t.match(supervisors.monitor('nothing', { supervisor: 'anna' }), { reason: 'noSuchContact' })
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})
