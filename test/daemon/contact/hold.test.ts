// Hold and resume: who hears what, which flows run, what the record says.
import t from 'tap'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { settle } from '../../support/mock-clock.ts'

t.test('a customer on hold hears the hold flow and is out of the talk, until taken off', async (t) => {
  const rig = new ContactRig(['anna'])
  const { caller, agent, contactId } = await rig.talk()
  const { operations } = rig.contacts

  t.same(operations.hold(contactId), { ok: true, contactId })
  t.same(rig.running, ['default-customer-hold'])
  t.equal(rig.together(caller, agent), false)
  t.match(operations.hold(contactId), { ok: false, reason: 'notNow' })
  t.same(
    operations.parties(contactId).map(({ role, held, talking }) => ({ role, held, talking })),
    [
      { role: 'customer', held: true, talking: false },
      { role: 'agent', held: false, talking: true },
    ],
  )

  await rig.clock.advance(12_000)
  operations.resume(contactId)
  await settle()
  t.same(rig.running, [])
  t.ok(rig.together(caller, agent))

  await rig.clock.advance(5000)
  operations.hold(contactId)
  await rig.clock.advance(3000)
  caller.leave()
  await settle()
  t.match(rig.record.Agent, {
    NumberOfHolds: 2,
    CustomerHoldDuration: 15,
    LongestHoldDuration: 12,
    AgentInitiatedHoldDuration: 15,
    AgentInteractionDuration: 5,
  })
  t.equal(rig.record.Cordboard.hold, undefined)
  t.same(
    rig.events.of(contactId).filter((type) => type === 'HELD' || type === 'RESUMED'),
    ['HELD', 'RESUMED', 'HELD'],
  )
  t.same(rig.ledger(), nothingLeft)
  t.equal(rig.clock.liveTimers, 0)
})

t.test('the flow a contact names for hold runs instead of the default', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  const { ContactId: contactId } = rig.record
  rig.flow('main').host.setEventHook('CustomerHold', 'survey')
  await rig.queue()
  await rig.answerAndJoin()
  rig.contacts.operations.hold(contactId)
  t.same(rig.running, ['survey'])
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('an agent on hold hears the agent hold flow', async (t) => {
  const rig = new ContactRig(['anna'])
  const { caller, agent, contactId } = await rig.talk()
  const life = rig.contacts.find(contactId)
  t.ok(life?.other && life.conversation.hold(life.other, 'flow'))
  t.same(rig.running, ['default-agent-hold'])
  t.equal(rig.flow('default-agent-hold').host.contact.agent?.userName, 'anna')
  t.equal(rig.hears(caller, agent), false)
  t.ok(rig.contacts.operations.resumeSelf(contactId).ok)
  t.ok(rig.together(caller, agent))
  agent.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('the hold key of the agent’s own phone holds the customer', async (t) => {
  const rig = new ContactRig(['anna'])
  const { caller, agent } = await rig.talk()
  agent.tell({ type: 'heldByFarEnd' })
  t.same(rig.running, ['default-customer-hold'])
  agent.tell({ type: 'resumedByFarEnd' })
  await settle()
  t.same(rig.running, [])
  t.ok(rig.together(caller, agent))
  agent.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('a recording takes up the agent while the customer is on hold, and the customer not', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  rig.flow('main').host.setRecording({ agent: true, customer: true })
  const { ContactId: contactId } = rig.record
  await rig.queue()
  const agent = await rig.answerAndJoin()
  const both = { left: caller.portId, right: agent.portId }
  t.same(rig.channels.at(-1), both)
  rig.contacts.operations.hold(contactId)
  t.same(rig.channels.at(-1), { right: agent.portId })
  rig.contacts.operations.resume(contactId)
  t.same(rig.channels.at(-1), both)
  caller.leave()
  await settle()
  t.equal(rig.record.Recordings.length, 1)
  t.same(rig.ledger(), nothingLeft)
})

t.test('while the agent pauses the recording it holds silence, whatever else happens, until it goes on', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  rig.flow('main').host.setRecording({ agent: true, customer: true })
  const { ContactId: contactId } = rig.record
  const { operations } = rig.contacts
  await rig.queue()
  t.same(operations.pauseRecording(contactId, true), { ok: false, reason: 'notNow' }, 'nobody talks yet')
  const agent = await rig.answerAndJoin()
  t.ok(operations.pauseRecording(contactId, true).ok)
  t.same(rig.channels.at(-1), {})
  operations.hold(contactId)
  operations.resume(contactId)
  t.same(rig.channels.at(-1), {})
  t.same(operations.pauseRecording(contactId, true), { ok: false, reason: 'notNow' })
  t.ok(operations.pauseRecording(contactId, false).ok)
  t.same(rig.channels.at(-1), { left: caller.portId, right: agent.portId })
  caller.leave()
  await settle()
  t.equal(rig.record.Recordings.length, 1)
  t.same(rig.ledger(), nothingLeft)
})

t.test('what is not recorded cannot be paused', async (t) => {
  const rig = new ContactRig(['anna'])
  const { contactId } = await rig.talk()
  t.same(rig.contacts.operations.pauseRecording(contactId, true), { ok: false, reason: 'notNow' })
})

t.test('a hold flow that fails leaves the customer on hold, in silence', async (t) => {
  const rig = new ContactRig(['anna'])
  const { caller, agent, contactId } = await rig.talk()
  rig.contacts.operations.hold(contactId)
  await rig.end('default-customer-hold', { type: 'failed', identifier: 'music', reason: 'no prompt' })
  t.equal(rig.together(caller, agent), false)
  t.equal(rig.counters.snapshot().flowFailed, 1)
  rig.contacts.operations.resume(contactId)
  t.ok(rig.together(caller, agent))
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('nobody is held where nobody talks', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  const { operations } = rig.contacts
  t.match(operations.hold(rig.record.ContactId), { ok: false, reason: 'notNow' })
  t.match(operations.hold('no such contact'), { ok: false, reason: 'noSuchContact' })
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})
