// Queued callbacks: from the request to the talk, attempts in vain, and a restart in between.
import t from 'tap'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { settle } from '../../support/mock-clock.ts'

const request = { initialDelaySeconds: 99, maximumAttempts: 2, retryDelaySeconds: 60 }

/** A caller asks to be called back, and hangs up. */
async function requested(agents: string[] = ['anna']) {
  const rig = new ContactRig(agents)
  const caller = await rig.call()
  const first = rig.record.ContactId
  const { host } = rig.flow('main')
  host.setTargetQueue('Support')
  t.same(host.requestCallback?.(request), { ok: true })
  await rig.end('main', { type: 'disconnect' })
  t.equal(caller.state, 'ended')
  return { rig, first, callback: rig.recordOf(first).NextContactId ?? '' }
}

/** The agent accepts, and hears the whisper; then the customer is called. */
async function accepted(rig: ContactRig) {
  const agent = rig.ringing
  agent.pickUp()
  await settle()
  await rig.clock.advance(10_000)
  await rig.end('default-agent-whisper')
  return agent
}

t.test('agent first, then the customer, with the outbound whisper; times as the guide counts them', async (t) => {
  const { rig, first, callback } = await requested()
  t.match(rig.recordOf(callback), { InitiationMethod: 'CALLBACK', PreviousContactId: first, Queue: null })
  t.same(rig.events.of(callback), ['INITIATED', 'SCHEDULED'])
  t.equal(rig.agentLegs.length, 0)
  await rig.clock.advance(98_000)
  t.equal(rig.agentLegs.length, 0)
  await rig.clock.advance(1000)
  await settle()
  await rig.clock.advance(21_000 - 10_000)
  const anna = await accepted(rig)
  t.equal(rig.recordOf(callback).Queue?.Duration, 120, 'the delay counts')
  t.same(rig.running, ['default-outbound'])
  t.equal(rig.outsideLegs.length, 0, 'nothing is dialled until the flow says something, or is over')

  const { host, signal } = rig.flow('default-outbound')
  const said = host.participant?.play([{ kind: 'text', text: 'Not recorded.', ssml: false }], signal)
  await settle()
  t.match(rig.outsideCalls, [
    { number: '+15550001', callerId: { number: '+15550100' }, from: { kind: 'callback', contactId: callback } },
  ])
  rig.outside.pickUp()
  await said
  await rig.clock.advance(15_000)
  t.equal(rig.together(anna, rig.outside), false)
  await rig.end('default-outbound')
  t.ok(rig.together(anna, rig.outside))
  const { ConnectedToSystemTimestamp, Agent } = rig.recordOf(callback)
  t.equal(Date.parse(Agent?.ConnectedToAgentTimestamp ?? '') - Date.parse(ConnectedToSystemTimestamp ?? ''), 15_000)
  rig.outside.leave()
  await settle()
  t.equal(rig.recordOf(callback).DisconnectReason, 'CUSTOMER_DISCONNECT')
  t.same(rig.ledger(), nothingLeft)
  t.equal(rig.clock.liveTimers, 0)
})

t.test('nobody answers: another contact after the delay, as often as was asked for', async (t) => {
  const { rig, callback } = await requested()
  await rig.clock.advance(99_000)
  await settle()
  await accepted(rig)
  await rig.end('default-outbound')
  t.equal(rig.outsideLegs.length, 1, 'the flow is over: dialled now')
  await rig.clock.advance(60_000)
  t.equal(rig.outside.state, 'ended')
  t.equal(rig.recordOf(callback).DisconnectReason, 'TELECOM_TIMEOUT')
  const second = rig.recordOf(callback).NextContactId ?? ''
  t.match(rig.recordOf(second), { InitiationMethod: 'CALLBACK', PreviousContactId: callback })
  await rig.clock.advance(60_000)
  await settle()
  await accepted(rig)
  await rig.end('default-outbound')
  await rig.clock.advance(60_000)
  t.match(rig.recordOf(second), { NextContactId: null, DisconnectReason: 'TELECOM_TIMEOUT' })
  t.same(rig.ledger(), nothingLeft)
})

t.test('a busy customer is not called again', async (t) => {
  const { rig, callback } = await requested()
  await rig.clock.advance(99_000)
  await settle()
  await accepted(rig)
  await rig.end('default-outbound')
  rig.outside.leave('busy', 'farEnd')
  await settle()
  t.match(rig.recordOf(callback), { NextContactId: null, DisconnectReason: 'TELECOM_BUSY' })
  t.same(rig.ledger(), nothingLeft)
})

