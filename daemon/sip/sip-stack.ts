// The SIP stack: messages in and out on one side, sip.js's dialogs and the registrar on the other.
//
//   transports → parse → duplicates? → gate → who is it? → server transaction → sip.js core → calls
//   transports ← resend ←──────────── client and server transactions ←───────── sip.js core ← calls
import type { IncomingInviteRequest, UserAgentCore } from 'sip.js/lib/core/index.js'
import type { Clock } from '../clock.ts'
import type { Counters } from '../counters.ts'
import type { Log } from '../log/log.ts'
import { AbsentParties } from './absent-parties.ts'
import type { Authenticator } from './access/authenticator.ts'
import { type Ban, Bans } from './access/bans.ts'
import { Gatekeeper } from './access/gatekeeper.ts'
import { refuse, versionNotSupported } from './access/request-gate.ts'
import { CoreBridge } from './core-bridge.ts'
import { DialogRoutes } from './dialog-routes.ts'
import type { SipAccount } from './endpoint.ts'
import { MediaHome } from './media-home.ts'
import type { Reply, StackUser } from './stack-user.ts'
import { ClientTransactions } from './transaction/client-transactions.ts'
import { ServerTransactions } from './transaction/server-transactions.ts'
import { StatelessAnswers } from './transaction/stateless-answers.ts'
import { statelessReply } from './transaction/stateless-reply.ts'
import { type Hop, transportOf } from './transport/hop.ts'
import { listeningHop } from './transport/listening-hop.ts'
import { stunAnswer } from './transport/stun-answer.ts'
import { type Listen, Transports, type TransportsOptions } from './transport/transports.ts'
import { sipPort } from './wire/host-port.ts'
import { parseVia, salvageVia, stampVia, type Via } from './wire/via.ts'
import { header, tagOf, type WireMessage, type WireRequest, type WireResponse } from './wire/wire-message.ts'
import { parseWire } from './wire/wire-parse.ts'

/** Each way. Some 4 kB each: the memory of a flood is bounded by it, a set-up rate of 100 calls a second is not. */
const defaultMaxTransactions = 8192

const keepAlivePing = Buffer.from('\r\n\r\n', 'latin1')

export interface StackOptions {
  transports: Omit<TransportsOptions, 'clock' | 'counters' | 'log' | 'user'>
  clock: Clock
  counters: Counters
  log: Log
  authenticator: Authenticator
  /** The account of whoever is known by where a request comes from (a carrier's link), and need not prove itself. */
  recognise(request: WireRequest, source: Hop): SipAccount | undefined
  /** Whether a carrier's link is at this host, which is then never banned. */
  isCarrier(host: string): boolean
  user: StackUser
  maxTransactions?: number
}

export class SipStack {
  readonly routes = new DialogRoutes()
  readonly #options: StackOptions
  readonly #counters: Counters
  readonly #clients: ClientTransactions
  readonly #servers: ServerTransactions
  readonly #gate: Gatekeeper
  readonly #answers: StatelessAnswers
  readonly #transports: Transports
  readonly #bridge: CoreBridge
  readonly #absent: AbsentParties
  /** The INVITE that is being handed to sip.js, which hands it back before it returns. */
  #inviting: { request: WireRequest; account: SipAccount; source: Hop } | undefined

