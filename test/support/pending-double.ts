// Callbacks and tasks that wait, kept in memory: what a restart of the rig finds again.
import type { PendingContact, PendingContacts } from '../../daemon/contact/pending-contacts.ts'

export class PendingDouble implements PendingContacts {
  readonly kept = new Map<string, PendingContact>()

  keep(contact: PendingContact): void {
    // As from a disk: nothing of it is shared with who wrote it.
    this.kept.set(contact.contactId, structuredClone(contact))
  }

  forget(contactId: string): void {
    this.kept.delete(contactId)
  }

  all(): PendingContact[] {
    return [...this.kept.values()].map((contact) => structuredClone(contact))
  }
}