t.test('an agent who refuses is no attempt; the next one is asked', async (t) => {
  const { rig, callback } = await requested(['anna', 'ben'])
  await rig.clock.advance(99_000)
  await settle()
  const anna = rig.ringing
  anna.leave('declined', 'farEnd')
  await settle()
  t.not(rig.ringing, anna)
  t.equal(rig.recordOf(callback).AgentConnectionAttempts, 2)
  t.equal(rig.outsideLegs.length, 0)
  rig.contacts.operations.stop(callback)
  await settle()
  t.equal(rig.recordOf(callback).DisconnectReason, 'API')
  t.same(rig.ledger(), nothingLeft)
})

t.test('an agent who goes while the customer is called ends it, and the call', async (t) => {
  const { rig, callback } = await requested()
  await rig.clock.advance(99_000)
  await settle()
  const anna = await accepted(rig)
  await rig.end('default-outbound')
  anna.leave()
  await settle()
  t.equal(rig.outside.state, 'ended')
  t.equal(rig.recordOf(callback).DisconnectReason, 'AGENT_DISCONNECT')
  t.same(rig.ledger(), nothingLeft)
})

t.test('a restart keeps what waits for its time, and what waits in the queue at its place', async (t) => {
  const { rig, callback } = await requested([])
  await rig.contacts.drain(1000)
  t.equal(rig.contacts.alive, 0)
  t.equal(rig.pending.kept.size, 1)
  t.equal(rig.recordOf(callback).DisconnectTimestamp, null)

  const { pending, saved, clock } = rig
  const later = new ContactRig([], {}, {}, { pending, saved, clock })
  later.contacts.restore()
  await clock.advance(99_000)
  t.equal(later.routing.queues().find(({ name }) => name === 'Support')?.waiting, 1)
  const { EnqueueTimestamp } = later.recordOf(callback).Queue ?? {}
  await clock.advance(10_000)
  await later.contacts.drain(1000)

  const last = new ContactRig(['anna'], {}, {}, { pending, saved, clock })
  last.contacts.restore()
  await clock.advance(0)
  await settle()
  t.equal(last.ringing.id, 'anna')
  await accepted(last)
  t.equal(pending.kept.size, 0, 'from here on it is not to be called twice')
  t.ok(EnqueueTimestamp)
  t.equal(last.recordOf(callback).Queue?.EnqueueTimestamp, EnqueueTimestamp)
  t.notOk(last.events.of(callback).includes('QUEUED'), 'that was told before')
  await last.end('default-outbound')
  last.outside.pickUp()
  await settle()
  t.equal(last.recordOf(callback).Agent?.Username, 'anna')
  last.outside.leave()
  await settle()
  t.same(last.ledger(), nothingLeft)
})

t.test('a reload: what waits for its time goes over to the new configuration', async (t) => {
  const { rig, callback } = await requested()
  const over = rig.contacts.useWorld(rig.world)
  await over
  t.equal(rig.contacts.find(callback)?.state, 'scheduled')
  await rig.clock.advance(99_000)
  await settle()
  t.equal(rig.ringing.id, 'anna')
  rig.contacts.operations.stop(callback)
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('one that nobody takes in a week is over', async (t) => {
  const { rig, callback } = await requested([])
  await rig.clock.advance(99_000 + 7 * 24 * 3600_000)
  t.equal(rig.recordOf(callback).Cordboard.endReason, 'expired')
  t.same(rig.ledger(), nothingLeft)
})

t.test('with a flow of its own it begins there, without a customer, and goes into a queue', async (t) => {
  const rig = new ContactRig(['anna'])
  await rig.call()
  const { host } = rig.flow('main')
  host.setTargetQueue('Support')
  t.same(host.requestCallback?.({ ...request, flowId: 'survey', callerId: '+15550123' }), { ok: true })
  await rig.end('main', { type: 'disconnect' })
  await rig.clock.advance(0)
  t.equal(rig.flow('survey').host.participant, undefined)
  t.equal(rig.flow('survey').host.enqueue(), 'queued')
  await rig.end('survey', { type: 'queued' })
  await accepted(rig)
  await rig.end('default-outbound')
  t.match(rig.outsideCalls, [{ callerId: { number: '+15550123' } }])
  rig.outside.leave('busy', 'farEnd')
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('what can not be: no queue, no number, a flow that is not there', async (t) => {
  const rig = new ContactRig([])
  const caller = await rig.call()
  const { host } = rig.flow('main')
  t.match(host.requestCallback?.(request), { ok: false, detail: 'there is no queue for the callback' })
  t.match(host.requestCallback?.({ ...request, target: { queueId: 'Nowhere' } }), { ok: false })
  host.setTargetQueue('Support')
  t.match(host.requestCallback?.({ ...request, flowId: 'nothing' }), { ok: false })
  caller.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})
