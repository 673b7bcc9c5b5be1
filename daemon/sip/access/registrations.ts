// Which phones are where: the contacts of each account (RFC 3261 section 10.3), each with the address its REGISTER
// came from, because that is where it can be reached through a router.
import type { Clock, Timer } from '../../clock.ts'
import type { Hop } from '../transport/hop.ts'

export interface Binding {
  /** Contact URI as registered: what the phone knows itself by. */
  uri: string
  source: Hop
  callId: string
  cseq: number
  /** `+sip.instance` (RFC 5626), the same across restarts of one phone. */
  instance: string | undefined
  expiresAtMs: number
}

export interface BindingRequest {
  uri: string
  instance: string | undefined
  /** 0 removes the contact. */
  expiresS: number
}

export type UpdateOutcome = 'done' | 'outOfOrder' | 'tooMany'

export const minExpiresS = 60
export const maxExpiresS = 3600
export const maxContactsPerAccount = 10

interface Held {
  binding: Binding
  timer: Timer
}

export class Registrations {
  readonly #clock: Clock
  readonly #changed: (userName: string, reachable: boolean) => void
  readonly #accounts = new Map<string, Map<string, Held>>()

  /** `changed` is told when an account's first contact comes or its last one goes. Must not throw. */
  constructor(clock: Clock, changed: (userName: string, reachable: boolean) => void) {
    this.#clock = clock
    this.#changed = changed
  }

  /** Contacts of the account, newest first. */
  bindings(userName: string): Binding[] {
    return [...(this.#accounts.get(userName)?.values() ?? [])].map((held) => held.binding).reverse()
  }

  get size(): number {
    let count = 0
    for (const held of this.#accounts.values()) count += held.size
    return count
  }

  /** Applies one REGISTER: all of its contacts, or none. */
  update(
    userName: string,
    contacts: readonly BindingRequest[],
    from: { source: Hop; callId: string; cseq: number },
  ): UpdateOutcome {
    const held = this.#accounts.get(userName) ?? new Map<string, Held>()
    const replaced = contacts.map((contact) => held.get(contact.uri)?.binding)
    if (replaced.some((old) => old?.callId === from.callId && from.cseq <= old.cseq)) return 'outOfOrder'
    const added = contacts.filter((contact) => contact.expiresS > 0 && !held.has(contact.uri)).length
    const before = held.size
    const retired = contacts.flatMap((contact) => predecessors(held, contact, from.source))
    if (before - new Set(retired).size + added > maxContactsPerAccount) return 'tooMany'

    this.#accounts.set(userName, held)
    for (const uri of retired) this.#drop(held, uri)
    for (const contact of contacts) {
      this.#drop(held, contact.uri)
      if (contact.expiresS > 0) this.#add(userName, held, contact, from)
    }
    this.#settle(userName, held, before)
    return 'done'
  }

  /** `Contact: *`. */
  removeAll(userName: string, from: { callId: string; cseq: number }): UpdateOutcome {
    const held = this.#accounts.get(userName)
    if (!held) return 'done'
    for (const { binding } of held.values())
      if (binding.callId === from.callId && from.cseq <= binding.cseq) return 'outOfOrder'
    const before = held.size
    for (const uri of [...held.keys()]) this.#drop(held, uri)
    this.#settle(userName, held, before)
    return 'done'
  }

  /** The account is no more. */
  forget(userName: string): void {
    const held = this.#accounts.get(userName)
    if (!held) return
    const before = held.size
    for (const uri of [...held.keys()]) this.#drop(held, uri)
    this.#settle(userName, held, before)
  }

  /**
   * A connection is gone, and with it the contacts that were registered over it (RFC 5626 section 5.3): a phone behind
   * a router, or in a browser, can't be reached until it connects again.
   */
  lost(way: number): void {
    for (const [userName, held] of [...this.#accounts]) {
      const before = held.size
      for (const [uri, { binding }] of [...held]) if (binding.source.way === way) this.#drop(held, uri)
      if (held.size < before) this.#settle(userName, held, before)
    }
  }

  /** Seconds left of a contact. */
  expiresInS(binding: Binding): number {
    return Math.max(0, Math.round((binding.expiresAtMs - this.#clock.monotonicMs()) / 1000))
  }

  stop(): void {
    for (const held of this.#accounts.values()) for (const { timer } of held.values()) timer.cancel()
    this.#accounts.clear()
  }

  #add(
    userName: string,
    held: Map<string, Held>,
    contact: BindingRequest,
    from: { source: Hop; callId: string; cseq: number },
  ): void {
    const lifeMs = clampExpiresS(contact.expiresS) * 1000
    const binding: Binding = {
      uri: contact.uri,
      instance: contact.instance,
      ...from,
      expiresAtMs: this.#clock.monotonicMs() + lifeMs,
    }
    const timer = this.#clock.after(lifeMs, () => {
      const before = held.size
      held.delete(contact.uri)
      this.#settle(userName, held, before)
    })
    held.set(contact.uri, { binding, timer })
  }

  #drop(held: Map<string, Held>, uri: string): void {
    held.get(uri)?.timer.cancel()
    held.delete(uri)
  }

  #settle(userName: string, held: Map<string, Held>, before: number): void {
    if (held.size === 0) this.#accounts.delete(userName)
    if (before > 0 !== held.size > 0) this.#changed(userName, held.size > 0)
  }
}

export function clampExpiresS(expiresS: number): number {
  return expiresS === 0 ? 0 : Math.min(maxExpiresS, Math.max(minExpiresS, expiresS))
}

/** Other contacts of what must be the same phone, restarted: they would ring nobody until they expire. */
function predecessors(held: Map<string, Held>, contact: BindingRequest, source: Hop): string[] {
  return [...held.values()]
    .map(({ binding }) => binding)
    .filter((old) => old.uri !== contact.uri)
    .filter((old) =>
      old.instance !== undefined && contact.instance !== undefined
        ? old.instance === contact.instance
        : old.source.address === source.address && old.source.port === source.port,
    )
    .map((old) => old.uri)
}
