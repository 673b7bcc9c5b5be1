// The state machine of one agent, as pure functions: (state, input) → next state. Timers, heaps and offers are the
// router's; here is only what an agent may become.
//
//   free ──offered──▶ ringing ──offerAccepted──▶ onContact ──contactEnded──▶ free
//    ▲                 │    └──offerWithdrawn──▶ free, at the former turn when the caller left
//    │                 └──offerFailed──▶ paused
//    └── pauseEnded, status set, phone back ──┘   (onContact ──contactDropped──▶ paused: left before the talk)
import type { AgentActivity, AgentStatus, OfferFailure } from './routing.ts'

/** Why an agent gets no contacts for a while; `missed` is the router's own time running out. */
export type PauseCause = 'missed' | OfferFailure

export type AgentWork =
  | { readonly name: 'free' }
  | { readonly name: 'ringing'; readonly contactId: string }
  | { readonly name: 'onContact'; readonly contactId: string }
  | { readonly name: 'paused'; readonly because: PauseCause }

export interface AgentState {
  readonly status: AgentStatus
  readonly reachable: boolean
  readonly work: AgentWork
  /** Offers that failed since the agent last finished a contact or set a status: pauses grow with it. */
  readonly failures: number
  /** When the agent became available, in the order of such events: the lowest turn has waited longest. */
  readonly availableTurn: number
  /** Monotonic moment at which the activity shown began. */
  readonly activitySinceMs: number
}

export type AgentInput =
  | { type: 'statusSet'; status: AgentStatus }
  | { type: 'reachableSet'; reachable: boolean }
  | { type: 'offered'; contactId: string }
  | { type: 'offerAccepted' }
  | { type: 'offerWithdrawn'; because: 'contactLeft' | 'agentUnavailable' }
  | { type: 'offerFailed'; because: PauseCause }
  | { type: 'contactEnded' }
  /** The agent left the accepted contact before the talk. */
  | { type: 'contactDropped' }
  | { type: 'pauseEnded' }

export function newAgent(status: AgentStatus, nowMs: number): AgentState {
  return { status, reachable: false, work: free, failures: 0, availableTurn: 0, activitySinceMs: nowMs }
}

/** May be offered a contact now. */
export function isAvailable(agent: AgentState): boolean {
  return agent.status === 'Available' && agent.reachable && agent.work.name === 'free'
}

export function activityOf({ status, reachable, work }: AgentState): AgentActivity {
  switch (work.name) {
    case 'onContact':
      return 'onContact'
    case 'ringing':
      return 'ringing'
    case 'paused':
      return missedCauses.has(work.because) ? 'missed' : 'unreachable'
    case 'free':
      if (status === 'Offline') return 'offline'
      return reachable ? 'available' : 'unreachable'
  }
}

/**
 * The next state, or undefined for a move that is not in the picture. `turn` is the number of this event, higher than
 * any before; an agent who becomes available takes it, but one whose caller hung up keeps the turn of before.
 */
export function nextAgentState(
  agent: AgentState,
  input: AgentInput,
  moment: { nowMs: number; turn: number },
): AgentState | undefined {
  const changes = changesBy(agent, input)
  if (!changes) return undefined
  const next = { ...agent, ...changes }
  const keepsTurn = input.type === 'offerWithdrawn' && input.because === 'contactLeft'
  return {
    ...next,
    availableTurn: isAvailable(next) && !isAvailable(agent) && !keepsTurn ? moment.turn : agent.availableTurn,
    activitySinceMs: activityOf(next) === activityOf(agent) ? agent.activitySinceMs : moment.nowMs,
  }
}

const free: AgentWork = { name: 'free' }
const missedCauses: ReadonlySet<PauseCause> = new Set(['missed', 'noAnswer', 'declined'])

function changesBy(agent: AgentState, input: AgentInput): Partial<AgentState> | undefined {
  const { work } = agent
  switch (input.type) {
    case 'statusSet': {
      // A person acted: whatever kept the agent paused is taken as seen to. This is the manual clear, for now.
      const paused = work.name === 'paused'
      return { status: input.status, failures: 0, work: paused ? free : work }
    }
    case 'reachableSet': {
      const phoneIsBack = input.reachable && !agent.reachable
      const wasUnreachable = work.name === 'paused' && work.because === 'unreachable'
      return { reachable: input.reachable, work: phoneIsBack && wasUnreachable ? free : work }
    }
    case 'offered':
      return isAvailable(agent) ? { work: { name: 'ringing', contactId: input.contactId } } : undefined
    case 'offerAccepted':
      return work.name === 'ringing' ? { work: { name: 'onContact', contactId: work.contactId } } : undefined
    case 'offerWithdrawn':
      return work.name === 'ringing' ? { work: free } : undefined
    case 'offerFailed':
      return work.name === 'ringing' ? paused(agent, input.because) : undefined
    case 'contactDropped':
      return work.name === 'onContact' ? paused(agent, 'error') : undefined
    case 'contactEnded':
      return work.name === 'onContact' ? { work: free, failures: 0 } : undefined
    case 'pauseEnded':
      return work.name === 'paused' ? { work: free } : undefined
  }
}

function paused(agent: AgentState, because: PauseCause): Partial<AgentState> {
  return { work: { name: 'paused', because }, failures: agent.failures + 1 }
}

/**
 * How long an agent gets nothing after a failed offer. A person who did not answer pauses as configured. A phone that
 * answers at once by itself (busy, do not disturb, gone) would otherwise be rung over and over by the same contact:
 * it pauses a second at least, and longer each time when it can't be reached.
 */
export function pauseMs(because: PauseCause, failures: number, missedPauseMs: number): number {
  switch (because) {
    case 'missed':
      return missedPauseMs
    case 'noAnswer':
    case 'declined':
      return Math.max(missedPauseMs, 1_000)
    case 'busy':
      return 10_000
    case 'unreachable':
    case 'error':
      return Math.min(60_000, 5_000 * 2 ** Math.min(failures - 1, 10))
  }
}
