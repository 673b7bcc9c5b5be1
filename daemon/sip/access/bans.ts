// Hosts that are not heard any more for a while: neither answered nor connected. The built-in blocker; fail2ban may do
// the same further out (config/fail2ban). The address is always the socket's, never a header's, and hosts that proved
// themselves are never banned: over UDP anybody may write another's address on a datagram.
import type { Counters } from '../../counters.ts'
import type { Log } from '../../log/log.ts'
import { type StrikeLimits, Strikes } from './strikes.ts'

export type Offence =
  /** A program known for nothing else, by its User-Agent. */
  | 'scanner'
  /** A user that there is not. */
  | 'unknownUser'
  /** A call that says it is from such a user: some phones sign in by another name than they call by. */
  | 'unknownCaller'
  /** Wrong credentials for one that there is. */
  | 'guessing'
  /** More requests without proof than any site of phones sends. */
  | 'flood'

/** Of `allowed`: a scanner is banned at sight, ten unknown users are too many, forty wrong passwords. */
const points: Record<Offence, number> = { scanner: 40, unknownUser: 4, unknownCaller: 0.2, guessing: 1, flood: 0.2 }

const limits: StrikeLimits = {
  allowed: 40,
  firstBlockMs: 60_000,
  longestBlockMs: 3_600_000,
  memoryMs: 7_200_000,
  maxRecords: 4096,
}

/** A phone registers again within an hour. */
const vouchMs = 4_000_000
const maxVouched = 4096

export interface Ban {
  address: string
  offence: Offence
  leftMs: number
}

export class Bans {
  readonly #nowMs: () => number
  readonly #strikes: Strikes
  readonly #counters: Counters
  readonly #log: Log
  readonly #exempt: (host: string) => boolean
  readonly #banned: (host: string) => void
  /** What each banned host did last. */
  readonly #offences = new Map<string, Offence>()
  /** Hosts that proved themselves: until when, in order. */
  readonly #vouched = new Map<string, number>()

  constructor(options: {
    nowMs: () => number
    counters: Counters
    log: Log
    /** A carrier's. */
    exempt: (host: string) => boolean
    banned: (host: string) => void
  }) {
    this.#nowMs = options.nowMs
    this.#strikes = new Strikes(options.nowMs, limits)
    this.#counters = options.counters
    this.#log = options.log
    this.#exempt = options.exempt
    this.#banned = options.banned
  }

  isBanned(host: string): boolean {
    return this.#offences.has(host) && this.#strikes.blocked(host)
  }

  /** A user of this host proved themselves. */
  vouch(host: string): void {
    this.#vouched.delete(host)
    if (this.#vouched.size >= maxVouched) {
      const [oldest] = this.#vouched.keys()
      if (oldest !== undefined) this.#vouched.delete(oldest)
    }
    this.#vouched.set(host, this.#nowMs() + vouchMs)
  }

  isVouched(host: string): boolean {
    return (this.#vouched.get(host) ?? 0) > this.#nowMs() || this.#exempt(host)
  }

  /** Message and field names of its log line are stable: address blockers match them. */
  offend(host: string, offence: Offence): void {
    if (this.isVouched(host)) {
      this.#counters.count('offencesOfKnownHosts')
      return
    }
    const blockMs = this.#strikes.strike(host, points[offence])
    if (blockMs === undefined) return
    for (const old of this.#offences.keys()) if (!this.#strikes.blocked(old)) this.#offences.delete(old)
    this.#offences.set(host, offence)
    this.#counters.count('bans')
    this.#log.warn({ source: host, offence, forS: Math.round(blockMs / 1000) }, 'sip source banned')
    this.#banned(host)
  }

  /** Hosts banned now. */
  list(): Ban[] {
    return [...this.#offences]
      .map(([address, offence]) => ({ address, offence, leftMs: this.#strikes.blockedForMs(address) }))
      .filter(({ leftMs }) => leftMs > 0)
  }
}
