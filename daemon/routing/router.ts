// The rules of routing: who is offered what, and when. One writer, no awaits: each input is carried through to a
// consistent state, then the effects it caused are told in order. A listener may call back in at once.
//
// An agent who missed a contact gets no other until they clear it, or set their status anew; deviations from Amazon
// Connect: the pause may be given a time, and one for a phone that was busy, away or broken ends by itself.
import type { Clock } from '../clock.ts'
import { Counters } from '../counters.ts'
import type { Channel } from '../flow/host.ts'
import type { Log } from '../log/log.ts'
import { AgentDesk } from './agent-desk.ts'
import type { AgentInput } from './agent-state.ts'
import { everybody } from './criteria.ts'
import { Departures } from './departures.ts'
import { Holders } from './holders.ts'
import { brokenInvariants, checkEvery } from './invariants.ts'
import { bestMatch, enterRoom, leaveRoom, matchOf } from './matching.ts'
import { Offers } from './offers.ts'
import { Outbox } from './outbox.ts'
import { renewTables } from './renew-tables.ts'
import { type Router, type RoutingOptions, type RoutingTerms, statusesOf } from './router-contract.ts'
import { RouterViews } from './router-views.ts'
import type { AgentChange, AgentStatus, OfferFailure, RoutingEffect, WaitingContact } from './routing.ts'
import {
  type AgentSlot,
  buildTables,
  type Entry,
  isFull,
  type ProfileTable,
  profilesOf,
  type QueueTable,
  switchQueue,
  type Tables,
} from './tables.ts'
import { placesOf, WaitingRoom } from './waiting-room.ts'

/** An enqueuing told this late is taken as happening now, so that contacts keep the order in which they are told. */
const freshMs = 1_000

export type { Router, RoutingOptions } from './router-contract.ts'

export function createRouting(options: RoutingOptions): Router {
  return new TableRouter(options)
}

class TableRouter extends RouterViews implements Router {
  readonly #clock: Clock
  readonly #log: Log
  #statuses: ReadonlySet<AgentStatus>
  #times: Pick<RoutingTerms, 'offerTimeoutS' | 'missedPauseS'>
  readonly #tables: Tables
  readonly #desk: AgentDesk
  readonly #offers: Offers
  readonly #entries: Map<string, Entry>
  /** Agents who talk on a contact, or work after it. */
  readonly #holders = new Holders()
  readonly #waitingRoom: WaitingRoom
  readonly #counters = new Counters()
  readonly #departures: Departures
  readonly #effects: Outbox<RoutingEffect>
  readonly #changes: Outbox<AgentChange>
  #selfCheck: { cancel(): void } | undefined
  #serial = 0
  #closed = false

