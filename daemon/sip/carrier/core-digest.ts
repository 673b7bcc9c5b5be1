// Digest for what sip.js sends: it asks for credentials whenever a request of it was challenged, in a dialog or not, and
// sends the request once more. Its own digest knows MD5 only, and takes the first challenge whichever it is.
import { DigestAuthentication, type LoggerFactory, type URI } from 'sip.js/lib/core/index.js'
import { header, headers, type WireResponse } from '../wire/wire-message.ts'
import { answerChallenge, type Challenge, type Credentials, strongestChallenge } from './digest-client.ts'

/** What stands in the place of sip.js's parsed header. */
export interface OfferedChallenges {
  stale: boolean
  strongest: Challenge | undefined
}

const challengeHeaders = { 401: 'www-authenticate', 407: 'proxy-authenticate' } as const

export function offeredChallenges(response: WireResponse): OfferedChallenges | undefined {
  const key = response.status === 401 || response.status === 407 ? challengeHeaders[response.status] : undefined
  if (key === undefined || header(response, key) === undefined) return undefined
  const strongest = strongestChallenge(headers(response, key))
  return { stale: strongest?.stale ?? false, strongest }
}

export class CoreDigest extends DigestAuthentication {
  readonly #credentialsFor: (callId: string) => Credentials | undefined
  #value = ''

  constructor(loggerFactory: LoggerFactory, credentialsFor: (callId: string) => Credentials | undefined) {
    super(loggerFactory, undefined, undefined, undefined)
    this.#credentialsFor = credentialsFor
  }

  override authenticate(request: { method: string; ruri: URI; callId: string }, offered: unknown): boolean {
    const { strongest } = offered as OfferedChallenges
    const credentials = this.#credentialsFor(request.callId)
    if (!strongest || !credentials) return false
    this.#value = answerChallenge(strongest, credentials, { method: request.method, uri: request.ruri.toRaw() })
    return true
  }

  override toString(): string {
    return this.#value
  }
}
