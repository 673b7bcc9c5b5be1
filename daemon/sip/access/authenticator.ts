// Who sends this request? Digest with our nonces, for every REGISTER and every INVITE that begins a call. Known and
// unknown users, and accounts without password, get the same answers after the same work.
import { randomBytes } from 'node:crypto'
import type { Counters } from '../../counters.ts'
import type { Log } from '../../log/log.ts'
import type { SipAccount } from '../endpoint.ts'
import { formatHostPort, type HostPort } from '../wire/host-port.ts'
import { parseNameAddr } from '../wire/name-addr.ts'
import { decodedUser, parseSipUri } from '../wire/sip-uri.ts'
import { header, headers, type WireRequest } from '../wire/wire-message.ts'
import {
  challengedAlgorithms,
  type DigestCredentials,
  digestResponse,
  isSupported,
  parseDigest,
  sameDigest,
} from './digest.ts'
import type { Nonces } from './nonces.ts'
import type { SimplePhones } from './simple-phones.ts'
import type { StrikeLimits, Strikes } from './strikes.ts'

export type AuthVerdict =
  | { outcome: 'authenticated'; account: SipAccount }
  /** Answer 401 with these WWW-Authenticate values. `failure`: what was wrong with the proof that came. */
  | { outcome: 'challenge'; challenges: readonly string[]; failure?: AuthFailure }
  /** Say nothing. */
  | { outcome: 'ignored' }

/** The words of the log line's `reason`: part of a contract with whoever reads the log (see `logFailure`). */
export type AuthFailure =
  | 'unknownUser'
  | 'wrongPassword'
  | 'nonceForged'
  | 'nonceReplayed'
  | 'uriMismatch'
  | 'unsupportedAlgorithm'

/** Of one user name from one host: guessing passwords is slow, and others behind the same router are not bothered. */
export const guessLimits: StrikeLimits = {
  allowed: 8,
  firstBlockMs: 30_000,
  longestBlockMs: 3_600_000,
  memoryMs: 7_200_000,
  maxRecords: 4096,
}

export class Authenticator {
  readonly #accounts: ReadonlyMap<string, SipAccount>
  readonly #realm: string
  readonly #nonces: Nonces
  readonly #guesses: Strikes
  readonly #simple: SimplePhones
  readonly #counters: Counters
  readonly #log: Log
  /** Stands in for the password of users that have none. */
  readonly #decoy = randomBytes(16).toString('hex')

  constructor(options: {
    accounts: ReadonlyMap<string, SipAccount>
    realm: string
    nonces: Nonces
    /** By host and user name (`guessLimits`). */
    guesses: Strikes
    simplePhones: SimplePhones
    counters: Counters
    log: Log
  }) {
    this.#accounts = options.accounts
    this.#realm = options.realm
    this.#nonces = options.nonces
    this.#guesses = options.guesses
    this.#simple = options.simplePhones
    this.#counters = options.counters
    this.#log = options.log
  }

  /** Whether there is an account of that name. */
  knows(userName: string): boolean {
    return this.#accounts.has(userName)
  }

