// The routing service's contract: who waits, who is free, who is offered what. Contacts are of any channel; nothing
// here knows of telephones. Inputs come in, effects go out; router.ts holds the rules.
import type { RoutingStep } from '../flow/abilities.ts'
import type { Channel } from '../flow/host.ts'

/** `Available`, `Offline`, or the name of a custom status of the instance (not routable). */
export type AgentStatus = string

/** What an agent is doing, as reports show it, most telling first. */
export type AgentActivity =
  | 'missed'
  | 'onContact'
  | 'afterContactWork'
  | 'ringing'
  | 'custom'
  | 'available'
  | 'unreachable'
  | 'offline'

/** Every agent has a queue of their own: 10 contacts, no hours, before every other queue. */
export function agentQueueName(userName: string): string {
  return `agent/${userName}`
}

export interface WaitingContact {
  contactId: string
  /** A queue's name, or `agentQueueName` of an agent. */
  queue: string
  channel: Channel
  /** Wall-clock, for records and for the age after a restart. */
  enqueuedAtEpochMs: number
  /** 1 goes first; contacts start at 5. */
  priority: number
  /** Added to the real waiting time when ages are compared. */
  ageAdjustmentS: number
  /** Which agents may have it, step by step from when it was queued; when the last step has expired, any agent. */
  criteria?: readonly RoutingStep[]
  /** May fill the fifth that a full queue keeps for callbacks that are due, moves between queues and agents' transfers. */
  mayExceed?: boolean
  /** Never offered to this agent: the one who transfers it. */
  notTo?: string
}

export type RoutingEffect =
  /** Ring this agent for this contact. Answer by `offerAccepted` or `offerFailed`. */
  | { type: 'offer'; contactId: string; agent: string; autoAccept?: true }
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
  /** After-contact work included. */
  contactIds: readonly string[]
  routingProfile: string
  /** With those that were missed, until that is cleared. */
  contacts: readonly AgentContact[]
  /** Contacts that may be offered yet, by channel; `together`: channels do not exclude each other. */
  slots: { free: Partial<Record<Channel, number>>; together: boolean }
  nextStatus?: AgentStatus
  /** Why and until when the agent is offered nothing, though available. Setting any status ends the pause. */
  pausedBecause?: 'missed' | OfferFailure
  pausedUntilEpochMs?: number
}

export interface QueueView {
  name: string
  /** Agents' own queues are listed only while somebody waits in them. */
  agent?: string
  enabled: boolean
  waiting: number
  /** Of the contact that has waited longest; 0 when none waits. */
  oldestAgeS: number
  available: number
  staffed: number
  online: number
  /** Of who comes next, by how fast the queue moved lately. Absent: nothing can be told. */
  estimatedWaitS?: number
}

/** What became of an agent by one input, for those who follow agents: event streams, metrics. */
export interface AgentChange {
  agent: string
  routingProfile: string
  atEpochMs: number
  status: AgentStatus
  statusSinceEpochMs: number
  nextStatus?: AgentStatus
  reachable: boolean
  contacts: AgentContact[]
  /** Contacts whose after-contact work (or whose end without any) this was: nothing more comes of them here. */
  completed: { contactId: string; channel: Channel }[]
}

export interface AgentContact {
  contactId: string
  channel: Channel
  state: 'ringing' | 'onContact' | 'paused' | 'afterContactWork' | 'missed' | 'rejected' | 'error'
  sinceEpochMs: number
  queue?: string
}

export interface Routing {
  /** Puts a contact in a queue; an offer may follow at once, by an effect. */
  enqueue(contact: WaitingContact): 'queued' | 'atCapacity' | 'noQueue'
  /**
   * The contact leaves its queue or its offer without an agent: abandoned, dequeued by flow, refused. Idempotent; does
   * nothing to a contact an agent has accepted.
   */
  leave(contactId: string): void
  /** To the end of another queue, its age begun anew. `refused`: it is not waiting (offered, accepted, gone). */
  transfer(contactId: string, queue: string): 'transferred' | 'atCapacity' | 'noQueue' | 'refused'
  /** Priority and age of a contact that waits; at once. False: it does not wait. */
  reprioritise(contactId: string, change: { priority?: number; ageAdjustmentS?: number }): boolean
  /**
   * A contact the agent is busy with that routing did not offer: dialled by the agent, or handed over by a colleague.
   * False: the agent has no free slot for the channel. `clearsAfterContactWork`: an agent in after-contact work is taken
   * out of it (transfer to agent).
   */
  occupy(
    agent: string,
    contact: { contactId: string; channel: Channel },
    options?: { clearsAfterContactWork?: boolean },
  ): boolean
  /** The agent's phone was answered and the agent is theirs now; false when the offer was withdrawn meanwhile. */
  offerAccepted(contactId: string, agent: string): boolean
  /** The phone could not be rung, or said no. The contact keeps its place and goes to the next agent. */
  offerFailed(contactId: string, agent: string, failure: OfferFailure): void
  /**
   * The agent lets the contact rest: it stays theirs, and its slot is free for another; or takes it up again. False: nobody
   * has it so, or the slot is taken.
   */
  restContact(contactId: string, paused: boolean): boolean
  /** The accepted agent went away before the talk began (during agent whisper): back to the old place in the queue. */
  requeue(contactId: string): void
  /**
   * The contact is over; one that still waits or rings leaves. Each agent who had talked on it goes into after-contact
   * work, for as long as the agent's settings say. Idempotent.
   */
  contactEnded(contactId: string): void
  /** The contact goes on, but not with this agent (a transfer, a conference left): after-contact work, then the slot is free. */
  agentLeft(contactId: string, agent: string): void
  /** Ends after-contact work and the pause after a miss. False: nothing to clear. */
  clearContact(agent: string, contactId?: string): boolean
  /** While the agent is busy, the change waits as next status until all slots are clear. False: no such agent or status. */
  setStatus(agent: string, status: AgentStatus): boolean
  /** A phone of the agent can be rung, or no longer. */
  setReachable(agent: string, reachable: boolean): void
  /** Closed to new contacts (those in it stay), and open again. False: no such queue. */
  setQueueEnabled(queue: string, enabled: boolean): boolean
  /** Whether contacts of the queue, of the channel or of any, are offered to the agent. */
  serves(userName: string, queue: string, channel?: Channel): boolean
  position(contactId: string): number | undefined
  /** As in the view of its queue, for the place it has. */
  estimatedWaitS(contactId: string): number | undefined
  /** Of all channels, or as one channel sees it: its contacts, and the agents who serve it. Undefined: there is none. */
  queue(name: string, channel?: Channel): QueueView | undefined
  agents(): AgentView[]
  queues(): QueueView[]
  onEffect(listener: (effect: RoutingEffect) => void): () => void
}
