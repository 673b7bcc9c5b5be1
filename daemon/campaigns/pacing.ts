// How many calls a campaign may have under way: a pure machine, fed with what its calls and agents do.
//
// A predictive campaign calls more contacts than agents are free, for most do not answer. What may be called yet is found
// from the risk that whoever answers the next call finds no agent: calls that ring end at one rate, talks at another, and
// a share of the answers wants an agent; all three are learned as the campaign goes. The risk that is taken follows the
// abandon budget: it is low while little of it is left, and grows as people find agents.
import type { Campaign } from '../config/campaigns-schema.ts'

export type CampaignMode = Campaign['mode']

export interface Pace {
  /** When it was last told something. */
  readonly atMs: number
  /** Of calls: all that came to an end or to an agent's turn, how many wanted an agent, and how long they were on the way. */
  readonly calls: { readonly settled: number; readonly live: number; readonly waitedMs: number }
  /** Of agents: how many became free again, and how long agents were busy. */
  readonly talks: { readonly ended: number; readonly busyMs: number }
  /** People who answered since the campaign began, and how many of them found no agent. */
  readonly live: number
  readonly abandoned: number
}

/** `live`: somebody answered who wants an agent; `settled`: nobody will, after all; `freed`: an agent is done with one. */
export type PaceInput = 'live' | 'settled' | 'freed' | 'abandoned'

export interface PaceView {
  /** Agents who could take a call now, and those who are busy. */
  free: number
  busy: number
  /** Answered, wanting an agent, and without one yet. */
  waiting: number
  /** Being called, or answered and not yet known by whom. */
  undecided: number
}

export interface PaceLimits {
  /** Of those who answer: 0 to 1. */
  abandonLimit: number
  /** How long one who answered waits before counting as abandoned. */
  patienceMs: number
}

/** What is taken for likely until the campaign knows better: as if so many calls and talks had been seen. */
const prior = { calls: 12, live: 6, callMs: 12_000, talks: 5, talkMs: 90_000 }
/** What was seen long ago counts less: beyond this, half of it is forgotten. */
const mostCalls = 2000
const mostTalks = 1000

/**
 * Of the abandon limit: the risk that the next call may run. It is lower than the limit, for each further call adds to the
 * risk of those that are on the way already; found by simulation, with 5 to 50 agents and 20 to 70 % who answer.
 */
const riskShare = 0.37
const mostRisk = 2.5
const leastRisk = 0.05
/** How fast the risk follows what is left of the budget: e-fold in some three abandoned calls. */
const budgetGain = 0.3
/** Of the budget, in abandoned calls, what is kept in hand. */
const reserve = 5
const reserveShare = 0.3
/** What must be left, in abandoned calls, to take the whole risk at the beginning; nothing from the other budget on. */
const smallBudget = 3
const largeBudget = 12
const mostAhead = 500

export function newPace(of: Partial<Pick<Pace, 'live' | 'abandoned' | 'atMs'>> = {}): Pace {
  return {
    atMs: of.atMs ?? 0,
    calls: { settled: 0, live: 0, waitedMs: 0 },
    talks: { ended: 0, busyMs: 0 },
    live: of.live ?? 0,
    abandoned: of.abandoned ?? 0,
  }
}

/** `view` as it was until now. */
export function nextPace(pace: Pace, atMs: number, view: PaceView, input?: PaceInput): Pace {
  const passedMs = Math.max(0, atMs - pace.atMs)
  const ended = input === 'live' || input === 'settled' ? 1 : 0
  const calls = {
    settled: pace.calls.settled + ended,
    live: pace.calls.live + (input === 'live' ? 1 : 0),
    // Calls that still ring count too: only those that are over would look shorter than calls are.
    waitedMs: pace.calls.waitedMs + passedMs * view.undecided,
  }
  const talks = {
    ended: pace.talks.ended + (input === 'freed' ? 1 : 0),
    busyMs: pace.talks.busyMs + passedMs * view.busy,
  }
  return {
    atMs,
    calls: calls.settled > mostCalls ? halved(calls) : calls,
    talks: talks.ended > mostTalks ? halved(talks) : talks,
    live: pace.live + (input === 'live' ? 1 : 0),
    abandoned: pace.abandoned + (input === 'abandoned' ? 1 : 0),
  }
}

/** Calls that may be begun now, lines aside. */
export function callsToPlace(mode: CampaignMode, pace: Pace, view: PaceView, limits: PaceLimits): number {
  if (mode === 'agentless') return Number.POSITIVE_INFINITY
  const free = Math.max(0, view.free - view.waiting)
  const oneEach = Math.max(0, free - view.undecided)
  // Whoever waits has the next agent who is free.
  if (mode !== 'predictive' || view.waiting > view.free) return oneEach
  const risk = riskToTake(pace, limits.abandonLimit)
  return risk === 0 ? oneEach : Math.max(oneEach, callsWithin(risk, pace, { ...view, free }, limits.patienceMs))
}

/** 0: over the limit, or without one abandoned call to spare. */
export function riskToTake({ live, abandoned }: Pace, abandonLimit: number): number {
  const budget = abandonLimit * live
  const left = budget - abandoned
  if (left < 0 || abandonLimit === 0) return 0
  const base = riskShare * abandonLimit
  const spare = left - Math.min(reserve, reserveShare * budget)
  // Several may be abandoned at once: while people are few, that would be over the limit.
  const inHand = smallBudget * (1 - budget / largeBudget)
  const share = left < 1 ? 0 : left - 1 >= inHand ? 1 : (left - 1) / inHand
  return base * Math.max(leastRisk, Math.min(mostRisk, share * Math.exp(budgetGain * spare)))
}

/**
 * The most calls for which the one placed last, if it is answered, finds no agent with at most this probability. Calls and
 * talks end at constant rates (they are taken to be exponential): for each number of other calls and of free agents, the
 * risk follows from what happens first: this call, one of the others, or the end of a talk.
 */
function callsWithin(risk: number, { calls, talks }: Pace, view: PaceView, patienceMs: number): number {
  const answerRate = (calls.settled + prior.calls) / (calls.waitedMs + prior.calls * prior.callMs)
  const talkRate = (talks.ended + prior.talks) / (talks.busyMs + prior.talks * prior.talkMs)
  const live = (calls.live + prior.live) / (calls.settled + prior.calls)
  const agents = view.free + view.busy
  if (agents === 0) return 0
  const nobodyInTime = Math.exp(-agents * talkRate * patienceMs)
  let fewer = new Float64Array(agents + 1)
  let risks = new Float64Array(agents + 1)
  for (let others = 0; others < view.undecided + mostAhead; others++) {
    for (let free = agents; free >= 0; free--) {
      const talkEnds = (agents - free) * talkRate
      const otherEnds = others * answerRate
      let sum = free === 0 ? answerRate * nobodyInTime : 0
      if (others > 0) sum += otherEnds * (live * fewer[Math.max(0, free - 1)]! + (1 - live) * fewer[free]!)
      if (free < agents) sum += talkEnds * risks[free + 1]!
      risks[free] = sum / (answerRate + otherEnds + talkEnds)
    }
    if (others >= view.undecided && risks[view.free]! > risk) return others - view.undecided
    const swapped = fewer
    fewer = risks
    risks = swapped
  }
  return mostAhead
}

function halved<Counts extends Record<string, number>>(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / 2])) as Counts
}
