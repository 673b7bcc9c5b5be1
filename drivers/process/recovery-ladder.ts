// What is done to a device that failed, from the mildest to the harshest, as a pure function of its failures. Recovery
// must not become the outage: each rung has a budget an hour, and a rung whose budget is spent is left out; the first
// rung, opening the device anew with a growing delay, goes on for ever.

export interface LadderRung<Name extends string> {
  name: Name
  /** Failures in a row before it is tried. */
  afterFailures: number
  budgetPerHour: number
}

export interface LadderState<Name extends string> {
  /** In a row, since the device was last sound for `stableMs`. */
  failures: number
  /** Times of the harsher rungs within the last hour. */
  spent: readonly { name: Name; atMs: number }[]
}

export interface LadderPlan<Name extends string> {
  /** Harshest first; undefined: nothing but to open it anew. */
  rungs: readonly LadderRung<Name>[]
  firstDelayMs: number
  longestDelayMs: number
  stableMs: number
}

const hourMs = 3_600_000

export interface LadderStep<Name extends string> {
  state: LadderState<Name>
  delayMs: number
  /** To be done to the device when it is open again; undefined: nothing. */
  rung: Name | undefined
}

export const freshLadder: LadderState<never> = { failures: 0, spent: [] }

/** The device failed at `nowMs`, having been ready for `readyMs` (0: not at all). */
export function climb<Name extends string>(
  plan: LadderPlan<Name>,
  state: LadderState<Name>,
  nowMs: number,
  readyMs: number,
): LadderStep<Name> {
  const failures = readyMs >= plan.stableMs ? 1 : state.failures + 1
  const spent = state.spent.filter(({ atMs }) => nowMs - atMs < hourMs)
  const left = (rung: LadderRung<Name>) => rung.budgetPerHour - spent.filter(({ name }) => name === rung.name).length
  const rung = plan.rungs.find((each) => failures >= each.afterFailures && left(each) > 0)
  const delayMs = Math.min(plan.longestDelayMs, plan.firstDelayMs * 2 ** Math.min(failures - 1, 16))
  return {
    state: { failures, spent: rung ? [...spent, { name: rung.name, atMs: nowMs }] : spent },
    delayMs,
    rung: rung?.name,
  }
}
