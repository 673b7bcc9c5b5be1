// The rules of routing: who is offered what, and when. One writer, no awaits: each input is carried through to a
// consistent state, then the effects it caused are told in order. A listener may call back in at once.
//
// Deviation from Amazon Connect: an agent who missed a contact is paused for a time instead of until a manual clear,
// since there is no panel to clear it on yet; setting the status anew clears the pause at once.
import type { Clock, Timer } from '../clock.ts'
import { Counters } from '../counters.ts'
import type { Log } from '../log/log.ts'
import { type AgentInput, isAvailable, nextAgentState, type PauseCause, pauseMs } from './agent-state.ts'
import { brokenInvariants } from './invariants.ts'
import { Outbox } from './outbox.ts'
import type {
  AgentStatus,
  AgentView,
  OfferFailure,
  QueueView,
  Routing,
  RoutingEffect,
  WaitingContact,
} from './routing.ts'
import {
  type AgentSlot,
  bestMatch,
  buildTables,
  type Entry,
  goesBefore,
  type ProfileTable,
  type Reservation,
  type TableSources,
  type Tables,
} from './tables.ts'
import { agentView, type Moment, queueView } from './views.ts'
import { WaitingRoom } from './waiting-room.ts'

export interface RoutingOptions extends TableSources {
  offerTimeoutS: number
  missedPauseS: number
  clock: Clock
  log: Log
  /** For development: checks the tables this often and reports what is wrong. Absent: never. */
  selfCheckEveryMs?: number
}

export interface Router extends Routing {
  /** Ends everything the router holds for contacts that no longer live; returns their ids, empty when all is well. */
  reconcile(isAlive: (contactId: string) => boolean): string[]
  /** One sentence for each broken rule of the tables. Walks all of them: for tests and development. */
  brokenInvariants(): string[]
  counters(): Record<string, number>
  /** Cancels every timer. Nothing is offered afterwards. */
  close(): void
}

/** An enqueuing told this late is taken as happening now, so that contacts keep the order in which they are told. */
const freshMs = 1_000

export function createRouting(options: RoutingOptions): Router {
  return new TableRouter(options)
}

class TableRouter implements Router {
  readonly #clock: Clock
  readonly #log: Log
  readonly #offerTimeoutMs: number
  readonly #missedPauseMs: number
  readonly #tables: Tables
  readonly #entries = new Map<string, Entry>()
  readonly #waitingRoom: WaitingRoom
  readonly #counters = new Counters()
  readonly #outbox: Outbox<RoutingEffect>
  #selfCheck: Timer | undefined
  #serial = 0
  #turn = 0
  #closed = false

