// Transfers by an agent, warm and cold, to a queue, an agent, an outside number: who hears whom and which flow, and the
// chain of records that is left.
import t from 'tap'
import type { Outcome } from '../../../daemon/contact/outcome.ts'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { settle } from '../../support/mock-clock.ts'

/** Anna talks to the caller, and begins a transfer. */
async function transferred(agents: string[], to: Parameters<ContactRig['contacts']['operations']['transfer']>[1]) {
  const rig = new ContactRig(agents)
  const { caller, agent: anna, contactId: first } = await rig.talk()
  const second = idOf(rig.contacts.operations.transfer(first, to))
  await settle()
  return { rig, caller, anna, first, second, operations: rig.contacts.operations }
}

function idOf(outcome: Outcome): string {
  if (!outcome.ok) throw new Error(`refused: ${outcome.reason}`)
  return outcome.contactId
}

/** The transfer flow puts its contact into the queue of the quick connect. */
async function intoQueue(rig: ContactRig) {
  rig.flow('default-queue-transfer').host.enqueue()
  await rig.end('default-queue-transfer', { type: 'queued' })
}

t.test('warm, to a queue: the agent hears the transfer flow, talks to the colleague, joins all, leaves', async (t) => {
  const { rig, caller, anna, first, second, operations } = await transferred(['anna', 'ben'], {
    quickConnect: 'To Sales',
  })
  t.same(rig.running.sort(), ['default-customer-hold', 'default-queue-transfer'], 'the caller hears the hold flow')
  t.equal(rig.flow('default-queue-transfer').host.contact.previousContactId, first)
  t.equal(rig.flow('default-queue-transfer').host.contact.initiationMethod, 'TRANSFER')

  await intoQueue(rig)
  t.ok(rig.running.includes('default-customer-queue'), 'and the agent waits in the queue for the caller')
  const ben = rig.ringing
  t.equal(ben.id, 'ben', 'never the one who transfers')

  await rig.answerAndJoin()
  t.ok(rig.together(anna, ben))
  t.equal(rig.hears(caller, ben), false, 'the caller waits while they talk')

  operations.conference(first)
  await settle()
  t.ok(rig.together(caller, anna, ben))
  t.same(rig.running, [])

  await rig.clock.advance(10_000)
  operations.leave(first)
  await settle()
  t.equal(anna.state, 'ended')
  t.ok(rig.together(caller, ben))
  t.match(rig.recordOf(first), {
    DisconnectReason: 'AGENT_DISCONNECT',
    NextContactId: second,
    TransferCompletedTimestamp: null,
    Agent: { Username: 'anna' },
  })

  await rig.clock.advance(20_000)
  caller.leave()
  await settle()
  t.match(rig.recordOf(second), {
    DisconnectReason: 'CUSTOMER_DISCONNECT',
    InitiationMethod: 'TRANSFER',
    InitialContactId: first,
    PreviousContactId: first,
    Queue: { Name: 'Sales' },
    Agent: { Username: 'ben', AgentInteractionDuration: 30 },
  })
  t.same(
    rig.events.of(first).filter((type) => type === 'TRANSFERRED'),
    ['TRANSFERRED'],
  )
  t.same(rig.ledger(), nothingLeft)
  t.equal(rig.clock.liveTimers, 0)
})

t.test('cold, to a queue: the agent leaves, and the caller hears the rest of the flow and the queue', async (t) => {
  const { rig, caller, anna, first, second, operations } = await transferred(['anna', 'ben'], { queue: 'Sales' })
  operations.leave(first)
  await settle()
  t.equal(anna.state, 'ended')
  t.equal(caller.state, 'talking')
  t.same(rig.running, ['default-queue-transfer'], 'no hold flow any more')
  await intoQueue(rig)
  const ben = await rig.answerAndJoin()
  t.ok(rig.together(caller, ben))
  t.match(rig.recordOf(first), { TransferCompletedTimestamp: rig.recordOf(second).Agent?.ConnectedToAgentTimestamp })
  caller.leave()
  await settle()
  t.equal(rig.recordOf(second).DisconnectReason, 'CUSTOMER_DISCONNECT')
  t.same(rig.ledger(), nothingLeft)
})

