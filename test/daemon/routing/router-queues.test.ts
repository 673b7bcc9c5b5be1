// Routing over several queues, its figures, and those who listen to it.
import t from 'tap'
import { Office, onePlan } from './office.ts'
import { story } from './story.ts'

const tiers = {
  queues: { sales: undefined, care: undefined, rest: undefined },
  profiles: { basic: ['sales 1 0', 'care 1 0', 'rest 2 0'], late: ['rest 1 15'] },
  agents: { ann: 'basic', lea: 'late' },
}

story(
  'across queues of equal priority the oldest contact goes first',
  (t, office) => {
    office.call('call 1', { queue: 'care' })
    office.call('call 2', { queue: 'sales' })
    office.arrive('ann')
    t.same(office.heard(), ['ann ← call 1'])
  },
  tiers,
)

story(
  'a queue of lower priority is served only when none waits in a higher one',
  (t, office) => {
    office.call('call 1', { queue: 'rest', priority: 1 })
    office.call('call 2', { queue: 'sales' })
    office.arrive('ann')
    office.serve('call 2', 'ann')
    t.same(office.heard(), ['ann ← call 2', 'ann ← call 1'])
  },
  tiers,
)

story(
  'an agent whose profile delays a queue gets its contacts after that time',
  async (t, office) => {
    office.arrive('lea')
    office.call('call 1', { queue: 'rest' })
    await office.clock.advance(14_000)
    t.same(office.heard(), [])
    await office.clock.advance(1_000)
    t.same(office.heard(), ['lea ← call 1'])
  },
  tiers,
)

story(
  'an age adjustment does not shorten a delay',
  async (t, office) => {
    office.arrive('lea')
    office.call('call 1', { queue: 'rest', ageAdjustmentS: 600 })
    await office.clock.advance(14_000)
    t.same(office.heard(), [])
  },
  tiers,
)

story(
  'of contacts that ripen together the one that goes first goes first',
  async (t, office) => {
    office.call('call 1', { queue: 'rest' })
    office.call('call 2', { queue: 'rest', priority: 1 })
    office.arrive('lea')
    await office.clock.advance(15_000)
    t.same(office.heard(), ['lea ← call 2'])
  },
  tiers,
)

story(
  'an agent on a profile without the queue is never rung for it',
  (t, office) => {
    office.arrive('lea')
    office.call('call 1', { queue: 'sales' })
    t.same(office.heard(), [])
  },
  tiers,
)

story(
  'a queue as one channel sees it',
  async (t, office) => {
    office.call('call 1')
    office.call('task 1', { channel: 'TASK' })
    await office.clock.advance(5_000)
    office.call('task 2', { channel: 'TASK' })
    t.match(office.routing.queue('sales'), { waiting: 3, oldestAgeS: 5 })
    t.match(office.routing.queue('sales', 'VOICE'), { waiting: 1, oldestAgeS: 5, online: 0 })
    t.match(office.routing.queue('sales', 'TASK'), { waiting: 2, online: 0 })
    office.arrive('ann')
    t.match(office.routing.queue('sales', 'VOICE'), { online: 1, staffed: 1 })
    t.match(office.routing.queue('sales', 'TASK'), { online: 0 }, 'her profile has the queue for calls only')
    t.equal(office.routing.queue('nowhere'), undefined)
  },
  { ...onePlan, agents: { ann: 'basic' } },
)

story('figures of a queue: waiting with the offered, oldest, agents by what they do', async (t, office) => {
  office.arrive('ann', 'bob')
  office.routing.setStatus('cid', 'Offline')
  office.call('call 1')
  office.routing.offerAccepted('call 1', 'ann')
  office.call('call 2')
  await office.clock.advance(7_500)
  t.same(office.queue(), {
    name: 'sales',
    enabled: true,
    waiting: 1,
    oldestAgeS: 7,
    available: 0,
    staffed: 2,
    online: 2,
    estimatedWaitS: 8,
  })
})

