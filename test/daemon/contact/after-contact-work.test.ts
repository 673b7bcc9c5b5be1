// What comes after the talk: the agent's own work on the contact, in the record and as the last event.
import t from 'tap'
import { AgentStream } from '../../../daemon/events/agent-stream.ts'
import { ContactRig } from '../../support/contact-rig.ts'
import { settle } from '../../support/mock-clock.ts'

/** With what follows the agents, and tells when their work is over. */
function rigWithAgents(afterContactWorkS: number, agents = ['anna']): { rig: ContactRig; stream: AgentStream } {
  const rig = new ContactRig(agents, { afterContactWorkS })
  const { clock, routing, events: bus } = rig
  return { rig, stream: new AgentStream({ bus, clock, onAgentChange: (listener) => routing.onAgentChange(listener) }) }
}

t.test('the work after the contact is noted when it is over, and completes the contact', async (t) => {
  const { rig, stream } = rigWithAgents(30)
  const { caller, contactId } = await rig.talk()
  caller.leave()
  await settle()
  t.equal(rig.routing.agents()[0]?.activity, 'afterContactWork')
  t.equal(rig.events.of(contactId).at(-1), 'DISCONNECTED')
  t.match(rig.record.Agent, { AfterContactWorkDuration: 0 })
  await rig.clock.advance(12_000)
  t.ok(rig.routing.clearContact('anna'))
  const { DisconnectTimestamp, Agent } = rig.recordOf(contactId)
  t.match(Agent, { AfterContactWorkDuration: 12, AfterContactWorkStartTimestamp: DisconnectTimestamp })
  t.equal(rig.events.of(contactId).at(-1), 'COMPLETED')
  t.equal(rig.events.of(contactId).filter((type) => type === 'COMPLETED').length, 1)
  stream.close()
  t.equal(rig.clock.liveTimers, 0)
})

t.test('without work after it the contact is complete at once, and once', async (t) => {
  const { rig, stream } = rigWithAgents(0)
  const { caller, contactId } = await rig.talk()
  caller.leave()
  await settle()
  stream.close()
  t.same(rig.events.of(contactId), [
    'INITIATED',
    'CONNECTED_TO_SYSTEM',
    'QUEUED',
    'OFFERED',
    'AGENT_CONNECTING',
    'DEQUEUED',
    'CONNECTED_TO_AGENT',
    'DISCONNECTED',
    'COMPLETED',
  ])
  t.equal(rig.record.Agent?.AfterContactWorkStartTimestamp, undefined)
})

t.test('a caller who gives up is complete at the end', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  await rig.queue()
  caller.leave()
  await settle()
  t.same(rig.events.of(rig.record.ContactId).slice(-3), ['OFFERED', 'DISCONNECTED', 'COMPLETED'])
})

t.test('offers that came to nothing are told by what they came to', async (t) => {
  const rig = new ContactRig(['anna', 'ben', 'cleo'])
  await rig.call()
  await rig.queue()
  await rig.clock.advance(20_000)
  rig.ringing.leave('declined', 'farEnd')
  await settle()
  rig.ringing.leave('unreachable', 'farEnd')
  await settle()
  const failures = rig.events.of(rig.record.ContactId).filter((type) => type.startsWith('OFFER_'))
  t.same(failures, ['OFFER_MISSED', 'OFFER_REJECTED', 'OFFER_FAILED'])
})

for (const [first, second] of [
  ['ben', 'anna'],
  ['anna', 'ben'],
] as const)
  t.test(`after a call between colleagues each has work of their own; ${first} is done first`, async (t) => {
    const { rig, stream } = rigWithAgents(30, ['anna', 'ben'])
    const outcome = rig.contacts.operations.callColleague({ agent: 'anna', colleague: 'ben' })
    if (!outcome.ok) throw new Error(outcome.reason)
    await settle()
    for (const user of ['anna', 'ben']) {
      t.equal(rig.ringing.id, user)
      rig.ringing.pickUp()
      await settle()
    }
    await rig.clock.advance(5000)
    const { contactId } = outcome
    rig.contacts.operations.leave(contactId)
    await settle()
    t.same(
      rig.routing.agents().map(({ activity }) => activity),
      ['afterContactWork', 'afterContactWork'],
    )
    await rig.clock.advance(4000)
    rig.routing.clearContact(first)
    await rig.clock.advance(6000)
    rig.routing.clearContact(second)
    const completed = rig.events.told.filter((event) => event.kind === 'contact' && event.type === 'COMPLETED')
    t.match(completed, [{ contactId, agent: 'anna' }])
    t.equal(completed.length, 1)
    t.match(rig.recordOf(contactId).Agent, { Username: 'anna', AfterContactWorkDuration: first === 'anna' ? 4 : 10 })
    const workOf = (agent: string) =>
      rig.events.told.filter(
        (event) =>
          event.kind === 'agent' && event.agent === agent && event.contacts.some(({ state }) => state === 'ENDED'),
      ).length
    t.ok(workOf('anna') > 0 && workOf('ben') > 0, 'in the stream of both')
    stream.close()
  })
