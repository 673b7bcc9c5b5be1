// How fast the router decides with a full house: 500 agents, 10,000 contacts waiting. The rate is printed; the limits
// are those of the design, with room for a slow machine that runs other tests at the same time.
import t from 'tap'
import { SystemClock } from '../../../daemon/clock.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { createRouting, type Router } from '../../../daemon/routing/router.ts'
import { routingOptions } from './office.ts'
import { seededRandom } from './seeded-random.ts'

const agents = 500
const queues = 20

/** Every profile has five queues in three tiers, one of them delayed; agents are spread over twenty profiles. */
function fullHouse(waiting: number): { routing: Router; enqueue: () => void; ringing: [string, string][] } {
  const names = Array.from({ length: queues }, (_, index) => `queue ${index}`)
  const queueOf = (profile: number, step: number) => (profile + step) % queues
  const routing = createRouting({
    ...routingOptions({
      queues: Object.fromEntries(names.map((name) => [name.replace(' ', '-'), undefined])),
      profiles: Object.fromEntries(
        names.map((_, profile) => [
          `profile-${profile}`,
          ['1 0', '1 0', '2 0', '2 30', '3 0'].map((rule, step) => `queue-${queueOf(profile, step)} ${rule}`),
        ]),
      ),
      agents: Object.fromEntries(
        Array.from({ length: agents }, (_, index) => [`agent-${index}`, `profile-${index % queues}`]),
      ),
    }),
    offerTimeoutS: 20,
    missedPauseS: 30,
    maximumContacts: 1_000_000,
    afterContactWorkS: 0,
    clock: new SystemClock(),
    log: silentLog,
  })
  const ringing: [string, string][] = []
  routing.onEffect((effect) => {
    if (effect.type === 'offer') ringing.push([effect.contactId, effect.agent])
  })
  const random = seededRandom(7)
  let calls = 0
  const enqueue = () => {
    routing.enqueue({
      contactId: `call ${++calls}`,
      queue: `queue-${Math.floor(random() * queues)}`,
      channel: 'VOICE',
      enqueuedAtEpochMs: Date.now(),
      priority: random() < 0.9 ? 5 : 1 + Math.floor(random() * 9),
      ageAdjustmentS: 0,
    })
  }
  for (let agent = 0; agent < agents; agent++) routing.setReachable(`agent-${agent}`, true)
  for (let call = 0; call < waiting + agents; call++) enqueue()
  return { routing, enqueue, ringing }
}

/** Whole lives of contacts (enqueued, offered, accepted, ended) a second, with the queue kept at its length. */
function contactsPerSecond(waiting: number, contacts: number): number {
  const { routing, enqueue, ringing } = fullHouse(waiting)
  const live = (count: number) => {
    for (let done = 0; done < count; done++) {
      const [contactId, agent] = ringing.shift()!
      routing.offerAccepted(contactId, agent)
      routing.contactEnded(contactId)
      enqueue()
    }
  }
  live(2_000)
  const startMs = performance.now()
  live(contacts)
  const rate = contacts / ((performance.now() - startMs) / 1000)
  routing.close()
  return rate
}

t.test('500 agents with 10,000 contacts waiting: at least 5,000 contacts a second', async (t) => {
  const rate = contactsPerSecond(10_000, 30_000)
  t.comment(`${Math.round(rate)} contacts a second`)
  t.ok(rate > 5_000, `${Math.round(rate)} contacts a second`)
})

t.test('a queue a hundred times as long costs far less than a hundred times as much', async (t) => {
  const [short, long] = [contactsPerSecond(1_000, 20_000), contactsPerSecond(100_000, 20_000)]
  t.comment(`${Math.round(short)} a second with 1,000 waiting, ${Math.round(long)} with 100,000`)
  t.ok(long > short / 10, 'cost grows like the logarithm, not like the queue')
})

t.test('callers who give up in the middle of a long queue leave as fast', async (t) => {
  const { routing } = fullHouse(10_000)
  const startMs = performance.now()
  const leavers = 5_000
  for (let call = 0; call < leavers; call++) routing.leave(`call ${1_000 + 2 * call}`)
  const rate = leavers / ((performance.now() - startMs) / 1000)
  t.comment(`${Math.round(rate)} leave a second`)
  t.ok(rate > 5_000)
  routing.close()
})
