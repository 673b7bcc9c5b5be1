// Figures of this moment by the published definitions (metrics facts, 2), from where routing stands. Pure.
import type { Channel } from '../flow/host.ts'
import type { AgentContact, AgentView, QueueView } from '../routing/routing.ts'

export type LiveGrouping = 'queue' | 'agent' | 'routingProfile'

export interface LiveQuery {
  by: LiveGrouping
  /** All of them when absent. */
  channel?: Channel
}

export interface LiveRow {
  group: Partial<Record<LiveGrouping, string>>
  /** By metric; queues have contacts besides. */
  metrics: Record<string, number>
}

export interface LiveSources {
  agents: readonly AgentView[]
  /** Names in order; each is looked at as the channel asks for. */
  queues: readonly string[]
  queue(name: string, channel?: Channel): QueueView | undefined
  /** Whether contacts of the queue and channel are for the agent. */
  serves(userName: string, queue: string, channel?: Channel): boolean
  /** Callbacks whose time has not come. */
  scheduled(queue: string): number
}

export function liveRows(from: LiveSources, query: LiveQuery): LiveRow[] {
  const { by, channel } = query
  const known = from.agents.filter(isLoggedIn)
  switch (by) {
    case 'queue':
      return from.queues.flatMap((name) => queueRow(from, known, name, channel))
    case 'agent':
      return known.map((agent) => ({ group: { agent: agent.userName }, metrics: agentFigures([agent], channel) }))
    case 'routingProfile': {
      const profiles = [...new Set(from.agents.map(({ routingProfile }) => routingProfile))]
      return profiles.map((routingProfile) => {
        const members = known.filter((agent) => agent.routingProfile === routingProfile)
        return { group: { routingProfile }, metrics: agentFigures(members, channel) }
      })
    }
  }
}

function queueRow(
  from: LiveSources,
  known: readonly AgentView[],
  name: string,
  channel: Channel | undefined,
): LiveRow[] {
  const view = from.queue(name, channel)
  if (!view) return []
  const serving = known.filter(({ userName }) => from.serves(userName, name, channel))
  const figures = agentFigures(serving, channel)
  // Of the contacts, those that came from this queue, whoever has them.
  const own = known
    .flatMap(({ contacts }) => contacts)
    .filter((contact) => contact.queue === name && isOf(contact, channel))
  const busy = known.filter(({ contacts }) => contacts.some((contact) => own.includes(contact) && isActive(contact)))
  return [
    {
      group: { queue: name },
      metrics: {
        CONTACTS_IN_QUEUE: view.waiting,
        OLDEST_CONTACT_AGE: view.oldestAgeS,
        CONTACTS_SCHEDULED: channel === undefined || channel === 'VOICE' ? from.scheduled(name) : 0,
        ...(view.estimatedWaitS !== undefined && { ESTIMATED_WAIT_TIME: view.estimatedWaitS }),
        ...figures,
        AGENTS_ON_CONTACT: busy.length,
        AGENTS_AFTER_CONTACT_WORK: own.filter(({ state }) => state === 'afterContactWork').length,
        SLOTS_ACTIVE: own.filter(isActive).length,
      },
    },
  ]
}

function agentFigures(agents: readonly AgentView[], channel: Channel | undefined): Record<string, number> {
  const count = (is: (agent: AgentView) => boolean) => agents.filter(is).length
  const contacts = agents.flatMap((agent) => agent.contacts.filter((contact) => isOf(contact, channel)))
  return {
    AGENTS_ONLINE: agents.length,
    AGENTS_AVAILABLE: count(
      (agent) => agent.status === 'Available' && agent.contacts.length === 0 && agent.pausedBecause === undefined,
    ),
    AGENTS_STAFFED: count(({ status }) => status === 'Available'),
    AGENTS_ON_CONTACT: count((agent) => agent.contacts.some((contact) => isOf(contact, channel) && isActive(contact))),
    AGENTS_NON_PRODUCTIVE: count(({ status }) => status !== 'Available' && status !== 'Offline'),
    AGENTS_AFTER_CONTACT_WORK: contacts.filter(({ state }) => state === 'afterContactWork').length,
    AGENTS_ERROR: count(({ pausedBecause }) => pausedBecause !== undefined),
    SLOTS_ACTIVE: contacts.filter(isActive).length,
    SLOTS_AVAILABLE: agents.reduce((sum, { slots }) => sum + freeSlots(slots, channel), 0),
  }
}

/** Channels that do not go together are as many as the one with most: one call or three chats are three. */
function freeSlots({ free, together }: AgentView['slots'], channel: Channel | undefined): number {
  if (channel !== undefined) return free[channel] ?? 0
  const each = Object.values(free)
  return together ? each.reduce((sum, one) => sum + one, 0) : Math.max(0, ...each)
}

/** Connected, held, resting or worked after; a call out counts from its beginning. */
function isActive({ state }: AgentContact): boolean {
  return state === 'onContact' || state === 'paused' || state === 'afterContactWork'
}

function isOf(contact: AgentContact, channel: Channel | undefined): boolean {
  return channel === undefined || contact.channel === channel
}

/** Without a phone an agent is to Amazon Connect not logged in. */
function isLoggedIn({ status, reachable, contacts }: AgentView): boolean {
  return status !== 'Offline' && (reachable || contacts.some(isActive))
}
