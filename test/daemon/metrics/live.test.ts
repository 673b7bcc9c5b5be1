// Figures of this moment, by the published definitions, while agents and contacts of several channels come and go.
import t from 'tap'
import { silentLog } from '../../../daemon/log/log.ts'
import { type LiveQuery, liveRows } from '../../../daemon/metrics/live.ts'
import { createRouting } from '../../../daemon/routing/router.ts'
import { MockClock } from '../../support/mock-clock.ts'

type Channel = 'VOICE' | 'CHAT' | 'TASK'

/** Ann takes one call or three chats; Bob one call; both from sales, Bob from care as well. */
function office() {
  const clock = new MockClock()
  const queueOf = (queue: string, channel: Channel) => ({ queue, channel, priority: 1, delayS: 0 })
  const routing = createRouting({
    queues: [{ name: 'sales' }, { name: 'care' }],
    routingProfiles: [
      {
        name: 'both',
        concurrency: { VOICE: 1, CHAT: 3 },
        queues: [queueOf('sales', 'VOICE'), queueOf('sales', 'CHAT')],
      },
      { name: 'calls', concurrency: { VOICE: 1 }, queues: [queueOf('sales', 'VOICE'), queueOf('care', 'VOICE')] },
    ],
    agents: [
      { userName: 'ann', routingProfile: 'both', status: 'Available', afterContactWorkS: 'unlimited' },
      { userName: 'bob', routingProfile: 'calls', status: 'Available', afterContactWorkS: 'unlimited' },
      { userName: 'cid', routingProfile: 'calls', status: 'Available' },
    ],
    customStatuses: ['Lunch'],
    maximumContacts: 10,
    offerTimeoutS: 20,
    missedPauseS: Number.POSITIVE_INFINITY,
    clock,
    log: silentLog,
  })
  const row = (name: string, query: LiveQuery) => {
    const rows = liveRows(
      {
        agents: routing.agents(),
        queues: routing.queues().map((queue) => queue.name),
        queue: (queue, channel) => routing.queue(queue, channel),
        serves: (agent, queue, channel) => routing.serves(agent, queue, channel),
        scheduled: (queue) => (queue === 'care' ? 2 : 0),
      },
      query,
    )
    return rows.find(({ group }) => group[query.by] === name)?.metrics
  }
  const come = (contactId: string, queue: string, channel: Channel = 'VOICE') =>
    routing.enqueue({
      contactId,
      queue,
      channel,
      enqueuedAtEpochMs: clock.epochMs(),
      priority: 5,
      ageAdjustmentS: 0,
    })
  return { clock, routing, row, come }
}

t.test('nobody is logged in', async (t) => {
  const { row, come, clock } = office()
  come('c1', 'sales')
  await clock.advance(7_000)
  t.match(row('sales', { by: 'queue' }), {
    CONTACTS_IN_QUEUE: 1,
    OLDEST_CONTACT_AGE: 7,
    AGENTS_ONLINE: 0,
    SLOTS_AVAILABLE: 0,
  })
  t.match(row('care', { by: 'queue' }), { CONTACTS_IN_QUEUE: 0, CONTACTS_SCHEDULED: 2 })
  t.equal(row('ann', { by: 'agent' }), undefined)
  t.match(row('both', { by: 'routingProfile' }), { AGENTS_ONLINE: 0 })
})

t.test('free agents: one call or three chats are three', async (t) => {
  const { routing, row } = office()
  for (const agent of ['ann', 'bob']) routing.setReachable(agent, true)
  t.match(row('ann', { by: 'agent' }), { AGENTS_AVAILABLE: 1, SLOTS_AVAILABLE: 3, SLOTS_ACTIVE: 0 })
  t.match(row('ann', { by: 'agent', channel: 'VOICE' }), { SLOTS_AVAILABLE: 1 })
  t.match(row('sales', { by: 'queue' }), {
    AGENTS_ONLINE: 2,
    AGENTS_AVAILABLE: 2,
    AGENTS_STAFFED: 2,
    SLOTS_AVAILABLE: 4,
  })
  t.match(row('sales', { by: 'queue', channel: 'CHAT' }), { AGENTS_ONLINE: 1, SLOTS_AVAILABLE: 3 })
  t.match(row('care', { by: 'queue' }), { AGENTS_ONLINE: 1 })
})

t.test('a chat of three, a call, and the work after it', async (t) => {
  const { routing, row, come } = office()
  for (const agent of ['ann', 'bob']) routing.setReachable(agent, true)
  come('chat', 'sales', 'CHAT')
  t.match(row('sales', { by: 'queue' }), { CONTACTS_IN_QUEUE: 1, AGENTS_ON_CONTACT: 0 }, 'rung is not on contact')
  routing.offerAccepted('chat', 'ann')
  come('call', 'care')
  routing.offerAccepted('call', 'bob')
  t.match(row('ann', { by: 'agent' }), {
    AGENTS_ON_CONTACT: 1,
    AGENTS_AVAILABLE: 0,
    SLOTS_ACTIVE: 1,
    SLOTS_AVAILABLE: 2,
  })
  t.match(
    row('sales', { by: 'queue' }),
    { AGENTS_ON_CONTACT: 1, SLOTS_ACTIVE: 1, AGENTS_STAFFED: 2 },
    'Bob’s is of care',
  )
  t.match(row('care', { by: 'queue' }), { AGENTS_ON_CONTACT: 1, AGENTS_AFTER_CONTACT_WORK: 0 })
  routing.contactEnded('call')
  t.match(row('care', { by: 'queue' }), { AGENTS_ON_CONTACT: 1, AGENTS_AFTER_CONTACT_WORK: 1, SLOTS_ACTIVE: 1 })
  t.match(row('calls', { by: 'routingProfile' }), { AGENTS_AFTER_CONTACT_WORK: 1, SLOTS_AVAILABLE: 0 })
})

t.test('lunch, and a missed call', async (t) => {
  const { routing, row, come, clock } = office()
  for (const agent of ['bob', 'cid']) routing.setReachable(agent, true)
  routing.setStatus('cid', 'Lunch')
  come('call', 'care')
  await clock.advance(20_000)
  t.match(row('care', { by: 'queue' }), {
    AGENTS_ONLINE: 2,
    AGENTS_STAFFED: 1,
    AGENTS_NON_PRODUCTIVE: 1,
    AGENTS_ERROR: 1,
    AGENTS_AVAILABLE: 0,
    SLOTS_AVAILABLE: 0,
    CONTACTS_IN_QUEUE: 1,
  })
  t.ok(routing.clearContact('bob'))
  t.match(row('bob', { by: 'agent' }), { AGENTS_ERROR: 0 })
})
