// What agents do besides taking the next caller: their own queues, work after contacts, breaks, several contacts at once,
// what they know; and queues that are closed or full.

import t, { type Test } from 'tap'
import type { RoutingStep } from '../../../daemon/flow/abilities.ts'
import { agentQueueName } from '../../../daemon/routing/routing.ts'
import { Office, onePlan } from './office.ts'
import { story } from './story.ts'

/** An office whose agents work after each contact, know languages, and have a status for lunch. */
function workingOffice(): Office {
  return new Office(onePlan, {
    customStatuses: ['Lunch'],
    afterContactWorkS: 15,
    routingProfiles: [
      {
        name: 'basic',
        concurrency: { VOICE: 1, CHAT: 2 },
        otherChannels: { CHAT: true },
        queues: [
          { queue: 'sales', channel: 'VOICE', priority: 1, delayS: 0 },
          { queue: 'sales', channel: 'CHAT', priority: 1, delayS: 0 },
        ],
      },
    ],
    agents: [
      { userName: 'ann', routingProfile: 'basic', status: 'Available' },
      { userName: 'bob', routingProfile: 'basic', status: 'Available', afterContactWorkS: 'unlimited' },
      {
        userName: 'cid',
        routingProfile: 'basic',
        status: 'Available',
        afterContactWorkS: 0,
        proficiencies: [{ name: 'language', value: 'fr', level: 3 }],
      },
    ],
  })
}

function working(name: string, tell: (test: Test, office: Office) => void | Promise<void>): void {
  t.test(name, async (test) => {
    const office = workingOffice()
    await tell(test, office)
    test.same(office.routing.brokenInvariants(), [], 'tables are sound')
    office.routing.close()
    test.equal(office.clock.liveTimers, 0, 'no timer is left')
  })
}

working('after-contact work lasts as long as the agent’s settings say', async (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.call('call 2')
  office.serve('call 1', 'ann')
  t.match(office.agent('ann'), { activity: 'afterContactWork', contactIds: ['call 1'] })
  await office.clock.advance(14_999)
  t.same(office.heard(), ['ann ← call 1'])
  await office.clock.advance(1)
  t.same(office.heard(), ['ann ← call 2'])
})

working('work without a limit ends when it is cleared', async (t, office) => {
  office.arrive('bob')
  office.call('call 1')
  office.serve('call 1', 'bob')
  await office.clock.advance(9_999_999)
  t.equal(office.agent('bob')?.activity, 'afterContactWork')
  t.equal(office.routing.clearContact('bob'), true)
  t.equal(office.agent('bob')?.activity, 'available')
  t.equal(office.routing.clearContact('bob'), false)
})

working('a break while talking waits as next status, and nothing is offered meanwhile', async (t, office) => {
  office.arrive('cid')
  office.call('call 1')
  office.routing.offerAccepted('call 1', 'cid')
  t.equal(office.routing.setStatus('cid', 'Lunch'), true)
  t.match(office.agent('cid'), { status: 'Available', nextStatus: 'Lunch', activity: 'onContact' })
  office.call('call 2')
  office.routing.contactEnded('call 1')
  t.match(office.agent('cid'), { status: 'Lunch', activity: 'custom' })
  t.same(office.heard(), ['cid ← call 1'])
})

working('a break clears the work after a contact', async (t, office) => {
  office.arrive('bob')
  office.call('call 1')
  office.serve('call 1', 'bob')
  office.routing.setStatus('bob', 'Lunch')
  t.match(office.agent('bob'), { status: 'Lunch', contactIds: [] })
})

working('a status that nobody declared is refused', (t, office) => {
  t.equal(office.routing.setStatus('ann', 'Siesta'), false)
})

working('a contact in the agent’s own queue goes before all others', (t, office) => {
  office.call('call 1', { priority: 1 })
  office.call('call 2', { queue: agentQueueName('ann'), priority: 9 })
  office.arrive('ann')
  t.same(office.heard(), ['ann ← call 2'])
})

working('nobody else gets what stands in an agent’s own queue', (t, office) => {
  office.arrive('cid')
  office.call('call 1', { queue: agentQueueName('ann') })
  t.same(office.heard(), [])
})

working('an agent’s own queue has ten places, and is listed while somebody waits', (t, office) => {
  const queue = agentQueueName('ann')
  t.equal(office.queue(queue), undefined)
  for (let call = 1; call <= 10; call++) t.equal(office.call(`call ${call}`, { queue }), 'queued')
  t.equal(office.call('call 11', { queue, mayExceed: true }), 'atCapacity')
  t.match(office.queue(queue), { agent: 'ann', waiting: 10 })
})

working('chats come two at a time, and beside them a call; beside a call comes nothing', (t, office) => {
  office.arrive('cid')
  for (const chat of ['chat 1', 'chat 2', 'chat 3']) office.call(chat, { channel: 'CHAT' })
  t.same(office.heard(), ['cid ← chat 1', 'cid ← chat 2'])
  for (const chat of ['chat 1', 'chat 2']) office.routing.offerAccepted(chat, 'cid')
  office.call('call 1')
  office.routing.offerAccepted('call 1', 'cid')
  office.routing.contactEnded('chat 1')
  t.same(office.heard(), ['cid ← call 1'])
  office.routing.contactEnded('call 1')
  t.same(office.heard(), ['cid ← chat 3'])
})