  constructor(options: RoutingOptions) {
    this.#clock = options.clock
    this.#log = options.log
    this.#offerTimeoutMs = options.offerTimeoutS * 1000
    this.#missedPauseMs = options.missedPauseS * 1000
    this.#tables = buildTables(options, options.clock.monotonicMs())
    this.#waitingRoom = new WaitingRoom(options.clock, (concerned) => this.#dispatch(concerned))
    this.#outbox = new Outbox((fault, effect) => {
      this.#counters.count('listenerFault')
      this.#log.error({ err: fault, ...effect }, 'a listener to routing failed')
    })
    if (options.selfCheckEveryMs !== undefined) this.#checkEvery(options.selfCheckEveryMs)
  }

  enqueue(contact: WaitingContact): 'queued' | 'atCapacity' | 'noQueue' {
    const queue = this.#tables.queues.get(contact.queue)
    if (!queue || this.#closed || this.#entries.has(contact.contactId)) return this.#refused('noQueue')
    if (queue.members.size >= queue.maximumContacts) return this.#refused('atCapacity')
    const enqueuedAtMs = this.#clock.monotonicMs() - this.#waitedBeforeMs(contact)
    const entry: Entry = {
      contact,
      queue,
      enqueuedAtMs,
      rankMs: enqueuedAtMs - contact.ageAdjustmentS * 1000,
      serial: this.#serial++,
      places: [],
    }
    for (const lane of queue.lanes)
      if (lane.channel === contact.channel)
        entry.places.push({ entry, lane, ripeAtMs: enqueuedAtMs + lane.delayMs, heapIndex: -1 })
    this.#entries.set(contact.contactId, entry)
    this.#counters.count('enqueued')
    entry.queue.members.add(entry)
    this.#waitingRoom.enter(entry)
    this.#dispatch(queue.profiles)
    return 'queued'
  }

  leave(contactId: string): void {
    const entry = this.#entries.get(contactId)
    if (!entry || (entry.reservation && !entry.reservation.timer)) return
    this.#drop(entry)
  }

  offerAccepted(contactId: string, agent: string): boolean {
    const reservation = this.#offerOf(contactId, agent)
    if (!reservation) return false
    reservation.timer?.cancel()
    delete reservation.timer
    reservation.entry.queue.members.delete(reservation.entry)
    this.#move(reservation.agent, { type: 'offerAccepted' })
    this.#counters.count('accepted')
    return true
  }

  offerFailed(contactId: string, agent: string, failure: OfferFailure): void {
    const reservation = this.#offerOf(contactId, agent)
    if (reservation) this.#giveBack(reservation, { type: 'offerFailed', because: failure })
  }

  requeue(contactId: string): void {
    const reservation = this.#entries.get(contactId)?.reservation
    if (!reservation || reservation.timer) return
    this.#counters.count('requeued')
    this.#giveBack(reservation, { type: 'contactDropped' })
  }

  contactEnded(contactId: string): void {
    const entry = this.#entries.get(contactId)
    if (entry) this.#drop(entry)
  }

  setStatus(userName: string, status: AgentStatus): boolean {
    return this.#agentChanged(userName, { type: 'statusSet', status })
  }

  setReachable(userName: string, reachable: boolean): void {
    if (this.#agentChanged(userName, { type: 'reachableSet', reachable })) return
    this.#counters.count('unknownAgent')
    this.#log.warn({ agent: userName }, 'a phone is reachable for an agent who is not configured')
  }

  position(contactId: string): number | undefined {
    const entry = this.#entries.get(contactId)
    if (!entry?.queue.members.has(entry)) return undefined
    let position = 1
    for (const other of entry.queue.members)
      if (other.contact.channel === entry.contact.channel && goesBefore(other, entry)) position++
    return position
  }

  agents(): AgentView[] {
    const now = this.#now()
    return [...this.#tables.agents.values()].map((agent) => agentView(agent, now))
  }

  queues(): QueueView[] {
    const now = this.#now()
    return [...this.#tables.queues.values()].map((queue) => queueView(queue, this.#tables, now))
  }

  onEffect(listener: (effect: RoutingEffect) => void): () => void {
    return this.#outbox.listen(listener)
  }

  reconcile(isAlive: (contactId: string) => boolean): string[] {
    const lost = [...this.#entries.keys()].filter((contactId) => !isAlive(contactId))
    for (const contactId of lost) {
      this.#counters.count('reconciled')
      this.#log.error({ contactId }, 'routing held a contact that is gone; it is let go')
      this.contactEnded(contactId)
    }
    return lost
  }

  brokenInvariants(): string[] {
    return brokenInvariants(this.#tables, this.#entries)
  }

  counters(): Record<string, number> {
    return this.#counters.snapshot()
  }

  close(): void {
    this.#closed = true
    this.#selfCheck?.cancel()
    this.#waitingRoom.close()
    for (const agent of this.#tables.agents.values()) {
      agent.reservation?.timer?.cancel()
      agent.pauseTimer?.cancel()
    }
  }

  #refused(because: 'atCapacity' | 'noQueue'): 'atCapacity' | 'noQueue' {
    this.#counters.count(because)
    return because
  }

  /** Wall-clock age of a contact told late, after a restart say. From then on only the monotonic clock counts. */
  #waitedBeforeMs(contact: WaitingContact): number {
    const waitedMs = this.#clock.epochMs() - contact.enqueuedAtEpochMs
    return waitedMs >= freshMs ? waitedMs : 0
  }

  #offerOf(contactId: string, userName: string): Reservation | undefined {
    const reservation = this.#entries.get(contactId)?.reservation
    return reservation?.timer && reservation.agent.userName === userName ? reservation : undefined
  }

  #agentChanged(userName: string, input: AgentInput): boolean {
    const agent = this.#tables.agents.get(userName)
    if (!agent) return false
    this.#move(agent, input)
    const { reservation, state } = agent
    const rings = reservation?.timer !== undefined
    if (rings && (state.status === 'Offline' || !state.reachable))
      this.#giveBack(reservation, { type: 'offerWithdrawn', because: 'agentUnavailable' })
    else this.#dispatch([agent.profile])
    return true
  }

  /** Binds the two: the only place where a contact gets an agent. */
  #reserve(entry: Entry, agent: AgentSlot): void {
    this.#waitingRoom.leave(entry)
    const reservation: Reservation = { entry, agent }
    entry.reservation = reservation
    agent.reservation = reservation
    this.#move(agent, { type: 'offered', contactId: entry.contact.contactId })
    reservation.timer = this.#clock.after(this.#offerTimeoutMs, () =>
      this.#giveBack(reservation, { type: 'offerFailed', because: 'missed' }),
    )
    this.#counters.count('offered')
    this.#outbox.put({ type: 'offer', contactId: entry.contact.contactId, agent: agent.userName })
  }

  /** Parts the two: the only place where a contact loses its agent. */
  #part(reservation: Reservation, input: AgentInput): void {
    reservation.timer?.cancel()
    delete reservation.timer
    delete reservation.entry.reservation
    delete reservation.agent.reservation
    this.#move(reservation.agent, input)
  }

  /** The contact keeps its place and goes to the next agent. */
  #giveBack(
    reservation: Reservation,
    input: Extract<AgentInput, { because: string } | { type: 'contactDropped' }>,
  ): void {
    const { entry, agent } = reservation
    this.#part(reservation, input)
    if (input.type !== 'contactDropped') this.#counters.count(`offer.${input.because}`)
    // An offer that failed by itself has nothing left to withdraw.
    if (input.type === 'offerFailed' && input.because === 'missed') this.#withdraw(entry, agent, 'missed')
    else if (input.type === 'offerWithdrawn') this.#withdraw(entry, agent, 'agentUnavailable')
    entry.queue.members.add(entry)
    this.#waitingRoom.enter(entry)
    this.#dispatch(entry.queue.profiles)
  }

  #drop(entry: Entry): void {
    this.#entries.delete(entry.contact.contactId)
    entry.queue.members.delete(entry)
    const { reservation } = entry
    if (!reservation) {
      this.#waitingRoom.leave(entry)
      this.#counters.count('left')
      return
    }
    const { agent } = reservation
    if (reservation.timer) {
      this.#part(reservation, { type: 'offerWithdrawn', because: 'contactLeft' })
      this.#counters.count('offer.contactLeft')
      this.#withdraw(entry, agent, 'contactLeft')
    } else {
      this.#part(reservation, { type: 'contactEnded' })
      this.#counters.count('ended')
    }
    this.#dispatch([agent.profile])
  }

  #withdraw(entry: Entry, agent: AgentSlot, because: 'contactLeft' | 'missed' | 'agentUnavailable'): void {
    this.#outbox.put({ type: 'withdraw', contactId: entry.contact.contactId, agent: agent.userName, because })
  }

  /** The one way an agent's state changes; keeps timers and the heap of the available in step with it. */
  #move(agent: AgentSlot, input: AgentInput): void {
    const moment = { nowMs: this.#clock.monotonicMs(), turn: ++this.#turn }
    const next = nextAgentState(agent.state, input, moment)
    if (!next) throw new Error(`agent ${agent.userName} cannot take ${input.type} while ${agent.state.work.name}`)
    // Taken out first: the heap must not hold a member whose key changes.
    agent.profile.available.remove(agent)
    const wasPaused = agent.state.work.name === 'paused'
    agent.state = next
    if (isAvailable(next)) agent.profile.available.push(agent)
    if (next.work.name === 'paused' && !wasPaused) this.#startPause(agent, next.work.because)
    else if (next.work.name !== 'paused' && wasPaused) this.#stopPause(agent)
  }

  #startPause(agent: AgentSlot, because: PauseCause): void {
    const durationMs = pauseMs(because, agent.state.failures, this.#missedPauseMs)
    agent.pauseEndsAtMs = this.#clock.monotonicMs() + durationMs
    agent.pauseTimer = this.#clock.after(durationMs, () => {
      this.#move(agent, { type: 'pauseEnded' })
      this.#dispatch([agent.profile])
    })
    this.#log.info({ agent: agent.userName, because, durationMs }, 'agent paused')
  }

  #stopPause(agent: AgentSlot): void {
    agent.pauseTimer?.cancel()
    delete agent.pauseTimer
    delete agent.pauseEndsAtMs
  }

  /** Offers until no agent of these profiles is left for whom a contact waits, then tells what happened. */
  #dispatch(profiles: Iterable<ProfileTable>): void {
    if (!this.#closed)
      for (let match = bestMatch(profiles); match; match = bestMatch(profiles)) this.#reserve(match.entry, match.agent)
    this.#outbox.tellAll()
  }

  #now(): Moment {
    return { monotonicMs: this.#clock.monotonicMs(), epochMs: this.#clock.epochMs() }
  }

  #checkEvery(periodMs: number): void {
    this.#selfCheck = this.#clock.after(periodMs, () => {
      for (const broken of this.brokenInvariants()) {
        this.#counters.count('brokenInvariant')
        this.#log.error({ broken }, 'routing tables are broken')
      }
      this.#checkEvery(periodMs)
    })
  }
}
