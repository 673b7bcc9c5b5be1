// The end of a contact for good: the agent's work after it is over. The contact itself was closed and forgotten before, so
// its record is what there is to go by.
import type { AgentChange } from '../routing/routing.ts'
import type { ContactRecord } from './contact-record.ts'
import type { ContactWorld } from './contact-world.ts'
import { afterContactWork } from './record-holds.ts'

export function noteCompleted(world: ContactWorld, { completed, agent, routingProfile, atEpochMs }: AgentChange): void {
  for (const { contactId } of completed) {
    const record = recordAfterWork(world, contactId, agent, atEpochMs)
    // Those who were rung and never talked have nothing to complete: their contact's own end has told it.
    if (!record) continue
    world.events.emit({
      kind: 'contact',
      type: 'COMPLETED',
      atEpochMs,
      contactId,
      initialContactId: record.InitialContactId,
      ...(record.PreviousContactId !== null && { previousContactId: record.PreviousContactId }),
      ...(record.RelatedContactId !== undefined && { relatedContactId: record.RelatedContactId }),
      channel: record.Channel,
      initiationMethod: record.InitiationMethod,
      ...(record.Queue && { queue: record.Queue.Name }),
      agent,
      routingProfile,
    })
  }
}

/** The agent's own record of the contact, with the times of the work after it. */
function recordAfterWork(
  { store, counters, log }: ContactWorld,
  contactId: string,
  agent: string,
  atEpochMs: number,
): ContactRecord | undefined {
  try {
    const record = store.find(contactId)
    if (record?.Agent?.Username !== agent || record.DisconnectTimestamp === null) return undefined
    const endedEpochMs = Date.parse(record.DisconnectTimestamp)
    if (atEpochMs - endedEpochMs >= 1000) store.save(afterContactWork(record, endedEpochMs, atEpochMs))
    return record
  } catch (fault) {
    counters.count('recordNotSaved')
    log.error({ contactId, err: fault }, 'after-contact work could not be noted')
    return undefined
  }
}
