// The state machine of one agent, as pure functions: (state, input) → next state. Timers, heaps and offers are the
// router's; here is only what an agent may become. An agent has slots, one for each contact; a slot goes
//
//   offered ─▶ ringing ──offerAccepted──▶ onContact ──contactEnded──▶ afterContactWork ──workEnded──▶ gone
//                │ │                             ▲ │ paused: the slot is free for another
//                │ └─offerWithdrawn─▶ gone, at the former turn when the caller left
//                └──offerFailed──▶ gone, agent paused      (occupied: straight to onContact; contactDropped: gone, paused)
import type { Channel } from '../flow/host.ts'
import type { AgentActivity, AgentStatus, OfferFailure } from './routing.ts'

/** Why an agent gets no contacts for a while; `missed` is the router's own time running out. */
export type PauseCause = 'missed' | OfferFailure

export type SlotWork = 'ringing' | 'onContact' | 'paused' | 'afterContactWork'

export interface Slot {
  readonly contactId: string
  readonly channel: Channel
  /** It was offered from; none for one that was dialled or handed over. */
  readonly queue?: string
  readonly work: SlotWork
  /** Monotonic moment at which this work began. */
  readonly sinceMs: number
}

export interface Pause {
  readonly because: PauseCause
  /** The contact whose offer failed. */
  readonly contactId: string
  readonly channel: Channel
  readonly sinceMs: number
}

