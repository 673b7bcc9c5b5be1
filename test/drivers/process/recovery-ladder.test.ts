// The recovery ladder: what is done to a device that fails, how long after, and how often in an hour.
import t from 'tap'
import { climb, freshLadder, type LadderPlan, type LadderState } from '../../../drivers/process/recovery-ladder.ts'

type Rung = 'hard' | 'soft'
const plan: LadderPlan<Rung> = {
  rungs: [
    { name: 'hard', afterFailures: 5, budgetPerHour: 1 },
    { name: 'soft', afterFailures: 2, budgetPerHour: 2 },
  ],
  firstDelayMs: 250,
  longestDelayMs: 4000,
  stableMs: 10_000,
}
const minuteMs = 60_000

/** Failures one after the other, `everyMs` apart. */
function fail(times: number, everyMs = 1000, from: LadderState<Rung> = freshLadder, startMs = 0) {
  let state = from
  const told: { delayMs: number; rung: Rung | undefined }[] = []
  for (let i = 0; i < times; i++) {
    const step = climb(plan, state, startMs + i * everyMs, 0)
    state = step.state
    told.push({ delayMs: step.delayMs, rung: step.rung })
  }
  return { state, told }
}

t.same(
  fail(6).told.map(({ delayMs }) => delayMs),
  [250, 500, 1000, 2000, 4000, 4000],
  'the delay grows, up to its longest',
)
t.same(
  fail(7).told.map(({ rung }) => rung),
  [undefined, 'soft', 'soft', undefined, 'hard', undefined, undefined],
  'each rung has its budget; spent, the device is only opened anew',
)
const { state } = fail(7)
t.equal(climb(plan, state, 30 * minuteMs, 0).rung, undefined, 'half an hour later the budget is still spent')
t.equal(climb(plan, state, 61 * minuteMs, 0).rung, 'hard', 'an hour later it is there again')
const sound = climb(plan, state, 2 * minuteMs, 10_000)
t.same([sound.delayMs, sound.rung, sound.state.failures], [250, undefined, 1], 'sound for a while: it begins anew')
t.equal(climb(plan, state, 2 * minuteMs, 9999).state.failures, 8, 'sound for a moment does not count')
const year = fail(10_000, 5000, state, 3 * minuteMs)
t.ok(year.state.spent.length <= 3, 'what is remembered has a bound')
t.equal(year.told.filter(({ rung }) => rung === 'hard').length, 13, 'once an hour, for nearly fourteen hours')
