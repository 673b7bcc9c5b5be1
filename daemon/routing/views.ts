// What reports, `status` and followers see of the router: agents and queues, by the definitions of the metrics.
import type { Channel } from '../flow/host.ts'
import { type AgentState, activityOf, hasRoom, isRoutable, type PauseCause, slotOf } from './agent-state.ts'
import type { AgentChange, AgentContact, AgentView, QueueView } from './routing.ts'
import { type AgentSlot, channels, type QueueTable, type Tables } from './tables.ts'

export interface Moment {
  monotonicMs: number
  epochMs: number
}

const toEpochMs = (now: Moment, atMs: number) => Math.round(now.epochMs - now.monotonicMs + atMs)

export function agentView(agent: AgentSlot, now: Moment): AgentView {
  const { state } = agent
  const { pause, nextStatus } = state
  return {
    userName: agent.userName,
    status: state.status,
    reachable: state.reachable,
    activity: activityOf(state),
    sinceEpochMs: toEpochMs(now, state.activitySinceMs),
    contactIds: state.slots.map(({ contactId }) => contactId),
    routingProfile: agent.profile.name,
    contacts: contactsOf(state, now),
    slots: freeSlots(agent),
    ...(nextStatus !== undefined && { nextStatus }),
    ...(pause && { pausedBecause: pause.because }),
    ...(agent.pauseEndsAtMs !== undefined && { pausedUntilEpochMs: toEpochMs(now, agent.pauseEndsAtMs) }),
  }
}

function freeSlots({ state, profile: { rules } }: AgentSlot): AgentView['slots'] {
  const free: AgentView['slots']['free'] = {}
  for (const channel of channels) {
    const most = rules.concurrency[channel] ?? 0
    const taken = state.slots.filter((slot) => slot.channel === channel && slot.work !== 'paused').length
    if (most > 0) free[channel] = isRoutable(state) && hasRoom(state.slots, channel, rules) ? most - taken : 0
  }
  return { free, together: channels.some((channel) => rules.otherChannels[channel] === true) }
}

function contactsOf({ slots, pause }: AgentState, now: Moment): AgentContact[] {
  const contacts = slots.map(
    ({ contactId, channel, work, sinceMs, queue }): AgentContact => ({
      contactId,
      channel,
      state: work,
      sinceEpochMs: toEpochMs(now, sinceMs),
      ...(queue !== undefined && { queue }),
    }),
  )
  if (pause)
    contacts.push({
      contactId: pause.contactId,
      channel: pause.channel,
      state: failureState(pause.because),
      sinceEpochMs: toEpochMs(now, pause.sinceMs),
    })
  return contacts
}

export function agentChange(agent: AgentSlot, before: AgentState, now: Moment): AgentChange {
  const { state } = agent
  const { pause, nextStatus } = state
  return {
    agent: agent.userName,
    routingProfile: agent.profile.name,
    atEpochMs: now.epochMs,
    status: state.status,
    statusSinceEpochMs: toEpochMs(now, state.statusSinceMs),
    ...(nextStatus !== undefined && { nextStatus }),
    reachable: state.reachable,
    contacts: contactsOf(state, now),
    completed: before.slots
      .filter(({ work, contactId }) => work !== 'ringing' && !slotOf(state, contactId) && pause === before.pause)
      .map(({ contactId, channel }) => ({ contactId, channel })),
  }
}

/** Routing facts, 4: a voice contact that is declined counts as missed. */
function failureState(because: PauseCause): AgentContact['state'] {
  switch (because) {
    case 'missed':
    case 'noAnswer':
      return 'missed'
    case 'declined':
      return 'rejected'
    default:
      return 'error'
  }
}

/** A contact counts as waiting until an agent has accepted it: it may still come back to its place. */
export function queueView(queue: QueueTable, tables: Tables, now: Moment, channel?: Channel): QueueView {
  let [waiting, oldestAgeMs] = [0, 0]
  for (const { contact, enqueuedAtMs } of queue.members) {
    if (channel !== undefined && contact.channel !== channel) continue
    waiting++
    oldestAgeMs = Math.max(oldestAgeMs, now.monotonicMs - enqueuedAtMs)
  }
  const view = { available: 0, staffed: 0, online: 0 }
  const asked = channel === undefined ? channels : [channel]
  for (const agent of tables.agents.values()) if (serves(agent, queue, channel)) countAgent(agent, view, asked)
  return {
    name: queue.name,
    ...(queue.owner !== undefined && { agent: queue.owner }),
    enabled: queue.enabled,
    waiting,
    oldestAgeS: Math.floor(oldestAgeMs / 1000),
    ...view,
  }
}

export function serves({ userName, profile }: AgentSlot, queue: QueueTable, channel: Channel | undefined): boolean {
  if (queue.owner !== undefined) return queue.owner === userName
  if (channel === undefined || !queue.profiles.has(profile)) return queue.profiles.has(profile)
  return profile.tiers.some((tier) => tier.some((lane) => lane.queue === queue && lane.channel === channel))
}

/** Could take a contact of one of these channels now. */
export function isAvailable({ state, profile }: AgentSlot, asked: readonly Channel[] = channels): boolean {
  return isRoutable(state) && asked.some((channel) => hasRoom(state.slots, channel, profile.rules))
}

/**
 * An agent without a reachable phone is to Amazon Connect an agent who is not logged in, and counts nowhere: a flow
 * that asks for staffed agents must not send callers to nobody.
 */
function countAgent(
  agent: AgentSlot,
  view: Pick<QueueView, 'available' | 'staffed' | 'online'>,
  asked: readonly Channel[],
): void {
  const { status, reachable, slots } = agent.state
  const loggedIn = reachable || slots.some(({ work }) => work === 'onContact' || work === 'paused')
  if (status === 'Offline' || !loggedIn) return
  view.online++
  if (status === 'Available') view.staffed++
  if (isAvailable(agent, asked)) view.available++
}
