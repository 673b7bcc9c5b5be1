// Tasks: contacts without a telephone line.
import t from 'tap'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { settle } from '../../support/mock-clock.ts'

const task = { name: 'Call the plumber', flowId: 'survey', attributes: { urgent: 'yes' }, references: {} }

/** A task is made by itself, and its flow runs. */
async function made(agents: string[] = ['anna']) {
  const rig = new ContactRig(agents)
  const offers: string[] = []
  rig.contacts.onTaskOffer(({ contactId, agent }) => void offers.push(`${agent} ${contactId}`))
  const outcome = rig.contacts.createTask(undefined, task)
  if (!outcome.ok) throw new Error(outcome.detail)
  await rig.clock.advance(0)
  await settle()
  return { rig, offers, contactId: outcome.contactId, tasks: rig.contacts.operations.tasks }
}

async function queued(agents?: string[]) {
  const all = await made(agents)
  const { host } = all.rig.flow('survey')
  host.setTargetQueue('Support')
  t.equal(host.enqueue(), 'queued')
  await all.rig.end('survey', { type: 'queued' })
  return all
}

t.test('its flow, the queue, an agent who accepts, works and completes it', async (t) => {
  const { rig, offers, contactId, tasks } = await queued()
  const { contact } = { contact: rig.contacts.find(contactId)?.data }
  t.match(contact, { channel: 'TASK', name: 'Call the plumber', attributes: { urgent: 'yes' } })
  t.same(offers, [`anna ${contactId}`])
  t.equal(rig.agentLegs.length, 0, 'no phone rings')
  t.match(tasks.accept(contactId, 'ben'), { reason: 'notNow' })
  t.ok(tasks.accept(contactId, 'anna').ok)
  await settle()
  await rig.clock.advance(60_000)
  t.equal(rig.recordOf(contactId).Agent?.Username, 'anna')
  t.ok(tasks.complete(contactId).ok)
  await settle()
  t.match(rig.recordOf(contactId), {
    Channel: 'TASK',
    InitiationMethod: 'API',
    DisconnectReason: 'AGENT_COMPLETED',
    ContactDetails: { Name: 'Call the plumber' },
    Queue: { Name: 'Support' },
    Agent: { AgentInteractionDuration: 60 },
  })
  t.same(rig.ledger(), nothingLeft)
  t.equal(rig.clock.liveTimers, 0)
})

