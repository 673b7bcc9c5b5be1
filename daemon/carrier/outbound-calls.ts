// Calls out by number: what was dialled, whether it may be, who is shown, and over which link it goes.
//
//   as dialled ─▶ E.164 ─▶ guard ─▶ caller ID ─▶ route ─▶ a leg over link after link
import type { Clock } from '../clock.ts'
import { Counters } from '../counters.ts'
import type { Leg } from '../leg/leg.ts'
import type { Log } from '../log/log.ts'
import { mayBeShown } from './caller-id.ts'
import { type DialledNumber, readDialled } from './dialled-number.ts'
import { emergencyNumbersOf } from './emergency-numbers.ts'
import { judge } from './guard.ts'
import { LiveCalls } from './live-calls.ts'
import type { NumberCalls } from './number-calls.ts'
import { localTime } from './opening-times.ts'
import type { OutboundCalls, OutboundRefusal, OutboundRequest } from './outbound.ts'
import type { OutboundInstance } from './outbound-instance.ts'
import { OutboundLeg } from './outbound-leg.ts'
import type { LinkCall, OutboundLink } from './outbound-link.ts'
import { emergencyRoute, type RouteLink, routeOver } from './route.ts'
import { isNumberFull, planRoutes, type RoutePlan, type Shown, shownNumber, waysOf } from './route-decision.ts'
import { Usage } from './usage.ts'

export interface OutboundOptions {
  instance: OutboundInstance
  /** Every way out of the instance. */
  links: (instance: OutboundInstance) => readonly OutboundLink[]
  clock: Clock
  log: Log
  /** Calls of each of the instance's numbers, those that came in too. */
  numberCalls: NumberCalls
  /** Every leg of the box: an emergency may need the line that one of them is on. */
  legs?: () => readonly Leg[]
  random?: () => number
}

export interface OutboundService extends OutboundCalls {
  /** What may be called from now on; calls that go on, and what was called in the last hour, stay counted. */
  reconfigure(instance: OutboundInstance): void
  /** The link is dead: calls that nobody has answered yet go on over the next one. */
  linkLost(link: { carrier: string; link: string }): void
  counters(): Record<string, number>
}

type Callable = Exclude<DialledNumber, { kind: 'invalid' }>
type Way = RouteLink & { way: OutboundLink }

/** A link is tried again while an address of it is left that has not failed (a carrier's name may stand for several). */
const mostAttempts = 8
/** An emergency waits no longer for a line to be released; then it is tried all the same. */
const releaseMs = 3000

const anybody = 'everybody'
const agentKey = (userName: string) => `agent ${userName}`

export function createOutboundCalls(options: OutboundOptions): OutboundService {
  return new Outbound(options)
}

class Outbound implements OutboundService {
  readonly #of: OutboundOptions
  readonly #counters = new Counters()
  readonly #usage: Usage
  readonly #live = new LiveCalls()
  #plan: RoutePlan
  #links: readonly OutboundLink[]

  constructor(options: OutboundOptions) {
    this.#of = options
    this.#plan = planRoutes(options.instance)
    this.#links = options.links(options.instance)
    this.#usage = new Usage(options.clock)
  }

