// Which phones are where: the contacts of each account (RFC 3261 section 10.3), each with the address its REGISTER
// came from, because that is where it can be reached through a router.
import type { Clock, Timer } from '../../clock.ts'
import { type Hop, isReliable } from '../transport/hop.ts'
import { listeningHop } from '../transport/listening-hop.ts'
import { sipPort } from '../wire/host-port.ts'
import { parseNameAddr } from '../wire/name-addr.ts'
import { parseSipUri } from '../wire/sip-uri.ts'

export interface Binding {
  /** Contact URI as registered: what the phone knows itself by. */
  uri: string
  source: Hop
  callId: string
  cseq: number
  /** `+sip.instance` (RFC 5626), the same across restarts of one phone. */
  instance: string | undefined
  /** `reg-id` (RFC 5626): one of several ways to the same phone. */
  regId: number | undefined
  /** Proxies between us and the phone (RFC 3327), nearest first, as they want it in Route. */
  path: readonly string[]
  /** Its REGISTER came through a proxy: the source is that of many phones. */
  proxied: boolean
  expiresAtMs: number
  /** When the connection to it broke last, and another was opened. */
  reconnectedAtMs: number | undefined
}

export interface BindingRequest {
  uri: string
  instance: string | undefined
  regId: number | undefined
  /** 0 removes the contact. */
  expiresS: number
}

/** What a REGISTER says of all of its contacts. */
export interface RegisterSource {
  source: Hop
  callId: string
  cseq: number
  path: readonly string[]
  proxied: boolean
}

export type UpdateOutcome = 'done' | 'outOfOrder' | 'tooMany'

export const minExpiresS = 60
export const maxExpiresS = 3600
export const maxContactsPerAccount = 10
/** Routers forget a UDP binding that is silent for half a minute, at the least (RFC 4787 REQ-5). */
const keepAliveMs = 25_000
/** A connection that breaks sooner was never made (`Transports` gives up earlier). */
const reconnectMs = 5000

interface Held {
  binding: Binding
  timer: Timer
}

export class Registrations {
  readonly #clock: Clock
  readonly #changed: (userName: string, reachable: boolean) => void
  readonly #keepAlive: (hop: Hop) => void
  readonly #reconnect: (hop: Hop) => Hop
  readonly #accounts = new Map<string, Map<string, Held>>()
  #pulse: Timer | undefined

  /**
   * `changed` is told when an account's first contact comes or its last one goes. `keepAlive` is called now and then for
   * every phone behind a router: something must go there for the router to remember it. `reconnect` returns the hop with
   * a connection that is being opened to it. None may throw.
   */
  constructor(options: {
    clock: Clock
    changed: (userName: string, reachable: boolean) => void
    keepAlive: (hop: Hop) => void
    reconnect: (hop: Hop) => Hop
  }) {
    this.#clock = options.clock
    this.#changed = options.changed
    this.#keepAlive = options.keepAlive
    this.#reconnect = options.reconnect
  }

