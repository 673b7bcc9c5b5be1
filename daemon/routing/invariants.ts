// What must be true of the router's tables between any two inputs. Tests check after every step; the router itself
// checks from time to time when asked to, since a stuck agent shows itself in nothing but an agent who is never rung.
import type { Clock } from '../clock.ts'
import type { Counters } from '../counters.ts'
import type { Log } from '../log/log.ts'
import { slotOf } from './agent-state.ts'
import { bestMatch, matchOf } from './matching.ts'
import type { AgentSlot, Entry, Tables } from './tables.ts'
import { isAvailable } from './views.ts'

/** One sentence for each thing that is wrong; empty when all is well. */
export function brokenInvariants(tables: Tables, entries: ReadonlyMap<string, Entry>): string[] {
  return [
    ...brokenByContacts(entries),
    ...[...tables.agents.values()].flatMap((agent) => [...brokenByAgent(agent, entries)]),
    ...brokenByQueues(tables, entries),
  ]
}

function* brokenByContacts(entries: ReadonlyMap<string, Entry>): Generator<string> {
  for (const [id, entry] of entries) {
    const { reservation } = entry
    if (reservation) {
      if (reservation.entry !== entry || reservation.agent.reservations.get(id) !== reservation)
        yield `contact ${id} has an agent who does not have the contact`
      if (entry.places.some((place) => place.heapIndex !== -1)) yield `contact ${id} has an agent and still waits`
    } else if (entry.places.some((place) => place.heapIndex === -1)) yield `contact ${id} waits in no line`
    const counted = entry.queue.members.has(entry)
    const accepted = reservation !== undefined && reservation.timer === undefined
    if (counted === accepted) yield `contact ${id} is ${accepted ? 'with its agent but' : 'not'} counted in its queue`
  }
}

function* brokenByAgent(agent: AgentSlot, entries: ReadonlyMap<string, Entry>): Generator<string> {
  const { state, userName } = agent
  for (const [id, reservation] of agent.reservations) {
    if (entries.get(id)?.reservation !== reservation)
      yield `agent ${userName} has contact ${id}, which does not have the agent`
    const work = slotOf(state, id)?.work
    if (reservation.timer ? work !== 'ringing' : work !== 'onContact' && work !== 'paused')
      yield `agent ${userName} shows ${work} for the contact ${id}, which ${reservation.timer ? 'rings' : 'was accepted'}`
  }
  for (const { contactId, work } of state.slots) {
    if (work === 'ringing' && !agent.reservations.has(contactId))
      yield `agent ${userName} rings for ${contactId} without an offer`
    const timed = agent.workTimers.has(contactId)
    if (timed !== (work === 'afterContactWork' && agent.afterContactWorkMs !== Number.POSITIVE_INFINITY))
      yield `agent ${userName} has ${timed ? 'a' : 'no'} limit for ${work} of ${contactId}`
  }
  if (!state.pause && agent.pauseTimer) yield `agent ${userName} waits for the end of a pause that is over`
  if (isAvailable(agent) !== (agent.room !== undefined))
    yield `agent ${userName} is ${isAvailable(agent) ? 'available but not found' : 'found but not available'}`
}

function* brokenByQueues(tables: Tables, entries: ReadonlyMap<string, Entry>): Generator<string> {
  for (const queue of tables.queues.values()) {
    for (const entry of queue.members)
      if (entries.get(entry.contact.contactId) !== entry) yield `queue ${queue.name} holds a contact that is gone`
    for (const { groups } of queue.lanes)
      for (const { ripe } of groups.values()) if (ripe.size === 0) yield `queue ${queue.name} keeps an empty group`
  }
  const owners = [...tables.agents.values()].filter(({ ownQueue }) => ownQueue.members.size > 0)
  const match = bestMatch(tables.profiles.values()) ?? owners.map(matchOf).find((found) => found !== undefined)
  if (match) yield `contact ${match.entry.contact.contactId} waits though agent ${match.agent.userName} is available`
}

/** Looks again and again, until it is cancelled; each sentence that is found is counted and told. */
export function checkEvery(
  { clock, counters, log }: { clock: Clock; counters: Counters; log: Log },
  periodMs: number,
  look: () => string[],
): { cancel(): void } {
  let timer = clock.after(periodMs, function check() {
    for (const broken of look()) {
      counters.count('brokenInvariant')
      log.error({ broken }, 'routing tables are broken')
    }
    timer = clock.after(periodMs, check)
  })
  return { cancel: () => timer.cancel() }
}
