// What reports and `status` see of the router: agents and queues, by the definitions of the metrics.
import { activityOf, isAvailable } from './agent-state.ts'
import type { AgentView, QueueView } from './routing.ts'
import type { AgentSlot, ProfileTable, QueueTable, Tables } from './tables.ts'

export interface Moment {
  monotonicMs: number
  epochMs: number
}

export function agentView(agent: AgentSlot, now: Moment): AgentView {
  const { state } = agent
  const { work } = state
  const toEpochMs = (atMs: number) => Math.round(now.epochMs - now.monotonicMs + atMs)
  return {
    userName: agent.userName,
    status: state.status,
    reachable: state.reachable,
    activity: activityOf(state),
    sinceEpochMs: toEpochMs(state.activitySinceMs),
    ...((work.name === 'ringing' || work.name === 'onContact') && { contactId: work.contactId }),
    ...(work.name === 'paused' && { pausedBecause: work.because }),
    ...(agent.pauseEndsAtMs !== undefined && { pausedUntilEpochMs: toEpochMs(agent.pauseEndsAtMs) }),
  }
}

/** A contact counts as waiting until an agent has accepted it: it may still come back to its place. */
export function queueView(queue: QueueTable, tables: Tables, now: Moment): QueueView {
  let oldestAgeMs = 0
  for (const { enqueuedAtMs } of queue.members) oldestAgeMs = Math.max(oldestAgeMs, now.monotonicMs - enqueuedAtMs)
  const view = { available: 0, staffed: 0, online: 0 }
  for (const agent of tables.agents.values()) if (serves(agent.profile, queue)) countAgent(agent, view)
  return { name: queue.name, waiting: queue.members.size, oldestAgeS: Math.floor(oldestAgeMs / 1000), ...view }
}

function serves(profile: ProfileTable, queue: QueueTable): boolean {
  return queue.profiles.has(profile)
}

/**
 * An agent without a reachable phone is to Amazon Connect an agent who is not logged in, and counts nowhere: a flow
 * that asks for staffed agents must not send callers to nobody. Online and staffed differ once custom statuses exist.
 */
function countAgent({ state }: AgentSlot, view: Pick<QueueView, 'available' | 'staffed' | 'online'>): void {
  const loggedIn = state.reachable || state.work.name === 'onContact'
  if (state.status === 'Offline' || !loggedIn) return
  view.online++
  view.staffed++
  if (isAvailable(state)) view.available++
}
