// Which agents talk on which contact, or did and work after it: one as a rule.
import type { AgentSlot } from './tables.ts'

export class Holders {
  readonly #byContact = new Map<string, Set<AgentSlot>>()

  of(contactId: string): AgentSlot[] {
    return [...(this.#byContact.get(contactId) ?? [])]
  }

  contacts(): Iterable<string> {
    return this.#byContact.keys()
  }

  add(contactId: string, agent: AgentSlot): void {
    const holders = this.#byContact.get(contactId)
    if (holders) holders.add(agent)
    else this.#byContact.set(contactId, new Set([agent]))
  }

  remove(contactId: string, agent: AgentSlot): void {
    const holders = this.#byContact.get(contactId)
    if (holders?.delete(agent) && holders.size === 0) this.#byContact.delete(contactId)
  }
}