  get #instance(): OutboundInstance {
    return this.#plan.instance
  }

  reconfigure(instance: OutboundInstance): void {
    this.#plan = planRoutes(instance)
    this.#links = this.#of.links(instance)
  }

  counters(): Record<string, number> {
    return { ...this.#counters.snapshot(), callsNow: this.#live.size }
  }

  linkLost({ carrier, link }: { carrier: string; link: string }): void {
    for (const leg of this.#live.over(carrier, link)) leg.moveOn()
  }

  isEmergency(number: string): boolean {
    return this.#read(number).kind === 'emergency'
  }

  call(request: OutboundRequest): { leg: Leg } | { refused: OutboundRefusal; detail: string } {
    const number = this.#read(request.number, request.from)
    const refusal = this.#judge(request, number) ?? this.#callerRefusal(request, number)
    if (refusal) return this.#refuse(request, refusal.refused, refusal.detail)
    if (number.kind === 'invalid') return this.#refuse(request, 'invalidNumber', number.detail)
    return number.kind === 'emergency' ? this.#dialEmergency(request, number) : this.#dial(request, number)
  }

  /** Only who dials by hand asks for an outside line; what flows and callbacks hold is a whole number. */
  #read(text: string, from?: OutboundRequest['from']): DialledNumber {
    const { country } = this.#instance.box.instance
    const { emergencyNumbers, outsideLine } = this.#instance.carriers.outbound
    return readDialled(text, {
      country,
      emergencyNumbers: emergencyNumbers ? new Set(emergencyNumbers) : emergencyNumbersOf(country),
      ...(from?.kind === 'agent' && { outsideLine }),
    })
  }

  #judge({ from }: OutboundRequest, number: DialledNumber): { refused: OutboundRefusal; detail: string } | undefined {
    const { box, carriers, agents } = this.#instance
    const verdict = judge(carriers.outbound, box.instance.country, {
      number,
      ...(from.kind === 'agent' && {
        agent: { rights: agents.get(from.userName)?.outbound, used: this.#usage.of(agentKey(from.userName)) },
      }),
      used: this.#usage.of(anybody),
      concurrent: this.#live.size,
      timeOfDay: localTime(this.#of.clock.epochMs(), box.instance.timeZone).time,
    })
    return 'refused' in verdict ? verdict : undefined
  }

  /** Nobody calls in the name of a number that is not the instance's own; in an emergency that is no reason to refuse. */
  #callerRefusal(
    { callerId }: OutboundRequest,
    number: DialledNumber,
  ): { refused: OutboundRefusal; detail: string } | undefined {
    if (number.kind === 'emergency' || callerId.number === undefined) return undefined
    const claimed = this.#instance.numbers.get(callerId.number)
    if (claimed && mayBeShown(claimed)) return undefined
    const why = claimed ? 'is a universal freephone number, which can only be called' : 'is not in numbers.yaml'
    return { refused: 'callerIdNotAllowed', detail: `${callerId.number} ${why}` }
  }

  #dial(request: OutboundRequest, number: Callable): ReturnType<OutboundCalls['call']> {
    const epochMs = this.#of.clock.epochMs()
    const shown = shownNumber(this.#plan, number.number, request.callerId.number, epochMs)
    if (isNumberFull(this.#plan, this.#of.numberCalls, shown))
      return this.#refuse(request, 'atCapacity', `${shown.number} has as many calls as it takes`)
    const ways = waysOf(this.#plan, this.#ways(), { number: number.number, shown, epochMs })
    const route = routeOver(ways, this.#random)
    const missing = route.missing
    if (missing)
      return this.#refuse(request, missing, missing === 'atCapacity' ? 'every link is full' : 'no link is up')
    return this.#place(request, number, shown, route.links)
  }

  /** Whatever is full, closed or down: the nearest way that is free; where none is, one is made so. */
  #dialEmergency(request: OutboundRequest, number: Callable): ReturnType<OutboundCalls['call']> {
    const shown = shownNumber(this.#plan, number.number, request.callerId.number, this.#of.clock.epochMs())
    const { links, missing } = emergencyRoute(this.#ways(), this.#random)
    if (missing) return this.#refuse(request, missing, 'there is no link')
    const [best] = links
    const isTaken = best && best.state !== 'down' && best.calls >= best.channels
    return this.#place(request, number, shown, links, isTaken ? this.#free(links) : undefined)
  }

  /** Ends the call that can best be done without, on the nearest link that has one; resolves when its link is free. */
  #free(links: readonly Way[]): Promise<void> | undefined {
    for (const way of links) {
      const { carrier, link, state } = way
      if (state === 'down') continue
      const victim = this.#live.leastImportant(way, this.#of.legs?.() ?? [])
      if (!victim) continue
      this.#counters.count('endedForEmergency')
      this.#of.log.warn({ leg: victim.id, carrier, link }, 'a call is ended: an emergency call needs its link')
      const { promise, resolve } = Promise.withResolvers<void>()
      const deadline = this.#of.clock.after(releaseMs, resolve)
      void victim.hangUp('emergency').then(resolve)
      return promise.finally(() => deadline.cancel())
    }
    return undefined
  }

  #place(
    request: OutboundRequest,
    number: Callable,
    shown: Shown,
    links: readonly Way[],
    free?: Promise<void>,
  ): ReturnType<OutboundCalls['call']> {
    const emergency = number.kind === 'emergency'
    const call = { ...callOf(request, number, shown), mayGoTo: (other: string) => this.#mayGoTo(request, other) }
    const next = this.#attempts(links, call)
    const first = free ? undefined : next()
    if (!first && !free) return this.#refuse(request, 'noRoute', 'no link could be dialled')
    let tried = first !== undefined
    const leg = new OutboundLeg(first?.leg, {
      remote: { address: number.number },
      local: localOf(call),
      next: () => {
        const attempt = next()
        if (!attempt) return undefined
        if (tried) this.#counters.count('movedOn')
        tried = true
        this.#live.goesOver(leg, attempt.way)
        return attempt.leg
      },
      onFault: (fault) => {
        this.#counters.count('faults')
        this.#of.log.error({ err: fault }, 'outbound call: fault contained')
      },
    })
    this.#live.add(leg, { emergency, way: first?.way })
    this.#keep(leg, request, shown)
    void free?.then(() => leg.begin())
    this.#counters.count(emergency ? 'emergencyCalls' : 'calls')
    this.#of.log.info({ number: number.number, from: whose(request), emergency }, 'outbound call')
    return { leg }
  }

  /** The guard judges where a carrier sends a call like any other call of whoever makes it. */
  #mayGoTo(request: OutboundRequest, number: string): boolean {
    const refusal = this.#judge(request, this.#read(number))
    if (refusal) this.#refuse({ ...request, number }, refusal.refused, `redirected: ${refusal.detail}`)
    return refusal === undefined
  }

  #ways(): Way[] {
    return this.#links.map((way) => ({ ...way.view(), way }))
  }

  readonly #random = (): number => (this.#of.random ?? Math.random)()

  /** Link after link; the same one again while it is not down and the call before did get nowhere. */
  #attempts(links: readonly Way[], call: LinkCall): () => { leg: Leg; way: Way } | undefined {
    const queue = [...links]
    let attempts = 0
    let last: Way | undefined
    let lastLeg: Leg | undefined
    return () => {
      const again = last && lastLeg?.end?.reason === 'unreachable' && last.way.view().state !== 'down'
      const way = again ? last : queue.shift()
      if (!way || attempts++ >= mostAttempts) return undefined
      last = way
      lastLeg = way.way.dial(call)
      return { leg: lastLeg, way }
    }
  }

  #keep(leg: Leg, { from }: OutboundRequest, { number: shown }: Shown): void {
    const used = this.#usage.begin(from.kind === 'agent' ? [anybody, agentKey(from.userName)] : [anybody])
    const leaveNumber = shown === undefined ? undefined : this.#of.numberCalls.enter(shown)
    leg.on((event) => {
      if (event.type === 'answered') used.answered()
      if (event.type !== 'ended') return
      used.ended()
      leaveNumber?.()
      this.#live.delete(leg)
      if (event.end.blame === 'trunk') this.#counters.count('failedOverEveryLink')
    })
  }

  /** One line per refusal. Message and field names are stable: whoever watches for fraud matches them. */
  #refuse(
    request: OutboundRequest,
    refused: OutboundRefusal,
    detail: string,
  ): { refused: OutboundRefusal; detail: string } {
    this.#counters.count(`refused.${refused}`)
    this.#of.log.warn(
      { number: request.number.slice(0, 32), from: whose(request), reason: refused, detail },
      'outbound call refused',
    )
    return { refused, detail }
  }
}

function whose({ from }: OutboundRequest): string {
  switch (from.kind) {
    case 'agent':
      return `agent ${from.userName}`
    case 'campaign':
      return `campaign ${from.campaign}`
    default:
      return `${from.kind} ${from.contactId}`
  }
}

function localOf({ caller }: LinkCall): Leg['local'] {
  return {
    ...(caller.number === undefined || caller.withheld ? { withheld: 'private' } : { address: caller.number }),
    ...(caller.name !== undefined && { displayName: caller.name }),
  }
}

function callOf({ callerId, onBehalfOf }: OutboundRequest, number: Callable, shown: Shown): Omit<LinkCall, 'mayGoTo'> {
  return {
    number: number.number,
    emergency: number.kind === 'emergency',
    caller: {
      ...(shown.number !== undefined && { number: shown.number }),
      ...(callerId.name !== undefined && { name: callerId.name }),
      ...(callerId.withheld !== undefined && { withheld: callerId.withheld }),
    },
    ...(onBehalfOf !== undefined && { onBehalfOf }),
  }
}
