// Callers wait, agents answer or don't: who is rung for whom, told as it happens.
import { type Office, onePlan } from './office.ts'
import { story } from './story.ts'

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

for (const [how, clear] of [
  ['clears it', (office: Office) => office.routing.clearContact('ann')],
  ['sets a status anew', (office: Office) => office.routing.setStatus('ann', 'Available')],
] as const)
  story(
    `unless a time is set, an agent who missed gets nothing until the agent ${how}`,
    async (t, office) => {
      office.arrive('ann')
      office.call('call 1')
      await office.clock.advance(20_000)
      t.same(office.heard(), ['ann ← call 1', 'ann ✕ call 1 missed'])
      await office.clock.advance(3_600_000)
      t.same(office.heard(), [])
      t.match(office.agent('ann'), { activity: 'missed', pausedUntilEpochMs: undefined })
      t.ok(clear(office))
      t.same(office.heard(), ['ann ← call 1'])
    },
    onePlan,
    { missedPauseS: Number.POSITIVE_INFINITY },
  )

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
  t.match(office.agent('ann'), { activity: 'onContact', contactIds: ['call 1'] })
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
  t.same(office.agent('ann')?.contactIds, ['call 1'])
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
