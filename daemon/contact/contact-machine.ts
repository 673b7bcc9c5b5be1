// The life of a contact as a pure function: (kind, state, input) → next state and what to do about it. A contact is one
// segment: one connection to an agent, with a record of its own. The tables by kind stand in contact-tables.ts.
//
//   new ─▶ arriving ─answered─▶ inFlow ─enqueued─▶ queued ⇄ offering ─agent answers─▶ agentWhispering
//    │ scheduled ─due──────────────────────────────▶ ▲                                     │
//    │                            │                  └─ agent gone before the talk ◀───────┤
//    │                            └─summoned─▶ summoning ─▶ agentWhispering                ▼
//    │                                                     customerWhispering │ dialling ─▶ outboundWhispering
//    │                                                                        └──▶ joined ◀──┘
//    └──────────────── any side ends it ───────────────────────────────────────▶ ending ─▶ completed
//
// The caller stays in the queue, and hears the queue flow, until the agent's whisper is over; both whispers run to
// their end before anyone can talk. A caller who has not talked to anybody goes back to the old place when the agent
// goes away; after that the contact ends with whoever leaves first.
import type { FlowEnd } from '../flow/host.ts'
import type { LegEnd } from '../leg/leg.ts'
import type { OfferFailure } from '../routing/routing.ts'
import type { DisconnectReason } from './contact-record.ts'
import { contactTables, step } from './contact-tables.ts'
import { customerEndReason } from './end-reasons.ts'

export type ContactKind =
  /** A caller on a line or trunk. */
  | 'inbound'
  /** A caller on a line that outlived the daemon, back in the queue. */
  | 'resumed'
  /** A caller who was moved from one queue to another. */
  | 'queueTransfer'
  /** An agent brings in another agent, by name or from a queue. */
  | 'transfer'
  /** An agent brings in an outside number. */
  | 'external'
  /** An agent calls a customer. */
  | 'outbound'
  /** A customer is called back. */
  | 'callback'
  /** A campaign calls a customer, whose flow begins when they answer. */
  | 'campaign'
  /** As a callback, for a campaign: an agent takes it before the customer is called. */
  | 'preview'
  | 'task'
  /** A supervisor in somebody's conversation. */
  | 'monitor'
  /** What runs after the end of a contact that has a disconnect flow. */
  | 'disconnect'

export type ContactState =
  | 'new'
  /** Waits for its time. */
  | 'scheduled'
  | 'arriving'
  | 'inFlow'
  | 'queued'
  | 'offering'
  /** One agent, or a number, is rung by name; nothing waits in a queue. */
  | 'summoning'
  | 'agentWhispering'
  | 'customerWhispering'
  /** The outbound whisper flow runs, and places the call to the customer. */
  | 'dialling'
  /** That flow is over, and the customer has not answered yet; or a campaign calls. */
  | 'ringingOut'
  | 'outboundWhispering'
  | 'joined'
  /** The flow has left the customer to a third party. */
  | 'outside'
  | 'ending'
  | 'completed'

export type ContactInput =
  | { type: 'began' }
  /** Its time has come. */
  | { type: 'due'; into: 'flow' | 'queue' }
  | { type: 'customerAnswered' }
  | { type: 'customerLeft'; end: LegEnd }
  /** A customer who was called did not answer. */
  | { type: 'customerUnreached'; end: LegEnd }
  | { type: 'flowEnded'; end: FlowEnd }
  /** The running flow put the contact into its queue; the flow itself ends right after. */
  | { type: 'enqueued' }
  | { type: 'notEnqueued' }
  | { type: 'queueFlowEnded'; end: FlowEnd }
  /** Another segment has taken over the customer who waited in this one. */
  | { type: 'movedOn' }
  | { type: 'offered'; agent: string; autoAccept?: true }
  | { type: 'offerWithdrawn'; because: 'missed' | 'agentUnavailable' }
  | { type: 'summoned'; agent: string }
  | { type: 'agentAnswered' }
  /** The agent this contact was offered to. */
  | { type: 'agentLeft'; end: LegEnd }
  /** The agent, or number, that was summoned by name. */
  | { type: 'targetLeft'; end: LegEnd }
  | { type: 'agentWhisperEnded' }
  | { type: 'customerWhisperEnded' }
  | { type: 'outboundWhisperEnded' }
  | { type: 'whispersTimedOut' }
  | { type: 'handedOutside' }
  | { type: 'thirdPartyLeft'; end: LegEnd }
  /** Somebody decided so: an agent who completes a task, a supervisor, the conversation that is over. */
  | { type: 'dismissed'; reason: DisconnectReason; endReason: string }
  | { type: 'callTooLong' }
  | { type: 'daemonStops' }
  /** The daemon stops, and takes this contact up again at its next start. */
  | { type: 'parked' }
  /** Every leg, flow, timer and recording of the contact is released. */
  | { type: 'released' }

export type ContactEffect =
  | { do: 'answer' }
  | { do: 'runFlow' }
  | { do: 'runQueueFlow' }
  | { do: 'stopCustomerFlow' }
  | { do: 'enqueue' }
  | { do: 'ringAgent'; agent: string; autoAccept?: true }
  | { do: 'ringTarget' }
  | { do: 'stopRinging' }
  | { do: 'tellOfferFailed'; failure: OfferFailure }
  | { do: 'runAgentWhisper' }
  | { do: 'runCustomerWhisper' }
  | { do: 'runOutboundWhisper' }
  | { do: 'dialCustomer' }
  | { do: 'stopWhispers' }
  | { do: 'requeue' }
  | { do: 'join' }
  | { do: 'leaveQueue' }
  | { do: 'hangUpAgent' }
  | { do: 'tryAgainLater' }
  | { do: 'end'; reason: DisconnectReason; endReason: string }
  | { do: 'park' }
  | { do: 'complete' }
  /** Something ended that nobody asked for, and the caller may hear nothing: counted, and said in the log. */
  | { do: 'countFault'; fault: string }

export interface ContactStep {
  state: ContactState
  effects: ContactEffect[]
}

export type Transition = (input: ContactInput) => ContactStep | undefined
export type ContactTable = Partial<Record<ContactState, Transition>>

/** The next state and its effects, in order; undefined when the input has no meaning in this state. */
export function nextContactStep(kind: ContactKind, state: ContactState, input: ContactInput): ContactStep | undefined {
  if (state === 'completed') return undefined
  if (state === 'ending') return input.type === 'released' ? step('completed', { do: 'complete' }) : undefined
  switch (input.type) {
    case 'customerLeft':
      return endedBy(state, customerEndReason(input.end), input.end.reason)
    case 'dismissed':
      return endedBy(state, input.reason, input.endReason)
    case 'callTooLong':
      return endedBy(state, 'OTHER', 'callDurationLimit')
    case 'daemonStops':
      return endedBy(state, 'OTHER', 'daemonStopped')
    case 'parked':
      return step('ending', ...letGo(state), { do: 'park' })
    default:
      return contactTables[kind][state]?.(input)
  }
}

function endedBy(state: ContactState, reason: DisconnectReason, endReason: string): ContactStep {
  return step('ending', ...letGo(state), { do: 'end', reason, endReason })
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
    case 'dialling':
    case 'ringingOut':
    case 'outboundWhispering':
      return [{ do: 'stopWhispers' }, { do: 'hangUpAgent' }]
    case 'summoning':
    case 'joined':
    case 'outside':
      return [{ do: 'hangUpAgent' }]
    default:
      return []
  }
}