  constructor(options: StackOptions) {
    const { clock, counters, log } = options
    this.#options = options
    this.#counters = counters
    const nowMs = () => clock.monotonicMs()
    this.#gate = new Gatekeeper({
      nowMs,
      counters,
      log,
      bans: new Bans({
        nowMs,
        counters,
        log,
        exempt: (host) => options.isCarrier(host),
        banned: (host) => this.#transports.banish(host),
      }),
      authenticator: options.authenticator,
      recognise: (request, source) => options.recognise(request, source),
    })
    this.#transports = new Transports({
      ...options.transports,
      clock,
      counters,
      log,
      user: {
        admits: (host) => this.#gate.hears(host),
        received: (bytes, from) => void this.#contained(() => this.#receive(bytes, from)),
        lost: (way) => void this.#contained(() => this.#lost(way)),
      },
    })
    this.#answers = new StatelessAnswers(this.#transports, counters)
    const shared = {
      clock,
      counters,
      reach: (to: Hop) => this.#transports.reach(to),
      localFor: (to: Hop) => this.#transports.localFor(to),
      send: (bytes: Uint8Array, to: Hop) => this.#transports.send(bytes, to),
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
    this.#absent = new AbsentParties({
      clock,
      routes: this.routes,
      isOpen: (hop) => this.isOpen(hop),
      elsewhere: (callId, hop) => listeningHop(this.#bridge.farEndOf(callId), hop),
      gone: (callId) => void this.#contained(() => options.user.farEndLost(callId)),
    })
    this.#bridge = new CoreBridge({
      counters,
      send: (message) => this.#sendFromCore(message),
      credentialsFor: (callId) => this.routes.get(callId)?.account.credentials,
      receiveInvite: (uas) => this.#receiveInvite(uas),
    })
  }

  /** Hosts that are not heard now. */
  bans(): Ban[] {
    return this.#gate.bans()
  }

  /** The addresses listened on. */
  start(): Promise<Listen[]> {
    return this.#transports.start()
  }

  async stop(): Promise<void> {
    this.core.dispose()
    this.#clients.stop()
    this.#servers.stop()
    this.#absent.stop()
    await this.#transports.stop()
  }

  /** Of our media; what we listen on does not change. */
  get media(): MediaHome {
    return new MediaHome(this.#transports.homes)
  }

  /** A ping of RFC 5626 section 4.4.1 that wants no pong: routers on the way hold the way open. */
  keepAlive(hop: Hop): void {
    this.#counters.count('keepAlivesSent')
    this.#transports.send(keepAlivePing, hop).catch((_fault: unknown) => this.#counters.count('sendFailures'))
  }

  /** The hop with its connection, opened if need be. */
  reach(hop: Hop): Hop {
    return this.#transports.reach(hop)
  }

  /** Whether something can still be sent there: a phone behind a connection that broke can't be rung. */
  isOpen(hop: Hop): boolean {
    return this.#transports.isOpen(hop)
  }

  reloadCertificates(): Promise<void> {
    return this.#transports.reloadCertificates()
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
      coreRequests: this.core.userAgentServers.size,
      routes: this.routes.size,
      connections: this.#transports.connections,
    }
  }

  #sendFromCore(message: WireMessage): void {
    if (message.kind === 'response') this.#servers.respond(message)
    else this.#clients.send(message, this.routes.get(header(message, 'call-id') ?? '')?.targets ?? [])
  }

  /** What waited for an answer over it fails; who rang over it has hung up; calls get a while to be taken up again. */
  #lost(way: number): void {
    this.#clients.lost(way)
    for (const cancel of this.#servers.cancelsOf(way)) {
      this.#counters.count('callersLost')
      this.#contained(() => this.#bridge.passRequest(cancel))
    }
    this.#options.user.connectionLost(way)
    this.#absent.lost(way)
  }

  #receive(datagram: Uint8Array, source: Hop): void {
    // Without a length nobody knows where a message in a stream ends (RFC 3261 section 18.3).
    const lengthRequired = transportOf(source) === 'TCP' || transportOf(source) === 'TLS'
    const framed = parseWire(datagram, lengthRequired)
    if (framed.outcome === 'dropped') {
      if (framed.cause === 'stun') this.#answerStun(datagram, source)
      this.#counters.count(`dropped${framed.cause[0]!.toUpperCase()}${framed.cause.slice(1)}`)
      return
    }
    if (framed.message.kind === 'response') {
      this.#counters.count('responsesReceived')
      this.#clients.receive(framed.message, source)
      return
    }
    this.#counters.count('requestsReceived')
    const text = header(framed.message, 'via') ?? ''
    const via = parseVia(text)
    if (!via) {
      this.#refuseUnreadable(framed.message, salvageVia(text), source)
      return
    }
    const stamped = stampVia(framed.message, via, source)
    if (framed.outcome === 'malformed') this.#answers.refuse(stamped.request, stamped.via, source, 400, framed.fault)
    else this.#receiveRequest(stamped.request, stamped.via, source)
  }

  /** Hosts that signed in only: to others it would say that we are here. */
  #answerStun(datagram: Uint8Array, source: Hop): void {
    const answer = this.#gate.isKnown(source.address) ? stunAnswer(datagram, source) : undefined
    if (answer) this.#transports.send(answer, source).catch((_fault: unknown) => this.#counters.count('sendFailures'))
  }

  /** A request with a Via that says little more than where it came from. */
  #refuseUnreadable(request: WireRequest, via: Via | undefined, source: Hop): void {
    if (!via) {
      this.#counters.count('droppedUnanswerable')
      return
    }
    const { status, reason } =
      request.version === 'SIP/2.0' ? { status: 400, reason: 'Malformed Via' } : versionNotSupported
    this.#answers.refuse(request, via, source, status, reason)
  }

  #receiveRequest(request: WireRequest, via: Via, source: Hop): void {
    if (!this.#gate.suffers(request, source)) return
    const refusal = refuse(request)
    if (refusal) {
      this.#answers.refuse(request, via, source, refusal.status, refusal.reason, refusal.headers)
      return
    }
    if (this.#servers.absorb(request, via, source)) return
    if (request.method === 'ACK') {
      this.#counters.count('droppedUnknownAck')
      return
    }
    if (request.method === 'CANCEL') {
      if (this.#servers.hasInvite(request, via, source)) this.#open(request, via, source, undefined)
      else this.#answers.refuse(request, via, source, 481, 'Call/Transaction Does Not Exist')
      return
    }
    if (tagOf(request, 'to') !== '') this.#receiveInDialog(request, via, source)
    else this.#receiveNew(request, via, source)
  }

  #receiveInDialog(request: WireRequest, via: Via, source: Hop): void {
    const callId = header(request, 'call-id')!
    const route = this.routes.get(callId)
    if (!route || !this.#bridge.hasDialog(request)) {
      this.#answers.refuse(request, via, source, 481, 'Call/Transaction Does Not Exist')
      return
    }
    const isExpected =
      route.targets.some((target) => target.address === source.address) ||
      this.#gate.recognise(request, source) === route.account
    if (!isExpected) {
      // From elsewhere than the call: a phone that moved proves itself, and the call follows it.
      const account = this.#authenticate(request, via, source)
      if (!account) return
      if (account !== route.account) {
        this.#answers.refuse(request, via, source, 403, 'Not your call')
        return
      }
      this.routes.set(callId, { account, targets: [source] })
    } else if (route.moved || !route.targets.some((target) => this.isOpen(target))) {
      this.routes.set(callId, { account: route.account, targets: [source] })
    }
    // Who knows the tags of a call is a party to it.
    this.#transports.trust(source)
    if (request.method === 'OPTIONS') this.#answers.options(request, via, source)
    else this.#open(request, via, source, undefined)
  }

  #receiveNew(request: WireRequest, via: Via, source: Hop): void {
    if (!this.#gate.admits(source)) return
    switch (request.method) {
      case 'OPTIONS':
        this.#answers.options(request, via, source)
        return
      case 'INVITE':
      case 'REGISTER': {
        const known = request.method === 'INVITE' ? this.#gate.recognise(request, source) : undefined
        const account = known ?? this.#authenticate(request, via, source)
        if (!account) return
        if (request.method === 'INVITE' && this.#servers.isMerged(request, via))
          this.#answers.refuse(request, via, source, 482, 'Loop Detected')
        else this.#open(request, via, source, account)
        return
      }
      case 'REFER':
        // Only a call can be sent elsewhere: the box makes none for whoever asks.
        this.#answers.refuse(request, via, source, 403, 'Transfer Not Allowed')
        return
      default:
        this.#answers.refuse(request, via, source, 481, 'Call/Transaction Does Not Exist')
    }
  }

  #authenticate(request: WireRequest, via: Via, source: Hop): SipAccount | undefined {
    const verdict = this.#gate.authenticate(request, source)
    if (verdict.outcome === 'authenticated') {
      this.#transports.trust(source, via.parameters.has('alias') ? (via.port ?? sipPort) : undefined)
      return verdict.account
    }
    if (verdict.outcome === 'challenge') this.#answers.challenge(request, via, source, verdict.challenges)
    return undefined
  }

  #open(request: WireRequest, via: Via, source: Hop, account: SipAccount | undefined): void {
    if (!this.#servers.open(request, via, source)) {
      this.#counters.count('serverTransactionsRefused')
      this.#answers.refuse(request, via, source, 503, 'Service Unavailable', ['Retry-After: 10'])
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

  #passUp(request: WireRequest, account: SipAccount | undefined, source: Hop): void {
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

  /** Answers a request that has a transaction. */
  #respond(request: WireRequest, reply: Reply): void {
    const response = statelessReply(request, reply.status, reply.reason, [
      ...reply.headers,
      ...(reply.sdp === undefined ? [] : ['Content-Type: application/sdp']),
    ])
    this.#servers.respond({ ...response, body: reply.sdp ?? '' })
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