t.test('to an agent: the flow rings that one by name; nobody else is asked', async (t) => {
  const { rig, caller, anna, first, second, operations } = await transferred(['anna', 'ben', 'cleo'], { agent: 'ben' })
  t.equal(rig.flow('default-agent-transfer').host.contact.agent?.userName, 'ben', 'the flow knows whom it is for')
  t.equal(rig.flow('default-agent-transfer').host.transferToAgent?.(), 'transferred')
  await rig.end('default-agent-transfer')
  const ben = rig.ringing
  t.equal(ben.id, 'ben')
  await rig.answerAndJoin()
  t.ok(rig.together(anna, ben))
  operations.leave(first)
  await settle()
  t.ok(rig.together(caller, ben))
  ben.leave()
  await settle()
  t.equal(caller.state, 'ended')
  t.match(rig.recordOf(second), { DisconnectReason: 'AGENT_DISCONNECT', Queue: null, AgentConnectionAttempts: 1 })
  const lastOf = (contactId: string) =>
    rig.events.told.findLast((event) => event.kind === 'contact' && event.contactId === contactId)
  t.match(lastOf(first), { queue: 'Support', agent: 'anna' }, 'hers counts for the queue the caller came from')
  t.match(lastOf(second), { queue: 'agent/ben', agent: 'ben' }, 'his for his own queue, which he was asked by')
  t.same(rig.ledger(), nothingLeft)
})

