// The SIP endpoint: puts the parts together and keeps the books of registrations and legs.
import type { IncomingInviteRequest } from 'sip.js/lib/core/index.js'
import type { Clock } from '../clock.ts'
import { Counters } from '../counters.ts'
import type { Leg } from '../leg/leg.ts'
import type { Log } from '../log/log.ts'
import type { Audio, AudioEvent } from '../loop/audio.ts'
import { Authenticator, guessLimits } from './access/authenticator.ts'
import type { Ban } from './access/bans.ts'
import { Nonces } from './access/nonces.ts'
import { register } from './access/registrar.ts'
import { Registrations } from './access/registrations.ts'
import { SimplePhones } from './access/simple-phones.ts'
import { Strikes } from './access/strikes.ts'
import { intervalTooSmall, warning } from './call-dialog.ts'
import { RtpPort } from './call-media.ts'
import { CarrierLinks } from './carrier/carrier-links.ts'
import type { LinkSettings } from './carrier/link-settings.ts'
import { type Locator, systemLocator } from './carrier/locator.ts'
import { noProbe, probeByUdp } from './carrier/reach-probe.ts'
import { DialogBook } from './dialog-book.ts'
import type { CarrierDialOptions, DialOptions, LinkView, SipAccount, SipCounters, SipEndpoint } from './endpoint.ts'
import { InboundCall, partiesOfAgent } from './inbound-call.ts'
import { callToAgent, OutboundCall } from './outbound-call.ts'
import type { PhoneAddress } from './outbound-fork.ts'
import { answeringItself, type PhoneWorld, placesOf } from './phone-places.ts'
import { receiveTakeOver, siblingNamed } from './refer/take-over.ts'
import { timerHeadersOf } from './session-timer.ts'
import { answerTimer } from './session-timer-machine.ts'
import type { CallWorld, SipLeg } from './sip-leg.ts'
import { SipStack } from './sip-stack.ts'
import type { TlsFiles } from './transport/certificates.ts'
import type { ConnectionLimits } from './transport/connections.ts'
import type { Hop } from './transport/hop.ts'
import type { Listen } from './transport/transports.ts'
import type { DatagramSocket } from './transport/udp-socket.ts'
import type { WireRequest } from './wire/wire-message.ts'

export interface SipEndpointOptions {
  /** Local address to listen on; also where RTP ports are opened. */
  address: string
  /** UDP. 0: any free port, told by `localPort`. */
  port: number
  /** What else is listened on. */
  listen?: readonly Listen[]
  /** Needed by TLS and secure WebSocket. */
  tls?: TlsFiles | undefined
  connectionLimits?: Partial<ConnectionLimits>
  /** Digest realm and domain of our addresses. */
  realm: string
  /** What phones are told instead of the local address. */
  advertisedAddress?: string | undefined
  accounts: readonly SipAccount[]
  /** Of the carriers. */
  links?: readonly LinkSettings[]
  /** In the place of the system's name service, for tests. */
  locator?: Locator
  audio: Audio
  clock: Clock
  log: Log
  /** Interval of session timers (RFC 4028), for far ends that know them. Absent: 1800 s. */
  sessionIntervalS?: number
  /** Silence of a talking phone that counts as lost media. Absent: 10 s. */
  mediaTimeoutMs?: number
  /** Hang up (reason `mediaLost`) when media is lost; otherwise it is only counted. */
  endOnMediaLoss?: boolean
  /** Legs at once; more are refused as `atCapacity`. Absent: 1000. */
  maxLegs?: number
  /** In the place of the UDP socket, for tests. */
  socket?: DatagramSocket
}

export interface BoundSipEndpoint extends SipEndpoint {
  /** The UDP port bound; 0 before `start`. */
  readonly localPort: number
  /** All that is listened on; empty before `start`. */
  readonly listening: readonly Listen[]
}

