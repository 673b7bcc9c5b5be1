// One link of a carrier at work: where it is, whether it lives, whose calls it takes, how calls go out over it.
//
//   names ─▶ addresses ─┬─ OPTIONS ──▶ health of each ─┐
//                       └─ REGISTER ─▶ registered? ────┴─▶ up, down, unknown ─▶ told
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
import type { CallWorld } from '../sip-leg.ts'
import { type Hop, isReliable } from '../transport/hop.ts'
import { formatHost, formatHostPort, type HostPort } from '../wire/host-port.ts'
import { escapeUser, parseSipUri } from '../wire/sip-uri.ts'
import { header, type WireRequest } from '../wire/wire-message.ts'
import { carrierParties } from './inbound-identity.ts'
import { LinkRegistration } from './link-registration.ts'
import { askLink, type LinkTalk } from './link-request.ts'
import { type LinkSettings, linkName, type Peer } from './link-settings.ts'
import type { Locator } from './locator.ts'
import { readAddress } from './number-address.ts'
import { outboundIdentity } from './outbound-identity.ts'
import { type HealthInput, nextHealth, type TargetHealth, unknownHealth } from './target-health.ts'

export interface LinkWorld extends LinkTalk {
  locator: Locator
  counters: Counters
  log: Log
  random(): number
}

/** How long an address that failed a call is left alone, unless the carrier says otherwise. */
const restMs = 60_000
const longestRestMs = 600_000
const optionsAnswerMs = 5000
/** The next question after one that was not answered comes soon. */
const optionsAgainMs = 5000
/** How often a link that is not asked is looked up: calls are taken from the addresses its name has. */
const relocateMs = 60_000
const farewellMs = 1500
const mostAddresses = 32

interface Target {
  hop: Hop
  health: TargetHealth
  rest: Timer | undefined
}

export class CarrierLink {
  readonly settings: LinkSettings
  /** Known by where it speaks from. */
  readonly account: SipAccount
  readonly #world: LinkWorld
  readonly #changed: (view: LinkView) => void
  readonly #sources = new BlockList()
  readonly #contactUser: string
  readonly #registration: LinkRegistration | undefined
  readonly #legs = new Set<Leg>()
  readonly #questions = new Set<() => void>()
  /** By address and port: what is known of each address that the link ever had. */
  #targets = new Map<string, Target>()
  #registrationFault: string | undefined
  #timer: Timer | undefined
  #view: LinkView
  #stopped = false

