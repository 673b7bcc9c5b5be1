// Callbacks and tasks that wait for their time, their queue or their agent, and callers whose line outlives the daemon: what
// is kept of them over a restart.
import type { CallbackRequest } from '../flow/abilities.ts'
import type { EventHook } from '../flow/host.ts'
import type { ContactData } from './contact-data.ts'

/** A contact's data as it is written down: its hooks as pairs, and nothing that lives. */
export type StoredData = Omit<ContactData, 'hooks' | 'agent'> & { hooks: [EventHook, string | null][] }

export interface PendingContact {
  contactId: string
  /** `caller`: on a line that outlives the daemon, in a queue. */
  kind: 'callback' | 'task' | 'caller'
  /** Of a caller. */
  line?: string
  /** Wall clock; from here on it may be queued, or its flow runs. */
  dueEpochMs: number
  /** Wall clock; a contact that is not over by then is ended. */
  expiresEpochMs: number
  /** Flow it begins with; a callback without one goes to its queue. */
  flowId?: string
  /** Set while it waits in its queue: it goes back there, with this age. */
  enqueuedAtEpochMs?: number
  data: StoredData
  callback?: Pick<CallbackRequest, 'retryDelaySeconds' | 'callerId'> & { attemptsLeft: number }
}

export interface PendingContacts {
  /** Inserts or replaces by contactId. On disk when it returns; throws when it can't be written. */
  keep(contact: PendingContact): void
  /** Idempotent. */
  forget(contactId: string): void
  /** In order of their time. */
  all(): PendingContact[]
}

/** More are refused: callbacks and tasks that nobody takes must not fill the disk. */
export const maximumPending = 2_500

export function storedData({ agent: _agent, hooks, ...data }: ContactData): StoredData {
  return { ...data, hooks: [...hooks].map(([hook, flowId]) => [hook, flowId ?? null]) }
}

export function revivedData({ hooks, ...data }: StoredData): ContactData {
  return { ...data, hooks: new Map(hooks.map(([hook, flowId]) => [hook, flowId ?? undefined])) }
}
