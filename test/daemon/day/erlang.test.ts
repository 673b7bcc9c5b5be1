// One queue of patient callers, calls at random and talks of random length: how long they wait is known since 1917. The
// router, in simulated time, comes within 3 % of the formula's mean wait and service level.
import t from 'tap'
import { silentLog } from '../../../daemon/log/log.ts'
import { createRouting } from '../../../daemon/routing/router.ts'
import { seededRandom } from '../routing/seeded-random.ts'
import { SimClock } from './sim-clock.ts'

const meanTalkS = 180
const levelS = 20

/** Mean wait in seconds, and the share of callers answered within `levelS`. */
function erlangC(agents: number, load: number, talkS: number): { waitS: number; level: number } {
  let blocked = 1
  for (let servers = 1; servers <= agents; servers++) blocked = (load * blocked) / (servers + load * blocked)
  const waits = blocked / (1 - (load / agents) * (1 - blocked))
  return { waitS: (waits * talkS) / (agents - load), level: 1 - waits * Math.exp((-(agents - load) * levelS) / talkS) }
}

/** With the load that was drawn: near full load the wait hangs on it ten times over, and its chance is not the router's. */
function simulate(agents: number, load: number, calls: number) {
  const clock = new SimClock()
  const random = seededRandom(agents)
  const exponential = (mean: number) => -Math.log(1 - random()) * mean
  const routing = createRouting({
    queues: [{ name: 'sales' }],
    routingProfiles: [
      {
        name: 'basic',
        concurrency: { VOICE: 1 },
        queues: [{ queue: 'sales', channel: 'VOICE', priority: 1, delayS: 0 }],
      },
    ],
    agents: Array.from({ length: agents }, (_, at) => ({
      userName: `agent-${at}`,
      routingProfile: 'basic',
      status: 'Available' as const,
      afterContactWorkS: 0,
    })),
    maximumContacts: 1_000_000,
    offerTimeoutS: 20,
    missedPauseS: 30,
    clock,
    log: silentLog,
  })
  const queuedAtMs = new Map<string, number>()
  let [waitedMs, talkedMs, quick, answered, lastArrivalMs] = [0, 0, 0, 0, 0]
  routing.onEffect((effect) => {
    if (effect.type !== 'offer') return
    const waited = clock.monotonicMs() - queuedAtMs.get(effect.contactId)!
    queuedAtMs.delete(effect.contactId)
    waitedMs += waited
    answered++
    if (waited < levelS * 1000) quick++
    routing.offerAccepted(effect.contactId, effect.agent)
    const talkMs = exponential(meanTalkS * 1000)
    talkedMs += talkMs
    clock.after(talkMs, () => routing.contactEnded(effect.contactId))
  })
  for (let at = 0; at < agents; at++) routing.setReachable(`agent-${at}`, true)
  let call = 0
  const arrive = () => {
    const contactId = `call ${++call}`
    lastArrivalMs = clock.monotonicMs()
    queuedAtMs.set(contactId, lastArrivalMs)
    routing.enqueue({
      contactId,
      queue: 'sales',
      channel: 'VOICE',
      enqueuedAtEpochMs: clock.epochMs(),
      priority: 5,
      ageAdjustmentS: 0,
    })
    if (call < calls) clock.after(exponential((meanTalkS * 1000) / load), arrive)
  }
  arrive()
  clock.runUntil(Number.MAX_SAFE_INTEGER)
  routing.close()
  const talkS = talkedMs / calls / 1000
  return {
    waitS: waitedMs / answered / 1000,
    level: quick / answered,
    talkS,
    load: (talkS * 1000 * (calls - 1)) / lastArrivalMs,
  }
}

for (const [agents, load, calls] of [
  [2, 1, 400_000],
  [4, 3, 400_000],
  [8, 6, 1_000_000],
  [12, 10, 1_000_000],
] as const) {
  t.test(`${agents} agents, ${load} erlangs`, async (t) => {
    const got = simulate(agents, load, calls)
    const expected = erlangC(agents, got.load, got.talkS)
    t.comment(
      `mean wait ${got.waitS.toFixed(2)} s (formula ${expected.waitS.toFixed(2)}), ` +
        `within ${levelS} s ${(100 * got.level).toFixed(1)} % (formula ${(100 * expected.level).toFixed(1)})`,
    )
    t.ok(Math.abs(got.waitS / expected.waitS - 1) < 0.03, 'mean wait within 3 %')
    t.ok(Math.abs(got.level / expected.level - 1) < 0.03, 'service level within 3 %')
  })
}
