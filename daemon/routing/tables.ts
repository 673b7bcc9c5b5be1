// What the router knows, built once from the configuration: queues, lanes, routing profiles, agents.
//
// A lane is one queue as seen by all profiles that have it with the same delay: its ripe contacts (waited that long)
// stand in one heap for each admission (who may have them; most are open to everybody). A contact stands in every lane
// of its queue, so that each profile reads its best contact from the tops of its lanes, and nothing is searched.
import type { Timer } from '../clock.ts'
import type { Agent, Queue, RoutingProfile } from '../config/schema.ts'
import type { Channel } from '../flow/host.ts'
import { type AgentState, type ChannelRules, newAgent } from './agent-state.ts'
import type { Admission, Proficiency } from './criteria.ts'
import type { HeapMember, IndexedHeap } from './indexed-heap.ts'
import { agentQueueName, type WaitingContact } from './routing.ts'

export interface QueueTable {
  readonly name: string
  readonly maximumContacts: number
  /** Of agents' own queues: whose. */
  readonly owner?: string
  enabled: boolean
  /** Set by command: comes before what the configuration says. */
  switched?: boolean
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
  /** Ripe contacts, by the key of their admission; none is empty. */
  readonly groups: Map<string, Group>
}

export interface Group {
  readonly admission: Admission
  readonly ripe: IndexedHeap<Place>
}

/** A contact's standing in one lane: in a group's heap when ripe, else in the router's heap of the unripe. */
export interface Place extends HeapMember {
  readonly entry: Entry
  readonly lane: Lane
  readonly ripeAtMs: number
}

/** A contact from its enqueuing to its end. Its keys change only while it stands in no lane. */
export interface Entry {
  contact: WaitingContact
  queue: QueueTable
  /** Monotonic moment of enqueuing; in the past for a contact that waited before a restart. */
  enqueuedAtMs: number
  /** The same, moved by the age adjustment: lower goes first. */
  rankMs: number
  /** Breaks ties: contacts of one moment keep the order they came in. */
  serial: number
  places: Place[]
  admission: Admission
  /** Runs while a step of the routing criteria does. */
  stepTimer?: Timer
  reservation?: Reservation
}

/** One contact and one agent bound to each other: made and dissolved in one step, on both sides. */
export interface Reservation {
  readonly entry: Entry
  readonly agent: AgentSlot
  /** Runs while the agent is rung; gone once the offer was accepted. */
  timer?: Timer
}

/** What the configuration says of an agent. */
export interface AgentTerms {
  profile: ProfileTable
  proficiencies: readonly Proficiency[]
  autoAccept: boolean
  /** Longest after-contact work; infinite: until it is cleared. */
  afterContactWorkMs: number
}

/** Outlives a change of the configuration: contacts and timers hang on it. */
export interface AgentSlot extends HeapMember, AgentTerms {
  readonly userName: string
  readonly ownQueue: QueueTable
  state: AgentState
  /** By contact id: what the agent is rung for, or was offered and took. */
  readonly reservations: Map<string, Reservation>
  readonly workTimers: Map<string, Timer>
  pauseTimer?: Timer
  pauseEndsAtMs?: number
  /** The heap of the available this agent stands in; undefined: in none. */
  room?: Room
}

/** Available agents of a profile who have room for the same channels; the one longest available on top. */
export interface Room {
  readonly channels: readonly Channel[]
  readonly available: IndexedHeap<AgentSlot>
}

export interface ProfileTable {
  readonly name: string
  readonly rules: ChannelRules
  /** Lanes of equal priority together, first tier first. */
  readonly tiers: Lane[][]
  /** By the channels' names, joined. */
  readonly rooms: Map<string, Room>
}

export interface Tables {
  readonly queues: Map<string, QueueTable>
  readonly profiles: Map<string, ProfileTable>
  readonly agents: Map<string, AgentSlot>
}

