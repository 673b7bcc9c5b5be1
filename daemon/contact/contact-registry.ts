// What a contact may ask of the service that holds all contacts: to begin another, to find one, to offer a task.
import type { CallbackRequest, TaskRequest } from '../flow/abilities.ts'
import type { Leg } from '../leg/leg.ts'
import type { ContactData } from './contact-data.ts'
import type { ContactLife } from './contact-life.ts'
import type { ContactKind } from './contact-machine.ts'
import type { ContactRecord } from './contact-record.ts'
import type { Conversation } from './conversation.ts'
import type { Party } from './party.ts'
import type { PendingContact } from './pending-contacts.ts'

/** Who is rung by name. `leg`: the agent's own call to the box, which is used instead of ringing a phone. */
export type Target = { agent: string; leg?: Leg } | { number: string; by: string }

export interface ContactPlan {
  kind: ContactKind
  data: ContactData
  conversation: Conversation
  /** Flow it begins with. */
  flow?: string
  /** The leg of a customer who has come: becomes the conversation's, and hears the flows. */
  customerLeg?: Leg
  /** Who hears its flows: the customer, or the agent who transfers. */
  front?: Party
  /** The agent who transfers. */
  source?: Party
  target?: Target
  /** The contact a supervisor visits. */
  visited?: ContactLife
  /** Callbacks and tasks: what is kept over a restart; its record, if there is one already. */
  pending?: PendingContact
  record?: ContactRecord
  /** Wall clock, of a caller who is back: since when they wait. */
  placeKept?: number
}

export interface ContactRegistry {
  begin(plan: ContactPlan): ContactLife
  find(contactId: string): ContactLife | undefined
  /** The disconnect flow, as a contact of its own. False: none may begin. */
  beginDisconnect(last: ContactLife, flowId: string): boolean
  scheduleCallback(from: ContactLife, request: CallbackRequest): { ok: true } | { ok: false; detail: string }
  /** The attempt was in vain: another contact, later, if attempts are left. */
  callAgain(life: ContactLife): void
  createTask(
    from: ContactLife | undefined,
    task: TaskRequest,
  ): { ok: true; contactId: string } | { ok: false; detail: string }
  /** What is kept of a callback or task changes, or is needed no longer; nothing for other contacts. */
  keep(life: ContactLife, change: { enqueuedAtEpochMs: number }): void
  forget(life: ContactLife): void
  /** A contact without a leg waits for an agent to accept it, by a panel or a command. */
  tellOffer(life: ContactLife, agent: string): void
  /** An agent's leg takes part in a conversation from now on: what is keyed on it may be a wish. */
  tellAgentLeg(agent: string, leg: Leg): void
  /** False: it is no paused task. */
  resumeTask(contactId: string): boolean
  /** As many customers as the box takes. */
  readonly isFull: boolean
  /** Nothing new may begin. */
  readonly draining: boolean
}
