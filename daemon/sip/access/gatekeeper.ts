// Who is heard, and who is it? Every request that belongs to nothing we know passes here.
//
//   banned? scanner? ─▶ too many? ─▶ a carrier's, by where it comes from
//     └ no word           └ no word  └▶ a phone's, by its password ─▶ else challenged
import type { Counters } from '../../counters.ts'
import type { Log } from '../../log/log.ts'
import type { SipAccount } from '../endpoint.ts'
import type { Hop } from '../transport/hop.ts'
import { formatHostPort } from '../wire/host-port.ts'
import type { WireRequest } from '../wire/wire-message.ts'
import { type Authenticator, type AuthVerdict, claimedUser } from './authenticator.ts'
import type { Ban, Bans } from './bans.ts'
import { isScanner } from './scanners.ts'
import { anyoneRate, SourceRate, strangerRate } from './source-rate.ts'

export interface GatekeeperOptions {
  nowMs: () => number
  counters: Counters
  log: Log
  bans: Bans
  authenticator: Authenticator
  /** The account of whoever is known by where a request comes from (a carrier's link), and need not prove itself. */
  recognise(request: WireRequest, source: Hop): SipAccount | undefined
}

export class Gatekeeper {
  readonly #options: GatekeeperOptions
  readonly #anyone: SourceRate
  readonly #strangers: SourceRate

  constructor(options: GatekeeperOptions) {
    this.#options = options
    this.#anyone = new SourceRate(options.nowMs, anyoneRate)
    this.#strangers = new SourceRate(options.nowMs, strangerRate)
  }

  /** Before anything of a message is looked at. */
  hears(host: string): boolean {
    if (!this.#options.bans.isBanned(host)) return true
    this.#options.counters.count('droppedBanned')
    return false
  }

  /** Somebody at this host proved themselves, or a carrier is there. */
  isKnown(host: string): boolean {
    return this.#options.bans.isVouched(host)
  }

  /** False: a scanner, which gets no word. */
  suffers(request: WireRequest, source: Hop): boolean {
    if (!isScanner(request)) return true
    const { counters, log, bans } = this.#options
    counters.count('droppedScanners')
    log.warn({ source: formatHostPort(source), method: request.method }, 'sip scanner dropped')
    bans.offend(source.address, 'scanner')
    return false
  }

  /** Whether the host may send one more request that begins something. */
  admits(source: Hop): boolean {
    const { bans, counters } = this.#options
    if (!this.#anyone.admit(source.address)) {
      counters.count('droppedTooFast')
      return false
    }
    if (bans.isVouched(source.address) || this.#strangers.admit(source.address)) return true
    counters.count('droppedTooFast')
    bans.offend(source.address, 'flood')
    return false
  }

  /** A carrier's link, known by its source. */
  recognise(request: WireRequest, source: Hop): SipAccount | undefined {
    return this.#options.recognise(request, source)
  }

  /** An account, by its password. */
  authenticate(request: WireRequest, source: Hop): AuthVerdict {
    const { authenticator, bans } = this.#options
    const verdict = authenticator.verify(request, source)
    if (verdict.outcome === 'authenticated') bans.vouch(source.address)
    else if (verdict.outcome === 'challenge' && verdict.failure !== undefined)
      bans.offend(source.address, verdict.failure === 'unknownUser' ? 'unknownUser' : 'guessing')
    // Whoever looks for users need not even answer our challenge.
    else if (verdict.outcome === 'challenge' && !authenticator.knows(claimedUser(request)))
      bans.offend(source.address, request.method === 'REGISTER' ? 'unknownUser' : 'unknownCaller')
    return verdict
  }

  bans(): Ban[] {
    return this.#options.bans.list()
  }
}
