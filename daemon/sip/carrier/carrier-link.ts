// One link of a carrier at work: whose calls it takes, how calls go out over it, and whether it is up.
//
//   addresses and their health (link-targets.ts) ─┐
//   registered? (link-registration.ts) ───────────┴─▶ up, down, unknown ─▶ told
import { createHash } from 'node:crypto'
import { BlockList, isIP, isIPv4 } from 'node:net'
import type { Timer } from '../../clock.ts'
import type { Counters } from '../../counters.ts'
import type { Leg } from '../../leg/leg.ts'
import type { Log } from '../../log/log.ts'
import { endOfCarrierFailure } from '../end-reasons.ts'
import type { CarrierDialOptions, LinkView, SipAccount } from '../endpoint.ts'
import type { InboundParties } from '../inbound-call.ts'
import { type CallFailure, OutboundCall } from '../outbound-call.ts'
import type { PhoneAddress } from '../outbound-fork.ts'
import type { RedirectTarget } from '../redirect/redirects.ts'
import type { CallWorld } from '../sip-leg.ts'
import { type Hop, isReliable } from '../transport/hop.ts'
import { formatHost, formatHostPort, sipPort } from '../wire/host-port.ts'
import { splitList } from '../wire/name-addr.ts'
import { escapeUser, parseSipUri } from '../wire/sip-uri.ts'
import { header, headers, type WireRequest } from '../wire/wire-message.ts'
import { dialogHop } from './dialog-hop.ts'
import { carrierParties } from './inbound-identity.ts'
import { LinkRegistration } from './link-registration.ts'
import type { LinkTalk } from './link-request.ts'
import { type LinkSettings, linkName, peerUri } from './link-settings.ts'
import { LinkTargets } from './link-targets.ts'
import type { Locator } from './locator.ts'
import { readAddress } from './number-address.ts'
import { outboundIdentity } from './outbound-identity.ts'
import type { ReachProbe } from './reach-probe.ts'

export interface LinkWorld extends LinkTalk {
  locator: Locator
  probe: ReachProbe
  counters: Counters
  log: Log
  random(): number
}

/** How long an address that failed a call is left alone, unless the carrier says otherwise. */
const restMs = 60_000
const longestRestMs = 600_000
/** How often it is asked whether anybody is there while a telephone rings. */
const ringProbeMs = 1000
const farewellMs = 1500
const refusedReason = 'registrationRefused'

export class CarrierLink {
  readonly settings: LinkSettings
  /** Known by where it speaks from. */
  readonly account: SipAccount
  readonly #world: LinkWorld
  readonly #changed: (view: LinkView) => void
  readonly #sources = new BlockList()
  readonly #contactUser: string
  readonly #targets: LinkTargets
  readonly #registration: LinkRegistration | undefined
  readonly #legs = new Set<Leg>()
  /** Why it is not registered; `not yet` before the carrier has said anything. */
  #unregistered: string | undefined
  #view: LinkView
  #stopped = false

