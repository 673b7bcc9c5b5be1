// One record per contact, linked: every shape of call, callback and task, and the records that are left of it, who came
// of whom (contact record facts, 1 to 4).
import t from 'tap'
import type { ContactRecord } from '../../../daemon/contact/contact-record.ts'
import type { Outcome } from '../../../daemon/contact/outcome.ts'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { settle } from '../../support/mock-clock.ts'

/** `previous` and `next` are places in the list, oldest first. */
interface Left {
  method: ContactRecord['InitiationMethod']
  reason: ContactRecord['DisconnectReason']
  agent?: string
  queue?: string
  previous?: number
  next?: number
  /** The chain it belongs to began with this one; the first when absent. */
  initial?: number
}

interface Shape {
  name: string
  agents: string[]
  play(rig: ContactRig): Promise<void>
  left: Left[]
}

function ok(outcome: Outcome): string {
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.contactId
}

async function intoQueue(rig: ContactRig): Promise<void> {
  rig.flow('default-queue-transfer').host.enqueue()
  await rig.end('default-queue-transfer', { type: 'queued' })
}

async function ringAgentOfTransfer(rig: ContactRig): Promise<void> {
  rig.flow('default-agent-transfer').host.transferToAgent?.()
  await rig.end('default-agent-transfer')
}

/** A caller asks to be called back, and is let go. */
async function asksForCallback(rig: ContactRig, maximumAttempts: number): Promise<void> {
  await rig.call()
  const { host } = rig.flow('main')
  host.setTargetQueue('Support')
  host.requestCallback?.({ initialDelaySeconds: 10, maximumAttempts, retryDelaySeconds: 60 })
  await rig.end('main', { type: 'disconnect' })
}

/** The agent accepts the callback that is due after so many seconds; the customer is dialled. */
async function takesCallback(rig: ContactRig, afterS: number): Promise<void> {
  await rig.clock.advance(afterS * 1000)
  await settle()
  rig.ringing.pickUp()
  await settle()
  await rig.end('default-agent-whisper')
  await rig.end('default-outbound')
}

