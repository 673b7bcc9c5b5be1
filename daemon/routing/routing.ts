// The routing service's contract: who waits, who is free, who is offered what. Contacts are of any channel; nothing
// here knows of telephones. Inputs come in, effects go out; router.ts holds the rules.
import type { Channel } from '../flow/host.ts'

export type AgentStatus = 'Available' | 'Offline'

/** What an agent is doing, as reports show it, most telling first. */
export type AgentActivity = 'missed' | 'onContact' | 'ringing' | 'available' | 'unreachable' | 'offline'

export interface WaitingContact {
  contactId: string
  queue: string
  channel: Channel
  /** Wall-clock, for records and for the age after a restart. */
  enqueuedAtEpochMs: number
  /** 1 goes first; contacts start at 5. */
  priority: number
  /** Added to the real waiting time when ages are compared. */
  ageAdjustmentS: number
}

export type RoutingEffect =
  /** Ring this agent for this contact. Answer by `offerAccepted` or `offerFailed`. */
  | { type: 'offer'; contactId: string; agent: string }
  /** Stop ringing: the caller left, or the time to answer is over. No answer is expected. */
  | { type: 'withdraw'; contactId: string; agent: string; because: 'contactLeft' | 'missed' | 'agentUnavailable' }

export type OfferFailure = 'noAnswer' | 'declined' | 'busy' | 'unreachable' | 'error'

export interface AgentView {
  userName: string
  status: AgentStatus
  reachable: boolean
  activity: AgentActivity
  /** Since when (wall clock) the activity lasts. */
  sinceEpochMs: number
  contactId?: string
  /** Why and until when the agent is offered nothing, though available. Setting any status ends the pause. */
  pausedBecause?: 'missed' | OfferFailure
  pausedUntilEpochMs?: number
}

export interface QueueView {
  name: string
  waiting: number
  /** Of the contact that has waited longest; 0 when none waits. */
  oldestAgeS: number
  available: number
  staffed: number
  online: number
}

export interface Routing {
  /** Puts a contact in a queue; an offer may follow at once, by an effect. */
  enqueue(contact: WaitingContact): 'queued' | 'atCapacity' | 'noQueue'
  /**
   * The contact leaves its queue or its offer without an agent: abandoned, dequeued by flow, refused. Idempotent; does
   * nothing to a contact an agent has accepted.
   */
  leave(contactId: string): void
  /** The agent's phone was answered and the agent is theirs now; false when the offer was withdrawn meanwhile. */
  offerAccepted(contactId: string, agent: string): boolean
  /** The phone could not be rung, or said no. The contact keeps its place and goes to the next agent. */
  offerFailed(contactId: string, agent: string, failure: OfferFailure): void
  /** The accepted agent went away before the talk began (during agent whisper): back to the old place in the queue. */
  requeue(contactId: string): void
  /** The contact is over for the agent; the slot is free. One that still waits or rings leaves. Idempotent. */
  contactEnded(contactId: string): void
  setStatus(agent: string, status: AgentStatus): boolean
  /** A phone of the agent can be rung, or no longer. */
  setReachable(agent: string, reachable: boolean): void
  position(contactId: string): number | undefined
  agents(): AgentView[]
  queues(): QueueView[]
  onEffect(listener: (effect: RoutingEffect) => void): () => void
}
