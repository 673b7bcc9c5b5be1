// An event bus that remembers everything it was told.
import type { CentreEvent, EventBus, NewCentreEvent } from '../../daemon/events/events.ts'

export class EventDouble implements EventBus {
  readonly told: CentreEvent[] = []
  readonly #listeners = new Set<(event: CentreEvent) => void>()

  emit(event: NewCentreEvent): void {
    const numbered = { ...event, sequence: this.told.length + 1 }
    this.told.push(numbered)
    for (const listener of this.#listeners) listener(numbered)
  }

  on(listener: (event: CentreEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  get lastSequence(): number {
    return this.told.length
  }

  /** Events of the contact, by type. */
  of(contactId: string): string[] {
    return this.told.flatMap((event) => (event.kind === 'contact' && event.contactId === contactId ? [event.type] : []))
  }
}
