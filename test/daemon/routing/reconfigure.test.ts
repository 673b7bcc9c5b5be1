// A new configuration in the middle of the day: who waits keeps the place, who talks goes on, and from now on the new rules
// hold.
import { type OfficePlan, onePlan, routingOptions } from './office.ts'
import { story } from './story.ts'

const change = (plan: Partial<OfficePlan>, times: { offerTimeoutS?: number; missedPauseS?: number } = {}) => ({
  ...routingOptions({ ...onePlan, ...plan }),
  maximumContacts: 10,
  offerTimeoutS: 20,
  missedPauseS: 30,
  ...times,
})

story('callers keep their order and their age', async (t, office) => {
  for (const call of ['call 1', 'call 2', 'call 3']) office.call(call)
  await office.clock.advance(5000)
  office.routing.reconfigure(change({ profiles: { basic: ['sales 2 0'] } }))
  t.same(
    ['call 1', 'call 2', 'call 3'].map((call) => office.routing.position(call)),
    [1, 2, 3],
  )
  t.equal(office.queue()?.oldestAgeS, 5)
  office.arrive('ann')
  t.same(office.heard(), ['ann ← call 1'])
})

story('a new delay counts from when the caller came', async (t, office) => {
  office.call('call 1')
  await office.clock.advance(5000)
  office.routing.reconfigure(change({ profiles: { basic: ['sales 1 8'] } }))
  office.arrive('ann')
  t.same(office.heard(), [])
  await office.clock.advance(3000)
  t.same(office.heard(), ['ann ← call 1'])
})

story('an agent who talks goes on, and is free for the new queues afterwards', (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.routing.offerAccepted('call 1', 'ann')
  office.heard()
  office.routing.reconfigure(
    change({ queues: { sales: undefined, care: undefined }, profiles: { basic: ['care 1 0'] } }),
  )
  t.match(office.agent('ann'), { activity: 'onContact', contactIds: ['call 1'] })
  office.call('call 2', { queue: 'care' })
  t.same(office.heard(), [])
  office.routing.contactEnded('call 1')
  office.routing.clearContact('ann')
  t.same(office.heard(), ['ann ← call 2'])
})

story('an agent who is rung may still answer', (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.routing.reconfigure(change({}))
  t.equal(office.routing.offerAccepted('call 1', 'ann'), true)
})

story(
  'an agent who is rung and does not answer: the caller stands in the new queue at the old place',
  async (t, office) => {
    office.arrive('ann')
    office.call('call 1')
    office.routing.reconfigure(change({ profiles: { basic: ['sales 1 0'] } }))
    await office.clock.advance(20_000)
    t.same(office.heard(), ['ann ← call 1', 'ann ✕ call 1 missed'])
    t.equal(office.routing.position('call 1'), 1)
    office.arrive('bob')
    t.same(office.heard(), ['bob ← call 1'])
  },
)

story('a queue that is gone takes nobody any more, and those who wait in it are served', (t, office) => {
  office.call('call 1')
  office.routing.reconfigure(change({ queues: { care: undefined }, profiles: { basic: ['care 1 0'] } }))
  t.equal(office.call('call 2'), 'noQueue')
  office.arrive('ann')
  t.same(office.heard(), ['ann ← call 1'])
})

story('an agent who is gone gets nothing more, and a new one does', (t, office) => {
  office.arrive('ann')
  office.routing.reconfigure(change({ agents: { dan: 'basic' } }))
  office.call('call 1')
  t.same(office.heard(), [])
  office.arrive('dan')
  t.same(office.heard(), ['dan ← call 1'])
  t.equal(office.agent('ann'), undefined)
})

story('an agent who is gone finishes the call first', (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.routing.offerAccepted('call 1', 'ann')
  office.heard()
  office.routing.reconfigure(change({ agents: { dan: 'basic' } }))
  t.match(office.agent('ann'), { status: 'Offline', activity: 'onContact' })
  office.routing.contactEnded('call 1')
  office.call('call 2')
  t.same(office.heard(), [])
})

story('what can’t be followed changes nothing', (t, office) => {
  office.call('call 1')
  t.throws(() => office.routing.reconfigure(change({ profiles: { basic: ['nothing 1 0'] } })), /unknown queue nothing/)
  office.arrive('ann')
  t.same(office.heard(), ['ann ← call 1'])
})

story('from now on phones ring as long as is said now, and who misses a contact pauses so', async (t, office) => {
  office.arrive('ann')
  office.call('call 1')
  office.routing.reconfigure(change({}, { offerTimeoutS: 8, missedPauseS: 3 }))
  await office.clock.advance(8000)
  t.same(office.heard(), ['ann ← call 1'], 'who is rung already is rung as long as was said then')
  await office.clock.advance(12_000)
  t.same(office.heard(), ['ann ✕ call 1 missed'])
  await office.clock.advance(3000)
  t.same(office.heard(), ['ann ← call 1'])
  await office.clock.advance(8000)
  t.same(office.heard(), ['ann ✕ call 1 missed'])
})
