// The table of connections: who is connected, how many of one host may be, and how long one may say nothing, or never
// finish what it says. A connection that proved itself (a phone signed in over it, a carrier's, one we opened) may be
// silent for as long as a registration lasts; a stranger's may not.
//
//   accepted ─▶ stranger ──signed in──▶ trusted ──▶ closed   (reason, counted)
//                   └ refused: full, too many of this host; closed: silent, slow, no SIP, takes nothing
import type { Clock, Timer } from '../../clock.ts'
import type { Counters } from '../../counters.ts'
import type { Hop } from './hop.ts'
import type { Pipe, PipeUser } from './pipe.ts'

export interface ConnectionLimits {
  connections: number
  perHost: number
  /** A stranger's silence. */
  strangerIdleMs: number
  /** Silence of a trusted one: longer than the longest registration. */
  idleMs: number
  /** From the first byte of a message to its last. */
  messageMs: number
  /** Not yet taken by the far end; with more it is cut off. */
  queuedBytes: number
}

export const defaultConnectionLimits: ConnectionLimits = {
  connections: 2000,
  perHost: 200,
  strangerIdleMs: 20_000,
  idleMs: 3_900_000,
  messageMs: 10_000,
  queuedBytes: 512 * 1024,
}

/** Why one of ours was closed; the last part of the counter `connectionsClosed…`. */
export type CloseCause = 'Silent' | 'Slow' | 'NoSip' | 'Unreadable' | 'Congested' | 'Unreachable' | 'Banned' | 'Stopped'

export interface ConnectionsUser {
  received(bytes: Buffer, from: Hop): void
  /** What was under way over it must not be waited for. */
  lost(way: number, reason: string): void
}

interface Entry {
  hop: Hop & { way: number }
  pipe: Pipe
  trusted: boolean
  lastMs: number
  /** Since when a message has been incomplete. */
  midSinceMs: number | undefined
  /** Hop keys under which it is found for requests of ours. */
  keys: string[]
}

const sweepMs = 5000
const pingMs = 30_000

export class Connections {
  readonly #clock: Clock
  readonly #counters: Counters
  readonly #limits: ConnectionLimits
  readonly #user: ConnectionsUser
  readonly #entries = new Map<number, Entry>()
  readonly #perHost = new Map<string, number>()
  readonly #byHop = new Map<string, Entry>()
  #sweep: Timer | undefined
  #lastPingMs = 0

  constructor(options: { clock: Clock; counters: Counters; limits: ConnectionLimits; user: ConnectionsUser }) {
    this.#clock = options.clock
    this.#counters = options.counters
    this.#limits = options.limits
    this.#user = options.user
  }

  get size(): number {
    return this.#entries.size
  }

  /** Whether one more of the host is taken. */
  hasRoom(host: string): boolean {
    const room = this.#entries.size < this.#limits.connections && (this.#perHost.get(host) ?? 0) < this.#limits.perHost
    if (!room) this.#counters.count('connectionsRefused')
    return room
  }

  /** Takes a connection into the table. `opened`: by us, so it may be used for every request to the hop. */
  add(hop: Hop & { way: number }, opened: boolean, makePipe: (user: PipeUser) => Pipe): void {
    const { way } = hop
    const pipe = makePipe({
      received: (bytes, last) => {
        const entry = this.#entries.get(way)
        if (!entry) return
        entry.midSinceMs = undefined
        this.#user.received(bytes, hop)
        if (!last) return
        this.#counters.count('connectionsClosedUnreadable')
        pipe.end()
      },
      stirred: () => this.#stirred(way),
      spoiled: () => this.close(way, 'NoSip'),
      closed: (reason) => this.#closed(way, reason),
    })
    const nowMs = this.#clock.monotonicMs()
    const entry: Entry = { hop, pipe, trusted: opened, lastMs: nowMs, midSinceMs: undefined, keys: [] }
    this.#entries.set(way, entry)
    this.#perHost.set(hop.address, (this.#perHost.get(hop.address) ?? 0) + 1)
    if (opened) this.#name(entry, hopKey(hop))
    this.#counters.count(opened ? 'connectionsOpened' : 'connectionsAccepted')
    this.#sweep ??= this.#clock.after(sweepMs, () => this.#sweepOver())
  }