  constructor(settings: LinkSettings, world: LinkWorld, changed: (view: LinkView) => void) {
    const { carrier, link, srtp, codecs, keysBy, credentials, channels } = settings
    this.settings = settings
    this.#world = world
    this.#changed = changed
    this.account = {
      userName: linkName(settings),
      password: undefined,
      srtp,
      codecs: [...codecs],
      keysBy,
      ...(credentials && { credentials }),
    }
    for (const source of settings.sources) addSource(this.#sources, source)
    // Secret, because who calls it is taken for the carrier; the same after a restart, so that a registration of the run
    // before is replaced and not doubled.
    const secret = `${linkName(settings)} ${credentials?.userName} ${credentials?.password}`
    this.#contactUser = createHash('sha256').update(secret).digest('hex').slice(0, 32)
    this.#view = { carrier, link, state: 'unknown', sinceEpochMs: world.clock.epochMs(), calls: 0, channels }
    this.#targets = new LinkTargets({
      settings,
      account: this.account,
      talk: world,
      locator: world.locator,
      headers: this.#routeHeaders(),
      changed: () => this.#settle(),
    })
    this.#registration = this.#register()
  }

  start(): void {
    this.#registration?.start()
    this.#targets.start()
  }

  /** Another one of the same name takes over: its calls, and the registration at the carrier. Nothing is heard any more. */
  handOver(to: CarrierLink): void {
    for (const leg of this.#legs) to.occupy(leg)
    this.#halt()
  }

  /** Resolves when the carrier knows, or will not hear of it. */
  async stop(): Promise<void> {
    this.#halt()
    await this.#registration?.stop(farewellMs)
  }

  #halt(): void {
    this.#stopped = true
    this.#registration?.halt()
    this.#targets.stop()
  }

  get view(): LinkView {
    return { ...this.#view, calls: this.#legs.size }
  }

  /** The carrier will not have it, and it is not tried again by itself. */
  get isRefused(): boolean {
    return this.#unregistered === refusedReason
  }

  get hasRoom(): boolean {
    return this.#legs.size < this.settings.channels
  }

  /** Takes a channel until the leg has ended. */
  occupy(leg: Leg): void {
    this.#legs.add(leg)
    leg.on((event) => {
      if (event.type === 'ended') this.#legs.delete(leg)
    })
  }

  /** `contact`: addressed to our registration; `source`: from where the carrier is. */
  knows(request: WireRequest, source: Hop): 'contact' | 'source' | undefined {
    if (this.#registration && parseSipUri(request.uri)?.user === this.#contactUser) return 'contact'
    return this.#isSource(source.address) || this.#targets.has(source) ? 'source' : undefined
  }

  isAt(host: string): boolean {
    return this.#isSource(host) || this.#targets.isAt(host)
  }

  /** Among links of one carrier at one address: the number or account called says which. */
  isAddressedBy(request: WireRequest): boolean {
    const account = this.settings.registration?.userName
    if (account === undefined) return false
    const users = [parseSipUri(request.uri)?.user, readAddress(header(request, 'to') ?? '')?.user]
    return users.includes(account)
  }

  parties(request: WireRequest): InboundParties {
    const { carrier, link, inbound } = this.settings
    const own = this.#registration && this.#contactUser
    const next = dialogHop(headers(request, 'record-route').flatMap(splitList), header(request, 'contact'), (host) =>
      this.isAt(host),
    )
    return {
      ...carrierParties(request, inbound, own),
      origin: { kind: 'carrier', carrier, link },
      ...(next && { next }),
    }
  }

  /** A leg that calls over the link once it is started with `place`: where it goes and what it says. */
  dial(world: CallWorld, options: CarrierDialOptions): { leg: OutboundCall; place: () => Promise<PhoneAddress[]> } {
    const { noResponseMs } = this.settings
    const { number, withheld, name } = options.caller
    let target: Hop | undefined
    const leg = new OutboundCall(world, {
      account: this.account,
      remote: { address: options.number },
      local: {
        ...(number === undefined || withheld ? { withheld: 'private' } : { address: number }),
        ...(name !== undefined && { displayName: name }),
      },
      caller: { user: undefined, displayName: this.#identity(options).displayName },
      endOf: endOfCarrierFailure,
      unreachable: { by: 'farEnd', blame: 'trunk', reason: 'unreachable' },
      noResponseMs,
      redirect: {
        from: { user: options.number, host: this.settings.peer.host, port: this.settings.peer.port },
        placeOf: (wanted) => target && this.#redirectedTo(wanted, options, target),
      },
      failed: (failure) => {
        if (target) this.#callFailed(target, failure)
      },
    })
    leg.on((event) => {
      if (target && (event.type === 'alerted' || event.type === 'answered'))
        this.#targets.note(target, { type: 'callTaken' })
    })
    const place = async () => {
      target = (await this.#targets.locate())[0]
      if (!target) return []
      this.#probe(leg, target)
      return [this.#addressOf(options, target)]
    }
    return { leg, place }
  }

  /** Only to the carrier's own servers, and to no number that the box itself would not call. */
  #redirectedTo(wanted: RedirectTarget, options: CarrierDialOptions, target: Hop): PhoneAddress | undefined {
    const { user, host, port } = wanted
    if (host !== this.settings.peer.host && !this.isAt(host)) return undefined
    if (user !== options.number && !options.mayGoTo?.(user)) return undefined
    const isElsewhere = isIP(host) !== 0 && !isReliable(target)
    const hop = isElsewhere ? { ...target, address: host, port: port ?? sipPort } : target
    const uri = `sip:${escapeUser(user)}@${port === undefined ? formatHost(host) : formatHostPort({ address: host, port })}`
    return { ...this.#addressOf({ ...options, number: user }, hop), uri }
  }

  /** Over UDP; where there is a connection, it tells by itself. */
  #probe(leg: OutboundCall, target: Hop): void {
    if (isReliable(target)) return
    const stop = this.#world.probe(target, () => leg.giveUp('unreachable'))
    const timer = this.#world.clock.after(this.settings.noResponseMs, stop)
    leg.on(({ type }) => {
      timer.cancel()
      stop()
      if (type === 'alerted') this.#watchRinging(leg, target)
    })
  }

  /**
   * While somebody's telephone rings nothing is sent that would go unanswered: a carrier that is gone meanwhile would not
   * be missed before the caller gives up. Where the network says so, the link is down at once, and the call goes on.
   */
  #watchRinging(leg: OutboundCall, target: Hop): void {
    const { clock } = this.#world
    let stop = () => {}
    let timer: Timer | undefined
    const look = () => {
      stop()
      stop = this.#world.probe(target, () => this.#callFailed(target, { status: 'unreachable' }))
      timer = clock.after(ringProbeMs, look)
    }
    look()
    leg.on(({ type }) => {
      if (type === 'alerted') return
      timer?.cancel()
      stop()
    })
  }

  #addressOf(options: CarrierDialOptions, target: Hop): PhoneAddress {
    const { peer, identity } = this.settings
    const { from, headers: lines } = this.#identity(options)
    const host = formatHost(peer.host)
    const port = peer.port === undefined ? '' : `:${peer.port}`
    const user = escapeUser(options.number)
    const phone = identity.userPhone ? ';user=phone' : ''
    return {
      uri: `sip:${user}@${host}${port}${phone}`,
      targets: [target],
      from,
      to: `sip:${user}@${host}${phone}`,
      headers: [...this.#routeHeaders(), ...lines],
      next: (answer) =>
        dialogHop(answer.getHeaders('record-route').toReversed(), answer.getHeader('contact'), (host) =>
          this.isAt(host),
        ),
    }
  }

  #callFailed(target: Hop, { status, retryAfterS }: CallFailure): void {
    const reason = faultOfTarget[status]
    if (reason === undefined) return
    this.#world.counters.count(reason === '503' ? 'linkCallsTurnedAway' : 'linkCallsUnanswered')
    this.#targets.note(target, { type: 'callFailed', reason })
    // Who is asked whether they live is back when they say so, and not a minute later.
    if (reason === 'unreachable' && this.settings.optionsIntervalMs !== undefined) return
    this.#targets.rest(target, Math.min(longestRestMs, retryAfterS === undefined ? restMs : retryAfterS * 1000))
  }

  #identity(options: CarrierDialOptions): ReturnType<typeof outboundIdentity> {
    const { identity, peer, registration, credentials } = this.settings
    return outboundIdentity(identity, {
      caller: options.caller,
      called: options.number,
      divertedFrom: options.divertedFrom,
      domain: peer.host,
      account: registration?.userName ?? credentials?.userName,
    })
  }

  #routeHeaders(): string[] {
    const { outboundProxy } = this.settings
    return outboundProxy === undefined ? [] : [`Route: <${peerUri(outboundProxy)};lr>`]
  }

  #isSource(address: string): boolean {
    return this.#sources.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
  }

  #register(): LinkRegistration | undefined {
    const { registration, peer } = this.settings
    if (!registration) return undefined
    this.#unregistered = 'not yet'
    return new LinkRegistration({
      talk: this.#world,
      account: this.account,
      userName: registration.userName,
      domain: formatHost(peer.host),
      expiresS: registration.expiresS,
      contactUser: this.#contactUser,
      headers: this.#routeHeaders(),
      targets: () => this.#targets.locate(),
      targetFailed: (target, reason) => this.#targets.note(target, { type: 'unanswered', reason }),
      changed: (reason, final) => this.#registrationChanged(reason, final),
      random: this.#world.random,
    })
  }

  #registrationChanged(reason: string | undefined, final: boolean): void {
    const { counters, log } = this.#world
    counters.count(reason === undefined ? 'linkRegistrations' : 'linkRegistrationFailures')
    this.#unregistered = reason === undefined ? undefined : final ? refusedReason : `unregistered: ${reason}`
    if (reason !== undefined) log.warn({ link: linkName(this.settings), reason, final }, 'sip link not registered')
    this.#settle()
  }

  /** The link's state from that of its parts; told when it changed. */
  #settle(): void {
    if (this.#stopped) return
    const { state, reason } = this.#verdict()
    const { reason: oldReason, ...before } = this.#view
    if (state === before.state && reason === oldReason) return
    const sinceEpochMs = state === before.state ? before.sinceEpochMs : this.#world.clock.epochMs()
    this.#view = { ...before, state, sinceEpochMs, ...(reason !== undefined && { reason }) }
    this.#world.log.info({ link: linkName(this.settings), state, reason }, 'sip link changed')
    this.#changed(this.view)
  }

  #verdict(): { state: LinkView['state']; reason?: string } {
    if (this.#unregistered === 'not yet') return { state: 'unknown' }
    if (this.#unregistered !== undefined) return { state: 'down', reason: this.#unregistered }
    const verdict = this.#targets.verdict()
    // The registrar has answered: that is a sign of life.
    return this.#registration && verdict.state === 'unknown' ? { state: 'up' } : verdict
  }
}

/** What is the target's fault; anything else is the word of somebody who is there. */
const faultOfTarget: Readonly<Record<CallFailure['status'], string | undefined>> = {
  noResponse: 'timeout',
  unreachable: 'unreachable',
  408: 'timeout',
  503: '503',
}

/** `198.51.100.0/24`, `2001:db8::/32`, or one address. */
function addSource(list: BlockList, source: string): void {
  const [address = '', prefix] = source.split('/')
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family)
}
