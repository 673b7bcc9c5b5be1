// Which way a call would go, and why: the words behind a decision, for people and machines. Places no call, counts none.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { Carriers } from '../config/carriers.ts'
import type { Instance } from '../config/instance.ts'
import type { LinkView } from '../sip/endpoint.ts'
import { type DialledNumber, readDialled } from './dialled-number.ts'
import { emergencyNumbersOf } from './emergency-numbers.ts'
import { judge } from './guard.ts'
import { lineLinks } from './line-links.ts'
import { localTime } from './opening-times.ts'
import type { OutboundInstance } from './outbound-instance.ts'
import { emergencyRoute, type PassedOver, passedOver, type RouteLink, routeOver } from './route.ts'
import { planRoutes, type Shown, shownNumber, waysOf } from './route-decision.ts'

export interface RouteQuestion {
  instance: OutboundInstance & Partial<Pick<Instance, 'boards'>>
  /** As dialled. */
  number: string
  /** The number that flow or queue would show. */
  callerId?: string | undefined
  epochMs: number
  /** How the links stand; absent: nobody knows, all are taken to be up and free. */
  links?: readonly Pick<LinkView, 'carrier' | 'link' | 'state' | 'calls'>[] | undefined
  /** By name; `faulted`: it can't dial. */
  lines?: ReadonlyMap<string, 'idle' | 'talking' | 'faulted'> | undefined
}

export interface ExplainedLink {
  carrier: string
  link: string
  state: RouteLink['state']
  calls: number
  channels: number
  order: readonly [number, number]
  weight: number
  price?: number
  passedOver?: PassedOver
}

export interface ExplainedRoute {
  dialled: string
  number: DialledNumber
  country?: string
  refused?: { reason: string; detail: string }
  shown?: Shown
  /** In the order in which they are tried; those of one order and price share calls by weight. */
  tried: ExplainedLink[]
  passedOver: ExplainedLink[]
}

const notUsed = { calls: 0, minutes: 0 }
/** Among links that share by weight, the heavier is shown first. */
const middle = () => 0.5

export function explainRoute(question: RouteQuestion): ExplainedRoute {
  const { instance, epochMs } = question
  const { country, timeZone } = instance.box.instance
  const { outbound } = instance.carriers
  const number = readDialled(question.number, {
    country,
    emergencyNumbers: outbound.emergencyNumbers ? new Set(outbound.emergencyNumbers) : emergencyNumbersOf(country),
  })
  const base = { dialled: question.number, number, tried: [], passedOver: [] }
  if (number.kind === 'invalid') return { ...base, refused: { reason: 'invalidNumber', detail: number.detail } }
  const verdict = judge(outbound, country, {
    number,
    used: notUsed,
    concurrent: 0,
    timeOfDay: localTime(epochMs, timeZone).time,
  })
  const plan = planRoutes(instance)
  const shown = shownNumber(plan, number.number, question.callerId, epochMs)
  const links = [...linksOf(instance.carriers, question.links), ...linesOf(question)]
  const ways = waysOf(plan, links, { number: number.number, shown, epochMs })
  const isEmergency = number.kind === 'emergency'
  const tried = (isEmergency ? emergencyRoute(ways, middle) : routeOver(ways, middle)).links
  const called = parsePhoneNumberFromString(number.number)?.country
  return {
    ...base,
    ...(called !== undefined && { country: called }),
    ...('refused' in verdict && { refused: { reason: verdict.refused, detail: verdict.detail } }),
    shown,
    tried: tried.map((one) => explained(one)),
    passedOver: ways.filter((one) => !tried.includes(one)).map((one) => explained(one, passedOver(one))),
  }
}

/** Without a word of the daemon: taken to be idle. */
function linesOf({ instance, lines }: RouteQuestion): RouteLink[] {
  const { boards = [] } = instance
  const names = boards.flatMap((board) => board.lines.map(({ name }) => name))
  const views = () => names.map((name) => ({ ...unseenLine, name, state: lines?.get(name) ?? 'idle' }))
  const call = () => {
    throw new Error('nobody is called here')
  }
  return lineLinks(boards, instance.box.instance.country, { views, call }).map((link) => link.view())
}

const unseenLine = { number: '', device: '', battery: 'unknown', details: {}, counters: {} } as const

function linksOf({ carriers }: Carriers, standing: RouteQuestion['links']): RouteLink[] {
  return carriers.flatMap((carrier) =>
    carrier.links.map((link) => {
      const view = standing?.find((one) => one.carrier === carrier.name && one.link === link.name)
      return {
        carrier: carrier.name,
        link: link.name,
        order: [carrier.order, link.order] as const,
        weight: (carrier.weight * link.weight) / 100,
        state: view?.state ?? 'unknown',
        calls: view?.calls ?? 0,
        channels: link.channels,
      }
    }),
  )
}

function explained({ carrier, link, state, calls, channels, order, weight, price }: RouteLink, why?: PassedOver) {
  return {
    ...{ carrier, link, state, calls, channels, order, weight },
    ...(price !== undefined && { price }),
    ...(why !== undefined && { passedOver: why }),
  }
}
