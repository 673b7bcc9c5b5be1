// A new configuration for tables in use: contacts keep their places and ages, agents what they do. Called while no contact
// stands in a lane and no agent in a room; both are let in again afterwards.
//
//   queue, agent in both        the new terms, the old members and state
//   queue that is gone          stays for those who wait in it, behind all others of the profiles that had it
//   agent who is gone           stays, offline, until the last contact is over
import {
  type AgentSlot,
  buildTables,
  type Entry,
  type ProfileTable,
  type QueueTable,
  switchQueue,
  type TableSources,
  type Tables,
} from './tables.ts'

/** Changes `tables` in place, and the queues of all contacts. Throws, before it changes anything, what `buildTables` throws. */
export function renewTables(tables: Tables, entries: Iterable<Entry>, next: TableSources, nowMs: number): void {
  const fresh = buildTables(next, nowMs)
  for (const old of tables.agents.values()) carryAgent(old, fresh)
  for (const { name, switched } of tables.queues.values()) {
    const queue = fresh.queues.get(name)
    if (queue && switched !== undefined) switchQueue(queue, switched)
  }
  for (const entry of entries) {
    const old = entry.queue
    entry.queue = fresh.queues.get(old.name) ?? leftOver(old, fresh)
    if (entry.queue !== old && old.members.delete(entry)) entry.queue.members.add(entry)
  }
  replace(tables.queues, fresh.queues)
  replace(tables.profiles, fresh.profiles)
  replace(tables.agents, fresh.agents)
}

/** A queue that nobody can enter any more. */
function leftOver(old: QueueTable, fresh: Tables): QueueTable {
  const queue: QueueTable = { ...old, enabled: false, lanes: [], profiles: new Set(), members: new Set() }
  for (const lane of old.lanes) queue.lanes.push({ ...lane, queue, groups: new Map() })
  for (const { name } of old.profiles) {
    const profile = fresh.profiles.get(name)
    if (!profile) continue
    queue.profiles.add(profile)
    profile.tiers.push([...queue.lanes])
  }
  fresh.queues.set(queue.name, queue)
  return queue
}

function carryAgent(old: AgentSlot, fresh: Tables): void {
  const { userName, ownQueue } = old
  const now = fresh.agents.get(userName)
  if (!now && old.state.slots.length === 0 && ownQueue.members.size === 0) {
    old.pauseTimer?.cancel()
    return
  }
  if (now) {
    const { profile, proficiencies, autoAccept, afterContactWorkMs } = now
    Object.assign(old, { profile, proficiencies, autoAccept, afterContactWorkMs })
  } else {
    old.profile = nobodysProfile(old.profile)
    old.state = { ...old.state, status: 'Offline' }
  }
  fresh.agents.set(userName, old)
  fresh.queues.set(ownQueue.name, ownQueue)
}

/** For who is no longer there: no queue, so nothing is offered. */
function nobodysProfile({ name, rules }: ProfileTable): ProfileTable {
  return { name, rules, tiers: [], rooms: new Map() }
}

function replace<Value>(map: Map<string, Value>, by: ReadonlyMap<string, Value>): void {
  map.clear()
  for (const [key, value] of by) map.set(key, value)
}
