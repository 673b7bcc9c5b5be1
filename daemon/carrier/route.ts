// Which links a call tries, and in which order: a pure function of how they stand, what they cost and when they are open.
//
//   every link ─▶ those that may take it ─▶ order of carrier ─▶ price ─▶ order of link ─▶ weight ─▶ one after the other
import type { LinkState } from '../sip/endpoint.ts'

export interface RouteLink {
  carrier: string
  link: string
  /** Carrier's and link's own; lower goes first. */
  order: readonly [number, number]
  weight: number
  state: LinkState
  calls: number
  channels: number
  /** Where the call leaves the box: emergencies go by what is nearest. Absent: `network`. */
  place?: LinkPlace
  /** Of a minute to the called number; absent: not known, which counts as dearest. */
  price?: number | undefined
  /** Absent: it takes calls now. */
  isClosed?: boolean
  /** The number that is shown is not carried by this carrier. */
  isForeign?: boolean
}

/** A line of the house, a cellular module in the box, a carrier somewhere in the network. */
export type LinkPlace = 'line' | 'module' | 'network'

/** Why a link is not among those that are tried. */
export type PassedOver = 'down' | 'full' | 'closed' | 'foreign'

export interface Route<Link extends RouteLink> {
  /** To be tried one after the other. */
  links: Link[]
  /** Why there is none. */
  missing?: 'noRoute' | 'atCapacity'
}

/** Undefined: it may take the call. */
export function passedOver(link: RouteLink): PassedOver | undefined {
  if (link.isForeign) return 'foreign'
  if (link.isClosed) return 'closed'
  if (link.state === 'down') return 'down'
  return link.calls >= link.channels ? 'full' : undefined
}

/**
 * Carriers of lower order first, among them the cheaper, then links of lower order; among equals by chance, in the
 * proportion of their weights, and those of weight 0 last.
 */
export function routeOver<Link extends RouteLink>(links: readonly Link[], random: () => number): Route<Link> {
  const free = links.filter((link) => passedOver(link) === undefined)
  if (free.length > 0) return { links: inOrder(free, random, byCost) }
  return { links: [], missing: links.some((link) => passedOver(link) === 'full') ? 'atCapacity' : 'noRoute' }
}

/**
 * The nearest first, whatever it costs, whose number it shows and what time it is: who answers must be the one who is
 * near, too. Full links come after all free ones, and those that are down after the full: nothing is left untried.
 */
export function emergencyRoute<Link extends RouteLink>(links: readonly Link[], random: () => number): Route<Link> {
  const chances = (link: RouteLink) => (link.state === 'down' ? 2 : link.calls >= link.channels ? 1 : 0)
  const nearestFirst = (one: RouteLink, other: RouteLink) =>
    chances(one) - chances(other) ||
    nearness[one.place ?? 'network'] - nearness[other.place ?? 'network'] ||
    byOrder(one, other)
  const ordered = inOrder(links, random, nearestFirst)
  return { links: ordered, ...(links.length === 0 && { missing: 'noRoute' }) }
}

const nearness: Readonly<Record<LinkPlace, number>> = { line: 0, module: 1, network: 2 }

function byCost(one: RouteLink, other: RouteLink): number {
  return (
    one.order[0] - other.order[0] ||
    compare(one.price ?? Number.POSITIVE_INFINITY, other.price ?? Number.POSITIVE_INFINITY) ||
    one.order[1] - other.order[1]
  )
}

function byOrder(one: RouteLink, other: RouteLink): number {
  return one.order[0] - other.order[0] || one.order[1] - other.order[1]
}

/** Of what may be infinite, where a difference is none. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1
}

function inOrder<Link extends RouteLink>(
  links: readonly Link[],
  random: () => number,
  before: (one: RouteLink, other: RouteLink) => number,
): Link[] {
  // Drawing by weight without replacement: each link's key is random^(1/weight), the largest goes first.
  const keyed = links.map((link) => ({ link, key: link.weight === 0 ? -random() : random() ** (1 / link.weight) }))
  return keyed.sort((one, other) => before(one.link, other.link) || other.key - one.key).map(({ link }) => link)
}