  verify(request: WireRequest, source: HostPort): AuthVerdict {
    const offered = headers(request, 'authorization')
      .map(parseDigest)
      .filter((one) => one?.realm === this.#realm)
    const credentials = offered.find((one) => one && isSupported(one)) ?? offered[0]
    if (!credentials) {
      this.#counters.count('authChallenges')
      this.#simple.unanswered(guessKey(source, claimedUser(request)))
      return this.#challenge(request, source)
    }
    this.#simple.answered(guessKey(source, claimedUser(request)))
    if (this.#guesses.blocked(guessKey(source, credentials.userName))) {
      this.#counters.count('droppedThrottled')
      return { outcome: 'ignored' }
    }
    const account = this.#accounts.get(credentials.userName)
    const password = account?.password ?? this.#decoy
    const proven = sameDigest(credentials.response, digestResponse(credentials, request.method, password))
    const failure = this.#failureOf(request, source, credentials, account, proven)
    if (failure === 'stale') {
      this.#counters.count('authStaleNonces')
      return this.#challenge(request, source, { stale: true })
    }
    if (failure !== undefined || !account) {
      this.#logFailure(request, source, credentials, failure ?? 'unknownUser')
      return this.#challenge(request, source, { failure: failure ?? 'unknownUser' })
    }
    this.#guesses.forgive(guessKey(source, credentials.userName))
    return { outcome: 'authenticated', account }
  }

  #failureOf(
    request: WireRequest,
    source: HostPort,
    credentials: DigestCredentials,
    account: SipAccount | undefined,
    proven: boolean,
  ): AuthFailure | 'stale' | undefined {
    const { qop, nonceCount } = credentials
    if (!isSupported(credentials)) return 'unsupportedAlgorithm'
    if (!isForTarget(credentials.uri, request)) return 'uriMismatch'
    const nonce = this.#nonces.check(credentials.nonce, source.address)
    if (nonce === 'forged') return 'nonceForged'
    if (account?.password === undefined) return 'unknownUser'
    if (!proven) return 'wrongPassword'
    // An old nonce with the right password is a phone that waited, not an attack: it tries again without asking anyone.
    if (nonce === 'stale') return 'stale'
    return this.#nonces.use(credentials.nonce, qop === undefined ? undefined : nonceCount) === 'fresh'
      ? undefined
      : 'nonceReplayed'
  }

  /** One nonce, and each algorithm we check (RFC 8760 section 2.3). */
  #challenge(
    request: WireRequest,
    source: HostPort,
    { stale = false, failure }: { stale?: boolean; failure?: AuthFailure } = {},
  ): AuthVerdict {
    const nonce = this.#nonces.issue(source.address)
    const isSimple = this.#simple.isSimple(request, guessKey(source, claimedUser(request)))
    const challenges = (isSimple ? (['MD5'] as const) : challengedAlgorithms).map((algorithm) => {
      const fields = [`realm="${this.#realm}"`, `nonce="${nonce}"`, `algorithm=${algorithm}`, 'qop="auth"']
      return `Digest ${[...fields, ...(stale ? ['stale=true'] : [])].join(', ')}`
    })
    return { outcome: 'challenge', challenges, ...(failure === undefined ? {} : { failure }) }
  }

  /** One line per failed attempt. Message and field names are stable: address blockers match them. */
  #logFailure(request: WireRequest, source: HostPort, credentials: DigestCredentials, reason: AuthFailure): void {
    const user = credentials.userName.slice(0, 64)
    this.#counters.count('authFailures')
    this.#log.warn(
      { source: formatHostPort(source), user, method: request.method, reason },
      'sip authentication failed',
    )
    if (this.#guesses.strike(guessKey(source, credentials.userName)) !== undefined) {
      this.#counters.count('authBlocks')
      this.#log.warn({ source: source.address, user }, 'sip source blocked')
    }
  }
}

function guessKey(source: HostPort, userName: string): string {
  return `${source.address} ${userName}`
}

/**
 * Credentials are for one target (RFC 3261 section 22.4). What we act on is whom the Request-URI names: its user must be
 * the one that was signed for. Host, port and parameters may differ, for proxies change them on the way (RFC 2617 section
 * 3.2.2.5), and phones leave them out. A REGISTER names nobody: its target is a domain.
 */
function isForTarget(signed: string, request: WireRequest): boolean {
  if (signed === request.uri) return true
  const [given, requested] = [parseSipUri(signed), parseSipUri(request.uri)]
  if (!given || !requested) return false
  return decodedUser(given) === decodedUser(requested)
}

/** Whom a request says it is from. */
export function claimedUser(request: WireRequest): string {
  const uri = parseNameAddr(header(request, request.method === 'REGISTER' ? 'to' : 'from') ?? '')?.uri
  return uri ? decodedUser(uri) : ''
}