/** How long `stop` lets far ends answer before the rest is dropped. */
const farewellLimitMs = 2000
const defaultMediaTimeoutMs = 10_000
const defaultMaxLegs = 1000
const defaultSessionIntervalS = 1800

export function createSipEndpoint(options: SipEndpointOptions): BoundSipEndpoint {
  return new Endpoint(options)
}

class Endpoint implements BoundSipEndpoint {
  readonly #options: SipEndpointOptions
  readonly #counters = new Counters()
  readonly #accounts: Map<string, SipAccount>
  readonly #registrations: Registrations
  readonly #phones: PhoneWorld
  readonly #stack: SipStack
  readonly #links: CarrierLinks
  readonly #world: CallWorld
  readonly #legs = new Set<SipLeg>()
  readonly #dialogs = new DialogBook()
  readonly #inboundListeners = new Set<(leg: Leg) => void>()
  readonly #reachableListeners = new Set<(userName: string, reachable: boolean) => void>()
  #listening: readonly Listen[] = []
  #stopping = false
  #unlisten: () => void = () => {}

  constructor(options: SipEndpointOptions) {
    const { clock, log, audio } = options
    this.#options = options
    this.#accounts = new Map(options.accounts.map((account) => [account.userName, account]))
    const nowMs = () => clock.monotonicMs()
    const counters = this.#counters
    this.#registrations = new Registrations({
      clock,
      changed: (userName, reachable) => this.#tellReachable(userName, reachable),
      keepAlive: (hop) => this.#stack.keepAlive(hop),
      reconnect: (hop) => this.#stack.reach(hop),
    })
    this.#phones = { registrations: this.#registrations, counters, log }
    this.#stack = new SipStack({
      transports: {
        listens: [{ transport: 'UDP', address: options.address, port: options.port }, ...(options.listen ?? [])],
        tls: options.tls,
        advertisedAddress: options.advertisedAddress,
        limits: options.connectionLimits,
        udpSocket: options.socket && (() => options.socket!),
      },
      clock,
      counters,
      log,
      authenticator: new Authenticator({
        accounts: this.#accounts,
        realm: options.realm,
        nonces: new Nonces({ nowMs }),
        guesses: new Strikes(nowMs, guessLimits),
        simplePhones: new SimplePhones(nowMs),
        counters,
        log,
      }),
      recognise: (request, source) => this.#links.recognise(request, source),
      isCarrier: (host) => this.#links.isAt(host),
      user: {
        receiveInvite: (uas, request, account, source) => this.#receiveInvite(uas, request, account, source),
        receiveRegister: (request, account, source) =>
          register(this.#registrations, request, account, source, clock.epochMs()),
        receiveUpdate: (dialogId, request) => this.#dialogs.update(dialogId, request),
        ackMissing: (callId) => {
          for (const dialog of this.#dialogs.of(callId)) dialog.ackMissing?.()
        },
        connectionLost: (way) => this.#registrations.lost(way),
        farEndLost: (callId) => {
          counters.count('farEndsLost')
          for (const dialog of this.#dialogs.of(callId)) dialog.connectionLost?.()
        },
      },
    })
    this.#world = {
      stack: this.#stack,
      clock,
      counters,
      realm: options.realm,
      sessionIntervalS: options.sessionIntervalS ?? defaultSessionIntervalS,
      newPort: () => new RtpPort(audio, this.#stack.media, options.mediaTimeoutMs ?? defaultMediaTimeoutMs),
      onFault: (fault) => this.#contain(fault),
      legOf: (replaces, like) => siblingNamed(this.#legs, replaces, like)?.id,
      addDialog: (callId, dialog) => this.#dialogs.add(callId, dialog),
    }
    this.#links = new CarrierLinks(
      options.links ?? [],
      {
        stack: this.#stack,
        clock,
        counters,
        log,
        probe: options.socket ? noProbe : probeByUdp,
        locator: options.locator ?? systemLocator([options, ...(options.listen ?? [])], clock),
        random: Math.random,
      },
      (fault) => this.#contain(fault),
    )
  }

  get localPort(): number {
    return this.#listening[0]?.port ?? 0
  }

  get listening(): readonly Listen[] {
    return this.#listening
  }

  async start(): Promise<void> {
    this.#listening = await this.#stack.start()
    this.#unlisten = this.#options.audio.on((event) => this.#heard(event))
    const { realm } = this.#options
    for (const { transport, address, port } of this.#listening)
      this.#options.log.info({ transport, address, port, realm }, 'sip listening')
    this.#links.start()
  }

  async stop(): Promise<void> {
    this.#stopping = true
    const farewells = [...[...this.#legs].map((leg) => leg.hangUp('stopped')), this.#links.stop()]
    const late = Promise.withResolvers<void>()
    const timer = this.#options.clock.after(farewellLimitMs, late.resolve)
    await Promise.race([Promise.all(farewells), late.promise])
    timer.cancel()
    for (const leg of [...this.#legs]) leg.abandon()
    this.#unlisten()
    this.#registrations.stop()
    await this.#stack.stop()
    this.#listening = []
  }

  setAccounts(accounts: readonly SipAccount[]): void {
    const gone = new Set(this.#accounts.keys())
    for (const account of accounts) {
      gone.delete(account.userName)
      this.#accounts.set(account.userName, account)
    }
    for (const userName of gone) {
      this.#accounts.delete(userName)
      this.#registrations.forget(userName)
    }
  }

  dial(options: DialOptions): Leg {
    const account = this.#accounts.get(options.userName)
    const leg = new OutboundCall(this.#world, callToAgent(options, account))
    const admitted = this.#admit(leg)
    this.#begin(leg, async () => {
      if (!admitted) return 'atCapacity'
      const places = account && !this.#stopping ? await placesOf(account, this.#phones) : []
      return options.autoAnswer ? places.map(answeringItself) : places
    })
    return leg
  }

  dialCarrier(options: CarrierDialOptions): Leg {
    const link = this.#links.find(options)
    if (!link) throw new Error(`There is no link ${options.carrier}/${options.link}.`)
    const { leg, place } = link.dial(this.#world, options)
    const admitted = (link.hasRoom || options.emergency === true) && this.#admit(leg)
    if (admitted) link.occupy(leg)
    this.#begin(leg, async () => {
      if (!admitted) return 'atCapacity'
      return this.#stopping ? [] : place()
    })
    return leg
  }

  links(): LinkView[] {
    return this.#links.views()
  }

  setLinks(links: readonly LinkSettings[]): void {
    this.#links.set(links)
  }

  onLinkChange(listener: (link: LinkView) => void): () => void {
    return this.#links.onChange(listener)
  }

  reachable(userName: string): boolean {
    if (this.#accounts.get(userName)?.address !== undefined) return true
    return this.#registrations.bindings(userName).length > 0
  }

  onReachable(listener: (userName: string, reachable: boolean) => void): () => void {
    this.#reachableListeners.add(listener)
    return () => void this.#reachableListeners.delete(listener)
  }

  onInbound(listener: (leg: Leg) => void): () => void {
    this.#inboundListeners.add(listener)
    return () => void this.#inboundListeners.delete(listener)
  }

  bans(): Ban[] {
    return this.#stack.bans()
  }

  reloadCertificates(): Promise<void> {
    return this.#stack.reloadCertificates()
  }

  counters(): SipCounters {
    return {
      ...this.#counters.snapshot(),
      ...this.#stack.gauges(),
      legs: this.#legs.size,
      registrations: this.#registrations.size,
    }
  }

  #begin(leg: OutboundCall, findPhones: () => Promise<readonly PhoneAddress[] | 'atCapacity'>): void {
    // The leg is returned first: whoever dialled must be able to listen before anything happens.
    const later = () => Promise.resolve().then(findPhones)
    leg.start(later).catch((fault: unknown) => {
      this.#contain(fault)
      leg.hangUpBy({ by: 'us', blame: 'us', reason: 'failed' })
    })
  }

  #receiveInvite(uas: IncomingInviteRequest, request: WireRequest, account: SipAccount, source: Hop): void {
    const refusal = InboundCall.refusal(request, account, this.#world)
    if (refusal !== undefined) {
      this.#counters.count('invitesUnusable')
      uas.reject({ statusCode: refusal === 'malformed' ? 400 : 488, extraHeaders: warning(refusal) })
      return
    }
    const isAgent = !this.#links.ofAccount(account)
    if (receiveTakeOver({ uas, request, account, source }, { legs: this.#legs, isAgent, counters: this.#counters }))
      return
    if (answerTimer(timerHeadersOf(uas.message), this.#world.sessionIntervalS).verdict === 'tooSmall') {
      this.#counters.count('invitesUnusable')
      uas.reject({ statusCode: intervalTooSmall.status, extraHeaders: [...intervalTooSmall.headers] })
      return
    }
    if (this.#stopping || this.#inboundListeners.size === 0 || this.#legs.size >= this.#maxLegs) {
      this.#counters.count('invitesRefused')
      uas.reject({ statusCode: 503, extraHeaders: ['Retry-After: 30'] })
      return
    }
    const link = this.#links.ofAccount(account)
    if (link && !link.hasRoom) {
      this.#counters.count('invitesBeyondChannels')
      uas.reject({ statusCode: 486 })
      return
    }
    const parties = link ? link.parties(request) : partiesOfAgent(request, account)
    const leg = new InboundCall(this.#world, { uas, request, account, source, parties })
    this.#admit(leg)
    link?.occupy(leg)
    for (const listener of [...this.#inboundListeners]) this.#guarded(() => listener(leg))
    leg.ring()
  }

  get #maxLegs(): number {
    return this.#options.maxLegs ?? defaultMaxLegs
  }

  /** Takes the leg into the books; false, and the leg is none of ours, when they are full. */
  #admit(leg: SipLeg): boolean {
    if (this.#legs.size >= this.#maxLegs) {
      this.#counters.count('dialsRefused')
      return false
    }
    this.#legs.add(leg)
    void leg.released.then(() => this.#legs.delete(leg))
    return true
  }

  #heard(event: AudioEvent): void {
    if (!('portId' in event)) return
    const leg = [...this.#legs].find((one) => one.portId === event.portId)
    if (!leg) return
    switch (event.type) {
      case 'digitReceived':
        leg.receiveDigit(event.digit, 'media', event.isUnheard ?? false)
        return
      case 'mediaStopped':
        this.#counters.count('mediaStops')
        if (this.#options.endOnMediaLoss && leg.expectsMedia)
          leg.hangUpBy({ by: 'us', blame: 'farEnd', reason: 'mediaLost' })
        return
      case 'portFailed':
        this.#counters.count('portFailures')
        leg.hangUpBy({ by: 'us', blame: 'us', reason: 'mediaLost' })
        return
    }
  }

  #tellReachable(userName: string, reachable: boolean): void {
    this.#options.log.info({ user: userName, reachable }, 'sip phone reachable changed')
    // A phone with a fixed address is always reachable, whatever else registers.
    if (this.#accounts.get(userName)?.address !== undefined) return
    for (const listener of [...this.#reachableListeners]) this.#guarded(() => listener(userName, reachable))
  }

  #guarded(run: () => void): void {
    try {
      run()
    } catch (fault) {
      this.#contain(fault)
    }
  }

  #contain(fault: unknown): void {
    this.#counters.count('faults')
    const text = fault instanceof Error ? fault.stack : String(fault)
    this.#options.log.error({ fault: text }, 'sip fault contained')
  }
}
