// The requests we received that may still come again. Duplicates stop here; responses are kept and replayed; a 2xx or
// a failure of an INVITE is resent until its ACK comes.
import type { Clock } from '../../clock.ts'
import type { Counters } from '../../counters.ts'
import { type Hop, isReliable } from '../transport/hop.ts'
import type { Listen } from '../transport/transports.ts'
import { branchCookie, responseTarget, topVia, type Via } from '../wire/via.ts'
import {
  formatWire,
  header,
  parseCSeq,
  tagOf,
  type WireRequest,
  type WireResponse,
  withHeader,
} from '../wire/wire-message.ts'
import { editOutgoing } from './outgoing-edit.ts'
import { reliable, unreliable } from './timer-values.ts'
import { type TransactionCensus, takeCensus } from './transaction-census.ts'
import {
  type InviteServerInput,
  type InviteServerState,
  inviteServer,
  inviteServerStart,
} from './transaction-invite-server.ts'
import { type OwnerEffect, TransactionRunner } from './transaction-runner.ts'
import { type ServerInput, type ServerState, server, serverStart } from './transaction-server.ts'

export interface ServerTransactionsOptions {
  clock: Clock
  counters: Counters
  localFor(to: Hop): Listen
  send(bytes: Uint8Array, to: Hop): Promise<void>
  /** The first ACK of a final response. `shared`: it has the INVITE's own branch though the INVITE was accepted. */
  passUpAck(ack: WireRequest, shared: boolean): void
  /** 64*T1 went by without ACK for the final response of this INVITE. */
  ackMissing(request: WireRequest, accepted: boolean): void
  maxTransactions: number
}

type Runner =
  | { invite: true; run: TransactionRunner<InviteServerState, InviteServerInput> }
  | { invite: false; run: TransactionRunner<ServerState, ServerInput> }

interface Entry {
  key: string
  /** An INVITE, until its ACK has come, or never will: entries stay half a minute, and what they hold with them. */
  invite: WireRequest | undefined
  /** INVITEs only: what the ACK of a 2xx is known by. */
  callKey: string
  source: Hop
  replyTo: Hop
  runner: Runner
  response: Buffer | undefined
  /** To of the response, with our tag. */
  to: string | undefined
  accepted: boolean
  /** The ACK being handed up. */
  ack: { request: WireRequest; shared: boolean } | undefined
}

function isAnswered(entry: Entry): boolean {
  return ['completed', 'accepted', 'acknowledged', 'confirmed'].includes(entry.runner.run.stateName)
}

/** Nothing of it is owed any more; INVITEs that wait for their ACK are not. */
function isSettled(entry: Entry): boolean {
  const { stateName } = entry.runner.run
  return (
    stateName === 'acknowledged' || stateName === 'confirmed' || (stateName === 'completed' && !entry.runner.invite)
  )
}

export class ServerTransactions {
  readonly #options: ServerTransactionsOptions
  readonly #entries = new Map<string, Entry>()
  readonly #invites = new Map<string, Entry>()

  constructor(options: ServerTransactionsOptions) {
    this.#options = options
  }

