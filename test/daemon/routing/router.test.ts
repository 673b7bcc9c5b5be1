// Callers wait, agents answer or don't: who is rung for whom, told as it happens.
import t, { type Test } from 'tap'
import { Office, onePlan } from './office.ts'

/** Each story ends with sound tables and, once the doors are closed, without a timer. */
function story(name: string, tell: (test: Test, office: Office) => void | Promise<void>, plan = onePlan): void {
  t.test(name, async (test) => {
    const office = new Office(plan)
    await tell(test, office)
    test.same(office.routing.brokenInvariants(), [], 'tables are sound')
    office.routing.close()
    test.equal(office.clock.liveTimers, 0, 'no timer is left')
  })
}

story('a caller waits while no agent is there, and is offered to the first who comes', (t, office) => {
  t.equal(office.call('call 1'), 'queued')
  t.same(office.heard(), [])
  office.arrive('ann')
  t.same(office.heard(), ['ann ← call 1'])
})

story('the agent available longest is rung first', (t, office) => {
  office.arrive('bob', 'ann')
  office.call('call 1')
  office.call('call 2')
  t.same(office.heard(), ['bob ← call 1', 'ann ← call 2'])
})

story('an agent who finished a contact is available last', (t, office) => {
  office.arrive('ann', 'bob')
  office.call('call 1')
  office.serve('call 1', 'ann')
  office.heard()
  office.call('call 2')
  t.same(office.heard(), ['bob ← call 2'])
})

story('callers are served in the order they came', (t, office) => {
  for (const call of ['call 1', 'call 2', 'call 3']) office.call(call)
  office.arrive('ann')
  office.serve('call 1', 'ann')
  office.serve('call 2', 'ann')
  t.same(office.heard(), ['ann ← call 1', 'ann ← call 2', 'ann ← call 3'])
})

story('a lower priority number goes before any age', (t, office) => {
  office.call('call 1')
  office.call('call 2', { priority: 4 })
  office.arrive('ann')
  t.same(office.heard(), ['ann ← call 2'])
})

story('an age adjustment moves a caller as if they had waited longer', async (t, office) => {
  office.call('call 1')
  await office.clock.advance(10_000)
  office.call('call 2', { ageAdjustmentS: 9 })
  office.call('call 3', { ageAdjustmentS: 11 })
  office.arrive('ann')
  t.same(office.heard(), ['ann ← call 3'])
  office.serve('call 3', 'ann')
  t.same(office.heard(), ['ann ← call 1'])
})

story('a caller who waited before a restart keeps the age', async (t, office) => {
  office.call('call 1')
  await office.clock.advance(1_000)
  office.call('old call', { enqueuedAtEpochMs: office.clock.epochMs() - 90_000 })
  t.equal(office.routing.position('old call'), 1)
  t.equal(office.queue()?.oldestAgeS, 90)
})

story('callers told within one moment keep their order, whatever their clocks say', (t, office) => {
  const now = office.clock.epochMs()
  office.call('call 1', { enqueuedAtEpochMs: now })
  office.call('call 2', { enqueuedAtEpochMs: now - 1 })
  office.call('call 3', { enqueuedAtEpochMs: now + 5 })
  t.same(
    ['call 1', 'call 2', 'call 3'].map((call) => office.routing.position(call)),
    [1, 2, 3],
  )
})

story('an agent who does not answer in time has missed the contact, which goes to the next', async (t, office) => {
  office.arrive('ann', 'bob')
  office.call('call 1')
  await office.clock.advance(19_999)
  t.same(office.heard(), ['ann ← call 1'])
  await office.clock.advance(1)
  t.same(office.heard(), ['ann ✕ call 1 missed', 'bob ← call 1'])
  t.match(office.agent('ann'), { activity: 'missed', pausedBecause: 'missed' })
})

story('a contact that was missed keeps its place before those who came after', async (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.call('call 2')
  await office.clock.advance(20_000)
  t.equal(office.routing.position('call 1'), 1)
  await office.clock.advance(30_000)
  t.same(office.heard(), ['ann ← call 1', 'ann ✕ call 1 missed', 'ann ← call 1'])
})

