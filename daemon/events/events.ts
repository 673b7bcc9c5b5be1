// What happens to contacts and agents, as one stream each: metrics are counted from it, records and outside listeners
// are told from it, and whoever has the stream can reckon every figure again. Nothing here knows of telephones.
//
//   contacts, routing ──emit──▶ EventBus ─▶ metrics · event log (JSON lines, HTTP, MQTT) · live view
import type { Channel, FlowOutcome, FlowType } from '../flow/host.ts'

/** Where the contact stands in the terms of the published event stream (routing facts, 4). */
export type ContactEventType =
  | 'INITIATED'
  /** The box answered, or was answered. */
  | 'CONNECTED_TO_SYSTEM'
  /** A callback waits for its time: not yet in a queue. */
  | 'SCHEDULED'
  | 'QUEUED'
  | 'OFFERED'
  | 'OFFER_MISSED'
  | 'OFFER_REJECTED'
  | 'OFFER_FAILED'
  | 'AGENT_CONNECTING'
  /** Left the queue towards an agent: the agent whisper is over. */
  | 'DEQUEUED'
  /** Left the queue towards another queue, a number, a callback, by the flow. */
  | 'DEQUEUED_BY_FLOW'
  | 'CONNECTED_TO_AGENT'
  | 'HELD'
  | 'RESUMED'
  | 'TRANSFERRED'
  | 'DISCONNECTED'
  /** After-contact work is over, or there was none: nothing more comes of this contact. */
  | 'COMPLETED'

export interface ContactEvent {
  kind: 'contact'
  type: ContactEventType
  /** 1, 2, 3 … over all events of this box, never reused: whoever missed some asks from a number on. */
  sequence: number
  atEpochMs: number
  contactId: string
  initialContactId: string
  previousContactId?: string
  relatedContactId?: string
  channel: Channel
  initiationMethod: string
  queue?: string
  agent?: string
  routingProfile?: string
  /** DISCONNECTED only: as in the contact record. */
  disconnectReason?: string
  /** Where the call went or came from by transfer: TRANSFERRED only. */
  transfer?: { kind: 'agent' | 'queue' | 'external' | 'flow'; to: string; by: 'agent' | 'flow' }
  /** HELD and RESUMED: who is held. */
  party?: 'customer' | 'agent' | 'all'
}

export type AgentEventType =
  | 'LOGIN'
  | 'LOGOUT'
  | 'STATUS_CHANGED'
  /** One or more of the agent's contacts moved: the snapshot says how. */
  | 'CONTACTS_CHANGED'
  | 'HEART_BEAT'

export type AgentContactState =
  | 'INCOMING'
  | 'CONNECTING'
  | 'CONNECTED'
  | 'CONNECTED_ONHOLD'
  /** Tasks: the agent lets it rest. */
  | 'PAUSED'
  | 'MISSED'
  | 'REJECTED'
  | 'ERROR'
  /** After-contact work. */
  | 'ENDED'
  | 'MONITORING'

export interface AgentEvent {
  kind: 'agent'
  type: AgentEventType
  sequence: number
  atEpochMs: number
  agent: string
  routingProfile: string
  status: { name: string; type: 'ROUTABLE' | 'CUSTOM' | 'OFFLINE'; sinceEpochMs: number }
  nextStatus?: string
  /** A phone of the agent can be rung. */
  reachable: boolean
  contacts: { contactId: string; channel: Channel; state: AgentContactState; queue?: string; sinceEpochMs: number }[]
}

/** A flow or module that a contact ran. */
export interface FlowEvent {
  kind: 'flow'
  type: 'FLOW_STARTED' | 'FLOW_ENDED'
  sequence: number
  atEpochMs: number
  contactId: string
  channel: Channel
  initiationMethod: string
  /** The flow's id. */
  flow: string
  flowType: FlowType
  /** FLOW_ENDED only, both. */
  startedEpochMs?: number
  outcome?: FlowOutcome
}

export type CentreEvent = ContactEvent | AgentEvent | FlowEvent
/** As it is emitted: the bus numbers it. */
export type NewCentreEvent = Omit<ContactEvent, 'sequence'> | Omit<AgentEvent, 'sequence'> | Omit<FlowEvent, 'sequence'>

export interface EventBus {
  /** Never throws: a listener's fault is contained and counted. Listeners are told in order, before it returns. */
  emit(event: NewCentreEvent): void
  on(listener: (event: CentreEvent) => void): () => void
  /** Sequence of the event emitted last; 0 before the first. Goes on where the last run ended. */
  readonly lastSequence: number
}