export interface AgentState {
  readonly status: AgentStatus
  readonly statusSinceMs: number
  /** Waits until all slots are clear. */
  readonly nextStatus?: AgentStatus
  readonly reachable: boolean
  readonly slots: readonly Slot[]
  readonly pause?: Pause
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
  | { type: 'offered'; contactId: string; channel: Channel; queue?: string }
  | { type: 'offerAccepted'; contactId: string }
  | { type: 'offerWithdrawn'; contactId: string; because: 'contactLeft' | 'agentUnavailable' }
  | { type: 'offerFailed'; contactId: string; because: PauseCause }
  /** A contact that routing did not offer: dialled, or handed over. */
  | { type: 'occupied'; contactId: string; channel: Channel }
  /** The agent lets the contact rest, and takes it up again. */
  | { type: 'contactPaused' | 'contactResumed'; contactId: string }
  /** `work`: after-contact work follows. */
  | { type: 'contactEnded'; contactId: string; work: boolean }
  /** The agent left the accepted contact before the talk. */
  | { type: 'contactDropped'; contactId: string }
  /** After-contact work is over. */
  | { type: 'workEnded'; contactId: string }
  | { type: 'pauseEnded' }

export interface ChannelRules {
  concurrency: Readonly<Partial<Record<Channel, number | undefined>>>
  /** Busy on the channel, the agent may be offered contacts of others. */
  otherChannels: Readonly<Partial<Record<Channel, boolean | undefined>>>
}

export function newAgent(status: AgentStatus, nowMs: number): AgentState {
  return {
    status,
    statusSinceMs: nowMs,
    reachable: false,
    slots: [],
    failures: 0,
    availableTurn: 0,
    activitySinceMs: nowMs,
  }
}

/** May be offered contacts, as far as channels have room. */
export function isRoutable(agent: AgentState): boolean {
  return agent.status === 'Available' && agent.nextStatus === undefined && agent.reachable && !agent.pause
}

/** Whether the rules leave room for one contact more of the channel beside the slots taken. */
export function hasRoom(slots: readonly Slot[], channel: Channel, rules: ChannelRules): boolean {
  let taken = 0
  for (const slot of slots.filter(isTaken)) {
    if (slot.channel === channel) taken++
    else if (!rules.otherChannels[slot.channel]) return false
  }
  return taken < (rules.concurrency[channel] ?? 0)
}

/** A contact that rests is the agent's still, and keeps no other from coming. */
function isTaken({ work }: Slot): boolean {
  return work !== 'paused'
}

/** The most telling first, as reports show an agent with several contacts (routing facts, 4). */
export function activityOf({ status, reachable, slots, pause }: AgentState): AgentActivity {
  if (pause) return missedCauses.has(pause.because) ? 'missed' : 'unreachable'
  if (slots.some(({ work }) => work === 'onContact' || work === 'paused')) return 'onContact'
  for (const work of ['afterContactWork', 'ringing'] as const) if (slots.some((slot) => slot.work === work)) return work
  if (status === 'Offline') return 'offline'
  if (status !== 'Available') return 'custom'
  return reachable ? 'available' : 'unreachable'
}

/**
 * The next state, or undefined for a move that is not in the picture. `turn` is the number of this event, higher than
 * any before; an agent who becomes free for more takes it, but one whose caller hung up keeps the turn of before.
 */
export function nextAgentState(
  agent: AgentState,
  input: AgentInput,
  moment: { nowMs: number; turn: number },
): AgentState | undefined {
  const changed = changedBy(agent, input, moment.nowMs)
  if (!changed) return undefined
  const next = withNextStatus(changed, moment.nowMs)
  const keepsTurn = input.type === 'offerWithdrawn' && input.because === 'contactLeft'
  const taken = ({ slots }: AgentState) => slots.filter(isTaken).length
  const freer = isRoutable(next) && (!isRoutable(agent) || taken(next) < taken(agent))
  return {
    ...next,
    availableTurn: freer && !keepsTurn ? moment.turn : agent.availableTurn,
    activitySinceMs: activityOf(next) === activityOf(agent) ? agent.activitySinceMs : moment.nowMs,
  }
}

const missedCauses: ReadonlySet<PauseCause> = new Set(['missed', 'noAnswer', 'declined'])

function changedBy(agent: AgentState, input: AgentInput, nowMs: number): AgentState | undefined {
  switch (input.type) {
    case 'statusSet':
      return statusSet(agent, input.status, nowMs)
    case 'reachableSet': {
      const phoneIsBack = input.reachable && !agent.reachable
      const clears = phoneIsBack && agent.pause?.because === 'unreachable'
      return { ...(clears ? unpaused(agent) : agent), reachable: input.reachable }
    }
    case 'pauseEnded':
      return agent.pause && unpaused(agent)
    case 'offered':
      return isRoutable(agent) && !slotOf(agent, input.contactId) ? taking(agent, input, 'ringing', nowMs) : undefined
    case 'occupied':
      return slotOf(agent, input.contactId) ? undefined : taking(agent, input, 'onContact', nowMs)
    case 'offerAccepted':
      return moving(agent, input.contactId, 'ringing', 'onContact', nowMs)
    case 'offerWithdrawn':
      return leaving(agent, input.contactId, 'ringing')
    case 'offerFailed':
      return pausing(agent, input.contactId, 'ringing', input.because, nowMs)
    case 'contactDropped':
      return pausing(agent, input.contactId, 'onContact', 'error', nowMs)
    case 'contactPaused':
      return moving(agent, input.contactId, 'onContact', 'paused', nowMs)
    case 'contactResumed':
      return moving(agent, input.contactId, 'paused', 'onContact', nowMs)
    case 'contactEnded': {
      const from = slotOf(agent, input.contactId)?.work === 'paused' ? 'paused' : 'onContact'
      const ended = input.work
        ? moving(agent, input.contactId, from, 'afterContactWork', nowMs)
        : leaving(agent, input.contactId, from)
      return ended && { ...ended, failures: 0 }
    }
    case 'workEnded':
      return leaving(agent, input.contactId, 'afterContactWork')
  }
}

/**
 * A person acted: whatever kept the agent paused is taken as seen to. Away from Available, after-contact work is cleared
 * and the rest is finished first (routing facts, 4: next status).
 */
function statusSet(agent: AgentState, status: AgentStatus, nowMs: number): AgentState {
  const { nextStatus: _, ...seenTo } = { ...unpaused(agent), failures: 0 }
  if (status === agent.status) return seenTo
  if (status === 'Available') return { ...seenTo, status, statusSinceMs: nowMs }
  const slots = seenTo.slots.filter(({ work }) => work !== 'afterContactWork')
  // What only rings is taken back by the router, which then applies the status.
  return { ...seenTo, slots, nextStatus: status }
}

function withNextStatus(agent: AgentState, nowMs: number): AgentState {
  if (agent.nextStatus === undefined || agent.slots.length > 0) return agent
  const { nextStatus: status, ...rest } = agent
  return { ...rest, status, statusSinceMs: nowMs }
}

export function slotOf(agent: AgentState, contactId: string): Slot | undefined {
  return agent.slots.find((slot) => slot.contactId === contactId)
}

function taking(
  agent: AgentState,
  { contactId, channel, queue }: { contactId: string; channel: Channel; queue?: string },
  work: SlotWork,
  nowMs: number,
): AgentState {
  const slot: Slot = { contactId, channel, work, sinceMs: nowMs, ...(queue !== undefined && { queue }) }
  return { ...agent, slots: [...agent.slots, slot] }
}

function moving(agent: AgentState, contactId: string, from: SlotWork, to: SlotWork, nowMs: number) {
  if (slotOf(agent, contactId)?.work !== from) return undefined
  const slots = agent.slots.map((slot) => (slot.contactId === contactId ? { ...slot, work: to, sinceMs: nowMs } : slot))
  return { ...agent, slots }
}

function leaving(agent: AgentState, contactId: string, from: SlotWork): AgentState | undefined {
  if (slotOf(agent, contactId)?.work !== from) return undefined
  return { ...agent, slots: agent.slots.filter((slot) => slot.contactId !== contactId) }
}

function pausing(agent: AgentState, contactId: string, from: SlotWork, because: PauseCause, nowMs: number) {
  const slot = slotOf(agent, contactId)
  const left = leaving(agent, contactId, from)
  if (!slot || !left) return undefined
  const pause: Pause = { because, contactId, channel: slot.channel, sinceMs: nowMs }
  return { ...left, pause, failures: agent.failures + 1 }
}

function unpaused({ pause: _, ...agent }: AgentState): AgentState {
  return agent
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
