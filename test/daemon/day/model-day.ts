// The rules of routing once more, as the fact sheet has them, in the plainest way: lists, searched from end to end after
// each event of the day. It shares the script with the router, and not a line of code.
import {
  dayMs,
  missedPauseS,
  offerTimeoutS,
  type Scenario,
  type ScriptedAgent,
  type ScriptedContact,
} from './scenario.ts'

interface Contact {
  of: ScriptedContact
  arrival: number
  attempts: number
  agent: Agent | undefined
  state: 'queued' | 'ringing' | 'talking' | 'over'
}

interface Agent {
  of: ScriptedAgent
  status: string
  pending: string | undefined
  busy: { contact: Contact; what: 'ringing' | 'talking' | 'working' }[]
  pausedUntil: number | undefined
  since: number
}

interface Happening {
  at: number
  birth: number
  happens: () => void
}

export class ModelDay {
  readonly decisions: string[] = []
  readonly #scenario: Scenario
  readonly #agents: Agent[]
  readonly #contacts = new Set<Contact>()
  #events: Happening[] = []
  #now = 0
  #births = 0
  #turns = 0

  constructor(scenario: Scenario) {
    this.#scenario = scenario
    this.#agents = scenario.agents.map((of) => ({
      of,
      status: 'Available',
      pending: undefined,
      busy: [],
      pausedUntil: undefined,
      since: ++this.#turns,
    }))
  }

  run(): void {
    for (const agent of this.#agents)
      for (const pause of agent.of.breaks) {
        this.#at(pause.fromMs, () => this.#goes(agent, pause.status))
        this.#at(pause.tillMs, () => this.#goes(agent, 'Available'))
      }
    const arrivals = this.#scenario.contacts.map((of, arrival): Happening => {
      const contact: Contact = { of, arrival, attempts: 0, agent: undefined, state: 'queued' }
      return { at: of.atMs, birth: 0, happens: () => this.#arrives(contact) }
    })
    for (;;) {
      let [next] = arrivals
      for (const event of this.#events)
        if (!next || event.at < next.at || (event.at === next.at && event.birth < next.birth)) next = event
      if (!next || next.at > dayMs + 3_600_000) return
      if (next === arrivals[0]) arrivals.shift()
      else this.#events.splice(this.#events.indexOf(next), 1)
      this.#now = next.at
      next.happens()
      this.#match()
    }
  }

  #at(at: number, happens: () => void): void {
    this.#events.push({ at, birth: ++this.#births, happens })
  }

  #in(ms: number, happens: () => void): void {
    this.#at(this.#now + ms, happens)
  }

  #note(contact: Contact, what: string): void {
    this.decisions.push(`${this.#now.toFixed(3)} ${contact.of.id} ${what}`)
  }

  #arrives(contact: Contact): void {
    const { of } = contact
    const inside = [...this.#contacts].filter((other) => other.of.queue === of.queue && other.state !== 'talking')
    const limit = this.#scenario.queues.find(({ name }) => name === of.queue)?.maximumContacts ?? 10
    if (inside.length >= limit) return this.#note(contact, 'full')
    this.#contacts.add(contact)
    // Moments at which somebody more may have the contact.
    for (const ms of [17_000, 20_000, 40_000]) this.#in(ms, () => undefined)
    this.#in(of.patienceMs, () => {
      if (contact.state !== 'queued' && contact.state !== 'ringing') return
      contact.state = 'over'
      this.#contacts.delete(contact)
      if (contact.agent) this.#frees(contact.agent, contact, 'keepsTurn')
    })
  }

  #goes(agent: Agent, status: string): void {
    const wasOpen = isOpen(agent)
    agent.pausedUntil = undefined
    if (status === agent.status) agent.pending = undefined
    else if (status === 'Available') {
      agent.status = status
      agent.pending = undefined
    } else {
      agent.busy = agent.busy.filter(({ what }) => what !== 'working')
      agent.pending = status
    }
    for (const { contact, what } of [...agent.busy])
      if (what === 'ringing' && agent.pending !== undefined) {
        contact.state = 'queued'
        this.#frees(agent, contact, 'newTurn')
      }
    settle(agent)
    if (!wasOpen && isOpen(agent)) agent.since = ++this.#turns
  }

  #frees(agent: Agent, contact: Contact, turn: 'newTurn' | 'keepsTurn'): void {
    agent.busy = agent.busy.filter((one) => one.contact !== contact)
    contact.agent = undefined
    settle(agent)
    if (turn === 'newTurn' && isOpen(agent)) agent.since = ++this.#turns
  }

  #offer(agent: Agent, contact: Contact): void {
    contact.state = 'ringing'
    contact.agent = agent
    const attempt = ++contact.attempts
    agent.busy.push({ contact, what: 'ringing' })
    this.#note(contact, `← ${agent.of.userName}`)
    const stillRings = () => contact.state === 'ringing' && contact.attempts === attempt
    const fails = () => {
      contact.state = 'queued'
      const until = this.#now + missedPauseS * 1000
      agent.pausedUntil = until
      this.#frees(agent, contact, 'newTurn')
      this.#at(until, () => {
        if (agent.pausedUntil !== until) return
        agent.pausedUntil = undefined
        if (isOpen(agent)) agent.since = ++this.#turns
      })
    }
    this.#in(offerTimeoutS * 1000, () => stillRings() && fails())
    const { does, afterMs } = this.#scenario.answer(contact.of.id, agent.of.userName, attempt)
    if (does === 'ignores') return
    this.#in(afterMs, () => {
      if (!stillRings()) return
      if (does === 'declines') return fails()
      this.#talk(agent, contact)
    })
  }

  #talk(agent: Agent, contact: Contact): void {
    contact.state = 'talking'
    agent.busy.find((one) => one.contact === contact)!.what = 'talking'
    this.#in(contact.of.talkMs, () => {
      contact.state = 'over'
      this.#contacts.delete(contact)
      const work = agent.of.afterContactWorkS * 1000
      if (work === 0) return this.#frees(agent, contact, 'newTurn')
      agent.busy.find((one) => one.contact === contact)!.what = 'working'
      // Whoever goes away meanwhile is done with the work.
      this.#in(work, () => {
        if (agent.busy.some((one) => one.contact === contact)) this.#frees(agent, contact, 'newTurn')
      })
    })
  }

  /** Step 7 to 1 of the fact sheet: the agent longest available for whom anything waits gets the best of it. */
  #match(): void {
    for (;;) {
      const open = this.#agents.filter(isOpen).sort((a, b) => a.since - b.since)
      const waiting = [...this.#contacts].filter(({ state }) => state === 'queued')
      if (waiting.length === 0) return
      const found = open.map((agent) => ({ agent, contact: this.#best(agent, waiting) })).find(({ contact }) => contact)
      if (!found?.contact) return
      this.#offer(found.agent, found.contact)
    }
  }

  #best(agent: Agent, waiting: Contact[]): Contact | undefined {
    const profile = this.#scenario.profiles.find(({ name }) => name === agent.of.profile)!
    const ranked = waiting.flatMap((contact) => {
      const { queue, channel, skill, atMs } = contact.of
      const others = agent.busy.filter((one) => one.contact.of.channel !== channel)
      const same = agent.busy.length - others.length
      if (same >= profile.concurrency[channel]) return []
      if (others.some((one) => !profile.otherChannels[one.contact.of.channel])) return []
      if (queue === `agent/${agent.of.userName}`) return [{ contact, tier: 0 }]
      const age = this.#now - atMs
      const wanted = skill === undefined || age >= 40_000 - 0.001 ? 0 : age >= 20_000 - 0.001 ? 1 : 3
      const level = agent.of.skills.find(({ value }) => value === skill)?.level ?? 0
      if (level < wanted) return []
      return profile.queues
        .filter((entry) => entry.queue === queue && entry.channel === channel && age >= entry.delayS * 1000 - 0.001)
        .map((entry) => ({ contact, tier: entry.priority }))
    })
    ranked.sort(
      (a, b) =>
        a.tier - b.tier ||
        a.contact.of.priority - b.contact.of.priority ||
        rank(a.contact) - rank(b.contact) ||
        a.contact.arrival - b.contact.arrival,
    )
    return ranked[0]?.contact
  }
}

function rank({ of }: Contact): number {
  return of.atMs - of.ageAdjustmentS * 1000
}

function isOpen(agent: Agent): boolean {
  return agent.status === 'Available' && agent.pending === undefined && agent.pausedUntil === undefined
}

function settle(agent: Agent): void {
  if (agent.pending === undefined || agent.busy.length > 0) return
  agent.status = agent.pending
  agent.pending = undefined
}
