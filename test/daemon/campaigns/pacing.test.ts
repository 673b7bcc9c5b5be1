import t from 'tap'
import {
  type CampaignMode,
  callsToPlace,
  newPace,
  nextPace,
  type Pace,
  type PaceInput,
  type PaceView,
  riskToTake,
} from '../../../daemon/campaigns/pacing.ts'

const limits = { abandonLimit: 0.03, patienceMs: 2000 }
const nobody: PaceView = { free: 0, busy: 0, waiting: 0, undecided: 0 }

/** So many people answered, of whom so many found no agent; one in three calls is answered, after 10 s; talks last two minutes. */
function experienced(live: number, abandoned: number): Pace {
  return {
    atMs: 0,
    calls: { settled: 600, live: 200, waitedMs: 600 * 10_000 },
    talks: { ended: 200, busyMs: 200 * 120_000 },
    live,
    abandoned,
  }
}

const table: [what: string, CampaignMode, Pace, Partial<PaceView>, number][] = [
  ['progressive: one for each free agent', 'progressive', newPace(), { free: 3, busy: 2 }, 3],
  ['progressive: those on the way count', 'progressive', newPace(), { free: 3, busy: 2, undecided: 2 }, 1],
  ['progressive: who waits has an agent', 'progressive', newPace(), { free: 3, busy: 2, waiting: 1 }, 2],
  ['progressive: nobody is free', 'progressive', newPace(), { busy: 5 }, 0],
  ['preview: one for each free agent', 'preview', newPace(), { free: 2, undecided: 1 }, 1],
  ['agentless: as many as there are lines', 'agentless', newPace(), {}, Number.POSITIVE_INFINITY],
  ['predictive: nobody is there', 'predictive', experienced(200, 0), {}, 0],
  ['predictive: more wait than are free', 'predictive', experienced(200, 0), { busy: 20, waiting: 1 }, 0],
  ['predictive, over the limit: one for each', 'predictive', experienced(200, 7), { free: 5, busy: 15 }, 5],
]
for (const [what, mode, pace, view, expected] of table)
  t.test(what, async (t) => {
    t.equal(callsToPlace(mode, pace, { ...nobody, ...view }, limits), expected)
  })

t.test(
  'predictive calls more than are free, the more the fewer answer, and waits for what is on the way',
  async (t) => {
    const view = { ...nobody, free: 5, busy: 15 }
    const usual = callsToPlace('predictive', experienced(1000, 20), view, limits)
    t.ok(usual > 5 && usual < 20, `${usual} calls for 5 free agents`)
    const seldom = { ...experienced(1000, 20), calls: { settled: 600, live: 60, waitedMs: 6_000_000 } }
    t.ok(callsToPlace('predictive', seldom, view, limits) > 2 * usual)
    t.equal(callsToPlace('predictive', experienced(1000, 20), { ...view, undecided: usual }, limits), 0)
  },
)

t.test('nobody is free, but somebody will be: predictive calls ahead', async (t) => {
  t.ok(callsToPlace('predictive', experienced(1000, 10), { ...nobody, busy: 100 }, limits) > 0)
})

t.test('the risk follows the budget: none over the limit, little at first, more when few were abandoned', async (t) => {
  const risks = [
    experienced(100, 4),
    newPace(),
    experienced(1000, 30),
    experienced(1000, 25),
    experienced(1000, 10),
  ].map((pace) => riskToTake(pace, 0.03))
  t.equal(risks[0], 0)
  t.ok((risks[1] ?? 0) > 0)
  t.equal(risks[1], risks[2])
  t.ok((risks[3] ?? 0) > (risks[2] ?? 0))
  t.ok((risks[4] ?? 0) > (risks[3] ?? 0) && (risks[4] ?? 1) < 0.03)
  t.equal(riskToTake(experienced(1000, 0), 0), 0, 'a limit of 0 takes no risk')
})

t.test('every mix of answers and losses has a risk within its bounds', async (t) => {
  for (let live = 0; live < 3000; live += 25)
    for (let abandoned = 0; abandoned < 100; abandoned++) {
      const risk = riskToTake(newPace({ live, abandoned }), 0.03)
      if (!(risk >= 0 && risk < 0.03)) return t.fail(`${abandoned} of ${live}: ${risk}`)
    }
  t.pass('nothing else')
})

t.test('what is told is counted: time by calls on the way and agents at work, ends by their kind', async (t) => {
  const view = { free: 1, busy: 3, waiting: 0, undecided: 2 }
  let pace = newPace({ atMs: 1000 })
  for (const input of [undefined, 'live', 'settled', 'freed', 'abandoned'] as (PaceInput | undefined)[])
    pace = nextPace(pace, pace.atMs + 1000, view, input)
  t.same(pace, {
    atMs: 6000,
    calls: { settled: 2, live: 1, waitedMs: 10_000 },
    talks: { ended: 1, busyMs: 15_000 },
    live: 1,
    abandoned: 1,
  })
})

t.test('what was long ago is forgotten, but not who was abandoned', async (t) => {
  let pace = newPace()
  for (let n = 1; n <= 5000; n++) pace = nextPace(pace, n * 1000, { ...nobody, undecided: 10 }, 'live')
  t.ok(pace.calls.settled <= 2000)
  t.equal(pace.live, 5000)
})