  /** Contacts of the account, newest first. */
  bindings(userName: string): Binding[] {
    return [...(this.#accounts.get(userName)?.values() ?? [])].map((held) => held.binding).reverse()
  }

  /** The account's phones, newest first: each with all the ways to it, newest first. */
  phones(userName: string): [Binding, ...Binding[]][] {
    const phones = new Map<string, [Binding, ...Binding[]]>()
    for (const binding of this.bindings(userName)) {
      const phone = binding.instance === undefined || binding.regId === undefined ? binding.uri : binding.instance
      const ways = phones.get(phone)
      if (ways) ways.push(binding)
      else phones.set(phone, [binding])
    }
    return [...phones.values()]
  }

  get size(): number {
    let count = 0
    for (const held of this.#accounts.values()) count += held.size
    return count
  }

  /** Applies one REGISTER: all of its contacts, or none. */
  update(userName: string, contacts: readonly BindingRequest[], from: RegisterSource): UpdateOutcome {
    const held = this.#accounts.get(userName) ?? new Map<string, Held>()
    const replaced = contacts.map((contact) => held.get(keyOf(contact))?.binding)
    if (replaced.some((old) => old?.callId === from.callId && from.cseq <= old.cseq)) return 'outOfOrder'
    const added = contacts.filter((contact) => contact.expiresS > 0 && !held.has(keyOf(contact))).length
    const before = held.size
    const retired = contacts.flatMap((contact) => predecessors(held, contact, from))
    if (before - new Set(retired).size + added > maxContactsPerAccount) return 'tooMany'

    this.#accounts.set(userName, held)
    for (const key of retired) this.#drop(held, key)
    for (const contact of contacts) {
      this.#drop(held, keyOf(contact))
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
    for (const key of [...held.keys()]) this.#drop(held, key)
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
   * a router, or in a browser, can't be reached until it connects again. One that can be is connected to; if that fails
   * too, it is gone.
   */
  lost(way: number): void {
    const nowMs = this.#clock.monotonicMs()
    for (const [userName, held] of [...this.#accounts]) {
      const before = held.size
      for (const [key, { binding }] of [...held]) {
        if (binding.source.way !== way) continue
        const sinceMs = nowMs - (binding.reconnectedAtMs ?? Number.NEGATIVE_INFINITY)
        const other = sinceMs < reconnectMs ? undefined : otherWay(binding)
        if (!other) this.#drop(held, key)
        else Object.assign(binding, { source: this.#reconnect(other), reconnectedAtMs: nowMs })
      }
      if (held.size < before) this.#settle(userName, held, before)
    }
  }

  /** Seconds left of a contact. */
  expiresInS(binding: Binding): number {
    return Math.max(0, Math.round((binding.expiresAtMs - this.#clock.monotonicMs()) / 1000))
  }

  stop(): void {
    this.#pulse?.cancel()
    this.#pulse = undefined
    for (const held of this.#accounts.values()) for (const { timer } of held.values()) timer.cancel()
    this.#accounts.clear()
  }

  #add(userName: string, held: Map<string, Held>, contact: BindingRequest, from: RegisterSource): void {
    const lifeMs = grantedExpiresS(contact.expiresS) * 1000
    const binding: Binding = {
      uri: contact.uri,
      instance: contact.instance,
      regId: contact.regId,
      ...from,
      expiresAtMs: this.#clock.monotonicMs() + lifeMs,
      reconnectedAtMs: undefined,
    }
    const timer = this.#clock.after(lifeMs, () => {
      const before = held.size
      held.delete(keyOf(contact))
      this.#settle(userName, held, before)
    })
    held.set(keyOf(contact), { binding, timer })
    if (isBehindRouter(binding)) this.#pulse ??= this.#clock.after(keepAliveMs, () => this.#keepAllAlive())
  }

  #keepAllAlive(): void {
    const all = [...this.#accounts.values()].flatMap((held) => [...held.values()].map(({ binding }) => binding))
    const routed = all.filter(isBehindRouter)
    for (const { source } of routed) this.#keepAlive(source)
    this.#pulse = routed.length > 0 ? this.#clock.after(keepAliveMs, () => this.#keepAllAlive()) : undefined
  }

  #drop(held: Map<string, Held>, key: string): void {
    held.get(key)?.timer.cancel()
    held.delete(key)
  }

  #settle(userName: string, held: Map<string, Held>, before: number): void {
    if (held.size === 0) this.#accounts.delete(userName)
    if (before > 0 !== held.size > 0) this.#changed(userName, held.size > 0)
  }
}

/** Shorter ones than we grant are refused before they come here. */
export function grantedExpiresS(expiresS: number): number {
  return Math.min(maxExpiresS, expiresS)
}

/** RFC 5626 section 6: the ways to one phone are told apart by number, whatever their Contact says. */
function keyOf({ uri, instance, regId }: Pick<Binding, 'uri' | 'instance' | 'regId'>): string {
  return regId === undefined ? uri : `${instance} ${regId}`
}

/** It knows itself by another address than we do. */
function isBehindRouter({ uri, source, proxied }: Binding): boolean {
  const own = parseSipUri(uri)
  return !proxied && !isReliable(source) && (own?.host !== source.address || (own.port ?? sipPort) !== source.port)
}

/** At its proxy, or by itself. */
function otherWay({ path, uri, source }: Binding): Hop | undefined {
  return listeningHop(path[0] === undefined ? parseSipUri(uri) : parseNameAddr(path[0])?.uri, source)
}

/** Other contacts of what must be the same phone, restarted: they would ring nobody until they expire. */
function predecessors(held: Map<string, Held>, contact: BindingRequest, from: RegisterSource): string[] {
  return [...held.values()]
    .map(({ binding }) => binding)
    .filter((old) => keyOf(old) !== keyOf(contact))
    .filter((old) => {
      if (old.instance !== undefined && contact.instance !== undefined)
        return old.instance === contact.instance && old.regId === contact.regId
      // All phones behind one proxy come from its address.
      if (old.proxied || from.proxied) return false
      return old.source.address === from.source.address && old.source.port === from.source.port
    })
    .map(keyOf)
}
