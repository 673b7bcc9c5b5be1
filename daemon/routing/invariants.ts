// What must be true of the router's tables between any two inputs. Tests check after every step; the router itself
// checks from time to time when asked to, since a stuck agent shows itself in nothing but an agent who is never rung.
import { isAvailable } from './agent-state.ts'
import { bestMatch, type Entry, type Tables } from './tables.ts'

/** One sentence for each thing that is wrong; empty when all is well. */
export function brokenInvariants(tables: Tables, entries: ReadonlyMap<string, Entry>): string[] {
  return [...brokenByContacts(entries), ...brokenByAgents(tables), ...brokenByQueues(tables, entries)]
}

function* brokenByContacts(entries: ReadonlyMap<string, Entry>): Generator<string> {
  for (const [id, entry] of entries) {
    const { reservation } = entry
    if (reservation) {
      if (reservation.entry !== entry || reservation.agent.reservation !== reservation)
        yield `contact ${id} has an agent who does not have the contact`
      if (entry.places.some((place) => place.heapIndex !== -1)) yield `contact ${id} has an agent and still waits`
    } else if (entry.places.some((place) => place.heapIndex === -1)) yield `contact ${id} waits in no line`
    const counted = entry.queue.members.has(entry)
    const accepted = reservation?.agent.state.work.name === 'onContact'
    if (counted === accepted) yield `contact ${id} is ${accepted ? 'with its agent but' : 'not'} counted in its queue`
  }
}

function* brokenByAgents(tables: Tables): Generator<string> {
  for (const agent of tables.agents.values()) {
    const { state, reservation, userName } = agent
    const held = state.work.name === 'ringing' || state.work.name === 'onContact' ? state.work.contactId : undefined
    if (held !== reservation?.entry.contact.contactId)
      yield `agent ${userName} is bound to another contact than it shows`
    if (reservation && reservation.entry.reservation !== reservation)
      yield `agent ${userName} has a contact that does not have the agent`
    if ((state.work.name === 'ringing') !== (reservation?.timer !== undefined))
      yield `agent ${userName} rings without a time to answer, or has one without ringing`
    if ((state.work.name === 'paused') !== (agent.pauseTimer !== undefined))
      yield `agent ${userName} is paused without an end, or has one without a pause`
    if (isAvailable(state) !== agent.profile.available.has(agent))
      yield `agent ${userName} is ${isAvailable(state) ? 'available but not found' : 'found but not available'}`
  }
}

function* brokenByQueues(tables: Tables, entries: ReadonlyMap<string, Entry>): Generator<string> {
  for (const queue of tables.queues.values())
    for (const entry of queue.members)
      if (entries.get(entry.contact.contactId) !== entry) yield `queue ${queue.name} holds a contact that is gone`
  const match = bestMatch(tables.profiles.values())
  if (match) yield `contact ${match.entry.contact.contactId} waits though agent ${match.agent.userName} is available`
}
