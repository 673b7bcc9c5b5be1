// The requests we sent that may still be answered. Below sip.js, which believes in a reliable transport: each request
// gets a branch of ours and our Via, is resent by its machine where the transport needs it, and its responses go up with
// sip.js's own Via restored.
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import type { Counters } from '../../counters.ts'
import { type Hop, isReliable, transportOf } from '../transport/hop.ts'
import type { Listen } from '../transport/transports.ts'
import { formatHostPort } from '../wire/host-port.ts'
import { branchCookie, topVia } from '../wire/via.ts'
import {
  formatWire,
  header,
  headers,
  parseCSeq,
  type WireRequest,
  type WireResponse,
  withFirstHeader,
} from '../wire/wire-message.ts'
import { editOutgoing } from './outgoing-edit.ts'
import { reliable, unreliable } from './timer-values.ts'
import { type TransactionCensus, takeCensus } from './transaction-census.ts'
import { type ClientInput, type ClientState, client, clientStart } from './transaction-client.ts'
import {
  type InviteClientInput,
  type InviteClientState,
  inviteClient,
  inviteClientStart,
} from './transaction-invite-client.ts'
import { type OwnerEffect, TransactionRunner } from './transaction-runner.ts'

export interface ClientTransactionsOptions {
  clock: Clock
  counters: Counters
  /** The hop with the connection that is used for it (`Transports.reach`). */
  reach(to: Hop): Hop
  /** Address the peer is told for us. */
  localFor(to: Hop): Listen
  send(bytes: Uint8Array, to: Hop): Promise<void>
  /** A response for sip.js. Must not throw. */
  passUp(response: WireResponse): void
  maxTransactions: number
}

type Runner =
  | { invite: true; run: TransactionRunner<InviteClientState, InviteClientInput> }
  | { invite: false; run: TransactionRunner<ClientState, ClientInput> }

interface Entry {
  /** As sip.js wrote it. */
  request: WireRequest
  /** Branch that sip.js gave. */
  upperBranch: string
  /** Branch on the wire: 128 random bits, so that answers can't be forged blindly. */
  branch: string
  /** All addresses of the far end; those before `attempt` did not answer. */
  targets: readonly Hop[]
  attempt: number
  /** The target that is being tried, with its connection. */
  hop: Hop
  local: Listen
  bytes: Buffer
  runner: Runner
  /** ACK of a 3xx-6xx, kept for its duplicates. */
  ack: Buffer | undefined
  /** What is being handed up. */
  response: WireResponse | undefined
}

function isAbsorbing(entry: Entry): boolean {
  const { stateName } = entry.runner.run
  return stateName === 'completed' || stateName === 'accepted'
}

export class ClientTransactions {
  readonly #options: ClientTransactionsOptions
  /** By wire branch and method. */
  readonly #entries = new Map<string, Entry>()
  /** By sip.js's branch and method. */
  readonly #byUpper = new Map<string, Entry>()
  /** INVITEs by Call-ID and CSeq number: where the ACK of a 2xx must go. */
  readonly #invites = new Map<string, Entry>()
  /** sip.js's branch of the INVITE whose failure is being told: the ACK it sends for that goes nowhere. */
  #failing: string | undefined

  constructor(options: ClientTransactionsOptions) {
    this.#options = options
  }

  /** How many still wait for a final response, how many only absorb duplicates, and the timers of the latter. */
  census(): TransactionCensus {
    return takeCensus(this.#entries.values(), isAbsorbing)
  }

  /**
   * Sends what sip.js sends. Throws when it can't be taken (no address, table full); what fails later is told as a
   * response: 408 unanswered, 503 not sendable.
   */
  send(request: WireRequest, targets: readonly Hop[]): void {
    const upperBranch = topVia(request)?.branch ?? ''
    if (request.method === 'ACK') this.#sendAck(request, upperBranch, targets)
    else if (request.method === 'CANCEL') this.#sendCancel(request, upperBranch)
    else this.#sendNew(request, upperBranch, targets)
  }

  #sendNew(request: WireRequest, upperBranch: string, targets: readonly Hop[]): void {
    if (targets.length === 0) throw new Error(`No address to send ${request.method} to.`)
    // Two alike at once would mix up two calls (core-branches.ts).
    if (this.#byUpper.has(`${upperBranch} ${request.method}`)) throw new Error('The branch is in use already.')
    if (this.#entries.size >= this.#options.maxTransactions && !this.#makeRoom()) {
      this.#options.counters.count('clientTransactionsRefused')
      throw new Error('Too many SIP transactions at once.')
    }
    this.#start(
      request,
      upperBranch,
      newBranch(),
      targets.flatMap((target) => fitting(request, target)),
      0,
    )
  }