t.test('an agent who does not answer a transfer: it ends, the caller stays with the first', async (t) => {
  const { rig, caller, anna, first, second, operations } = await transferred(['anna', 'ben'], { agent: 'ben' })
  rig.flow('default-agent-transfer').host.transferToAgent?.()
  await rig.end('default-agent-transfer')
  await rig.clock.advance(20_000)
  t.equal(rig.ringing.state, 'ended')
  t.equal(rig.recordOf(second).Cordboard.endReason, 'target: noAnswer')
  t.same(rig.running, ['default-customer-hold'], 'on hold, as the agent left it')
  operations.resume(first)
  await settle()
  t.ok(rig.together(caller, anna))
  anna.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('a cold transfer to an agent who does not answer ends the call', async (t) => {
  const { rig, caller, first, operations } = await transferred(['anna', 'ben'], { agent: 'ben' })
  rig.flow('default-agent-transfer').host.transferToAgent?.()
  await rig.end('default-agent-transfer')
  operations.leave(first)
  await settle()
  t.same(rig.running, ['default-customer-hold'], 'the caller goes on hearing the hold flow')
  await rig.clock.advance(20_000)
  t.equal(caller.state, 'ended')
  t.same(rig.ledger(), nothingLeft)
})

t.test('to an outside number: warm, with what the network says, until the agent leaves the two', async (t) => {
  const { rig, caller, anna, first, second, operations } = await transferred(['anna'], { quickConnect: 'Reception' })
  t.match(rig.outsideCalls, [
    { number: '+15550777', callerId: { number: '+15550100' }, from: { kind: 'agent', userName: 'anna' } },
  ])
  const desk = rig.outside
  desk.soundEarly()
  t.ok(rig.hears(desk, anna), 'ringing tones and announcements')
  desk.pickUp()
  await settle()
  t.ok(rig.together(anna, desk))
  t.equal(rig.hears(desk, caller), false)
  operations.swap(first)
  t.ok(rig.together(anna, caller))
  t.equal(rig.hears(desk, caller), false)
  operations.conference(first)
  t.ok(rig.together(caller, anna, desk))
  t.same(desk.heldTold, [true, false], 'the far end knows when it waits')
  t.same([...caller.heldTold, ...anna.heldTold], [], 'the customer hears the hold flow, and agents have phones of ours')
  operations.leave(first)
  await settle()
  t.ok(rig.together(caller, desk))
  t.match(rig.recordOf(first), { NextContactId: second, TransferredToEndpoint: { Address: '+15550777' } })
  await rig.clock.advance(5000)
  desk.leave()
  await settle()
  t.equal(caller.state, 'ended')
  t.match(rig.recordOf(second), {
    InitiationMethod: 'EXTERNAL_OUTBOUND',
    DisconnectReason: 'THIRD_PARTY_DISCONNECT',
    CustomerEndpoint: { Address: '+15550777' },
    SystemEndpoint: { Address: '+15550100' },
    ExternalThirdParty: { ExternalThirdPartyInteractionDuration: 5 },
  })
  t.same(rig.ledger(), nothingLeft)
})

t.test('an outside number that is busy: the agent has the caller on hold still', async (t) => {
  const { rig, caller, anna, first, second, operations } = await transferred(['anna'], { number: '+15550777' })
  rig.outside.leave('busy', 'farEnd')
  await settle()
  t.equal(rig.recordOf(second).DisconnectReason, 'TELECOM_BUSY')
  operations.resume(first)
  await settle()
  t.ok(rig.together(caller, anna))
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('a number that may not be called is refused by its contact, not by an exception', async (t) => {
  const rig = new ContactRig(['anna'])
  rig.notAllowed = '+15550777'
  const { caller, contactId } = await rig.talk()
  const outcome = rig.contacts.operations.transfer(contactId, { number: '+15550777' })
  await settle()
  t.equal(rig.recordOf(idOf(outcome)).Cordboard.endReason, 'notAllowed')
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('the caller hangs up while the agents confer: they may go on; the last to leave ends it', async (t) => {
  const { rig, caller, anna, first, second } = await transferred(['anna', 'ben'], { queue: 'Sales' })
  await intoQueue(rig)
  const ben = await rig.answerAndJoin()
  caller.leave()
  await settle()
  t.ok(rig.together(anna, ben))
  anna.leave()
  await settle()
  t.equal(ben.state, 'ended')
  t.equal(rig.recordOf(first).DisconnectReason, 'AGENT_DISCONNECT')
  t.equal(rig.recordOf(second).DisconnectReason, 'CUSTOMER_DISCONNECT')
  t.same(rig.ledger(), nothingLeft)
})

t.test('the caller hangs up while a colleague is rung: nobody is rung any more', async (t) => {
  const { rig, caller, anna } = await transferred(['anna', 'ben'], { queue: 'Sales' })
  await intoQueue(rig)
  const ben = rig.ringing
  caller.leave()
  await settle()
  t.equal(ben.state, 'ended')
  t.equal(anna.state, 'ended')
  t.same(rig.ledger(), nothingLeft)
})

t.test('the agent takes a transfer back', async (t) => {
  const { rig, caller, anna, first, second, operations } = await transferred(['anna', 'ben'], { queue: 'Sales' })
  await intoQueue(rig)
  t.ok(operations.cancelTransfer(first).ok)
  await settle()
  t.equal(rig.ringing.state, 'ended')
  t.equal(rig.recordOf(second).DisconnectReason, 'TELECOM_ORIGINATOR_CANCEL')
  operations.resume(first)
  await settle()
  t.ok(rig.together(caller, anna))
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('a transfer needs somebody to go to, and one at a time', async (t) => {
  const { rig, caller, first, operations } = await transferred(['anna', 'ben'], { queue: 'Sales' })
  t.match(operations.transfer(first, { queue: 'Support' }), { reason: 'notNow' })
  operations.cancelTransfer(first)
  t.match(operations.transfer(first, { queue: 'Nowhere' }), { reason: 'noSuchQueue' })
  t.match(operations.transfer(first, { agent: 'nobody' }), { reason: 'noSuchAgent' })
  t.match(operations.transfer(first, { quickConnect: 'nothing' }), { reason: 'noSuchQuickConnect' })
  t.match(operations.transfer(first, { agent: 'ben', flow: 'nothing' }), { reason: 'noSuchFlow' })
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('a transfer flow for secure entry: conference, then the agent on hold, then all again', async (t) => {
  const { rig, caller, anna } = await transferred(['anna'], { queue: 'Sales' })
  const { host } = rig.flow('default-queue-transfer')
  t.ok(host.holdParticipants?.('OffHold'))
  await settle()
  t.ok(rig.together(caller, anna))
  t.ok(host.holdParticipants?.('AgentOnHold'))
  t.ok(rig.running.includes('default-agent-hold'))
  t.equal(rig.hears(caller, anna), false)
  t.ok(host.holdParticipants?.('CustomerOnHold'))
  t.ok(rig.running.includes('default-customer-hold'))
  t.ok(host.holdParticipants?.('OffHold'))
  await settle()
  t.same(rig.running, ['default-queue-transfer'])
  t.ok(rig.together(caller, anna))
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('a stop in the middle of a transfer ends everybody', async (t) => {
  const { rig, caller, anna } = await transferred(['anna', 'ben'], { queue: 'Sales' })
  await intoQueue(rig)
  const ben = await rig.answerAndJoin()
  const drained = rig.contacts.drain(1000)
  await rig.clock.advance(1000)
  await drained
  t.same(
    [caller, anna, ben].map(({ state }) => state),
    ['ended', 'ended', 'ended'],
  )
  t.same(rig.ledger(), nothingLeft)
  t.equal(rig.clock.liveTimers, 0)
})
