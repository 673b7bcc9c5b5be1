// The SIP stack: datagrams in and out on one side, sip.js's dialogs and the registrar on the other.
//
//   socket → parse → duplicates? → gate → who is it? → server transaction → sip.js core → calls
//   socket ← resend ←──────────── client and server transactions ←───────── sip.js core ← calls
import type { IncomingInviteRequest, UserAgentCore } from 'sip.js/lib/core/index.js'
import type { Clock } from '../clock.ts'
import type { Counters } from '../counters.ts'
import type { Log } from '../log/log.ts'
import type { Authenticator } from './access/authenticator.ts'
import { digitsType, refuse } from './access/request-gate.ts'
import { SourceRate } from './access/source-rate.ts'
import { CoreBridge, contactUser } from './core-bridge.ts'
import { DialogRoutes } from './dialog-routes.ts'
import type { SipAccount } from './endpoint.ts'
import { ClientTransactions } from './transaction/client-transactions.ts'
import { allowedMethods } from './transaction/outgoing-edit.ts'
import { ServerTransactions } from './transaction/server-transactions.ts'
import { statelessReply } from './transaction/stateless-reply.ts'
import { LocalAddresses } from './transport/local-address.ts'
import type { DatagramSocket } from './transport/udp-socket.ts'
import { formatHostPort, type HostPort } from './wire/host-port.ts'
import { parseVia, responseTarget, stampVia, type Via } from './wire/via.ts'
import {
  formatWire,
  header,
  tagOf,
  type WireMessage,
  type WireRequest,
  type WireResponse,
} from './wire/wire-message.ts'
import { parseWire } from './wire/wire-parse.ts'

/** An answer the stack sends for its user. */
export interface Reply {
  status: number
  reason: string
  headers: readonly string[]
  sdp?: string
}

export interface StackUser {
  /** An INVITE of an authenticated phone, outside any dialog. */
  receiveInvite(uas: IncomingInviteRequest, request: WireRequest, account: SipAccount, source: HostPort): void
  receiveRegister(request: WireRequest, account: SipAccount, source: HostPort): Reply
  /** UPDATE inside a dialog of sip.js, in order. */
  receiveUpdate(dialogId: string, request: WireRequest): Reply
  /** Nobody acknowledged the 2xx of this INVITE. */
  ackMissing(callId: string): void
}

/** Each way. Some 4 kB each: the memory of a flood is bounded by it, a set-up rate of 100 calls a second is not. */
const defaultMaxTransactions = 8192

export interface StackOptions {
  address: string
  port: number
  advertisedAddress?: string | undefined
  socket: DatagramSocket
  clock: Clock
  counters: Counters
  log: Log
  authenticator: Authenticator
  user: StackUser
  maxTransactions?: number
}

export class SipStack {
  readonly routes = new DialogRoutes()
  readonly #options: StackOptions
  readonly #counters: Counters
  readonly #clients: ClientTransactions
  readonly #servers: ServerTransactions
  readonly #rate: SourceRate
  readonly #locals: LocalAddresses
  readonly #bridge: CoreBridge
  #bound: HostPort | undefined
  /** The INVITE that is being handed to sip.js, which hands it back before it returns. */
  #inviting: { request: WireRequest; account: SipAccount; source: HostPort } | undefined

