// Who sends this request? Digest with our nonces, for every REGISTER and every INVITE that begins a call. Known and
// unknown users, and accounts without password, get the same answers after the same work.
import { randomBytes } from 'node:crypto'
import type { Counters } from '../../counters.ts'
import type { Log } from '../../log/log.ts'
import type { SipAccount } from '../endpoint.ts'
import { formatHostPort, type HostPort } from '../wire/host-port.ts'
import { decodedUser, parseSipUri } from '../wire/sip-uri.ts'
import { headers, type WireRequest } from '../wire/wire-message.ts'
import type { AuthThrottle } from './auth-throttle.ts'
import { type DigestCredentials, digestResponse, parseDigest, sameDigest } from './digest.ts'
import type { Nonces } from './nonces.ts'

export type AuthVerdict =
  | { outcome: 'authenticated'; account: SipAccount }
  /** Answer 401 with this WWW-Authenticate value. */
  | { outcome: 'challenge'; challenge: string }
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

export class Authenticator {
  readonly #accounts: ReadonlyMap<string, SipAccount>
  readonly #realm: string
  readonly #nonces: Nonces
  readonly #throttle: AuthThrottle
  readonly #counters: Counters
  readonly #log: Log
  /** Stands in for the password of users that have none. */
  readonly #decoy = randomBytes(16).toString('hex')

  constructor(options: {
    accounts: ReadonlyMap<string, SipAccount>
    realm: string
    nonces: Nonces
    throttle: AuthThrottle
    counters: Counters
    log: Log
  }) {
    this.#accounts = options.accounts
    this.#realm = options.realm
    this.#nonces = options.nonces
    this.#throttle = options.throttle
    this.#counters = options.counters
    this.#log = options.log
  }

  verify(request: WireRequest, source: HostPort): AuthVerdict {
    const credentials = headers(request, 'authorization')
      .map(parseDigest)
      .find((one) => one?.realm === this.#realm)
    if (this.#throttle.blocked(source.address, credentials?.userName)) {
      this.#counters.count('droppedThrottled')
      return { outcome: 'ignored' }
    }
    if (!credentials) {
      this.#counters.count('authChallenges')
      return this.#challenge(source, false)
    }
    const account = this.#accounts.get(credentials.userName)
    const password = account?.password ?? this.#decoy
    const proven = sameDigest(credentials.response, digestResponse(credentials, request.method, password))
    const failure = this.#failureOf(request, source, credentials, account, proven)
    if (failure === 'stale') {
      this.#counters.count('authStaleNonces')
      return this.#challenge(source, true)
    }
    if (failure !== undefined || !account) {
      this.#logFailure(request, source, credentials.userName, failure ?? 'unknownUser')
      return this.#challenge(source, false)
    }
    this.#throttle.succeeded(source.address, account.userName)
    return { outcome: 'authenticated', account }
  }

  #failureOf(
    request: WireRequest,
    source: HostPort,
    credentials: DigestCredentials,
    account: SipAccount | undefined,
    proven: boolean,
  ): AuthFailure | 'stale' | undefined {
    const { algorithm, qop, nonceCount, cnonce } = credentials
    if (algorithm !== undefined && algorithm.toUpperCase() !== 'MD5') return 'unsupportedAlgorithm'
    if (qop !== undefined && (qop !== 'auth' || nonceCount === undefined || cnonce === undefined))
      return 'unsupportedAlgorithm'
    if (!sameTarget(credentials.uri, request.uri)) return 'uriMismatch'
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

  #challenge(source: HostPort, stale: boolean): AuthVerdict {
    const nonce = this.#nonces.issue(source.address)
    const fields = [`realm="${this.#realm}"`, `nonce="${nonce}"`, 'algorithm=MD5', 'qop="auth"']
    return { outcome: 'challenge', challenge: `Digest ${[...fields, ...(stale ? ['stale=true'] : [])].join(', ')}` }
  }

  /** One line per failed attempt. Message and field names are stable: address blockers match them. */
  #logFailure(request: WireRequest, source: HostPort, userName: string, reason: AuthFailure): void {
    this.#counters.count('authFailures')
    this.#log.warn(
      { source: formatHostPort(source), user: userName.slice(0, 64), method: request.method, reason },
      'sip authentication failed',
    )
    if (this.#throttle.failed(source.address, userName)) {
      this.#counters.count('authBlocks')
      this.#log.warn({ source: source.address, user: userName.slice(0, 64) }, 'sip source blocked')
    }
  }
}

/**
 * Credentials are for one target (RFC 3261 section 22.4): the user, host and port that the Request-URI names. Some
 * phones leave out its parameters.
 */
function sameTarget(given: string, requested: string): boolean {
  if (given === requested) return true
  const [left, right] = [parseSipUri(given), parseSipUri(requested)]
  if (!left || !right) return false
  const sameHost = left.host.toLowerCase() === right.host.toLowerCase() && left.port === right.port
  return sameHost && left.scheme === right.scheme && decodedUser(left) === decodedUser(right)
}