  /** A connection is gone: answers over it will not come any more. */
  lost(way: number): void {
    for (const entry of [...this.#entries.values()]) {
      if (entry.hop.way !== way || isAbsorbing(entry)) continue
      if (entry.runner.invite) entry.runner.run.feed('connectionLost')
      else entry.runner.run.feed('sendFailed')
    }
  }

  /** A response from the network. Only answers to what we sent, from where we sent it, go up. */
  receive(response: WireResponse, source: Hop): void {
    const { counters } = this.#options
    const entry = this.#entryOf(response, source)
    if (typeof entry === 'string') {
      counters.count(entry)
      return
    }
    if (response.status === 503 && this.#failOver(entry, response)) return
    entry.response = response
    const fed = entry.runner.invite
      ? entry.runner.run.feed(inviteInput(response.status))
      : entry.runner.run.feed(response.status < 200 ? 'provisionalReceived' : 'finalReceived')
    if (!fed) counters.count('droppedUnexpectedResponse')
  }

  /** The transaction a response belongs to, or the counter it is dropped under. */
  #entryOf(response: WireResponse, source: Hop): Entry | string {
    const via = topVia(response)
    const method = parseCSeq(response)?.method
    if (!via || method === undefined) return 'droppedBrokenResponse'
    if (headers(response, 'via').length > 1 || via.rest !== '') return 'droppedResponseOfManyVias'
    const entry = this.#entries.get(`${via.branch} ${method}`)
    if (!entry || via.host !== entry.local.address || via.port !== entry.local.port) return 'droppedUnknownResponse'
    // Same host, any port: phones behind some routers answer from another one.
    return source.address === entry.hop.address ? entry : 'droppedForeignResponse'
  }

  /** Forgets everything, timers included. */
  stop(): void {
    for (const entry of this.#entries.values()) entry.runner.run.stop()
    this.#entries.clear()
    this.#byUpper.clear()
    this.#invites.clear()
  }

  #start(request: WireRequest, upperBranch: string, branch: string, targets: readonly Hop[], attempt: number): Entry {
    const hop = this.#options.reach(targets[attempt]!)
    const local = this.#options.localFor(hop)
    const entry: Entry = {
      request,
      upperBranch,
      branch,
      targets,
      attempt,
      hop,
      local,
      bytes: this.#format(request, branch, local),
      runner: this.#runner(request.method, hop, (effect) => this.#perform(entry, effect)),
      ack: undefined,
      response: undefined,
    }
    this.#entries.set(`${branch} ${request.method}`, entry)
    this.#byUpper.set(`${upperBranch} ${request.method}`, entry)
    if (entry.runner.invite) {
      this.#invites.set(callKey(request), entry)
      entry.runner.run.feed('started')
    } else entry.runner.run.feed('started')
    return entry
  }

  #runner(method: string, hop: Hop, perform: (effect: OwnerEffect) => void): Runner {
    const { clock } = this.#options
    const machines = isReliable(hop) ? overReliable : overUdp
    return method === 'INVITE'
      ? {
          invite: true,
          run: new TransactionRunner<InviteClientState, InviteClientInput>({
            machine: machines.invite,
            start: inviteClientStart,
            clock,
            perform,
          }),
        }
      : {
          invite: false,
          run: new TransactionRunner<ClientState, ClientInput>({
            machine: machines.other,
            start: clientStart,
            clock,
            perform,
          }),
        }
  }