  constructor(options: StackOptions) {
    const { clock, counters, socket } = options
    this.#options = options
    this.#counters = counters
    const nowMs = () => clock.monotonicMs()
    this.#rate = new SourceRate(nowMs)
    this.#locals = new LocalAddresses(nowMs, { bound: options.address, advertised: options.advertisedAddress })
    const shared = {
      clock,
      counters,
      localFor: (peer: HostPort) => this.localFor(peer.address),
      send: (datagram: Uint8Array, to: HostPort) => socket.send(datagram, to),
      maxTransactions: options.maxTransactions ?? defaultMaxTransactions,
    }
    this.#clients = new ClientTransactions({ ...shared, passUp: (response) => this.#passUpResponse(response) })
    this.#servers = new ServerTransactions({
      ...shared,
      passUpAck: (ack, sharedBranch) => void this.#contained(() => this.#bridge.passAck(ack, sharedBranch)),
      ackMissing: (request, accepted) => {
        if (accepted) this.#contained(() => options.user.ackMissing(header(request, 'call-id')!))
      },
    })
    this.#bridge = new CoreBridge({
      counters,
      send: (message) => this.#sendFromCore(message),
      receiveInvite: (uas) => this.#receiveInvite(uas),
    })
    socket.onDatagram((datagram, source) => this.#contained(() => this.#receive(datagram, source)))
  }

  async start(): Promise<HostPort> {
    this.#bound = await this.#options.socket.bind({ address: this.#options.address, port: this.#options.port })
    return this.#bound
  }

  async stop(): Promise<void> {
    this.core.dispose()
    this.#clients.stop()
    this.#servers.stop()
    this.#bound = undefined
    await this.#options.socket.close()
  }

  /** The address a peer is told for us, with the SIP port. */
  localFor(peerAddress: string): HostPort {
    return { address: this.#locals.for(peerAddress), port: this.#bound?.port ?? this.#options.port }
  }

  get core(): UserAgentCore {
    return this.#bridge.core
  }

  /** `Contact: <sip:…>`, completed with our address when it is sent. */
  get contactHeader(): string {
    return this.#bridge.contactHeader
  }

  gauges(): Record<string, number> {
    const [clients, servers] = [this.#clients.census(), this.#servers.census()]
    return {
      transactions: clients.live + servers.live,
      lingeringTransactions: clients.lingering + servers.lingering,
      lingeringTimers: clients.lingeringTimers + servers.lingeringTimers,
      dialogs: this.core.dialogs.size,
      routes: this.routes.size,
    }
  }

  #sendFromCore(message: WireMessage): void {
    if (message.kind === 'response') this.#servers.respond(message)
    else this.#clients.send(message, this.routes.get(header(message, 'call-id') ?? '')?.targets ?? [])
  }

  #receive(datagram: Uint8Array, source: HostPort): void {
    const framed = parseWire(datagram)
    if (framed.outcome === 'dropped') {
      this.#counters.count(`dropped${framed.cause[0]!.toUpperCase()}${framed.cause.slice(1)}`)
      return
    }
    if (framed.message.kind === 'response') {
      this.#counters.count('responsesReceived')
      this.#clients.receive(framed.message, source)
      return
    }
    this.#counters.count('requestsReceived')
    const via = parseVia(header(framed.message, 'via') ?? '')
    if (!via) {
      this.#counters.count('droppedUnanswerable')
      return
    }
    const stamped = stampVia(framed.message, via, source)
    if (framed.outcome === 'malformed') this.#refuse(stamped.request, stamped.via, source, 400, framed.fault)
    else this.#receiveRequest(stamped.request, stamped.via, source)
  }

  #receiveRequest(request: WireRequest, via: Via, source: HostPort): void {
    const refusal = refuse(request)
    if (refusal) {
      this.#refuse(request, via, source, refusal.status, refusal.reason, refusal.headers)
      return
    }
    if (this.#servers.absorb(request, via, source)) return
    if (request.method === 'ACK') {
      this.#counters.count('droppedUnknownAck')
      return
    }
    if (request.method === 'CANCEL') {
      if (this.#servers.hasInvite(request, via, source)) this.#open(request, via, source, undefined)
      else this.#refuse(request, via, source, 481, 'Call/Transaction Does Not Exist')
      return
    }
    if (tagOf(request, 'to') !== '') this.#receiveInDialog(request, via, source)
    else this.#receiveNew(request, via, source)
  }

  #receiveInDialog(request: WireRequest, via: Via, source: HostPort): void {
    const callId = header(request, 'call-id')!
    const route = this.routes.get(callId)
    if (!route || !this.#bridge.hasDialog(request)) {
      this.#refuse(request, via, source, 481, 'Call/Transaction Does Not Exist')
      return
    }
    if (!route.targets.some((target) => target.address === source.address)) {
      // From elsewhere than the call: a phone that moved proves itself, and the call follows it.
      const account = this.#authenticate(request, via, source)
      if (!account) return
      if (account !== route.account) {
        this.#refuse(request, via, source, 403, 'Not your call')
        return
      }
      this.routes.set(callId, { account, targets: [source] })
    }
    if (request.method === 'OPTIONS') this.#answerOptions(request, via, source)
    else this.#open(request, via, source, undefined)
  }

  #receiveNew(request: WireRequest, via: Via, source: HostPort): void {
    if (!this.#rate.admit(source.address)) {
      this.#counters.count('droppedTooFast')
      return
    }
    switch (request.method) {
      case 'OPTIONS':
        this.#answerOptions(request, via, source)
        return
      case 'INVITE':
      case 'REGISTER': {
        const account = this.#authenticate(request, via, source)
        if (account) this.#open(request, via, source, account)
        return
      }
      default:
        this.#refuse(request, via, source, 481, 'Call/Transaction Does Not Exist')
    }
  }

  #authenticate(request: WireRequest, via: Via, source: HostPort): SipAccount | undefined {
    const verdict = this.#options.authenticator.verify(request, source)
    if (verdict.outcome === 'authenticated') return verdict.account
    if (verdict.outcome === 'challenge')
      this.#reply(via, source, statelessReply(request, 401, 'Unauthorized', [`WWW-Authenticate: ${verdict.challenge}`]))
    return undefined
  }

  #open(request: WireRequest, via: Via, source: HostPort, account: SipAccount | undefined): void {
    if (!this.#servers.open(request, via, source)) {
      this.#counters.count('serverTransactionsRefused')
      this.#refuse(request, via, source, 503, 'Service Unavailable', ['Retry-After: 10'])
      return
    }
    const handled = this.#contained(() => {
      if (request.method === 'REGISTER' && account)
        this.#respond(request, this.#options.user.receiveRegister(request, account, source))
      else if (request.method === 'UPDATE') this.#respond(request, this.#receiveUpdate(request))
      else this.#passUp(request, account, source)
    })
    if (!handled) this.#respond(request, { status: 500, reason: 'Server Internal Error', headers: [] })
  }

  #passUp(request: WireRequest, account: SipAccount | undefined, source: HostPort): void {
    this.#inviting = account && { request, account, source }
    try {
      if (!this.#bridge.passRequest(request))
        this.#respond(request, { status: 400, reason: 'Bad Request', headers: [] })
    } finally {
      this.#inviting = undefined
    }
  }

  #receiveInvite(uas: IncomingInviteRequest): void {
    const context = this.#inviting
    if (context) this.#options.user.receiveInvite(uas, context.request, context.account, context.source)
    else uas.reject({ statusCode: 480 })
  }

  #receiveUpdate(request: WireRequest): Reply {
    const taken = this.#bridge.takeUpdate(request)
    if (taken === undefined) return { status: 481, reason: 'Call/Transaction Does Not Exist', headers: [] }
    if (taken === 'outOfOrder') return { status: 500, reason: 'Out of order', headers: [] }
    return this.#options.user.receiveUpdate(taken, request)
  }

  #passUpResponse(response: WireResponse): void {
    this.#contained(() => {
      if (!this.#bridge.passResponse(response)) this.#counters.count('droppedBrokenResponse')
    })
  }

  #answerOptions(request: WireRequest, via: Via, source: HostPort): void {
    const extra = [`Allow: ${allowedMethods}`, `Accept: application/sdp, ${digitsType}`, this.#contactFor(source)]
    this.#reply(via, source, statelessReply(request, 200, 'OK', extra))
  }

  #refuse(
    request: WireRequest,
    via: Via,
    source: HostPort,
    status: number,
    reason: string,
    extraHeaders: readonly string[] = [],
  ): void {
    this.#counters.count(`refused${status}`)
    if (request.method === 'ACK') return
    this.#reply(via, source, statelessReply(request, status, reason, extraHeaders))
  }

  #reply(via: Via, source: HostPort, response: WireResponse): void {
    this.#options.socket
      .send(formatWire(response), responseTarget(via, source))
      .catch((_fault: unknown) => this.#counters.count('sendFailures'))
  }

  /** Answers a request that has a transaction. */
  #respond(request: WireRequest, reply: Reply): void {
    const response = statelessReply(request, reply.status, reply.reason, [
      ...reply.headers,
      ...(reply.sdp === undefined ? [] : ['Content-Type: application/sdp']),
    ])
    this.#servers.respond({ ...response, body: reply.sdp ?? '' })
  }

  #contactFor(source: HostPort): string {
    return `Contact: <sip:${contactUser}@${formatHostPort(this.localFor(source.address))}>`
  }

  /** One bad message must not harm another: a fault is counted, logged and ends here. False when there was one. */
  #contained(run: () => void): boolean {
    try {
      run()
      return true
    } catch (fault) {
      this.#counters.count('faults')
      this.#options.log.error({ fault: fault instanceof Error ? fault.stack : String(fault) }, 'sip fault contained')
      return false
    }
  }
}