story('the wait of who comes next is told by how fast the queue moved while somebody waited', async (t, office) => {
  t.equal(office.queue()?.estimatedWaitS, undefined, 'nobody ever left')
  office.arrive('ann')
  t.equal(office.queue()?.estimatedWaitS, 0, 'an agent is there')
  for (const call of ['call 1', 'call 2', 'call 3', 'call 4']) office.call(call)
  await office.clock.advance(10_000)
  office.routing.offerAccepted('call 1', 'ann')
  t.equal(office.queue()?.estimatedWaitS, 40, 'three wait, one left in ten seconds')
  await office.clock.advance(30_000)
  office.routing.leave('call 2')
  t.equal(office.routing.estimatedWaitS('call 4'), 40, 'second of the queue, 20 s each')
  t.equal(office.routing.estimatedWaitS('call 1'), undefined, 'with its agent')
  await office.clock.advance(31 * 60_000)
  t.equal(office.queue()?.estimatedWaitS, undefined, 'what was half an hour ago tells nothing')
})

story('an agent without a phone is not online, whatever the status says', (t, office) => {
  t.same(office.queue(), {
    name: 'sales',
    enabled: true,
    waiting: 0,
    oldestAgeS: 0,
    available: 0,
    staffed: 0,
    online: 0,
  })
  t.match(office.agent('ann'), { status: 'Available', reachable: false, activity: 'unreachable' })
})

story('an activity is told with its own beginning, and a pause with its end', async (t, office) => {
  const start = office.clock.epochMs()
  office.arrive('ann')
  await office.clock.advance(3_000)
  office.call('call 1')
  await office.clock.advance(20_000)
  t.match(office.agent('ann'), { sinceEpochMs: start + 23_000, pausedUntilEpochMs: start + 53_000 })
})

story('a listener may answer in the middle of being told', (t, office) => {
  const answered: boolean[] = []
  office.routing.onEffect((effect) => {
    if (effect.type === 'offer' && effect.contactId === 'call 1')
      answered.push(office.routing.offerAccepted(effect.contactId, effect.agent))
  })
  office.arrive('ann')
  office.call('call 1')
  t.same(answered, [true])
  t.equal(office.agent('ann')?.activity, 'onContact')
})

story('a listener that refuses at once goes through all agents, each told in order and once', (t, office) => {
  office.routing.onEffect((effect) => {
    if (effect.type === 'offer') office.routing.offerFailed(effect.contactId, effect.agent, 'unreachable')
  })
  office.arrive('ann', 'bob', 'cid')
  office.call('call 1')
  t.same(office.heard(), ['ann ← call 1', 'bob ← call 1', 'cid ← call 1'])
})

story('a listener that fails is counted and hinders nobody', (t, office) => {
  office.routing.onEffect(() => {
    throw new Error('listener broke')
  })
  office.arrive('ann')
  office.call('call 1')
  t.same(office.heard(), ['ann ← call 1'])
  t.equal(office.routing.counters().listenerFault, 1)
})

story('a listener that stops listening hears no more', (t, office) => {
  let told = 0
  const stop = office.routing.onEffect(() => told++)
  stop()
  office.arrive('ann')
  office.call('call 1')
  t.equal(told, 0)
})

story('reconciling lets go of contacts that are gone, and their agents with them', (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.call('call 2')
  office.routing.offerAccepted('call 1', 'ann')
  t.same(
    office.routing.reconcile((contactId) => contactId === 'call 2'),
    ['call 1'],
  )
  t.same(office.heard(), ['ann ← call 1', 'ann ← call 2'])
})

t.test('a closed routing takes nobody in and offers nothing', async (t) => {
  const office = new Office()
  office.call('call 1')
  office.routing.close()
  office.arrive('ann')
  t.equal(office.call('call 2'), 'noQueue')
  t.same(office.heard(), [])
})

t.test('the self-check finds nothing to say about sound tables, and comes again', async (t) => {
  const office = new Office(onePlan, { selfCheckEveryMs: 1_000 })
  office.arrive('ann')
  office.call('call 1')
  await office.clock.advance(2_500)
  t.equal(office.routing.counters().brokenInvariant, undefined)
  t.equal(office.clock.liveTimers, 2, 'the next check and the time to answer')
  office.routing.close()
  t.equal(office.clock.liveTimers, 0)
})

t.test('a profile with an unknown queue, or an agent with an unknown profile, stops the start', async (t) => {
  t.throws(() => new Office({ ...onePlan, profiles: { basic: ['nowhere 1 0'] } }), /unknown queue nowhere/)
  t.throws(() => new Office({ ...onePlan, agents: { ann: 'none' } }), /unknown routing profile none/)
})
