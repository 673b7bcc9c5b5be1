// The life of a contact that a caller began, as a pure function: (state, input) → next state and what to do about it.
//
//   arriving ─answered─▶ inFlow ─enqueued─▶ queued ⇄ offering ─agent answers─▶ agentWhispering
//                           │                 ▲                                     │
//                           │                 └── agent gone before the talk ◀──────┤
//                           │                                                       ▼
//                           │                                     customerWhispering ─▶ joined
//                           └──────────── any side ends it ───────────────────────────▶ ending ─▶ completed
//
// The caller stays in the queue, and hears the queue flow, until the agent's whisper is over; both whispers run to
// their end before anyone can talk. A caller who has not talked to anybody goes back to the old place when the agent
// goes away; after that the contact ends with whoever leaves first.
import type { FlowEnd } from '../flow/host.ts'
import type { LegEnd } from '../leg/leg.ts'
import type { OfferFailure } from '../routing/routing.ts'
import type { DisconnectReason } from './contact-record.ts'

export type ContactState =
  | 'arriving'
  | 'inFlow'
  | 'queued'
  | 'offering'
  | 'agentWhispering'
  | 'customerWhispering'
  | 'joined'
  | 'ending'
  | 'completed'

export type ContactInput =
  | { type: 'customerAnswered' }
  | { type: 'customerLeft'; end: LegEnd }
  | { type: 'inboundFlowEnded'; end: FlowEnd }
  /** The running flow put the contact into its queue; the flow itself ends right after. */
  | { type: 'enqueued' }
  | { type: 'queueFlowEnded'; end: FlowEnd }
  | { type: 'offered'; agent: string }
  | { type: 'offerWithdrawn' }
  | { type: 'agentAnswered' }
  | { type: 'agentLeft'; end: LegEnd }
  | { type: 'agentWhisperEnded' }
  | { type: 'customerWhisperEnded' }
  | { type: 'whispersTimedOut' }
  | { type: 'callTooLong' }
  | { type: 'daemonStops' }
  /** Every leg, flow, timer and recording of the contact is released. */
  | { type: 'released' }

export type ContactEffect =
  | { do: 'runInboundFlow' }
  | { do: 'runQueueFlow' }
  | { do: 'stopCustomerFlow' }
  | { do: 'ringAgent'; agent: string }
  | { do: 'stopRinging' }
  | { do: 'tellOfferFailed'; failure: OfferFailure }
  | { do: 'runAgentWhisper' }
  | { do: 'runCustomerWhisper' }
  | { do: 'stopWhispers' }
  | { do: 'requeue' }
  | { do: 'join' }
  | { do: 'leaveQueue' }
  | { do: 'hangUpAgent' }
  | { do: 'end'; reason: DisconnectReason; endReason: string }
  | { do: 'complete' }
  /** Something ended that nobody asked for, and the caller may hear nothing: counted, and said in the log. */
  | { do: 'countFault'; fault: string }

export interface ContactStep {
  state: ContactState
  effects: ContactEffect[]
}

const step = (state: ContactState, ...effects: ContactEffect[]): ContactStep => ({ state, effects })

/** The next state and its effects, in order; undefined when the input has no meaning in this state. */
export function nextContactStep(state: ContactState, input: ContactInput): ContactStep | undefined {
  if (state === 'completed') return undefined
  if (state === 'ending') return input.type === 'released' ? step('completed', { do: 'complete' }) : undefined
  switch (input.type) {
    case 'customerLeft':
      return step('ending', ...letGo(state), {
        do: 'end',
        reason: input.end.blame === 'none' || input.end.blame === 'farEnd' ? 'CUSTOMER_DISCONNECT' : 'TELECOM_PROBLEM',
        endReason: input.end.reason,
      })
    case 'callTooLong':
      return step('ending', ...letGo(state), { do: 'end', reason: 'OTHER', endReason: 'callDurationLimit' })
    case 'daemonStops':
      return step('ending', ...letGo(state), { do: 'end', reason: 'OTHER', endReason: 'daemonStopped' })
    default:
      return transitions[state]?.(input)
  }
}