story('an agent who missed gets nothing until the pause is over, and is available last then', async (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  await office.clock.advance(20_000)
  office.routing.leave('call 1')
  office.heard()
  office.call('call 2')
  await office.clock.advance(29_999)
  t.same(office.heard(), [])
  office.routing.leave('call 2')
  office.arrive('bob')
  await office.clock.advance(1)
  office.call('call 3')
  office.call('call 4')
  t.same(office.heard(), ['bob ← call 3', 'ann ← call 4'])
})

story('an agent who sets a status anew is done with the pause', async (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  await office.clock.advance(20_000)
  office.heard()
  t.equal(office.routing.setStatus('ann', 'Available'), true)
  t.same(office.heard(), ['ann ← call 1'])
})

story('a caller who leaves while ringing withdraws the offer, and the agent is not set back', (t, office) => {
  office.arrive('ann', 'bob')
  office.call('call 1')
  office.routing.leave('call 1')
  t.equal(office.agent('ann')?.activity, 'available')
  office.call('call 2')
  t.same(office.heard(), ['ann ← call 1', 'ann ✕ call 1 contactLeft', 'ann ← call 2'])
})

story('an answer after the caller left is refused', (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.routing.leave('call 1')
  t.equal(office.routing.offerAccepted('call 1', 'ann'), false)
})

story('an answer by an agent who was not asked, or no longer, is refused', async (t, office) => {
  office.arrive('ann', 'bob')
  office.call('call 1')
  t.equal(office.routing.offerAccepted('call 1', 'bob'), false)
  await office.clock.advance(20_000)
  t.equal(office.routing.offerAccepted('call 1', 'ann'), false)
  t.equal(office.routing.offerAccepted('call 1', 'bob'), true)
})

story('the time to answer ends with the answer', async (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.routing.offerAccepted('call 1', 'ann')
  await office.clock.advance(60_000)
  t.same(office.heard(), ['ann ← call 1'])
  t.match(office.agent('ann'), { activity: 'onContact', contactId: 'call 1' })
})

story('leaving twice, or after the end, changes nothing', (t, office) => {
  office.call('call 1')
  office.routing.leave('call 1')
  office.routing.leave('call 1')
  office.routing.contactEnded('call 1')
  t.equal(office.queue()?.waiting, 0)
})

story('leaving the queue does not take an accepted contact from its agent', (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.routing.offerAccepted('call 1', 'ann')
  office.routing.leave('call 1')
  t.equal(office.agent('ann')?.contactId, 'call 1')
})

story('the end of a contact that still rings withdraws the offer', (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.routing.contactEnded('call 1')
  t.same(office.heard(), ['ann ← call 1', 'ann ✕ call 1 contactLeft'])
})

for (const [failure, pausedS, activity] of [
  ['busy', 10, 'unreachable'],
  ['declined', 30, 'missed'],
  ['noAnswer', 30, 'missed'],
  ['unreachable', 5, 'unreachable'],
  ['error', 5, 'unreachable'],
] as const) {
  story(`a phone that is ${failure} passes the contact on and pauses ${pausedS} s`, async (t, office) => {
    office.arrive('ann')
    office.call('call 1')
    office.fail('call 1', 'ann', failure)
    t.same(office.heard(), ['ann ← call 1'], 'nothing to withdraw: the phone stopped by itself')
    t.match(office.agent('ann'), { activity, pausedBecause: failure })
    await office.clock.advance(pausedS * 1000 - 1)
    t.same(office.heard(), [])
    await office.clock.advance(1)
    t.same(office.heard(), ['ann ← call 1'])
    t.equal(office.routing.counters()[`offer.${failure}`], 1)
  })
}

story('a phone that registers again ends the pause for being unreachable', (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.fail('call 1', 'ann', 'unreachable')
  office.routing.setReachable('ann', false)
  office.arrive('ann')
  t.same(office.heard(), ['ann ← call 1', 'ann ← call 1'])
})

