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

interface Waits {
  waitS: number
  /** Share of callers answered within `levelS`. */
  level: number
}

/** Gaps between calls and lengths of talks, the same again with the same seed. */
function traffic(agents: number, load: number) {
  const random = seededRandom(agents)
  const exponential = (mean: number) => -Math.log(1 - random()) * mean
  return { gapMs: () => exponential((meanTalkS * 1000) / load), talkMs: () => exponential(meanTalkS * 1000) }
}

/** Who comes first gets the agent who is free first: Kiefer and Wolfowitz's recursion, hundreds of times as fast as a router. */
function reckon(agents: number, load: number, calls: number): Waits {
  const { gapMs, talkMs } = traffic(agents, load)
  const freeAtMs = new Float64Array(agents)
  let [nowMs, waitedMs, quick] = [0, 0, 0]
  for (let call = 0; call < calls; call++) {
    if (call > 0) nowMs += gapMs()
    let first = 0
    for (let agent = 1; agent < agents; agent++) if (freeAtMs[agent]! < freeAtMs[first]!) first = agent
    const beginsMs = Math.max(nowMs, freeAtMs[first]!)
    waitedMs += beginsMs - nowMs
    if (beginsMs - nowMs < levelS * 1000) quick++
    freeAtMs[first] = beginsMs + talkMs()
  }
  return { waitS: waitedMs / calls / 1000, level: quick / calls }
}

function simulate(agents: number, load: number, calls: number): Waits {
  // In the order in which the recursion draws them: a talk, then a gap.
  const drawn = traffic(agents, load)
  const talksMs: number[] = []
  const clock = new SimClock()
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
  let [waitedMs, quick, answered] = [0, 0, 0]
  routing.onEffect((effect) => {
    if (effect.type !== 'offer') return
    const waited = clock.monotonicMs() - queuedAtMs.get(effect.contactId)!
    queuedAtMs.delete(effect.contactId)
    waitedMs += waited
    answered++
    if (waited < levelS * 1000) quick++
    routing.offerAccepted(effect.contactId, effect.agent)
    clock.after(talksMs.shift()!, () => routing.contactEnded(effect.contactId))
  })
  for (let at = 0; at < agents; at++) routing.setReachable(`agent-${at}`, true)
  let call = 0
  const arrive = () => {
    const contactId = `call ${++call}`
    queuedAtMs.set(contactId, clock.monotonicMs())
    talksMs.push(drawn.talkMs())
    routing.enqueue({
      contactId,
      queue: 'sales',
      channel: 'VOICE',
      enqueuedAtEpochMs: clock.epochMs(),
      priority: 5,
      ageAdjustmentS: 0,
    })
    if (call < calls) clock.after(drawn.gapMs(), arrive)
  }
  arrive()
  clock.runUntil(Number.MAX_SAFE_INTEGER)
  routing.close()
  return { waitS: waitedMs / answered / 1000, level: quick / answered }
}

/** `ERLANG_TIMES=20`: so many times the calls, enough for the router's figures to need no correction. */
const times = Number(process.env.ERLANG_TIMES ?? 1)
const recursionCalls = 3_000_000

for (const [agents, load] of [
  [2, 1],
  [4, 3],
  [8, 6],
  [12, 10],
] as const) {
  t.test(`${agents} agents, ${load} erlangs`, async (t) => {
    const calls = 40_000 * times
    const [drawn, sameCalls, long] = [
      simulate(agents, load, calls),
      reckon(agents, load, calls),
      reckon(agents, load, recursionCalls),
    ]
    // So few calls come by chance some percent off: by how much, the recursion over the same calls knows (control variate).
    const got = {
      waitS: drawn.waitS - sameCalls.waitS + long.waitS,
      level: drawn.level - sameCalls.level + long.level,
    }
    const expected = erlangC(agents, load, meanTalkS)
    t.comment(
      `mean wait ${got.waitS.toFixed(2)} s (formula ${expected.waitS.toFixed(2)}, uncorrected ${drawn.waitS.toFixed(2)}), ` +
        `within ${levelS} s ${(100 * got.level).toFixed(1)} % (formula ${(100 * expected.level).toFixed(1)})`,
    )
    t.ok(Math.abs(drawn.waitS / sameCalls.waitS - 1) < 0.001, 'the router makes nobody wait who need not')
    t.ok(Math.abs(got.waitS / expected.waitS - 1) < 0.03, 'mean wait within 3 %')
    t.ok(Math.abs(got.level / expected.level - 1) < 0.03, 'service level within 3 %')
  })
}