  constructor(options: RoutingOptions) {
    const { clock, log } = options
    const tables = buildTables(options, clock.monotonicMs())
    const entries = new Map<string, Entry>()
    const departures = new Departures(clock)
    super({ clock, tables, entries, departures })
    this.#tables = tables
    this.#entries = entries
    this.#departures = departures
    this.#clock = clock
    this.#log = log
    this.#statuses = statusesOf(options)
    this.#times = options
    this.#waitingRoom = new WaitingRoom(clock, (queues) => this.#dispatch(profilesOf(queues)))
    this.#effects = this.#outbox()
    this.#changes = this.#outbox()
    this.#desk = new AgentDesk({
      clock,
      log,
      tables: this.#tables,
      missedPauseMs: () => this.#times.missedPauseS * 1000,
      onFreer: (agent) => this.#freer(agent),
      onChange: (change) => this.#changes.put(change),
    })
    this.#offers = new Offers({
      clock,
      timeoutMs: () => this.#times.offerTimeoutS * 1000,
      counters: this.#counters,
      desk: this.#desk,
      waitingRoom: this.#waitingRoom,
      tell: (effect) => this.#effects.put(effect),
      onBack: (entry) => this.#offerFrom(entry.queue),
    })
    const { selfCheckEveryMs: everyMs } = options
    if (everyMs !== undefined)
      this.#selfCheck = checkEvery({ clock, log, counters: this.#counters }, everyMs, () => this.brokenInvariants())
  }

  enqueue(contact: WaitingContact): 'queued' | 'atCapacity' | 'noQueue' {
    const queue = this.#tables.queues.get(contact.queue)
    if (!queue?.enabled || this.#closed || this.#entries.has(contact.contactId)) return this.#refused('noQueue')
    if (isFull(queue, contact.mayExceed)) return this.#refused('atCapacity')
    const enqueuedAtMs = this.#clock.monotonicMs() - this.#waitedBeforeMs(contact)
    const rankMs = enqueuedAtMs - contact.ageAdjustmentS * 1000
    const entry: Entry = { contact, queue, enqueuedAtMs, rankMs, serial: 0, places: [], admission: everybody }
    this.#entries.set(contact.contactId, entry)
    this.#counters.count('enqueued')
    this.#stand(entry)
    return 'queued'
  }

  leave(contactId: string): void {
    const entry = this.#entries.get(contactId)
    if (!entry || (entry.reservation && !entry.reservation.timer)) return
    this.#drop(entry)
  }

  transfer(contactId: string, queueName: string): 'transferred' | 'atCapacity' | 'noQueue' | 'refused' {
    const entry = this.#entries.get(contactId)
    const queue = this.#tables.queues.get(queueName)
    if (!entry || entry.reservation) return 'refused'
    if (!queue?.enabled) return this.#refused('noQueue')
    if (queue !== entry.queue && isFull(queue, true)) return this.#refused('atCapacity')
    this.#waitingRoom.leave(entry)
    this.#takeOut(entry)
    const enqueuedAtMs = this.#clock.monotonicMs()
    Object.assign(entry, { queue, enqueuedAtMs, rankMs: enqueuedAtMs - entry.contact.ageAdjustmentS * 1000 })
    this.#counters.count('transferred')
    this.#stand(entry)
    return 'transferred'
  }

  reprioritise(contactId: string, change: { priority?: number; ageAdjustmentS?: number }): boolean {
    const entry = this.#entries.get(contactId)
    if (!entry?.queue.members.has(entry)) return false
    const waits = !entry.reservation
    if (waits) this.#waitingRoom.leave(entry)
    entry.contact = { ...entry.contact, ...change }
    entry.rankMs = entry.enqueuedAtMs - entry.contact.ageAdjustmentS * 1000
    if (waits) this.#waitingRoom.enter(entry)
    return true
  }

  occupy(
    userName: string,
    contact: { contactId: string; channel: Channel },
    options: { clearsAfterContactWork?: boolean } = {},
  ): boolean {
    const agent = this.#desk.find(userName)
    if (!agent || this.#closed) return false
    if (!this.#desk.occupy(agent, contact, options.clearsAfterContactWork === true)) return false
    this.#holders.add(contact.contactId, agent)
    this.#counters.count('occupied')
    this.#freer(agent)
    return true
  }

  offerAccepted(contactId: string, agent: string): boolean {
    const reservation = this.#offers.of(this.#entries.get(contactId), agent)
    if (!reservation) return false
    reservation.timer?.cancel()
    delete reservation.timer
    this.#takeOut(reservation.entry)
    this.#desk.move(reservation.agent, { type: 'offerAccepted', contactId })
    this.#holders.add(contactId, reservation.agent)
    this.#counters.count('accepted')
    this.#tellAll()
    return true
  }

  offerFailed(contactId: string, agent: string, failure: OfferFailure): void {
    const reservation = this.#offers.of(this.#entries.get(contactId), agent)
    if (reservation) this.#offers.giveBack(reservation, { type: 'offerFailed', contactId, because: failure })
  }

  requeue(contactId: string): void {
    const reservation = this.#entries.get(contactId)?.reservation
    if (!reservation || reservation.timer) return
    this.#counters.count('requeued')
    this.#holders.remove(contactId, reservation.agent)
    this.#offers.giveBack(reservation, { type: 'contactDropped', contactId })
  }

  restContact(contactId: string, paused: boolean): boolean {
    const [agent] = this.#holders.of(contactId)
    if (!agent || !this.#desk.rest(agent, contactId, paused)) return false
    this.#freer(agent)
    return true
  }

  contactEnded(contactId: string): void {
    const entry = this.#entries.get(contactId)
    if (entry && (!entry.reservation || entry.reservation.timer)) this.#drop(entry)
    for (const agent of this.#holders.of(contactId)) this.#endWith(contactId, agent)
  }

  agentLeft(contactId: string, userName: string): void {
    const agent = this.#desk.find(userName)
    if (agent && this.#holders.of(contactId).includes(agent)) this.#endWith(contactId, agent)
  }

  clearContact(userName: string, contactId?: string): boolean {
    const agent = this.#desk.find(userName)
    if (!agent || !this.#desk.clear(agent, contactId)) return false
    this.#freer(agent)
    return true
  }

  setStatus(userName: string, status: AgentStatus): boolean {
    return this.#statuses.has(status) && this.#agentChanged(userName, { type: 'statusSet', status })
  }

  setReachable(userName: string, reachable: boolean): void {
    if (this.#agentChanged(userName, { type: 'reachableSet', reachable })) return
    this.#counters.count('unknownAgent')
    this.#log.warn({ agent: userName }, 'a phone is reachable for an agent who is not configured')
  }

  setQueueEnabled(queueName: string, enabled: boolean): boolean {
    const queue = this.#tables.queues.get(queueName)
    if (!queue || queue.owner !== undefined) return false
    switchQueue(queue, enabled)
    return true
  }

  reconfigure(next: RoutingTerms): void {
    const standing = [...this.#entries.values()].filter(({ reservation }) => !reservation)
    const agents = [...this.#tables.agents.values()]
    for (const entry of standing) this.#waitingRoom.leave(entry)
    for (const agent of agents) leaveRoom(agent)
    try {
      renewTables(this.#tables, this.#entries.values(), next, this.#clock.monotonicMs())
      this.#statuses = statusesOf(next)
      this.#times = next
    } finally {
      for (const agent of this.#tables.agents.values()) enterRoom(agent)
      for (const entry of this.#entries.values()) entry.places = placesOf(entry)
      for (const entry of standing) this.#waitingRoom.enter(entry)
      this.#dispatch(this.#tables.profiles.values())
    }
  }

  onEffect(listener: (effect: RoutingEffect) => void): () => void {
    return this.#effects.listen(listener)
  }

  onAgentChange(listener: (change: AgentChange) => void): () => void {
    return this.#changes.listen(listener)
  }

  reconcile(isAlive: (contactId: string) => boolean): string[] {
    const held = new Set([...this.#entries.keys(), ...this.#holders.contacts()])
    const lost = [...held].filter((contactId) => !isAlive(contactId))
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
    this.#desk.close()
    for (const { stepTimer, reservation } of this.#entries.values()) {
      stepTimer?.cancel()
      reservation?.timer?.cancel()
    }
  }

  #outbox<Effect extends object>(): Outbox<Effect> {
    return new Outbox<Effect>((fault, effect) => {
      this.#counters.count('listenerFault')
      this.#log.error({ err: fault, ...effect }, 'a listener to routing failed')
    })
  }

  #refused(because: 'atCapacity' | 'noQueue'): 'atCapacity' | 'noQueue' {
    this.#counters.count(because)
    return because
  }

  /** At the end of its queue, by its keys. */
  #stand(entry: Entry): void {
    entry.serial = this.#serial++
    entry.queue.members.add(entry)
    this.#departures.came(entry.queue.name, entry.queue.members.size)
    entry.places = placesOf(entry)
    this.#waitingRoom.enter(entry)
    this.#offerFrom(entry.queue)
  }

  #takeOut(entry: Entry): void {
    if (entry.queue.members.delete(entry)) this.#departures.left(entry.queue.name)
  }

  /** Wall-clock age of a contact told late, after a restart say. From then on only the monotonic clock counts. */
  #waitedBeforeMs(contact: WaitingContact): number {
    const waitedMs = this.#clock.epochMs() - contact.enqueuedAtEpochMs
    return waitedMs >= freshMs ? waitedMs : 0
  }

  #agentChanged(userName: string, input: AgentInput): boolean {
    const agent = this.#desk.find(userName)
    if (!agent) return false
    this.#desk.move(agent, input)
    const { status, nextStatus, reachable } = agent.state
    if ((nextStatus ?? status) !== 'Available' || !reachable) this.#offers.takeBack(agent)
    this.#freer(agent)
    return true
  }

  /** The agent had talked on the contact, and does no longer. */
  #endWith(contactId: string, agent: AgentSlot): void {
    this.#holders.remove(contactId, agent)
    const reservation = agent.reservations.get(contactId)
    this.#desk.endContact(agent, contactId)
    agent.reservations.delete(contactId)
    if (reservation) this.#entries.delete(contactId)
    this.#counters.count('ended')
    this.#freer(agent)
  }

  /** A contact that waits or rings goes. */
  #drop(entry: Entry): void {
    const { contactId } = entry.contact
    this.#entries.delete(contactId)
    this.#takeOut(entry)
    const { reservation } = entry
    if (!reservation) {
      this.#waitingRoom.leave(entry)
      this.#counters.count('left')
      return
    }
    this.#offers.withdrawn(reservation)
    this.#freer(reservation.agent)
  }

  /** A contact came to this queue. */
  #offerFrom(queue: QueueTable): void {
    const owner = queue.owner === undefined ? undefined : this.#desk.find(queue.owner)
    if (owner) this.#freer(owner)
    else this.#dispatch(queue.profiles)
  }

  /** The agent takes from their own queue first, then everybody of the profile gets their chance. */
  #freer(agent: AgentSlot): void {
    if (!this.#closed && agent.ownQueue.members.size > 0)
      for (let match = matchOf(agent); match?.entry.queue === agent.ownQueue; match = matchOf(agent))
        this.#offers.make(match)
    this.#dispatch([agent.profile])
  }

  /** Offers until no agent of these profiles is left for whom a contact waits, then tells what happened. */
  #dispatch(profiles: Iterable<ProfileTable>): void {
    if (!this.#closed)
      for (let match = bestMatch(profiles); match; match = bestMatch(profiles)) this.#offers.make(match)
    this.#tellAll()
  }

  #tellAll(): void {
    this.#effects.tellAll()
    this.#changes.tellAll()
  }
}