/** What must stop before a contact in this state can end. */
function letGo(state: ContactState): ContactEffect[] {
  switch (state) {
    case 'queued':
      return [{ do: 'leaveQueue' }]
    case 'offering':
      return [{ do: 'leaveQueue' }, { do: 'stopRinging' }]
    case 'agentWhispering':
    case 'customerWhispering':
      return [{ do: 'stopWhispers' }, { do: 'hangUpAgent' }]
    case 'joined':
      return [{ do: 'hangUpAgent' }]
    default:
      return []
  }
}

/** A queue flow's end hurts nobody unless it hangs up: the caller keeps the place, in silence. */
function queueFlowEnded(state: ContactState, end: FlowEnd): ContactStep | undefined {
  if (end.type === 'disconnect') return step('ending', ...letGo(state), flowDisconnect)
  if (end.type === 'failed') return step(state, { do: 'countFault', fault: 'queueFlowFailed' })
  return step(state)
}

const flowDisconnect: ContactEffect = { do: 'end', reason: 'CONTACT_FLOW_DISCONNECT', endReason: 'flowDisconnect' }

/** The agent went before the talk: back to the queue, at the old place, as if the agent had not answered. */
const backToQueue: ContactEffect[] = [{ do: 'stopWhispers' }, { do: 'hangUpAgent' }, { do: 'requeue' }]

const transitions: Partial<Record<ContactState, (input: ContactInput) => ContactStep | undefined>> = {
  arriving: (input) => (input.type === 'customerAnswered' ? step('inFlow', { do: 'runInboundFlow' }) : undefined),

  inFlow: (input) => {
    if (input.type === 'enqueued') return step('queued')
    if (input.type !== 'inboundFlowEnded') return undefined
    if (input.end.type === 'disconnect') return step('ending', flowDisconnect)
    if (input.end.type === 'failed') return step('ending', { do: 'end', reason: 'OTHER', endReason: 'flowFailed' })
    return step('ending', { do: 'end', reason: 'OTHER', endReason: 'flowEnded' })
  },

  queued: (input) => {
    switch (input.type) {
      case 'inboundFlowEnded':
        return step('queued', { do: 'runQueueFlow' })
      case 'queueFlowEnded':
        return queueFlowEnded('queued', input.end)
      case 'offered':
        return step('offering', { do: 'ringAgent', agent: input.agent })
      default:
        return undefined
    }
  },

  offering: (input) => {
    switch (input.type) {
      case 'inboundFlowEnded':
        return step('offering', { do: 'runQueueFlow' })
      case 'queueFlowEnded':
        return queueFlowEnded('offering', input.end)
      case 'offerWithdrawn':
        return step('queued', { do: 'stopRinging' })
      case 'agentLeft':
        return step('queued', { do: 'tellOfferFailed', failure: offerFailure(input.end) })
      case 'agentAnswered':
        return step('agentWhispering', { do: 'runAgentWhisper' })
      default:
        return undefined
    }
  },

  agentWhispering: (input) => {
    switch (input.type) {
      case 'inboundFlowEnded':
        return step('agentWhispering', { do: 'runQueueFlow' })
      case 'queueFlowEnded':
        return queueFlowEnded('agentWhispering', input.end)
      case 'agentWhisperEnded':
        return step('customerWhispering', { do: 'stopCustomerFlow' }, { do: 'runCustomerWhisper' })
      case 'agentLeft':
      case 'whispersTimedOut':
        return step('queued', ...backToQueue)
      default:
        return undefined
    }
  },

  customerWhispering: (input) => {
    switch (input.type) {
      case 'customerWhisperEnded':
        return step('joined', { do: 'join' })
      case 'agentLeft':
      case 'whispersTimedOut':
        return step('queued', ...backToQueue, { do: 'runQueueFlow' })
      default:
        return undefined
    }
  },

  joined: (input) =>
    input.type === 'agentLeft'
      ? step('ending', { do: 'end', reason: 'AGENT_DISCONNECT', endReason: input.end.reason })
      : undefined,
}

function offerFailure(end: LegEnd): OfferFailure {
  switch (end.reason) {
    case 'busy':
    case 'declined':
    case 'unreachable':
    case 'noAnswer':
      return end.reason
    default:
      return 'error'
  }
}
