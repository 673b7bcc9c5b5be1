// Calls out that go on, by the link each one is on: what moves when a link dies, and what can be done without when an
// emergency needs a link.
import type { Leg } from '../leg/leg.ts'
import type { OutboundLeg } from './outbound-leg.ts'
import type { RouteLink } from './route.ts'

export interface LinkName {
  carrier: string
  link: string
}

interface LiveCall {
  emergency: boolean
  /** Absent: it waits for a link to be free. */
  way: LinkName | undefined
}

export class LiveCalls {
  readonly #calls = new Map<OutboundLeg, LiveCall>()

  get size(): number {
    return this.#calls.size
  }

  add(leg: OutboundLeg, call: LiveCall): void {
    this.#calls.set(leg, call)
  }

  goesOver(leg: OutboundLeg, way: LinkName): void {
    const call = this.#calls.get(leg)
    if (call) call.way = way
  }

  delete(leg: Leg): void {
    for (const one of this.#calls.keys()) if (one === leg) this.#calls.delete(one)
  }

  over(carrier: string, link: string): OutboundLeg[] {
    return [...this.#calls].filter(([, { way }]) => way?.carrier === carrier && way.link === link).map(([leg]) => leg)
  }

  /**
   * Never an emergency call. Of the link's own calls one that nobody has answered before one that is talked on, and the
   * newest of those; then callers who came in over it (`legs`: all of the box), likewise.
   */
  leastImportant(way: RouteLink, legs: readonly Leg[]): Leg | undefined {
    const out = this.over(way.carrier, way.link).filter(
      (leg) => leg.state !== 'clearing' && !this.#calls.get(leg)?.emergency,
    )
    const came = legs.filter((leg) => leg.direction === 'inbound' && leg.state !== 'ended' && cameOver(leg, way))
    return easiestToLose(out) ?? easiestToLose(came)
  }
}

/** Lines have names of their own, whatever board they are on. */
function cameOver({ origin }: Leg, { carrier, link, place = 'network' }: RouteLink): boolean {
  if (origin?.kind === 'carrier') return origin.carrier === carrier && origin.link === link
  return origin?.kind === 'line' && place !== 'network' && origin.line === link
}

/** Later ones are newer. */
function easiestToLose<Some extends Leg>(legs: readonly Some[]): Some | undefined {
  return legs.findLast(({ state }) => state !== 'talking') ?? legs.at(-1)
}