const speaks = (level: number, expirySeconds?: number): RoutingStep => ({
  expression: {
    AttributeCondition: {
      Name: 'language',
      Value: 'fr',
      ProficiencyLevel: level,
      ComparisonOperator: 'NumberGreaterOrEqualTo',
    },
  },
  ...(expirySeconds !== undefined && { expirySeconds }),
})

working('criteria choose among the agents, whoever has waited longest', (t, office) => {
  office.arrive('ann', 'cid')
  office.call('call 1', { criteria: [speaks(3)] })
  t.same(office.heard(), ['cid ← call 1'])
})

working('a step that expires lets in those of the next, and after the last anybody', async (t, office) => {
  office.arrive('ann')
  office.routing.setStatus('cid', 'Offline')
  office.arrive('cid')
  office.call('call 1', { criteria: [speaks(4, 10), speaks(3, 20)] })
  await office.clock.advance(29_999)
  t.same(office.heard(), [])
  await office.clock.advance(1)
  t.same(office.heard(), ['ann ← call 1'])
})

working('a transferred contact is not offered to the agent who sends it', (t, office) => {
  office.arrive('ann')
  office.call('call 1', { notTo: 'ann' })
  t.same(office.heard(), [])
  office.arrive('cid')
  t.same(office.heard(), ['cid ← call 1'])
})

working('a closed queue takes nobody, keeps those inside, and opens again', (t, office) => {
  office.call('call 1')
  t.equal(office.routing.setQueueEnabled('sales', false), true)
  t.equal(office.call('call 2'), 'noQueue')
  office.arrive('cid')
  t.same(office.heard(), ['cid ← call 1'])
  office.routing.setQueueEnabled('sales', true)
  t.equal(office.call('call 2'), 'queued')
  t.equal(office.routing.setQueueEnabled('nowhere', false), false)
})

working('an agent who dials is busy, and cannot dial twice', (t, office) => {
  office.arrive('ann')
  t.equal(office.routing.occupy('ann', { contactId: 'out 1', channel: 'VOICE' }), true)
  t.equal(office.routing.occupy('ann', { contactId: 'out 2', channel: 'VOICE' }), false)
  office.call('call 1')
  t.same(office.heard(), [])
  office.routing.contactEnded('out 1')
  t.equal(office.agent('ann')?.activity, 'afterContactWork')
  t.equal(office.routing.occupy('ann', { contactId: 'out 2', channel: 'VOICE' }), false)
  const options = { clearsAfterContactWork: true }
  t.equal(office.routing.occupy('ann', { contactId: 'out 2', channel: 'VOICE' }, options), true)
})

working('an agent who leaves a contact works on it after; the others talk on', (t, office) => {
  office.arrive('ann', 'bob')
  office.call('call 1')
  office.routing.offerAccepted('call 1', 'ann')
  office.routing.occupy('bob', { contactId: 'call 1', channel: 'VOICE' })
  office.routing.agentLeft('call 1', 'ann')
  t.equal(office.agent('ann')?.activity, 'afterContactWork')
  t.equal(office.agent('bob')?.activity, 'onContact')
  office.routing.contactEnded('call 1')
  t.equal(office.agent('bob')?.activity, 'afterContactWork')
})

working('a contact that waits changes its place at once', (t, office) => {
  office.call('call 1')
  office.call('call 2')
  t.equal(office.routing.reprioritise('call 2', { priority: 1 }), true)
  t.equal(office.routing.position('call 2'), 1)
  t.equal(office.routing.reprioritise('call 3', { priority: 1 }), false)
})

const two = {
  queues: { sales: 5, care: 5 },
  profiles: { basic: ['sales 1 0', 'care 1 0'] },
  agents: { ann: 'basic' },
}

story(
  'a contact moved to another queue begins there anew',
  async (t, office) => {
    office.call('call 1')
    await office.clock.advance(5_000)
    office.call('call 2', { queue: 'care' })
    await office.clock.advance(1_000)
    t.equal(office.routing.transfer('call 1', 'care'), 'transferred')
    t.equal(office.routing.position('call 1'), 2)
    t.equal(office.routing.transfer('call 1', 'nowhere'), 'noQueue')
    office.arrive('ann')
    t.same(office.heard(), ['ann ← call 2'])
    t.equal(office.routing.transfer('call 2', 'sales'), 'refused')
  },
  two,
)

story(
  'a full queue keeps a fifth for those who may exceed it',
  (t, office) => {
    for (let call = 1; call <= 5; call++) office.call(`call ${call}`, { queue: 'care' })
    t.equal(office.call('call 6', { queue: 'care' }), 'atCapacity')
    t.equal(office.call('call 6', { queue: 'care', mayExceed: true }), 'queued')
    t.equal(office.call('call 7', { queue: 'care', mayExceed: true }), 'atCapacity')
    office.call('call 8')
    t.equal(office.routing.transfer('call 8', 'care'), 'atCapacity')
  },
  two,
)
