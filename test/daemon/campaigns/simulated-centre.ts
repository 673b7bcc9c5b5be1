// Agents and a telephone network in simulated time: what becomes of a call is drawn for each number beforehand, so that
// every dialler calls the same people.
import type { SimClock } from '../../support/sim-clock.ts'
import { seededRandom } from '../routing/seeded-random.ts'
import type { Rates } from './ideal-dialler.ts'

export interface Fate {
  ringMs: number
  /** Answers; else a machine does, it is busy, or rings in vain. */
  who: 'person' | 'machine' | 'busy' | 'nobody'
  talkMs: number
}

export interface CentreEvents {
  unanswered(who: 'busy' | 'nobody'): void
  machine(): void
  /** A person; `agent`: whether one took them at once. */
  person(agent: boolean): void
  talkEnded(): void
}

export class SimulatedCentre {
  readonly dialled: { number: string; atMs: number }[] = []
  readonly clock: SimClock
  readonly #rates: Rates
  readonly #seed: number
  busy = 0
  ringing = 0
  people = 0
  abandoned = 0
  /** While it counts: agents' time, and how much of it they had nothing to do. */
  agentMs = 0
  idleMs = 0
  #countedMs = 0
  #counts = false

  constructor(clock: SimClock, rates: Rates, seed: number) {
    this.clock = clock
    this.#rates = rates
    this.#seed = seed
  }

  /** From here on idle time counts, or does not: while nobody may be called, no dialler can do anything. */
  count(on: boolean): void {
    this.#tally()
    this.#counts = on
  }

  dial(number: string, on: CentreEvents): { cancel(): void } {
    const { ringMs, who, talkMs } = this.#fateOf(number)
    this.dialled.push({ number, atMs: this.clock.epochMs() })
    this.ringing++
    const timer = this.clock.after(ringMs, () => {
      this.#tally()
      this.ringing--
      if (who === 'machine') return on.machine()
      if (who !== 'person') return on.unanswered(who)
      this.people++
      if (this.busy === this.#rates.agents) {
        this.abandoned++
        return on.person(false)
      }
      this.busy++
      this.clock.after(talkMs, () => {
        this.#tally()
        this.busy--
        on.talkEnded()
      })
      on.person(true)
    })
    return { cancel: () => timer.cancel() }
  }

  get idleShare(): number {
    return this.idleMs / this.agentMs
  }

  get abandonShare(): number {
    return this.people === 0 ? 0 : this.abandoned / this.people
  }

  #tally(): void {
    const nowMs = this.clock.monotonicMs()
    const passedMs = nowMs - this.#countedMs
    this.#countedMs = nowMs
    if (!this.#counts) return
    this.agentMs += passedMs * this.#rates.agents
    this.idleMs += passedMs * (this.#rates.agents - this.busy)
  }

  #fateOf(number: string): Fate {
    const random = seededRandom(this.#seed * 100_003 + Number(number.slice(-7)))
    const exponential = (meanS: number) => -Math.log(1 - random()) * meanS * 1000
    const { answerShare, ringMeanS, talkMeanS } = this.#rates
    const draw = random()
    const rest = (draw - answerShare) / (1 - answerShare)
    const who = draw < answerShare ? 'person' : rest < 0.4 ? 'machine' : rest < 0.6 ? 'busy' : 'nobody'
    return { who, ringMs: exponential(ringMeanS), talkMs: exponential(talkMeanS) }
  }
}
