// Which links a call tries, and in which order: a pure function of how they stand.
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
}

export interface Route<Link extends RouteLink> {
  /** To be tried one after the other. */
  links: Link[]
  /** Why there is none. */
  missing?: 'noRoute' | 'atCapacity'
}

/**
 * Links of lower order first; among equals by chance, in the proportion of their weights, and those of weight 0 last.
 * Links that are down are left out, unless `lastResort`: then they come after all others, and full ones too.
 */
export function routeOver<Link extends RouteLink>(
  links: readonly Link[],
  random: () => number,
  lastResort = false,
): Route<Link> {
  const live = links.filter(({ state }) => state !== 'down')
  const free = live.filter(({ calls, channels }) => calls < channels)
  const ordered = inOrder(free, random)
  if (lastResort) {
    const rest = links.filter((link) => !free.includes(link))
    return { links: [...ordered, ...inOrder(rest, random)], ...(links.length === 0 && { missing: 'noRoute' }) }
  }
  if (ordered.length > 0) return { links: ordered }
  return { links: [], missing: live.length > 0 ? 'atCapacity' : 'noRoute' }
}

function inOrder<Link extends RouteLink>(links: readonly Link[], random: () => number): Link[] {
  // Drawing by weight without replacement: each link's key is random^(1/weight), the largest goes first.
  const keyed = links.map((link) => ({ link, key: link.weight === 0 ? -random() : random() ** (1 / link.weight) }))
  return keyed
    .sort(
      (one, other) =>
        one.link.order[0] - other.link.order[0] || one.link.order[1] - other.link.order[1] || other.key - one.key,
    )
    .map(({ link }) => link)
}