  isOpen(way: number): boolean {
    return this.#entries.has(way)
  }

  /** The connection for requests to the hop, by its address, if there is one. */
  find(hop: Hop): (Hop & { way: number }) | undefined {
    return this.#byHop.get(hopKey(hop))?.hop
  }

  /** Whoever is at the other end has proved who they are. */
  trust(way: number): void {
    const entry = this.#entries.get(way)
    if (entry) entry.trusted = true
  }

  /** RFC 5923: requests of ours to this port of the same host go by this connection too. */
  alias(way: number, port: number): void {
    const entry = this.#entries.get(way)
    if (entry) this.#name(entry, hopKey({ ...entry.hop, port }))
  }

  send(bytes: Uint8Array, way: number): Promise<void> {
    const entry = this.#entries.get(way)
    if (!entry) return Promise.reject(new Error('The connection is closed.'))
    if (entry.pipe.queuedBytes + bytes.length > this.#limits.queuedBytes) {
      this.close(way, 'Congested')
      return Promise.reject(new Error('The far end takes nothing.'))
    }
    return entry.pipe.write(bytes)
  }

  close(way: number, cause: CloseCause): void {
    const entry = this.#entries.get(way)
    if (!entry) return
    this.#counters.count(`connectionsClosed${cause}`)
    entry.pipe.destroy()
    this.#closed(way, cause)
  }

  closeHost(host: string, cause: CloseCause): void {
    for (const [way, entry] of [...this.#entries]) if (entry.hop.address === host) this.close(way, cause)
  }

  stop(): void {
    for (const way of [...this.#entries.keys()]) this.close(way, 'Stopped')
    this.#sweep?.cancel()
    this.#sweep = undefined
  }

  #name(entry: Entry, key: string): void {
    if (entry.keys.includes(key) || this.#byHop.has(key)) return
    entry.keys.push(key)
    this.#byHop.set(key, entry)
  }

  #stirred(way: number): void {
    const entry = this.#entries.get(way)
    if (!entry) return
    entry.lastMs = this.#clock.monotonicMs()
    if (!entry.pipe.midMessage) entry.midSinceMs = undefined
    else entry.midSinceMs ??= entry.lastMs
  }

  #closed(way: number, reason: string): void {
    const entry = this.#entries.get(way)
    if (!entry) return
    this.#entries.delete(way)
    const left = (this.#perHost.get(entry.hop.address) ?? 1) - 1
    if (left > 0) this.#perHost.set(entry.hop.address, left)
    else this.#perHost.delete(entry.hop.address)
    for (const key of entry.keys) this.#byHop.delete(key)
    this.#counters.count('connectionsEnded')
    if (this.#entries.size === 0) {
      this.#sweep?.cancel()
      this.#sweep = undefined
    }
    this.#user.lost(way, reason)
  }

  /** One timer for all: a second or two more of silence harm nobody. */
  #sweepOver(): void {
    const nowMs = this.#clock.monotonicMs()
    const pings = nowMs - this.#lastPingMs >= pingMs
    if (pings) this.#lastPingMs = nowMs
    for (const [way, entry] of [...this.#entries]) {
      const idleMs = entry.trusted ? this.#limits.idleMs : this.#limits.strangerIdleMs
      if (entry.midSinceMs !== undefined && nowMs - entry.midSinceMs >= this.#limits.messageMs) this.close(way, 'Slow')
      else if (nowMs - entry.lastMs >= idleMs) this.close(way, 'Silent')
      else if (pings && entry.trusted) entry.pipe.ping()
    }
    this.#sweep = this.#entries.size > 0 ? this.#clock.after(sweepMs, () => this.#sweepOver()) : undefined
  }
}

function hopKey(hop: Hop): string {
  return `${hop.transport} ${hop.address} ${hop.port}`
}
