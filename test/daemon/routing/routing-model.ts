// The rules of routing once more, written as plainly as possible: lists that are searched from end to end, and no
// thought for speed. The property test compares the router's every word with this.
import type { AgentStatus, OfferFailure } from '../../../daemon/routing/routing.ts'
import type { OfficePlan } from './office.ts'

interface ModelContact {
  id: string
  queue: string
  priority: number
  enqueuedAt: number
  adjustment: number
  arrival: number
  agent: ModelAgent | undefined
  accepted: boolean
}

interface ModelAgent {
  name: string
  lanes: { queue: string; priority: number; delay: number }[]
  status: AgentStatus
  reachable: boolean
  contact: ModelContact | undefined
  pausedBy: string | undefined
  failures: number
  since: number
}

interface Alarm {
  at: number
  agent: ModelAgent
  ring: () => void
}

export class RoutingModel {
  now = 0
  readonly contacts: ModelContact[] = []
  readonly agents: ModelAgent[]
  readonly #limits: OfficePlan['queues']
  readonly #offerTimeout: number
  readonly #missedPause: number
  #alarms: Alarm[] = []
  #notes: string[] = []
  #turns = 0
  #arrivals = 0

  constructor(plan: OfficePlan, offerTimeoutS: number, missedPauseS: number) {
    this.#limits = plan.queues
    this.#offerTimeout = offerTimeoutS * 1000
    this.#missedPause = missedPauseS * 1000
    this.agents = Object.entries(plan.agents).map(([name, profile]) => ({
      name,
      lanes: plan.profiles[profile]!.map((text) => {
        const [queue = '', priority, delay] = text.split(' ')
        return { queue, priority: Number(priority), delay: Number(delay) * 1000 }
      }),
      status: 'Available',
      reachable: false,
      contact: undefined,
      pausedBy: undefined,
      failures: 0,
      since: 0,
    }))
  }

  heard(): string[] {
    return this.#notes.splice(0)
  }

  /** Ids of the contacts in a queue, in the order they would be served by an agent who serves nothing else. */
  line(queue: string): string[] {
    return this.#waitingIn(queue).map((contact) => contact.id)
  }