story('an agent who goes Offline while ringing is rung no longer', (t, office) => {
  office.arrive('ann', 'bob')
  office.call('call 1')
  office.routing.setStatus('ann', 'Offline')
  t.same(office.heard(), ['ann ← call 1', 'ann ✕ call 1 agentUnavailable', 'bob ← call 1'])
  t.equal(office.agent('ann')?.activity, 'offline')
})

story('an agent whose phone goes away while ringing is rung no longer', (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.routing.setReachable('ann', false)
  t.same(office.heard(), ['ann ← call 1', 'ann ✕ call 1 agentUnavailable'])
})

story('an agent who goes Offline while talking finishes the talk and gets no other', (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.call('call 2')
  office.routing.offerAccepted('call 1', 'ann')
  office.routing.setStatus('ann', 'Offline')
  t.equal(office.agent('ann')?.activity, 'onContact')
  office.routing.contactEnded('call 1')
  t.same(office.heard(), ['ann ← call 1'])
  t.equal(office.agent('ann')?.activity, 'offline')
})

story('a contact whose agent left before the talk goes back to its place', (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.call('call 2')
  office.routing.offerAccepted('call 1', 'ann')
  office.routing.requeue('call 1')
  t.equal(office.routing.position('call 1'), 1)
  office.arrive('bob')
  t.same(office.heard(), ['ann ← call 1', 'bob ← call 1'])
})

story('an agent who left before the talk is not rung again in the same breath', async (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.routing.offerAccepted('call 1', 'ann')
  office.routing.requeue('call 1')
  office.heard()
  await office.clock.advance(4_999)
  t.same(office.heard(), [])
  await office.clock.advance(1)
  t.same(office.heard(), ['ann ← call 1'])
})

story(
  'a full queue refuses, and being offered does not make room',
  (t, office) => {
    office.arrive('ann')
    t.same([office.call('call 1'), office.call('call 2'), office.call('call 3')], ['queued', 'queued', 'atCapacity'])
    office.routing.offerAccepted('call 1', 'ann')
    t.equal(office.call('call 3'), 'queued')
  },
  { ...onePlan, queues: { sales: 2 } },
)

story('a queue without a limit of its own has that of the box', (t, office) => {
  for (let call = 1; call <= 10; call++) t.equal(office.call(`call ${call}`), 'queued')
  t.equal(office.call('call 11'), 'atCapacity')
})

story(
  'a contact sent back finds its place even when the queue has filled meanwhile',
  (t, office) => {
    office.arrive('ann')
    office.call('call 1')
    office.routing.offerAccepted('call 1', 'ann')
    office.call('call 2')
    office.routing.requeue('call 1')
    t.equal(office.queue()?.waiting, 2)
    t.equal(office.routing.position('call 1'), 1)
  },
  { ...onePlan, queues: { sales: 1 } },
)

story('an unknown queue, and a contact that is queued already, are refused', (t, office) => {
  t.equal(office.call('call 1', { queue: 'nowhere' }), 'noQueue')
  office.call('call 1')
  t.equal(office.call('call 1'), 'noQueue')
})

story('an unknown agent is told apart', (t, office) => {
  t.equal(office.routing.setStatus('zoe', 'Available'), false)
  office.arrive('zoe')
  t.equal(office.routing.counters().unknownAgent, 1)
})

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

story('figures of a queue: waiting with the offered, oldest, agents by what they do', async (t, office) => {
  office.arrive('ann', 'bob')
  office.routing.setStatus('cid', 'Offline')
  office.call('call 1')
  office.routing.offerAccepted('call 1', 'ann')
  office.call('call 2')
  await office.clock.advance(7_500)
  t.same(office.queue(), { name: 'sales', waiting: 1, oldestAgeS: 7, available: 0, staffed: 2, online: 2 })
})

story('an agent without a phone is not online, whatever the status says', (t, office) => {
  t.same(office.queue(), { name: 'sales', waiting: 0, oldestAgeS: 0, available: 0, staffed: 0, online: 0 })
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
