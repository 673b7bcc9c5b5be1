// The addresses of a link: found by its name, each asked whether it lives, each with its own health.
//
//   name ─▶ addresses ─ OPTIONS, calls ─▶ health of each ─▶ those that can be used, best first
import type { Timer } from '../../clock.ts'
import type { LinkState, SipAccount } from '../endpoint.ts'
import { type Hop, isReliable } from '../transport/hop.ts'
import { formatHost, formatHostPort } from '../wire/host-port.ts'
import { askLink, type LinkTalk } from './link-request.ts'
import { type LinkSettings, peerUri } from './link-settings.ts'
import type { Locator } from './locator.ts'
import { type HealthInput, nextHealth, type TargetHealth, unknownHealth } from './target-health.ts'

export interface LinkTargetsOptions {
  settings: LinkSettings
  account: SipAccount
  talk: LinkTalk
  locator: Locator
  /** Lines that every request of the link has. */
  headers: readonly string[]
  /** Something of what `verdict` says may have changed. */
  changed(): void
}

const optionsAnswerMs = 5000
/** The next question after one that was not answered comes soon. */
const optionsAgainMs = 5000
/** How often a link that is not asked is looked up: calls are taken from the addresses its name has. */
const relocateMs = 60_000
/** What is known of addresses that a name had once. */
const mostAddresses = 32

interface Target {
  hop: Hop
  health: TargetHealth
  rest: Timer | undefined
}

export class LinkTargets {
  readonly #of: LinkTargetsOptions
  /** By address and port, in the order in which they were found last. */
  readonly #targets = new Map<string, Target>()
  readonly #questions = new Set<() => void>()
  #isLost = false
  #timer: Timer | undefined
  #stopped = false

  constructor(options: LinkTargetsOptions) {
    this.#of = options
  }

  start(): void {
    this.#watch(0)
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
    for (const stop of [...this.#questions]) stop()
    for (const { rest } of this.#targets.values()) rest?.cancel()
  }

  /** Usable addresses, best first; when none is, all of them: trying is better than not. Never rejects. */
  async locate(): Promise<Hop[]> {
    const { peer, outboundProxy } = this.#of.settings
    const found = await this.#of.locator.locate(outboundProxy ?? peer)
    for (const hop of found) this.#note(hop)
    this.#isLost = found.length === 0
    this.#tell()
    // A name server that is silent for a while does not move the carrier.
    const hops = found.length > 0 ? found : [...this.#targets.values()].map(({ hop }) => hop)
    const usable = hops.filter((hop) => this.#targets.get(formatHostPort(hop))?.health.state !== 'down')
    return usable.length > 0 ? usable : hops
  }

  /** Whether a request from there is of one of the addresses. */
  has(source: Hop): boolean {
    // A connection comes from any port of the carrier's; datagrams come from where ours go.
    return [...this.#targets.values()].some(
      ({ hop }) => hop.address === source.address && (isReliable(hop) || hop.port === source.port),
    )
  }

  isAt(host: string): boolean {
    return [...this.#targets.values()].some(({ hop }) => hop.address === host)
  }

  note(hop: Hop, input: HealthInput): void {
    const target = this.#targets.get(formatHostPort(hop))
    if (!target || this.#stopped) return
    target.health = nextHealth(target.health, input)
    this.#tell()
  }

  /** Leaves the address alone for a while, whatever it answers. */
  rest(hop: Hop, ms: number): void {
    const target = this.#targets.get(formatHostPort(hop))
    if (!target || this.#stopped) return
    target.rest?.cancel()
    target.rest = this.#of.talk.clock.after(ms, () => {
      target.rest = undefined
      this.note(hop, { type: 'rested' })
    })
  }

  verdict(): { state: LinkState; reason?: string } {
    const healths = [...this.#targets.values()].map(({ health }) => health)
    if (healths.length === 0) return this.#isLost ? { state: 'down', reason: 'unresolved' } : { state: 'unknown' }
    if (healths.some(({ state }) => state === 'up')) return { state: 'up' }
    if (healths.some(({ state }) => state === 'unknown')) return { state: 'unknown' }
    return { state: 'down', reason: healths.at(-1)?.reason ?? 'timeout' }
  }

  #note(hop: Hop): void {
    const key = formatHostPort(hop)
    const known = this.#targets.get(key)
    this.#targets.delete(key)
    this.#targets.set(key, known ?? { hop, health: unknownHealth, rest: undefined })
    const [oldest] = this.#targets.keys()
    if (this.#targets.size <= mostAddresses || oldest === undefined) return
    this.#targets.get(oldest)?.rest?.cancel()
    this.#targets.delete(oldest)
  }

  #tell(): void {
    if (!this.#stopped) this.#of.changed()
  }

  #watch(afterMs: number): void {
    if (!this.#stopped) this.#timer = this.#of.talk.clock.after(afterMs, () => void this.#look())
  }

  /** Where the carrier is now, and whether it answers there. */
  async #look(): Promise<void> {
    await this.locate()
    const { optionsIntervalMs } = this.#of.settings
    if (optionsIntervalMs === undefined) {
      this.#watch(relocateMs)
      return
    }
    const targets = [...this.#targets.values()].filter(({ rest }) => rest === undefined)
    const answers = await Promise.all(targets.map(({ hop }) => this.#ask(hop)))
    this.#watch(answers.every(Boolean) ? optionsIntervalMs : Math.min(optionsIntervalMs, optionsAgainMs))
  }

  /** True: it lives. */
  #ask(hop: Hop): Promise<boolean> {
    const { settings, account, talk, headers } = this.#of
    if (this.#stopped) return Promise.resolve(true)
    const uri = peerUri(settings.peer)
    const from = `sip:cordboard@${formatHost(settings.peer.host)}`
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const stopAsking = askLink(
      talk,
      hop,
      account,
      { method: 'OPTIONS', uri, from, to: uri, headers: [...headers, 'Accept: application/sdp'] },
      optionsAnswerMs,
      (answer) => {
        this.#questions.delete(stop)
        // Any word is a sign of life, 404 and 405 too; 503 is the word of one that wants no calls.
        const alive = answer.outcome === 'answered' && answer.status !== 503
        const reason = answer.outcome === 'answered' ? '503' : answer.outcome
        this.note(hop, alive ? { type: 'answered' } : { type: 'unanswered', reason })
        resolve(alive)
      },
    )
    const stop = () => {
      this.#questions.delete(stop)
      stopAsking()
      resolve(true)
    }
    this.#questions.add(stop)
    return promise
  }
}
