// What the router knows, built once from the configuration: queues, lanes, routing profiles, agents.
//
// A lane is one queue as seen by all profiles that have it with the same delay: its ripe contacts (waited that long)
// stand in one heap. A contact stands in every lane of its queue, so that each profile reads its best contact from
// the tops of its lanes, and nothing is searched.
import type { Timer } from '../clock.ts'
import type { Agent, Queue, RoutingProfile } from '../config/schema.ts'
import type { Channel } from '../flow/host.ts'
import { type AgentState, newAgent } from './agent-state.ts'
import { type HeapMember, IndexedHeap } from './indexed-heap.ts'
import type { WaitingContact } from './routing.ts'

export interface QueueTable {
  readonly name: string
  readonly maximumContacts: number
  readonly lanes: Lane[]
  /** Every profile that has this queue. */
  readonly profiles: Set<ProfileTable>
  /** Waiting or being offered: both hold a place in the queue. */
  readonly members: Set<Entry>
}

export interface Lane {
  readonly queue: QueueTable
  readonly channel: Channel
  readonly delayMs: number
  readonly ripe: IndexedHeap<Place>
}

/** A contact's standing in one lane: in the lane's heap when ripe, else in the router's heap of the unripe. */
export interface Place extends HeapMember {
  readonly entry: Entry
  readonly lane: Lane
  readonly ripeAtMs: number
}

/** A contact from its enqueuing to its end. Its keys never change, so it returns to the place it had. */
export interface Entry {
  readonly contact: WaitingContact
  readonly queue: QueueTable
  /** Monotonic moment of enqueuing; in the past for a contact that waited before a restart. */
  readonly enqueuedAtMs: number
  /** The same, moved by the age adjustment: lower goes first. */
  readonly rankMs: number
  /** Breaks ties: contacts of one moment keep the order they came in. */
  readonly serial: number
  readonly places: Place[]
  reservation?: Reservation
}

/** One contact and one agent bound to each other: made and dissolved in one step, on both sides. */
export interface Reservation {
  readonly entry: Entry
  readonly agent: AgentSlot
  /** Runs while the agent is rung; gone once the offer was accepted. */
  timer?: Timer
}

export interface AgentSlot extends HeapMember {
  readonly userName: string
  readonly profile: ProfileTable
  state: AgentState
  reservation?: Reservation
  pauseTimer?: Timer
  pauseEndsAtMs?: number
}

export interface ProfileTable {
  readonly name: string
  /** Lanes of equal priority together, first tier first. */
  readonly tiers: Lane[][]
  /** Available agents, the one longest available on top. */
  readonly available: IndexedHeap<AgentSlot>
}

export interface Tables {
  readonly queues: Map<string, QueueTable>
  readonly profiles: Map<string, ProfileTable>
  readonly agents: Map<string, AgentSlot>
}

export interface TableSources {
  queues: Iterable<Queue>
  routingProfiles: Iterable<RoutingProfile>
  agents: Iterable<Pick<Agent, 'userName' | 'routingProfile' | 'status'>>
  /** For queues that set no limit of their own: the quota of concurrent calls. */
  maximumContacts: number
}

/** Throws when a profile names no queue or an agent no profile: the configuration's check rules both out. */
export function buildTables(from: TableSources, nowMs: number): Tables {
  const queues = new Map<string, QueueTable>()
  for (const { name, maximumContacts = from.maximumContacts } of from.queues)
    queues.set(name, { name, maximumContacts, lanes: [], profiles: new Set(), members: new Set() })
  const profiles = new Map<string, ProfileTable>()
  for (const profile of from.routingProfiles) profiles.set(profile.name, buildProfile(profile, queues))
  const agents = new Map<string, AgentSlot>()
  for (const { userName, routingProfile, status } of from.agents) {
    const profile = profiles.get(routingProfile)
    if (!profile) throw new Error(`agent ${userName} has the unknown routing profile ${routingProfile}`)
    agents.set(userName, { userName, profile, state: newAgent(status, nowMs), heapIndex: -1 })
  }
  return { queues, profiles, agents }
}

function buildProfile(of: RoutingProfile, queues: Map<string, QueueTable>): ProfileTable {
  const profile: ProfileTable = { name: of.name, tiers: [], available: new IndexedHeap(availableLonger) }
  const byPriority = new Map<number, Lane[]>()
  for (const { queue: queueName, channel, priority, delayS } of of.queues) {
    const queue = queues.get(queueName)
    if (!queue) throw new Error(`routing profile ${of.name} has the unknown queue ${queueName}`)
    queue.profiles.add(profile)
    const tier = byPriority.get(priority) ?? []
    byPriority.set(priority, tier)
    tier.push(laneOf(queue, channel, delayS * 1000))
  }
  for (const priority of [...byPriority.keys()].sort((a, b) => a - b)) profile.tiers.push(byPriority.get(priority)!)
  return profile
}

function laneOf(queue: QueueTable, channel: Channel, delayMs: number): Lane {
  const known = queue.lanes.find((lane) => lane.channel === channel && lane.delayMs === delayMs)
  if (known) return known
  const lane: Lane = { queue, channel, delayMs, ripe: new IndexedHeap((a, b) => goesBefore(a.entry, b.entry)) }
  queue.lanes.push(lane)
  return lane
}

/** The order of contacts, inside a queue and across queues of equal priority: priority, adjusted age, arrival. */
export function goesBefore(a: Entry, b: Entry): boolean {
  if (a.contact.priority !== b.contact.priority) return a.contact.priority < b.contact.priority
  if (a.rankMs !== b.rankMs) return a.rankMs < b.rankMs
  return a.serial < b.serial
}

export function availableLonger(a: AgentSlot, b: AgentSlot): boolean {
  return a.state.availableTurn < b.state.availableTurn
}

/** The contact an agent of this profile would get now: of the first tier that has any, the one that goes first. */
export function bestContact(profile: ProfileTable): Entry | undefined {
  for (const tier of profile.tiers) {
    let best: Entry | undefined
    for (const lane of tier) {
      const top = lane.ripe.peek()?.entry
      if (top && (!best || goesBefore(top, best))) best = top
    }
    if (best) return best
  }
  return undefined
}

/** Of all these profiles: the agent longest available for whom a contact waits, with that contact. */
export function bestMatch(profiles: Iterable<ProfileTable>): { agent: AgentSlot; entry: Entry } | undefined {
  let match: { agent: AgentSlot; entry: Entry } | undefined
  for (const profile of profiles) {
    const agent = profile.available.peek()
    if (!agent || (match && !availableLonger(agent, match.agent))) continue
    const entry = bestContact(profile)
    if (entry) match = { agent, entry }
  }
  return match
}