const shapes: Shape[] = [
  {
    name: 'answered, the caller hangs up',
    agents: ['anna'],
    async play(rig) {
      const { caller } = await rig.talk()
      caller.leave()
    },
    left: [{ method: 'INBOUND', reason: 'CUSTOMER_DISCONNECT', agent: 'anna', queue: 'Support' }],
  },
  {
    name: 'abandoned',
    agents: [],
    async play(rig) {
      const caller = await rig.call()
      await rig.queue()
      caller.leave()
    },
    left: [{ method: 'INBOUND', reason: 'CUSTOMER_DISCONNECT', queue: 'Support' }],
  },
  {
    name: 'warm transfer to a queue, joined, the first leaves',
    agents: ['anna', 'ben'],
    async play(rig) {
      const { caller, contactId } = await rig.talk()
      const { operations } = rig.contacts
      ok(operations.transfer(contactId, { queue: 'Sales' }))
      await settle()
      await intoQueue(rig)
      await rig.answerAndJoin()
      ok(operations.conference(contactId))
      ok(operations.leave(contactId))
      await settle()
      caller.leave()
    },
    left: [
      { method: 'INBOUND', reason: 'AGENT_DISCONNECT', agent: 'anna', queue: 'Support', next: 1 },
      { method: 'TRANSFER', reason: 'CUSTOMER_DISCONNECT', agent: 'ben', queue: 'Sales', previous: 0 },
    ],
  },
  {
    name: 'cold transfer to an agent',
    agents: ['anna', 'ben'],
    async play(rig) {
      const { contactId } = await rig.talk()
      ok(rig.contacts.operations.transfer(contactId, { agent: 'ben' }))
      await settle()
      await ringAgentOfTransfer(rig)
      ok(rig.contacts.operations.leave(contactId))
      await settle()
      const ben = await rig.answerAndJoin()
      ben.leave()
    },
    left: [
      { method: 'INBOUND', reason: 'AGENT_DISCONNECT', agent: 'anna', queue: 'Support', next: 1 },
      { method: 'TRANSFER', reason: 'AGENT_DISCONNECT', agent: 'ben', previous: 0 },
    ],
  },
  {
    name: 'transferred twice: a chain',
    agents: ['anna', 'ben', 'cleo'],
    async play(rig) {
      const { caller, contactId } = await rig.talk()
      const { operations } = rig.contacts
      const second = ok(operations.transfer(contactId, { agent: 'ben' }))
      await settle()
      await ringAgentOfTransfer(rig)
      await rig.answerAndJoin()
      ok(operations.leave(contactId))
      await settle()
      ok(operations.transfer(second, { agent: 'cleo' }))
      await settle()
      await ringAgentOfTransfer(rig)
      await rig.answerAndJoin()
      ok(operations.leave(second))
      await settle()
      caller.leave()
    },
    left: [
      { method: 'INBOUND', reason: 'AGENT_DISCONNECT', agent: 'anna', queue: 'Support', next: 1 },
      { method: 'TRANSFER', reason: 'AGENT_DISCONNECT', agent: 'ben', previous: 0, next: 2 },
      { method: 'TRANSFER', reason: 'CUSTOMER_DISCONNECT', agent: 'cleo', previous: 1 },
    ],
  },
  {
    name: 'transfer to an outside number',
    agents: ['anna'],
    async play(rig) {
      const { caller, contactId } = await rig.talk()
      ok(rig.contacts.operations.transfer(contactId, { number: '+15550199' }))
      await settle()
      rig.outside.pickUp()
      await settle()
      ok(rig.contacts.operations.leave(contactId))
      await settle()
      caller.leave()
    },
    left: [
      { method: 'INBOUND', reason: 'AGENT_DISCONNECT', agent: 'anna', queue: 'Support', next: 1 },
      { method: 'EXTERNAL_OUTBOUND', reason: 'CUSTOMER_DISCONNECT', previous: 0 },
    ],
  },
  {
    name: 'from queue to queue',
    agents: [],
    async play(rig) {
      const caller = await rig.call()
      await rig.queue()
      rig.flow('default-customer-queue').host.dequeueAndTransfer?.({ queueId: 'Sales' })
      await settle()
      caller.leave()
    },
    left: [
      { method: 'INBOUND', reason: 'OTHER', queue: 'Support', next: 1 },
      { method: 'QUEUE_TRANSFER', reason: 'CUSTOMER_DISCONNECT', queue: 'Sales', previous: 0 },
    ],
  },
  {
    name: 'a disconnect flow after the agent',
    agents: ['anna'],
    async play(rig) {
      await rig.call()
      rig.flow('main').host.setEventHook('CustomerRemaining', 'survey')
      await rig.queue()
      const agent = await rig.answerAndJoin()
      agent.leave()
      await settle()
      await rig.end('survey', { type: 'disconnect' })
    },
    left: [
      { method: 'INBOUND', reason: 'AGENT_DISCONNECT', agent: 'anna', queue: 'Support', next: 1 },
      { method: 'DISCONNECT', reason: 'CONTACT_FLOW_DISCONNECT', previous: 0 },
    ],
  },
  {
    name: 'a callback',
    agents: ['anna'],
    async play(rig) {
      await asksForCallback(rig, 1)
      await takesCallback(rig, 10)
      rig.outside.pickUp()
      await settle()
      rig.outside.leave()
    },
    left: [
      { method: 'INBOUND', reason: 'CONTACT_FLOW_DISCONNECT', next: 1 },
      { method: 'CALLBACK', reason: 'CUSTOMER_DISCONNECT', agent: 'anna', queue: 'Support', previous: 0 },
    ],
  },
  {
    name: 'a callback that nobody answers, and the next attempt',
    agents: ['anna'],
    async play(rig) {
      await asksForCallback(rig, 2)
      for (const afterS of [10, 60]) {
        await takesCallback(rig, afterS)
        await rig.clock.advance(60_000)
      }
    },
    left: [
      { method: 'INBOUND', reason: 'CONTACT_FLOW_DISCONNECT', next: 1 },
      { method: 'CALLBACK', reason: 'TELECOM_TIMEOUT', queue: 'Support', previous: 0, next: 2 },
      { method: 'CALLBACK', reason: 'TELECOM_TIMEOUT', queue: 'Support', previous: 1 },
    ],
  },
  {
    name: 'an agent calls a customer',
    agents: ['anna'],
    async play(rig) {
      ok(rig.contacts.operations.outbound({ agent: 'anna', number: '+15550155' }))
      await settle()
      rig.ringing.pickUp()
      await settle()
      await rig.end('default-outbound')
      rig.outside.pickUp()
      await settle()
      rig.outside.leave()
    },
    left: [{ method: 'OUTBOUND', reason: 'CUSTOMER_DISCONNECT', agent: 'anna' }],
  },
  {
    name: 'a supervisor listens',
    agents: ['anna', 'ben'],
    async play(rig) {
      const { caller, agent, contactId } = await rig.talk()
      const supervisor = agent.id === 'anna' ? 'ben' : 'anna'
      ok(rig.contacts.operations.supervisors.monitor(contactId, { supervisor }))
      rig.ringing.pickUp()
      await settle()
      caller.leave()
    },
    left: [
      { method: 'INBOUND', reason: 'CUSTOMER_DISCONNECT', agent: 'anna', queue: 'Support' },
      { method: 'MONITOR', reason: 'OTHER', agent: 'ben', previous: 0 },
    ],
  },
]

