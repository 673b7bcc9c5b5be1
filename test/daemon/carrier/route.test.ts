// Which links a call tries, and in which order.
import t from 'tap'
import { type RouteLink, routeOver } from '../../../daemon/carrier/route.ts'

const link = (name: string, more: Partial<RouteLink> = {}): RouteLink => ({
  carrier: 'telco',
  link: name,
  order: [10, 10],
  weight: 100,
  state: 'up',
  calls: 0,
  channels: 10,
  ...more,
})
const half = () => 0.5
const names = (links: readonly RouteLink[]) => links.map((one) => one.link).join(' ')

t.test('lower order first, the carrier’s before the link’s', async (t) => {
  const links = [
    link('late', { order: [20, 1] }),
    link('second', { order: [10, 2] }),
    link('first', { order: [10, 1] }),
  ]
  t.equal(names(routeOver(links, half).links), 'first second late')
})

t.test('links that are down or full are left out, unknown ones are tried', async (t) => {
  const links = [link('down', { state: 'down' }), link('full', { calls: 10 }), link('unknown', { state: 'unknown' })]
  t.equal(names(routeOver(links, half).links), 'unknown')
})

t.test('no link at all, none up, all full', async (t) => {
  t.same(routeOver([], half), { links: [], missing: 'noRoute' })
  t.match(routeOver([link('a', { state: 'down' })], half), { links: [], missing: 'noRoute' })
  t.match(routeOver([link('a', { calls: 10 }), link('b', { state: 'down' })], half), {
    links: [],
    missing: 'atCapacity',
  })
})

t.test('as a last resort also what is down and full, after the others', async (t) => {
  const links = [link('down', { state: 'down', order: [1, 1] }), link('full', { calls: 10 }), link('free')]
  t.equal(names(routeOver(links, half, true).links), 'free down full')
})

t.test('equals share the calls by weight; weight 0 goes last', async (t) => {
  let seed = 1
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const links = [link('one', { weight: 100 }), link('three', { weight: 300 }), link('none', { weight: 0 })]
  const firsts = Array.from({ length: 4000 }, () => routeOver(links, random).links)
  const share = firsts.filter(([first]) => first?.link === 'three').length / firsts.length
  t.ok(Math.abs(share - 0.75) < 0.03, `three quarters go by the link of three times the weight: ${share}`)
  t.ok(firsts.every((order) => order.at(-1)?.link === 'none'))
})
