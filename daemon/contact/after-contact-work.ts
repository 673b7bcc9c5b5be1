// The times of after-contact work in a contact's record. The work ends after the contact itself was closed and forgotten,
// and is told by the contact's last event.
import type { CentreEvent } from '../events/events.ts'
import type { ContactWorld } from './contact-world.ts'
import { afterContactWork } from './record-holds.ts'

/** Work that is shorter is none: records are to the second. */
const shortestMs = 1000

export function noteAfterContactWork({ store, counters, log }: ContactWorld, event: CentreEvent): void {
  if (event.kind !== 'contact' || event.type !== 'COMPLETED' || event.agent === undefined) return
  const { contactId, agent, atEpochMs } = event
  try {
    const record = store.find(contactId)
    if (record?.Agent?.Username !== agent || record.DisconnectTimestamp === null) return
    const endedEpochMs = Date.parse(record.DisconnectTimestamp)
    if (atEpochMs - endedEpochMs >= shortestMs) store.save(afterContactWork(record, endedEpochMs, atEpochMs))
  } catch (fault) {
    counters.count('recordNotSaved')
    log.error({ contactId, err: fault }, 'after-contact work could not be noted')
  }
}
