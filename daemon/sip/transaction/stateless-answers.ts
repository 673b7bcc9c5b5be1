// What is answered at once and forgotten: refusals, challenges, and OPTIONS. No transaction, no memory: a flood of
// strangers costs what it costs to read them.
import type { Counters } from '../../counters.ts'
import { contactUser } from '../core-bridge.ts'
import { digitTypes } from '../info-digits.ts'
import type { Hop } from '../transport/hop.ts'
import type { Transports } from '../transport/transports.ts'
import { responseTarget, type Via } from '../wire/via.ts'
import { formatWire, type WireRequest } from '../wire/wire-message.ts'
import { allowedMethods, placeOf } from './outgoing-edit.ts'
import { statelessReply } from './stateless-reply.ts'

export class StatelessAnswers {
  readonly #transports: Transports
  readonly #counters: Counters

  constructor(transports: Transports, counters: Counters) {
    this.#transports = transports
    this.#counters = counters
  }

  refuse(
    request: WireRequest,
    via: Via,
    source: Hop,
    status: number,
    reason: string,
    extraHeaders: readonly string[] = [],
  ): void {
    this.#counters.count(`refused${status}`)
    if (request.method !== 'ACK') this.#send(request, via, source, status, reason, extraHeaders)
  }

  challenge(request: WireRequest, via: Via, source: Hop, challenges: readonly string[]): void {
    const lines = challenges.map((challenge) => `WWW-Authenticate: ${challenge}`)
    this.#send(request, via, source, 401, 'Unauthorized', lines)
  }

  /** That we live, and what we can (RFC 3261 section 11.2). */
  options(request: WireRequest, via: Via, source: Hop): void {
    const contact = `Contact: <sip:${contactUser}@${placeOf(this.#transports.localFor(source))}>`
    const lines = [`Allow: ${allowedMethods}`, `Accept: ${['application/sdp', ...digitTypes].join(', ')}`, contact]
    this.#send(request, via, source, 200, 'OK', lines)
  }

  #send(
    request: WireRequest,
    via: Via,
    source: Hop,
    status: number,
    reason: string,
    extraHeaders: readonly string[],
  ): void {
    this.#transports
      .send(formatWire(statelessReply(request, status, reason, extraHeaders)), responseTarget(via, source))
      .catch((_fault: unknown) => this.#counters.count('sendFailures'))
  }
}