  constructor(settings: LinkSettings, world: LinkWorld, changed: (view: LinkView) => void) {
    const { carrier, link, srtp, codecs, credentials, registration, channels } = settings
    this.settings = settings
    this.#world = world
    this.#changed = changed
    this.account = {
      userName: linkName(settings),
      password: undefined,
      srtp,
      codecs: [...codecs],
      ...(credentials && { credentials }),
    }
    for (const source of settings.sources) addSource(this.#sources, source)
    // Secret, because who calls it is taken for the carrier; the same after a restart, so that a registration of the run
    // before is replaced and not doubled.
    const secret = `${linkName(settings)} ${credentials?.userName} ${credentials?.password}`
    this.#contactUser = createHash('sha256').update(secret).digest('hex').slice(0, 32)
    this.#view = { carrier, link, state: 'unknown', sinceEpochMs: world.clock.epochMs(), calls: 0, channels }
    if (registration) {
      this.#registrationFault = 'unregistered'
      this.#registration = new LinkRegistration({
        talk: world,
        account: this.account,
        userName: registration.userName,
        domain: formatHost(settings.peer.host),
        expiresS: registration.expiresS,
        contactUser: this.#contactUser,
        headers: this.#routeHeaders(),
        targets: () => this.#locate(),
        targetFailed: (target, reason) => this.#feed(target, { type: 'unanswered', reason }),
        changed: (reason, final) => this.#registrationChanged(reason, final),
        random: world.random,
      })
    }
  }

  start(): void {
    this.#registration?.start()
    this.#watch(0)
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
    this.#timer?.cancel()
    for (const stop of this.#questions) stop()
    this.#questions.clear()
    for (const { rest } of this.#targets.values()) rest?.cancel()
  }

  get view(): LinkView {
    return { ...this.#view, calls: this.#legs.size }
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
  knows(request: WireRequest, source: HostPort & { transport?: Hop['transport'] }): 'contact' | 'source' | undefined {
    if (this.#registration && parseSipUri(request.uri)?.user === this.#contactUser) return 'contact'
    if (this.#sources.check(source.address, isIPv4(source.address) ? 'ipv4' : 'ipv6')) return 'source'
    // A connection comes from any port of the carrier's; datagrams come from where ours go.
    for (const { hop } of this.#targets.values())
      if (hop.address === source.address && (isReliable(hop) || hop.port === source.port)) return 'source'
    return undefined
  }

  isAt(host: string): boolean {
    if (this.#sources.check(host, isIPv4(host) ? 'ipv4' : 'ipv6')) return true
    return [...this.#targets.values()].some(({ hop }) => hop.address === host)
  }

  /** Among links of one carrier at one address: the number or account called says which. */
  isAddressedBy(request: WireRequest): boolean {
    const account = this.settings.registration?.userName
    if (account === undefined) return false
    const users = [parseSipUri(request.uri)?.user, readAddress(header(request, 'to') ?? '')?.user]
    return users.includes(account)
  }

  parties(request: WireRequest): InboundParties {
    const { carrier, link, inbound, registration } = this.settings
    const own = this.#registration ? this.#contactUser : registration?.userName
    return { ...carrierParties(request, inbound, own), origin: { kind: 'carrier', carrier, link } }
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
      failed: (failure) => {
        if (target) this.#callFailed(target, failure)
      },
    })
    leg.on((event) => {
      if (target && (event.type === 'alerted' || event.type === 'answered')) this.#feed(target, { type: 'callTaken' })
    })
    const place = async () => {
      target = (await this.#locate())[0]
      return target ? [this.#addressOf(options, target)] : []
    }
    return { leg, place }
  }

  #addressOf(options: CarrierDialOptions, target: Hop): PhoneAddress {
    const { peer, identity } = this.settings
    const { from, headers } = this.#identity(options)
    const host = formatHost(peer.host)
    const port = peer.port === undefined ? '' : `:${peer.port}`
    const user = escapeUser(options.number)
    const phone = identity.userPhone ? ';user=phone' : ''
    return {
      uri: `sip:${user}@${host}${port}${phone}`,
      targets: [target],
      from,
      to: `sip:${user}@${host}${phone}`,
      headers: [...this.#routeHeaders(), ...headers],
    }
  }

  /** What a call that went to the target tells of it: silence and 503 are the target's fault, anything else is not. */
  #callFailed(target: Hop, { status, retryAfterS }: CallFailure): void {
    if (status !== 'noResponse' && status !== 408 && status !== 503) return
    const reason = status === 503 ? '503' : 'timeout'
    this.#world.counters.count(reason === '503' ? 'linkCallsTurnedAway' : 'linkCallsUnanswered')
    this.#feed(target, { type: 'callFailed', reason })
    this.#rest(target, Math.min(longestRestMs, retryAfterS === undefined ? restMs : retryAfterS * 1000))
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
    return outboundProxy === undefined ? [] : [`Route: <${uriOf(outboundProxy)};lr>`]
  }

  /** Usable addresses, best first; when none is, all of them: trying is better than not. */
  async #locate(): Promise<Hop[]> {
    const { peer, outboundProxy } = this.settings
    const found = await this.#world.locator.locate(outboundProxy ?? peer)
    for (const hop of found) this.#note(hop)
    this.#settle(found.length === 0)
    // A name server that is silent for a while does not move the carrier.
    const hops = found.length > 0 ? found : [...this.#targets.values()].map(({ hop }) => hop)
    const usable = hops.filter((hop) => this.#targets.get(formatHostPort(hop))?.health.state !== 'down')
    return usable.length > 0 ? usable : hops
  }

  #note(hop: Hop): void {
    const key = formatHostPort(hop)
    const known = this.#targets.get(key)
    this.#targets.delete(key)
    this.#targets.set(key, known ? { ...known, hop } : { hop, health: unknownHealth, rest: undefined })
    const [oldest] = this.#targets.keys()
    if (this.#targets.size <= mostAddresses || oldest === undefined) return
    this.#targets.get(oldest)?.rest?.cancel()
    this.#targets.delete(oldest)
  }

  #feed(hop: Hop, input: HealthInput): void {
    const target = this.#targets.get(formatHostPort(hop))
    if (!target || this.#stopped) return
    target.health = nextHealth(target.health, input)
    this.#settle(false)
  }

  #rest(hop: Hop, ms: number): void {
    const target = this.#targets.get(formatHostPort(hop))
    if (!target || this.#stopped) return
    target.rest?.cancel()
    target.rest = this.#world.clock.after(ms, () => {
      target.rest = undefined
      this.#feed(hop, { type: 'rested' })
    })
  }

  #watch(afterMs: number): void {
    if (!this.#stopped) this.#timer = this.#world.clock.after(afterMs, () => void this.#look())
  }

  /** Where the carrier is now, and whether it answers there. */
  async #look(): Promise<void> {
    await this.#locate()
    const { optionsIntervalMs } = this.settings
    if (optionsIntervalMs === undefined) {
      this.#watch(relocateMs)
      return
    }
    const targets = [...this.#targets.values()].filter(({ rest }) => rest === undefined)
    const answers = await Promise.all(targets.map(({ hop }) => this.#ask(hop)))
    this.#watch(answers.every(Boolean) ? optionsIntervalMs : Math.min(optionsIntervalMs, optionsAgainMs))
  }

  #ask(hop: Hop): Promise<boolean> {
    if (this.#stopped) return Promise.resolve(true)
    const uri = uriOf(this.settings.peer)
    const from = `sip:cordboard@${formatHost(this.settings.peer.host)}`
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const stop = askLink(
      this.#world,
      hop,
      this.account,
      { method: 'OPTIONS', uri, from, to: uri, headers: [...this.#routeHeaders(), 'Accept: application/sdp'] },
      optionsAnswerMs,
      (answer) => {
        this.#questions.delete(stop)
        // Any word is a sign of life, 404 and 405 too; 503 is the word of one that wants no calls.
        const alive = answer.outcome === 'answered' && answer.status !== 503
        const reason = answer.outcome === 'answered' ? '503' : answer.outcome
        this.#feed(hop, alive ? { type: 'answered' } : { type: 'unanswered', reason })
        resolve(alive)
      },
    )
    this.#questions.add(() => {
      stop()
      resolve(true)
    })
    return promise
  }

  #registrationChanged(reason: string | undefined, final: boolean): void {
    this.#world.counters.count(reason === undefined ? 'linkRegistrations' : 'linkRegistrationFailures')
    this.#registrationFault =
      reason === undefined ? undefined : final ? 'registrationRefused' : `unregistered: ${reason}`
    if (reason !== undefined)
      this.#world.log.warn({ link: linkName(this.settings), reason, final }, 'sip link not registered')
    this.#settle(false)
  }

  /** The link's state from that of its parts; told when it changed. */
  #settle(unresolved: boolean): void {
    if (this.#stopped) return
    const { state, reason } = this.#judge(unresolved)
    const before = this.#view
    if (state === before.state && reason === before.reason) return
    const { reason: _old, ...rest } = before
    const sinceEpochMs = state === before.state ? before.sinceEpochMs : this.#world.clock.epochMs()
    this.#view = { ...rest, state, sinceEpochMs, ...(reason !== undefined && { reason }) }
    this.#world.log.info({ link: linkName(this.settings), state, reason }, 'sip link changed')
    this.#changed(this.view)
  }

  #judge(unresolved: boolean): { state: LinkView['state']; reason?: string } {
    const healths = [...this.#targets.values()].map(({ health }) => health)
    const usable = healths.filter(({ state }) => state !== 'down')
    if (this.#registrationFault !== undefined) {
      // Before the first answer it is not known to be down.
      const isNew = this.#registrationFault === 'unregistered'
      return isNew ? { state: 'unknown' } : { state: 'down', reason: this.#registrationFault }
    }
    if (healths.length === 0) return unresolved ? { state: 'down', reason: 'unresolved' } : { state: 'unknown' }
    if (usable.length === 0) return { state: 'down', reason: healths[0]?.reason ?? 'timeout' }
    if (this.#registration || usable.some(({ state }) => state === 'up')) return { state: 'up' }
    return { state: 'unknown' }
  }
}

/** `198.51.100.0/24`, `2001:db8::/32`, or one address. */
function addSource(list: BlockList, source: string): void {
  const [address = '', prefix] = source.split('/')
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family)
}

function uriOf({ host, port, transport }: Peer): string {
  const parameter = transport === undefined || transport === 'UDP' ? '' : `;transport=${transport.toLowerCase()}`
  return `sip:${formatHost(host)}${port === undefined ? '' : `:${port}`}${parameter}`
}