  #perform(entry: Entry, effect: OwnerEffect): void {
    const { counters } = this.#options
    switch (effect.do) {
      case 'send':
        counters.count('requestsSent')
        this.#transmit(entry, entry.bytes)
        return
      case 'sendAck':
        if (entry.ack) this.#transmit(entry, entry.ack)
        return
      case 'passUp':
        this.#passUp(entry, entry.response!)
        return
      case 'absorb':
        counters.count('responsesAbsorbed')
        return
      case 'end':
        this.#forget(entry)
        return
      case 'fail':
        this.#fail(entry, effect.status)
        return
      case 'ackMissing':
        return
    }
  }

  #transmit(entry: Entry, bytes: Buffer): void {
    this.#options.send(bytes, entry.hop).catch((_fault: unknown) => {
      this.#options.counters.count('sendFailures')
      entry.runner.run.feed('sendFailed')
    })
  }

  #passUp(entry: Entry, response: WireResponse): void {
    this.#options.passUp(withFirstHeader(response, 'via', header(entry.request, 'via')!))
  }

  /** RFC 3263 section 4.3: the next address gets a new transaction; the user never hears of the failed one. */
  #fail(entry: Entry, status: 408 | 503): void {
    if (entry.attempt + 1 < entry.targets.length) {
      this.#options.counters.count('failovers')
      this.#start(entry.request, entry.upperBranch, newBranch(), entry.targets, entry.attempt + 1)
      return
    }
    this.#options.counters.count(status === 408 ? 'requestTimeouts' : 'requestsUnsendable')
    this.#failing = entry.upperBranch
    this.#passUp(entry, localResponse(entry.request, status))
    this.#failing = undefined
  }

  #failOver(entry: Entry, response: WireResponse): boolean {
    if (entry.attempt + 1 >= entry.targets.length || isAbsorbing(entry)) return false
    if (entry.runner.invite)
      this.#transmit(entry, this.#format(ackOf(entry.request, response), entry.branch, entry.local))
    entry.runner.run.stop()
    this.#forget(entry)
    this.#fail(entry, 503)
    return true
  }

  /** The oldest transaction that only absorbs duplicates gives way to one that is wanted. */
  #makeRoom(): boolean {
    for (const entry of this.#entries.values()) {
      if (!isAbsorbing(entry)) continue
      this.#options.counters.count('lingeringDropped')
      entry.runner.run.stop()
      this.#forget(entry)
      return true
    }
    return false
  }

  #forget(entry: Entry): void {
    this.#entries.delete(`${entry.branch} ${entry.request.method}`)
    const upper = `${entry.upperBranch} ${entry.request.method}`
    if (this.#byUpper.get(upper) === entry) this.#byUpper.delete(upper)
    if (this.#invites.get(callKey(entry.request)) === entry) this.#invites.delete(callKey(entry.request))
  }

  #sendAck(request: WireRequest, upperBranch: string, targets: readonly Hop[]): void {
    if (upperBranch === this.#failing) return
    const failed = this.#byUpper.get(`${upperBranch} INVITE`)
    if (failed?.runner.invite) {
      failed.ack = this.#format(request, failed.branch, failed.local)
      failed.runner.run.feed('acknowledged')
      return
    }
    // ACK of a 2xx: a transaction of its own that nothing answers. Sent once; sip.js repeats it when the 2xx is repeated.
    const accepted = this.#invites.get(callKey(request))
    // Where the INVITE was answered, unless the call goes on elsewhere by now.
    const isThere = accepted && (targets.length === 0 || targets.some((one) => isSamePlace(one, accepted.hop)))
    const target = isThere ? accepted.hop : targets[0]
    if (!target) throw new Error('No address to send ACK to.')
    const hop = this.#options.reach(target)
    const bytes = this.#format(request, newBranch(), this.#options.localFor(hop))
    this.#options.send(bytes, hop).catch((_fault: unknown) => this.#options.counters.count('sendFailures'))
  }

  /** RFC 3261 section 9.1: to the same address, with the same branch. */
  #sendCancel(request: WireRequest, upperBranch: string): void {
    const invite = this.#byUpper.get(`${upperBranch} INVITE`)
    if (!invite?.runner.invite) throw new Error('CANCEL without its INVITE.')
    invite.runner.run.feed('cancelSent')
    this.#start(request, upperBranch, invite.branch, [invite.hop], 0)
  }

  #format(request: WireRequest, branch: string, local: Listen): Buffer {
    // RFC 5923 section 5: who takes our connection may send requests of its own back over it.
    const alias = local.transport === 'TCP' || local.transport === 'TLS' ? ';alias' : ''
    const via = `SIP/2.0/${local.transport} ${formatHostPort(local)};branch=${branch};rport${alias}`
    return formatWire(editOutgoing(withFirstHeader(request, 'via', via), local))
  }
}

const overUdp = { invite: inviteClient(unreliable), other: client(unreliable) }
const overReliable = { invite: inviteClient(reliable), other: client(reliable) }

/** RFC 3261 section 18.1.1: longer requests may be lost in pieces on the way. */
const maxUdpRequestBytes = 1300
/** What our Via and Contact may add to what sip.js wrote. */
const addedBytes = 160

/** A request too long for UDP goes by TCP to those who take it; UDP is then what is left when TCP fails. */
function fitting(request: WireRequest, target: Hop): Hop[] {
  const { tcpToo, way: _way, ...place } = target
  if (!tcpToo || transportOf(target) !== 'UDP') return [target]
  if (formatWire(request).length + addedBytes <= maxUdpRequestBytes) return [target]
  return [{ ...place, transport: 'TCP' }, target]
}

function inviteInput(status: number): InviteClientInput {
  if (status < 200) return 'provisionalReceived'
  return status < 300 ? 'successReceived' : 'failureReceived'
}

function newBranch(): string {
  return branchCookie + randomBytes(16).toString('hex')
}

function isSamePlace(one: Hop, other: Hop): boolean {
  return one.address === other.address && one.port === other.port
}

function callKey(request: WireRequest): string {
  return `${header(request, 'call-id')} ${parseCSeq(request)?.number}`
}

const copied = ['via', 'from', 'to', 'call-id', 'cseq']

/** A response nobody sent (RFC 3261 section 8.1.3.1). */
function localResponse(request: WireRequest, status: 408 | 503): WireResponse {
  return {
    kind: 'response',
    status,
    reason: status === 408 ? 'Request Timeout' : 'Service Unavailable',
    headers: request.headers.filter((one) => copied.includes(one.key)),
    body: '',
  }
}

/** ACK of a failure that sip.js does not hear of (RFC 3261 section 17.1.1.3). */
function ackOf(request: WireRequest, response: WireResponse): WireRequest {
  const kept = ['via', 'route', 'from', 'call-id', 'max-forwards']
  const to = header(response, 'to') ?? header(request, 'to') ?? ''
  return {
    ...request,
    method: 'ACK',
    headers: [
      ...request.headers.filter((one) => kept.includes(one.key)),
      { name: 'To', key: 'to', value: to },
      { name: 'CSeq', key: 'cseq', value: `${parseCSeq(request)?.number} ACK` },
    ],
    body: '',
  }
}
