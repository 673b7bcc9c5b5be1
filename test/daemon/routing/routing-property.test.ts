// Random days in a call centre, told to the router and to the plain model: both must say the same, word for word.
// A failing seed is named in the result and gives the same day again.
import t from 'tap'
import type { OfferFailure } from '../../../daemon/routing/routing.ts'
import { Office, type OfficePlan } from './office.ts'
import { RoutingModel } from './routing-model.ts'
import { seededRandom } from './seeded-random.ts'

const seeds = 150
const stepsPerSeed = 400
const offerTimeoutS = 20
/** Not a multiple of the other times, so that no two timers fall due at once. */
const missedPauseS = 31

const plan: OfficePlan = {
  queues: { sales: 12, care: 8, rest: 20 },
  profiles: {
    all: ['sales 1 0', 'care 1 0', 'rest 2 0'],
    seller: ['sales 1 0', 'rest 1 7'],
    carer: ['care 1 0', 'sales 2 13'],
    helper: ['rest 1 0', 'care 3 7', 'sales 3 7'],
  },
  agents: { ann: 'all', bob: 'all', cid: 'seller', dan: 'seller', eve: 'carer', fay: 'carer', gus: 'helper' },
}
const queues = Object.keys(plan.queues)
const failures: OfferFailure[] = ['noAnswer', 'declined', 'busy', 'unreachable', 'error']

class Day {
  readonly office = new Office(plan, { offerTimeoutS, missedPauseS })
  readonly model = new RoutingModel(plan, offerTimeoutS, missedPauseS)
  readonly #random: () => number
  #calls = 0

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  /** One random input to both; returns what it was. */
  async step(): Promise<string> {
    const { office, model } = this
    const { routing } = office
    const dice = this.#random()
    const ringing = this.#pick(model.contacts.filter((contact) => contact.agent && !contact.accepted))
    const talking = this.#pick(model.contacts.filter((contact) => contact.accepted))
    const queued = this.#pick(model.contacts.filter((contact) => !contact.accepted))
    const agent = this.#pick(model.agents)!
    if (dice < 0.3) return this.#call()
    if (dice < 0.5) return this.#wait()
    if (dice < 0.65 && ringing) {
      const agentName = ringing.agent!.name
      model.accept(ringing)
      return `${agentName} answers ${ringing.id}: ${routing.offerAccepted(ringing.id, agentName)}`
    }
    if (dice < 0.72 && ringing) {
      const [failure, agentName] = [this.#pick(failures)!, ringing.agent!.name]
      model.fail(ringing, failure)
      routing.offerFailed(ringing.id, agentName, failure)
      return `${agentName} fails ${ringing.id}: ${failure}`
    }
    if (dice < 0.8 && queued) {
      model.leave(queued)
      routing.leave(queued.id)
      return `${queued.id} leaves`
    }
    if (dice < 0.82 && talking) {
      model.requeue(talking)
      routing.requeue(talking.id)
      return `${talking.id} is requeued`
    }
    if (dice < 0.92 && talking) {
      model.end(talking)
      routing.contactEnded(talking.id)
      return `${talking.id} ends`
    }
    if (dice < 0.95) {
      const status = this.#random() < 0.3 ? 'Offline' : 'Available'
      model.setStatus(agent, status)
      routing.setStatus(agent.name, status)
      return `${agent.name} is ${status}`
    }
    const reachable = this.#random() < 0.75
    model.setReachable(agent, reachable)
    routing.setReachable(agent.name, reachable)
    return `${agent.name} is ${reachable ? '' : 'not '}reachable`
  }

  #call(): string {
    const id = `call ${++this.#calls}`
    const queue = this.#pick(queues)!
    const priority = this.#random() < 0.8 ? 5 : Math.ceil(this.#random() * 9)
    const waitedMs = this.#random() < 0.8 ? 0 : 1_000 + this.#fraction(30_000)
    const ageAdjustmentS = this.#random() < 0.8 ? 0 : Math.floor(this.#random() * 60) - 20
    const expected = this.model.enqueue(id, queue, priority, waitedMs, ageAdjustmentS)
    const enqueuedAtEpochMs = this.office.clock.epochMs() - waitedMs
    const got = this.office.call(id, { queue, priority, ageAdjustmentS, enqueuedAtEpochMs })
    return `${id} to ${queue}: ${got === expected ? got : `${got} instead of ${expected}`}`
  }

  async #wait(): Promise<string> {
    const ms = this.#fraction(this.#random() < 0.2 ? 40_000 : 4_000)
    this.model.advanceTo(this.model.now + ms)
    await this.office.clock.advance(ms)
    return `${ms} ms pass`
  }

  /** Binary fractions of a millisecond add up exactly, and never by chance to a round number of seconds. */
  #fraction(maximumMs: number): number {
    return Math.ceil(this.#random() * maximumMs * 256) / 256
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random() * from.length)]
  }

  /** What differs between the two; empty when nothing does. */
  differences(): string[] {
    const [router, model] = [this.office.heard(), this.model.heard()]
    const found = this.office.routing.brokenInvariants()
    if (router.join('; ') !== model.join('; ')) found.push(`router said [${router}], model [${model}]`)
    for (const queue of queues) {
      const line = this.model.line(queue)
      const positions = line.map((id) => this.office.routing.position(id))
      if (positions.some((position, index) => position !== index + 1)) found.push(`${queue}: ${line} at ${positions}`)
    }
    return found
  }
}

t.test(`the router says what the plain model says, on ${seeds} random days`, async (t) => {
  let offers = 0
  let accepted = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const day = new Day(seed)
    for (let step = 1; step <= stepsPerSeed; step++) {
      const did = await day.step()
      const differences = [...day.differences(), ...(did.includes('instead of') || did.endsWith('false') ? [did] : [])]
      if (differences.length > 0) {
        t.fail(`seed ${seed}, step ${step} (${did}): ${differences.join('; ')}`)
        return
      }
    }
    const counters = day.office.routing.counters()
    offers += counters.offered ?? 0
    accepted += counters.accepted ?? 0
    day.office.routing.close()
    if (day.office.clock.liveTimers > 0) t.fail(`seed ${seed} leaves ${day.office.clock.liveTimers} timers`)
  }
  t.comment(`${seeds * stepsPerSeed} inputs, ${offers} offers, ${accepted} accepted`)
  t.ok(offers > seeds * 50 && accepted > seeds * 20, 'the days were busy enough to mean something')
})