/** What routing reads of an agent's settings. */
export type AgentSettings = Pick<
  Agent,
  'userName' | 'routingProfile' | 'status' | 'afterContactWorkS' | 'autoAccept' | 'proficiencies'
>

export interface TableSources {
  queues: Iterable<Pick<Queue, 'name' | 'maximumContacts' | 'enabled'>>
  routingProfiles: Iterable<RoutingProfile>
  agents: Iterable<AgentSettings>
  /** For queues that set no limit of their own: the quota of concurrent calls. */
  maximumContacts: number
  /** For agents without a setting; 10 s when absent. */
  afterContactWorkS?: number
}

/** A telephone has no panel on which work could be ended with a click: long enough for a note, short enough to forget. */
const defaultAfterContactWorkS = 10
/** Routing facts, 1: fixed. */
const agentQueueContacts = 10
export const channels: readonly Channel[] = ['VOICE', 'CHAT', 'TASK']

/** Throws when a profile names no queue or an agent no profile: the configuration's check rules both out. */
export function buildTables(from: TableSources, nowMs: number): Tables {
  const queues = new Map<string, QueueTable>()
  for (const { name, maximumContacts = from.maximumContacts, enabled = true } of from.queues)
    queues.set(name, { ...newQueue(name, maximumContacts), enabled })
  const profiles = new Map<string, ProfileTable>()
  for (const profile of from.routingProfiles) profiles.set(profile.name, buildProfile(profile, queues))
  const agents = new Map<string, AgentSlot>()
  for (const settings of from.agents) {
    const profile = profiles.get(settings.routingProfile)
    const { userName, status, afterContactWorkS = from.afterContactWorkS ?? defaultAfterContactWorkS } = settings
    if (!profile) throw new Error(`agent ${userName} has the unknown routing profile ${settings.routingProfile}`)
    const ownQueue = { ...newQueue(agentQueueName(userName), agentQueueContacts), owner: userName }
    for (const channel of channels) laneOf(ownQueue, channel, 0)
    queues.set(ownQueue.name, ownQueue)
    agents.set(userName, {
      userName,
      profile,
      ownQueue,
      proficiencies: settings.proficiencies ?? [],
      autoAccept: settings.autoAccept ?? false,
      afterContactWorkMs: afterContactWorkS === 'unlimited' ? Number.POSITIVE_INFINITY : afterContactWorkS * 1000,
      state: newAgent(status, nowMs),
      reservations: new Map(),
      workTimers: new Map(),
      heapIndex: -1,
    })
  }
  return { queues, profiles, agents }
}

/** By command. */
export function switchQueue(queue: QueueTable, enabled: boolean): void {
  queue.enabled = enabled
  queue.switched = enabled
}

function newQueue(name: string, maximumContacts: number): QueueTable {
  return { name, maximumContacts, enabled: true, lanes: [], profiles: new Set(), members: new Set() }
}

function buildProfile(of: RoutingProfile, queues: Map<string, QueueTable>): ProfileTable {
  const rules = { concurrency: of.concurrency, otherChannels: of.otherChannels ?? {} }
  const profile: ProfileTable = { name: of.name, rules, tiers: [], rooms: new Map() }
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
  const lane: Lane = { queue, channel, delayMs, groups: new Map() }
  queue.lanes.push(lane)
  return lane
}

/** A full queue keeps a fifth for callbacks that are due, moves between queues and agents' transfers (routing facts, 1). */
const exceedingShare = 0.2

export function isFull({ members, maximumContacts, owner }: QueueTable, mayExceed: boolean | undefined): boolean {
  const extra = mayExceed && owner === undefined ? Math.floor(maximumContacts * exceedingShare) : 0
  return members.size >= maximumContacts + extra
}

export function profilesOf(queues: Iterable<QueueTable>): Set<ProfileTable> {
  const profiles = new Set<ProfileTable>()
  for (const queue of queues) for (const profile of queue.profiles) profiles.add(profile)
  return profiles
}