  /** How many wait for our final response, how many are kept for duplicates and ACKs, and the timers of the latter. */
  census(): TransactionCensus {
    return takeCensus(this.#entries.values(), isAnswered)
  }

  /** True when the request is a copy of one we have, or an ACK that found its INVITE: nothing else is to be done. */
  absorb(request: WireRequest, via: Via, source: Hop): boolean {
    if (request.method === 'ACK') return this.#receiveAck(request, via, source)
    const entry = this.#entries.get(transactionKey(request, via))
    if (!entry || entry.source.address !== source.address) return false
    entry.runner.run.feed('requestReceived')
    return true
  }

  /** The INVITE a CANCEL means (RFC 3261 section 9.2). */
  hasInvite(cancel: WireRequest, via: Via, source: Hop): boolean {
    const entry = this.#entries.get(transactionKey({ ...cancel, method: 'INVITE' }, via))
    return entry !== undefined && entry.source.address === source.address
  }

  /** An INVITE that came another way too, in a transaction of its own (RFC 3261 section 8.2.2.2). */
  isMerged(request: WireRequest, via: Via): boolean {
    const entry = this.#invites.get(callKey(request))
    return entry !== undefined && entry.key !== transactionKey(request, via)
  }

  /** Begins a transaction for a request that goes up to sip.js. False when the table is full. */
  open(request: WireRequest, via: Via, source: Hop): boolean {
    if (this.#entries.size >= this.#options.maxTransactions && !this.#makeRoom()) return false
    const entry: Entry = {
      key: transactionKey(request, via),
      invite: request.method === 'INVITE' ? request : undefined,
      callKey: request.method === 'INVITE' ? callKey(request) : '',
      source,
      replyTo: responseTarget(via, source),
      runner: this.#runner(request.method, source, (effect) => this.#perform(entry, effect)),
      response: undefined,
      to: undefined,
      accepted: false,
      ack: undefined,
    }
    this.#entries.set(entry.key, entry)
    if (entry.runner.invite) this.#invites.set(entry.callKey, entry)
    else entry.runner.run.feed('started')
    return true
  }

  /** Sends what sip.js answers. */
  respond(response: WireResponse): void {
    const via = topVia(response)
    const method = parseCSeq(response)?.method
    const entry = via && method !== undefined ? this.#entries.get(responseKey(response, via, method)) : undefined
    if (!entry) {
      this.#options.counters.count('responsesWithoutTransaction')
      return
    }
    const isCopy = entry.response !== undefined && isAnswered(entry)
    if (!isCopy) {
      const tagged = method === 'CANCEL' ? this.#taggedAsInvite(response, via!) : response
      entry.response = formatWire(editOutgoing(tagged, this.#options.localFor(entry.replyTo)))
      entry.to = header(tagged, 'to')
    }
    if (entry.runner.invite) {
      if (response.status >= 200 && response.status < 300) entry.accepted = true
      entry.runner.run.feed(inviteInput(response.status))
    } else if (response.status >= 200) entry.runner.run.feed('finalSent')
  }

  /** RFC 3261 section 9.2: the same To tag as in the responses to the INVITE; sip.js takes a new one. */
  #taggedAsInvite(response: WireResponse, via: Via): WireResponse {
    const to = this.#entries.get(responseKey(response, via, 'INVITE'))?.to
    return to === undefined ? response : withHeader(response, 'To', to)
  }

  /** Of calls that ring here and whose caller's connection is gone: the CANCELs that nobody can send any more. */
  cancelsOf(way: number): WireRequest[] {
    return [...this.#invites.values()]
      .filter((entry) => entry.source.way === way && entry.runner.run.stateName === 'proceeding')
      .map((entry) => cancelOf(entry.invite!))
  }

  stop(): void {
    for (const entry of this.#entries.values()) entry.runner.run.stop()
    this.#entries.clear()
    this.#invites.clear()
  }

  /** The oldest request that was answered and acknowledged gives way to a new one. */
  #makeRoom(): boolean {
    for (const entry of this.#entries.values()) {
      if (!isSettled(entry)) continue
      this.#options.counters.count('lingeringDropped')
      entry.runner.run.stop()
      this.#forget(entry)
      return true
    }
    return false
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.key)
    if (this.#invites.get(entry.callKey) === entry) this.#invites.delete(entry.callKey)
  }

  #receiveAck(request: WireRequest, via: Via, source: Hop): boolean {
    const shared = this.#entries.get(transactionKey(request, via))
    const entry = shared ?? this.#invites.get(callKey(request))
    if (!entry?.runner.invite || entry.source.address !== source.address) return false
    entry.ack = { request, shared: shared !== undefined && entry.accepted }
    if (!entry.runner.run.feed('ackReceived')) this.#options.counters.count('droppedUnexpectedAck')
    return true
  }

  #runner(method: string, source: Hop, perform: (effect: OwnerEffect) => void): Runner {
    const { clock } = this.#options
    const machines = isReliable(source) ? overReliable : overUdp
    return method === 'INVITE'
      ? {
          invite: true,
          run: new TransactionRunner<InviteServerState, InviteServerInput>({
            machine: machines.invite,
            start: inviteServerStart,
            clock,
            perform,
          }),
        }
      : {
          invite: false,
          run: new TransactionRunner<ServerState, ServerInput>({
            machine: machines.other,
            start: serverStart,
            clock,
            perform,
          }),
        }
  }

  #perform(entry: Entry, effect: OwnerEffect): void {
    const { counters } = this.#options
    switch (effect.do) {
      case 'send':
        if (!entry.response) return
        counters.count('responsesSent')
        this.#options.send(entry.response, entry.replyTo).catch((_fault: unknown) => counters.count('sendFailures'))
        return
      case 'passUp':
        this.#options.passUpAck(entry.ack!.request, entry.ack!.shared)
        entry.invite = entry.response = entry.ack = undefined
        return
      case 'absorb':
        counters.count('requestsAbsorbed')
        return
      case 'ackMissing':
        counters.count('acksMissing')
        this.#options.ackMissing(entry.invite!, entry.accepted)
        return
      case 'end':
        this.#forget(entry)
        return
      case 'sendAck':
      case 'fail':
        return
    }
  }
}

const overUdp = { invite: inviteServer(unreliable), other: server(unreliable) }
const overReliable = { invite: inviteServer(reliable), other: server(reliable) }

function inviteInput(status: number): InviteServerInput {
  if (status < 200) return 'provisionalSent'
  return status < 300 ? 'successSent' : 'failureSent'
}

/** RFC 3261 section 9.1. */
function cancelOf(invite: WireRequest): WireRequest {
  const kept = invite.headers.filter((one) => ['via', 'from', 'to', 'call-id', 'max-forwards'].includes(one.key))
  const cseq = { name: 'CSeq', key: 'cseq', value: `${parseCSeq(invite)?.number} CANCEL` }
  return { ...invite, method: 'CANCEL', headers: [...kept, cseq], body: '' }
}

/** RFC 3261 section 17.2.3; without the magic cookie (RFC 2543, RFC 4475 badbranch) everything that names a request. */
function transactionKey(request: WireRequest, via: Via): string {
  const method = request.method === 'ACK' ? 'INVITE' : request.method
  if (via.branch.startsWith(branchCookie) && via.branch.length > branchCookie.length) return modernKey(via, method)
  return oldKey(request, via, method)
}

function responseKey(response: WireResponse, via: Via, method: string): string {
  if (via.branch.startsWith(branchCookie) && via.branch.length > branchCookie.length) return modernKey(via, method)
  return oldKey(response, via, method)
}

function modernKey(via: Via, method: string): string {
  return `${via.branch} ${via.host.toLowerCase()}:${via.port ?? ''} ${method}`
}

/** The To tag is left out: the ACK has one that its INVITE had not. */
function oldKey(message: WireRequest | WireResponse, via: Via, method: string): string {
  const fields = [tagOf(message, 'from'), header(message, 'call-id'), parseCSeq(message)?.number]
  return `2543 ${via.branch} ${via.host.toLowerCase()}:${via.port ?? ''} ${fields.join(' ')} ${method}`
}

function callKey(request: WireRequest): string {
  return `${header(request, 'call-id')} ${parseCSeq(request)?.number} ${tagOf(request, 'from')}`
}