function leftOf(records: ContactRecord[]): Left[] {
  const place = (id: string | null) => (id === null ? -1 : records.findIndex(({ ContactId }) => ContactId === id))
  return records.map((record): Left => {
    const [previous, next, initial] = [record.PreviousContactId, record.NextContactId, record.InitialContactId].map(
      place,
    )
    return {
      method: record.InitiationMethod,
      reason: record.DisconnectReason,
      ...(record.Agent && { agent: record.Agent.Username }),
      ...(record.Queue && { queue: record.Queue.Name }),
      ...(previous !== -1 && { previous: previous! }),
      ...(next !== -1 && { next: next! }),
      ...(initial !== 0 && { initial: initial! }),
    }
  })
}

for (const { name, agents, play, left } of shapes)
  t.test(name, async (t) => {
    const rig = new ContactRig(agents)
    await play(rig)
    await settle()
    const records = [...rig.saved.values()]
    t.same(leftOf(records), left)
    for (const { Cordboard: box, ...record } of records) {
      t.equal(box.state, 'completed')
      t.ok((record.DisconnectTimestamp ?? '') >= record.InitiationTimestamp)
    }
    t.same(rig.ledger(), nothingLeft)
  })

t.test('a task made by a caller’s flow: related, and a chain of its own', async (t) => {
  const rig = new ContactRig(['anna'])
  const caller = await rig.call()
  const task = { name: 'Send the form', flowId: 'survey', attributes: {}, references: {} }
  const made = rig.flow('main').host.createTask?.(task)
  caller.leave()
  await rig.clock.advance(0)
  await settle()
  await rig.end('survey')
  const [call, of] = [...rig.saved.values()]
  t.match(of, { ContactId: made?.ok ? made.contactId : '', Channel: 'TASK', RelatedContactId: call?.ContactId })
  t.match(of, { InitialContactId: of?.ContactId, PreviousContactId: null, NextContactId: null })
  t.match(call, { NextContactId: null, RelatedContactId: undefined })
  t.same(rig.ledger(), nothingLeft)
})
