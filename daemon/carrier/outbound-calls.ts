// Calls out by number: what was dialled, whether it may be, who is shown, and over which link it goes.
//
//   as dialled ─▶ E.164 ─▶ guard ─▶ caller ID ─▶ route ─▶ a leg over link after link
import type { Clock } from '../clock.ts'
import type { AgentOutbound } from '../config/carrier-schema.ts'
import type { Instance } from '../config/instance.ts'
import { Counters } from '../counters.ts'
import type { Leg } from '../leg/leg.ts'
import type { Log } from '../log/log.ts'
import { type DialledNumber, readDialled } from './dialled-number.ts'
import { emergencyNumbersOf } from './emergency-numbers.ts'
import { judge } from './guard.ts'
import type { OutboundCalls, OutboundRefusal, OutboundRequest } from './outbound.ts'
import { OutboundLeg } from './outbound-leg.ts'
import type { LinkCall, OutboundLink } from './outbound-link.ts'
import { type RouteLink, routeOver } from './route.ts'
import { Usage } from './usage.ts'

/** What of the instance decides about calls out. */
export type OutboundInstance = Pick<Instance, 'box' | 'numbers' | 'carriers'> & {
  agents: ReadonlyMap<string, { outbound?: AgentOutbound | undefined }>
}

export interface OutboundOptions {
  instance: OutboundInstance
  /** Every way out of the instance. */
  links: (instance: OutboundInstance) => readonly OutboundLink[]
  clock: Clock
  log: Log
  random?: () => number
}

export interface OutboundService extends OutboundCalls {
  /** What may be called from now on; calls that go on, and what was called in the last hour, stay counted. */
  reconfigure(instance: OutboundInstance): void
  counters(): Record<string, number>
}

/** A link is tried again while an address of it is left that has not failed (a carrier's name may stand for several). */
const mostAttempts = 8

const anybody = 'everybody'
const agentKey = (userName: string) => `agent ${userName}`

export function createOutboundCalls(options: OutboundOptions): OutboundService {
  return new Outbound(options)
}

class Outbound implements OutboundService {
  readonly #of: OutboundOptions
  readonly #counters = new Counters()
  readonly #usage: Usage
  readonly #live = new Set<Leg>()
  #instance: OutboundInstance
  #links: readonly OutboundLink[]

  constructor(options: OutboundOptions) {
    this.#of = options
    this.#instance = options.instance
    this.#links = options.links(options.instance)
    this.#usage = new Usage(options.clock)
  }

  reconfigure(instance: OutboundInstance): void {
    this.#instance = instance
    this.#links = this.#of.links(instance)
  }

  counters(): Record<string, number> {
    return { ...this.#counters.snapshot(), callsNow: this.#live.size }
  }

  call(request: OutboundRequest): { leg: Leg } | { refused: OutboundRefusal; detail: string } {
    const { country } = this.#instance.box.instance
    const { emergencyNumbers } = this.#instance.carriers.outbound
    const number = readDialled(request.number, {
      country,
      emergencyNumbers: emergencyNumbers ? new Set(emergencyNumbers) : emergencyNumbersOf(country),
    })
    const refusal = this.#judge(request, number) ?? this.#callerRefusal(request, number)
    if (refusal) return this.#refuse(request, refusal.refused, refusal.detail)
    if (number.kind === 'invalid') return this.#refuse(request, 'invalidNumber', number.detail)
    return this.#dial(request, number)
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
      timeOfDay: timeOfDay(this.#of.clock.epochMs(), box.instance.timeZone),
    })
    return 'refused' in verdict ? verdict : undefined
  }

  /** Nobody calls in the name of a number that is not the instance's own; in an emergency that is no reason to refuse. */
  #callerRefusal(
    { callerId }: OutboundRequest,
    number: DialledNumber,
  ): { refused: OutboundRefusal; detail: string } | undefined {
    if (number.kind === 'emergency' || callerId.number === undefined) return undefined
    if (this.#instance.numbers.has(callerId.number)) return undefined
    return { refused: 'callerIdNotAllowed', detail: `${callerId.number} is not in numbers.yaml` }
  }

  #dial(
    request: OutboundRequest,
    number: Exclude<DialledNumber, { kind: 'invalid' }>,
  ): ReturnType<OutboundCalls['call']> {
    const emergency = number.kind === 'emergency'
    const route = routeOver(this.#ways(), this.#of.random ?? Math.random, emergency)
    const call = this.#callOf(request, number)
    const next = this.#attempts(route.links, call)
    const first = next()
    if (!first) {
      const missing = route.missing ?? 'noRoute'
      return this.#refuse(request, missing, missing === 'atCapacity' ? 'every link is full' : 'no link is up')
    }
    const leg = new OutboundLeg(first, {
      remote: { address: number.number },
      local: localOf(call),
      next: () => {
        const leg = next()
        if (leg) this.#counters.count('movedOn')
        return leg
      },
      onFault: (fault) => {
        this.#counters.count('faults')
        this.#of.log.error({ err: fault }, 'outbound call: fault contained')
      },
    })
    this.#keep(leg, request)
    this.#counters.count(emergency ? 'emergencyCalls' : 'calls')
    this.#of.log.info({ number: number.number, from: whose(request), emergency }, 'outbound call')
    return { leg }
  }

  #ways(): (RouteLink & { way: OutboundLink })[] {
    return this.#links.map((way) => ({ ...way.view(), way }))
  }

  /** Link after link; the same one again while it is not down and the call before did get nowhere. */
  #attempts(links: readonly { way: OutboundLink }[], call: LinkCall): () => Leg | undefined {
    const queue = links.map(({ way }) => way)
    let attempts = 0
    let last: OutboundLink | undefined
    let lastLeg: Leg | undefined
    return () => {
      const again = last && lastLeg?.end?.reason === 'unreachable' && last.view().state !== 'down'
      const way = again ? last : queue.shift()
      if (!way || attempts++ >= mostAttempts) return undefined
      last = way
      lastLeg = way.dial(call)
      return lastLeg
    }
  }

  #callOf({ callerId, onBehalfOf }: OutboundRequest, number: Exclude<DialledNumber, { kind: 'invalid' }>): LinkCall {
    const { numbers, carriers } = this.#instance
    const shown = callerId.number ?? carriers.outbound.callerId ?? numbers.keys().next().value
    return {
      number: number.number,
      emergency: number.kind === 'emergency',
      caller: {
        ...(shown !== undefined && { number: shown }),
        ...(callerId.name !== undefined && { name: callerId.name }),
        ...(callerId.withheld !== undefined && { withheld: callerId.withheld }),
      },
      ...(onBehalfOf !== undefined && { onBehalfOf }),
    }
  }

  #keep(leg: Leg, { from }: OutboundRequest): void {
    this.#live.add(leg)
    const used = this.#usage.begin(from.kind === 'agent' ? [anybody, agentKey(from.userName)] : [anybody])
    leg.on((event) => {
      if (event.type === 'answered') used.answered()
      if (event.type !== 'ended') return
      used.ended()
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
  return from.kind === 'agent' ? `agent ${from.userName}` : `${from.kind} ${from.contactId}`
}

function localOf({ caller }: LinkCall): Leg['local'] {
  return {
    ...(caller.number === undefined || caller.withheld ? { withheld: 'private' } : { address: caller.number }),
    ...(caller.name !== undefined && { displayName: caller.name }),
  }
}

function timeOfDay(epochMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    epochMs,
  )
}