t.test('rejected, or not accepted in time, it goes to the next agent', async (t) => {
  const { rig, offers, contactId, tasks } = await queued(['anna', 'ben'])
  const [first = ''] = offers.map((offer) => offer.split(' ')[0])
  t.ok(tasks.reject(contactId, first).ok)
  await settle()
  t.equal(offers.length, 2)
  t.not(offers[1], offers[0])
  rig.contacts.operations.stop(contactId)
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('paused in the queue it is offered to nobody; it goes on at its old place', async (t) => {
  const { rig, offers, contactId, tasks } = await queued([])
  const since = rig.recordOf(contactId).Queue?.EnqueueTimestamp
  t.ok(tasks.pause(contactId).ok)
  t.match(tasks.pause(contactId), { reason: 'notNow' })
  t.equal(rig.ledger().waiting, 0)
  await rig.clock.advance(5000)
  t.ok(tasks.resume(contactId).ok)
  t.equal(rig.ledger().waiting, 1)
  t.equal(offers.length, 0)
  t.match(rig.recordOf(contactId), {
    TotalPauseCount: 1,
    TotalPauseDurationInSeconds: 5,
    Queue: { EnqueueTimestamp: since },
  })
  rig.contacts.operations.stop(contactId)
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('its flow waits by time alone, and nobody hears what it says', async (t) => {
  const { rig, contactId } = await made()
  const { host, signal } = rig.flow('survey')
  t.equal(host.participant, undefined)
  const waited = host.wait?.({ timeLimitMs: 3600_000, events: [] }, signal)
  t.equal(await host.wait?.({ timeLimitMs: 1, events: ['BotParticipantDisconnected'] }, signal), 'notFound')
  await rig.clock.advance(3600_000)
  t.equal(await waited, 'WaitCompleted')
  await rig.end('survey')
  t.equal(rig.recordOf(contactId).DisconnectReason, 'OTHER')
  t.same(rig.ledger(), nothingLeft)
})

t.test('made by a flow, for later: the two know each other', async (t) => {
  const rig = new ContactRig([])
  const caller = await rig.call()
  const callerId = rig.record.ContactId
  const created = rig.flow('main').host.createTask?.({ ...task, delaySeconds: 60 })
  t.match(created, { ok: true })
  const contactId = created?.ok ? created.contactId : ''
  t.match(rig.recordOf(contactId), { RelatedContactId: callerId, ScheduledTimestamp: '2026-01-05T10:01:00Z' })
  await rig.clock.advance(60_000)
  const { host } = rig.flow('survey')
  t.equal(host.contact.relatedContactId, callerId)
  t.equal(host.setRelatedAttributes?.({ seen: 'yes' }), true)
  t.equal(rig.recordOf(callerId).Attributes.seen, 'yes')
  t.equal(host.updateContactData?.({ name: 'Mr Smith' }, 'Related'), true)
  t.equal(rig.flow('main').host.contact.name, 'Mr Smith')
  caller.leave()
  await settle()
  t.equal(host.setRelatedAttributes?.({ seen: 'no' }), false, 'the related contact is over')
  await rig.end('survey')
  t.same(rig.ledger(), nothingLeft)
})

t.test('one that nobody takes expires after a week', async (t) => {
  const { rig, contactId } = await queued([])
  await rig.clock.advance(7 * 24 * 3600_000)
  t.equal(rig.recordOf(contactId).DisconnectReason, 'EXPIRED')
  t.same(rig.ledger(), nothingLeft)
})

t.test('refused: no flow, a flow that is not there, a time that is over', async (t) => {
  const rig = new ContactRig([])
  const { flowId: _flowId, ...bare } = task
  t.match(rig.contacts.createTask(undefined, { ...bare, templateId: 't' }), { ok: false })
  t.match(rig.contacts.createTask(undefined, { ...task, flowId: 'nothing' }), { ok: false })
  t.match(rig.contacts.createTask(undefined, { ...task, startEpochMs: 1 }), { ok: false, detail: 'its time is over' })
  t.equal(rig.pending.kept.size, 0)
})

t.test('pausing and going on run the flows a task names for it; a flow can let it go on', async (t) => {
  const { rig, contactId, tasks } = await made()
  const { host } = rig.flow('survey')
  host.setEventHook('PauseContact', 'main')
  host.setEventHook('ResumeContact', 'outbound')
  host.setTargetQueue('Support')
  host.enqueue()
  await rig.end('survey', { type: 'queued' })
  t.ok(tasks.accept(contactId, 'anna').ok)
  await settle()
  t.equal(host.resumeContact?.(), false, 'it is not paused')
  tasks.pause(contactId)
  t.same(rig.running, ['main'])
  t.equal(rig.flow('main').host.resumeContact?.(), true)
  t.same(rig.running, ['main', 'outbound'])
  await rig.clock.advance(3000)
  tasks.complete(contactId)
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('paused by its agent it rests, and the agent gets another; taken up again when there is room', async (t) => {
  const { rig, offers, contactId, tasks } = await queued()
  t.ok(tasks.accept(contactId, 'anna').ok)
  await settle()
  t.ok(tasks.pause(contactId).ok)
  const other = rig.contacts.createTask(undefined, { ...task, name: 'Call the baker' })
  if (!other.ok) throw new Error(other.detail)
  await rig.clock.advance(0)
  await settle()
  const { host } = rig.flow('survey')
  host.setTargetQueue('Support')
  host.enqueue()
  await rig.end('survey', { type: 'queued' })
  t.equal(offers.at(-1), `anna ${other.contactId}`)
  t.ok(tasks.accept(other.contactId, 'anna').ok)
  await settle()
  t.same(tasks.resume(contactId), { ok: false, reason: 'agentBusy' }, 'one at a time')
  t.match(rig.routing.agents()[0], { activity: 'onContact', contactIds: [contactId, other.contactId] })
  t.ok(tasks.complete(other.contactId).ok)
  await settle()
  t.ok(tasks.resume(contactId).ok)
  t.same(rig.routing.brokenInvariants(), [])
  t.ok(tasks.complete(contactId).ok)
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('completed while it rests, it is over for the agent too', async (t) => {
  const { rig, contactId, tasks } = await queued()
  t.ok(tasks.accept(contactId, 'anna').ok)
  await settle()
  t.ok(tasks.pause(contactId).ok)
  t.ok(tasks.complete(contactId).ok)
  await settle()
  t.match(rig.routing.agents()[0], { activity: 'available', contactIds: [] })
  t.equal(rig.recordOf(contactId).TotalPauseCount, 1)
})
