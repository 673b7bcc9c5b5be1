// The times of after-contact work in a contact's record: the routing tells by an event when the work is over, after the
// contact itself has been closed and forgotten.
import type { CentreEvent } from '../events/events.ts'
import type { ContactWorld } from './contact-world.ts'
import { afterContactWork } from './record-holds.ts'

export function noteAfterContactWork({ store, counters, log }: ContactWorld, event: CentreEvent): void {
  if (event.kind !== 'contact' || event.type !== 'COMPLETED' || event.agent === undefined) return
  try {
    const record = store.find(event.contactId)
    if (!record?.Agent || record.DisconnectTimestamp === null) return
    store.save(afterContactWork(record, Date.parse(record.DisconnectTimestamp), event.atEpochMs))
  } catch (fault) {
    counters.count('recordNotSaved')
    log.error({ contactId: event.contactId, err: fault }, 'after-contact work could not be noted')
  }
}
