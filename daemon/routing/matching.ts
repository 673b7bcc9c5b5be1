// Who goes with whom: the order of contacts, the order of agents, and the first pair of both.
import type { Channel } from '../flow/host.ts'
import { hasRoom, isRoutable } from './agent-state.ts'
import { everybody } from './criteria.ts'
import { IndexedHeap } from './indexed-heap.ts'
import { type AgentSlot, channels, type Entry, type Lane, type ProfileTable, type Room } from './tables.ts'

/** The order of contacts, inside a queue and across queues of equal priority: priority, adjusted age, arrival. */
export function goesBefore(a: Entry, b: Entry): boolean {
  if (a.contact.priority !== b.contact.priority) return a.contact.priority < b.contact.priority
  if (a.rankMs !== b.rankMs) return a.rankMs < b.rankMs
  return a.serial < b.serial
}

/** From 1 on, among those of its channel in its queue; undefined: an agent has it. */
export function placeOf(entry: Entry): number | undefined {
  const { members } = entry.queue
  if (!members.has(entry)) return undefined
  let place = 1
  for (const other of members) if (other.contact.channel === entry.contact.channel && goesBefore(other, entry)) place++
  return place
}

export function availableLonger(a: AgentSlot, b: AgentSlot): boolean {
  return a.state.availableTurn < b.state.availableTurn
}

/** Puts the agent among the available of the profile, by the channels there is room for; nowhere when there is none. */
export function enterRoom(agent: AgentSlot): void {
  const { state, profile } = agent
  if (!isRoutable(state)) return
  const open = channels.filter((channel) => hasRoom(state.slots, channel, profile.rules))
  if (open.length === 0) return
  const key = open.join()
  const room = profile.rooms.get(key) ?? { channels: open, available: new IndexedHeap(availableLonger) }
  profile.rooms.set(key, room)
  room.available.push(agent)
  agent.room = room
}

export function leaveRoom(agent: AgentSlot): void {
  agent.room?.available.remove(agent)
  delete agent.room
}

/** The contact an agent would get now: of their own queue, else of the first tier that has any, the one that goes first. */
export function bestContact(agent: AgentSlot, open: readonly Channel[]): Entry | undefined {
  const own = bestOfTier(agent.ownQueue.lanes, agent, open)
  if (own) return own
  for (const tier of agent.profile.tiers) {
    const best = bestOfTier(tier, agent, open)
    if (best) return best
  }
  return undefined
}

function bestOfTier(tier: readonly Lane[], agent: AgentSlot, open: readonly Channel[]): Entry | undefined {
  let best: Entry | undefined
  for (const lane of tier) {
    if (!open.includes(lane.channel)) continue
    for (const { admission, ripe } of lane.groups.values()) {
      const top = ripe.peek()?.entry
      if (top && (!best || goesBefore(top, best)) && admission.admits(agent)) best = top
    }
  }
  return best
}

export interface Match {
  agent: AgentSlot
  entry: Entry
}

/**
 * Of all these profiles: the agent longest available for whom a contact waits, with that contact. Where every contact is
 * open to everybody, agents of one room would get the same contact, so only the first of each room is looked at.
 */
export function bestMatch(profiles: Iterable<ProfileTable>): Match | undefined {
  let match: Match | undefined
  for (const profile of profiles) {
    const choosy = hasChoosy(profile)
    for (const room of profile.rooms.values())
      for (const agent of choosy ? inOrder(room) : firstOf(room)) {
        if (match && !availableLonger(agent, match.agent)) break
        const entry = bestContact(agent, room.channels)
        if (!entry) continue
        match = { agent, entry }
        break
      }
  }
  return match
}

/** The same for one agent, who may be anywhere in the room. */
export function matchOf(agent: AgentSlot): Match | undefined {
  const entry = agent.room && bestContact(agent, agent.room.channels)
  return entry && { agent, entry }
}

function firstOf({ available }: Room): readonly AgentSlot[] {
  const first = available.peek()
  return first ? [first] : []
}

function inOrder({ available }: Room): AgentSlot[] {
  return [...available.values()].sort((a, b) => a.state.availableTurn - b.state.availableTurn)
}

/** Contacts wait that some agents may not have. */
function hasChoosy({ tiers }: ProfileTable): boolean {
  return tiers.some((tier) =>
    tier.some(({ groups }) => groups.size > 1 || (groups.size === 1 && !groups.has(everybody.key))),
  )
}