  enqueue(id: string, queue: string, priority: number, waitedMs: number, adjustmentS: number): string {
    if (this.#waitingIn(queue).length >= this.#limits[queue]!) return 'atCapacity'
    const enqueuedAt = this.now - waitedMs
    const adjustment = adjustmentS * 1000
    const arrival = ++this.#arrivals
    this.contacts.push({ id, queue, priority, enqueuedAt, adjustment, arrival, agent: undefined, accepted: false })
    this.#match()
    return 'queued'
  }

  accept(contact: ModelContact): void {
    contact.accepted = true
    this.#silence(contact.agent!)
  }

  leave(contact: ModelContact): void {
    this.contacts.splice(this.contacts.indexOf(contact), 1)
    const { agent } = contact
    if (agent) {
      this.#notes.push(`${agent.name} ✕ ${contact.id} contactLeft`)
      const { since } = agent
      this.#part(contact)
      agent.since = since
    }
    this.#match()
  }

  fail(contact: ModelContact, because: OfferFailure | 'missed'): void {
    const agent = contact.agent!
    if (because === 'missed') this.#notes.push(`${agent.name} ✕ ${contact.id} missed`)
    this.#pauseAfter(contact, because)
  }

  requeue(contact: ModelContact): void {
    this.#pauseAfter(contact, 'error')
  }

  end(contact: ModelContact): void {
    this.contacts.splice(this.contacts.indexOf(contact), 1)
    contact.agent!.failures = 0
    this.#part(contact)
    this.#match()
  }

  setStatus(agent: ModelAgent, status: AgentStatus): void {
    this.#change(agent, () => {
      agent.status = status
      agent.failures = 0
      if (agent.pausedBy) this.#silence(agent)
      agent.pausedBy = undefined
    })
  }

  setReachable(agent: ModelAgent, reachable: boolean): void {
    this.#change(agent, () => {
      if (reachable && !agent.reachable && agent.pausedBy === 'unreachable') {
        agent.pausedBy = undefined
        this.#silence(agent)
      }
      agent.reachable = reachable
    })
  }

  advanceTo(until: number): void {
    for (;;) {
      const ripenings = this.contacts
        .filter((contact) => !contact.agent)
        .flatMap((contact) =>
          this.agents.flatMap((agent) => agent.lanes.map((lane) => contact.enqueuedAt + lane.delay)),
        )
        .filter((at) => at > this.now && at <= until)
      const alarm = this.#alarms.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
      const next = Math.min(alarm?.at ?? Infinity, ...ripenings)
      if (next === Infinity) break
      this.now = next
      if (alarm?.at === next) alarm.ring()
      this.#match()
    }
    this.now = until
  }

  #change(agent: ModelAgent, change: () => void): void {
    const before = isFree(agent)
    change()
    if (isFree(agent) && !before) agent.since = ++this.#turns
    const { contact } = agent
    if (contact && !contact.accepted && (agent.status === 'Offline' || !agent.reachable)) {
      this.#notes.push(`${agent.name} ✕ ${contact.id} agentUnavailable`)
      this.#part(contact)
    }
    this.#match()
  }

  #pauseAfter(contact: ModelContact, because: OfferFailure | 'missed'): void {
    const agent = contact.agent!
    agent.pausedBy = because
    agent.failures++
    this.#part(contact)
    this.#alarms.push({
      at: this.now + pauseOf(because, agent.failures, this.#missedPause),
      agent,
      ring: () => {
        this.#silence(agent)
        agent.pausedBy = undefined
        if (isFree(agent)) agent.since = ++this.#turns
      },
    })
    this.#match()
  }

  #part(contact: ModelContact): void {
    const agent = contact.agent!
    contact.agent = undefined
    contact.accepted = false
    agent.contact = undefined
    this.#silence(agent)
    if (isFree(agent)) agent.since = ++this.#turns
  }

  #silence(agent: ModelAgent): void {
    this.#alarms = this.#alarms.filter((alarm) => alarm.agent !== agent)
  }

  #waitingIn(queue: string): ModelContact[] {
    return this.contacts.filter((contact) => contact.queue === queue && !contact.accepted).sort(byTurn)
  }

  #match(): void {
    const free = this.agents.filter(isFree).sort((a, b) => a.since - b.since)
    for (const agent of free) {
      const contact = this.#bestFor(agent)
      if (!contact) continue
      contact.agent = agent
      agent.contact = contact
      this.#alarms.push({ at: this.now + this.#offerTimeout, agent, ring: () => this.fail(contact, 'missed') })
      this.#notes.push(`${agent.name} ← ${contact.id}`)
    }
  }

  #bestFor(agent: ModelAgent): ModelContact | undefined {
    const ripe = agent.lanes.flatMap((lane) =>
      this.contacts
        .filter((contact) => !contact.agent && contact.queue === lane.queue)
        .filter((contact) => contact.enqueuedAt + lane.delay <= this.now)
        .map((contact) => ({ contact, tier: lane.priority })),
    )
    return ripe.sort((a, b) => a.tier - b.tier || byTurn(a.contact, b.contact))[0]?.contact
  }
}

function byTurn(a: ModelContact, b: ModelContact): number {
  const [rankA, rankB] = [a.enqueuedAt - a.adjustment, b.enqueuedAt - b.adjustment]
  return a.priority - b.priority || rankA - rankB || a.arrival - b.arrival
}

function isFree(agent: ModelAgent): boolean {
  return agent.status === 'Available' && agent.reachable && !agent.contact && !agent.pausedBy
}

function pauseOf(because: OfferFailure | 'missed', failures: number, missedPause: number): number {
  if (because === 'missed') return missedPause
  if (because === 'noAnswer' || because === 'declined') return Math.max(1000, missedPause)
  if (because === 'busy') return 10_000
  return [5_000, 10_000, 20_000, 40_000][failures - 1] ?? 60_000
}
