// How a call would go: which of our numbers it shows, and which links may take it at which price. Pure; routing calls out
// and `cordboard route explain` decide by the same.

import { mayBeShown, nearestNumber } from './caller-id.ts'
import type { NumberCalls } from './number-calls.ts'
import type { OpeningTime } from './opening-times.ts'
import { isOpen, localTime } from './opening-times.ts'
import type { OutboundInstance } from './outbound-instance.ts'
import { PrefixTable } from './prefix-table.ts'
import type { RouteLink } from './route.ts'

/** What of the carriers is looked up at each call, made ready once. */
export interface RoutePlan {
  instance: OutboundInstance
  carriers: ReadonlyMap<string, PlannedCarrier>
}

interface PlannedCarrier {
  rates: PrefixTable<number> | undefined
  times: readonly OpeningTime[] | undefined
  linkTimes: ReadonlyMap<string, readonly OpeningTime[] | undefined>
}

export function planRoutes(instance: OutboundInstance): RoutePlan {
  const carriers = instance.carriers.carriers.map(({ name, rates, times, links }): [string, PlannedCarrier] => [
    name,
    {
      rates: rates && new PrefixTable(rates.map(({ prefix, price }) => ({ prefix, value: price }))),
      times,
      linkTimes: new Map(links.map((link) => [link.name, link.times])),
    },
  ])
  return { instance, carriers: new Map(carriers) }
}

export interface Shown {
  /** E.164; absent: the instance has no number of its own that may be shown. */
  number?: string
  /** `ported`: in place of one that is not ours yet. */
  why: 'asked' | 'localPresence' | 'configured' | 'first' | 'none' | 'ported'
  /** Only these carry it; absent: any. */
  carriers?: readonly string[]
}

/** `asked`: a claimed number, by flow or queue. */
export function shownNumber(plan: RoutePlan, called: string, asked: string | undefined, epochMs: number): Shown {
  const { numbers, carriers } = plan.instance
  const wanted = wantedNumber(plan, called, asked)
  const claimed = wanted.number === undefined ? undefined : numbers.get(wanted.number)
  if (!claimed) return wanted
  const standing = plan.instance.standing?.(claimed.number, epochMs)
  const number = standing?.callerId ?? claimed.number
  const over = standing ? (standing.carriers ?? numbers.get(number)?.carriers) : claimed.carriers
  const known = over?.filter((name) => carriers.carriers.some((carrier) => carrier.name === name))
  const why = number === claimed.number ? wanted.why : 'ported'
  return { number, why, ...(known && { carriers: known }) }
}

function wantedNumber({ instance }: RoutePlan, called: string, asked: string | undefined): Shown {
  if (asked !== undefined) return { number: asked, why: 'asked' }
  const { numbers, carriers } = instance
  const near = carriers.outbound.localPresence ? nearestNumber(called, numbers.values()) : undefined
  if (near !== undefined) return { number: near, why: 'localPresence' }
  const { callerId } = carriers.outbound
  if (callerId !== undefined) return { number: callerId, why: 'configured' }
  for (const claimed of numbers.values()) if (mayBeShown(claimed)) return { number: claimed.number, why: 'first' }
  return { why: 'none' }
}

/** The links as this call finds them. */
export function waysOf<Link extends RouteLink>(
  { carriers, instance }: RoutePlan,
  links: readonly Link[],
  call: { number: string; shown: Shown; epochMs: number },
): Link[] {
  const now = localTime(call.epochMs, instance.box.instance.timeZone)
  return links.map((link) => {
    const carrier = carriers.get(link.carrier)
    const isOpenNow = !carrier || (isOpen(carrier.times, now) && isOpen(carrier.linkTimes.get(link.link), now))
    const price = carrier?.rates?.longest(call.number)?.value
    return {
      ...link,
      ...(price !== undefined && { price }),
      ...(!isOpenNow && { isClosed: true }),
      ...(call.shown.carriers && !call.shown.carriers.includes(link.carrier) && { isForeign: true }),
    }
  })
}

/** No call more may show the number: its carrier would turn it away. */
export function isNumberFull({ instance }: RoutePlan, calls: NumberCalls, { number }: Shown): boolean {
  const claimed = number === undefined ? undefined : instance.numbers.get(number)
  return claimed !== undefined && calls.isFull(claimed)
}
