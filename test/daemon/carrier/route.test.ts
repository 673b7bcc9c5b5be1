// Which links a call tries, and in which order.
import t from 'tap'
import { emergencyRoute, type RouteLink, routeOver } from '../../../daemon/carrier/route.ts'

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

t.test('cheaper carriers of one order first; a price that nobody knows counts as the dearest', async (t) => {
  const links = [
    link('unknown'),
    link('dear', { price: 0.02 }),
    link('cheap', { price: 0.01 }),
    link('before them all', { order: [5, 10] }),
  ]
  t.equal(names(routeOver(links, half).links), 'before them all cheap dear unknown')
})

t.test('links that are closed, or whose carrier does not have the number that is shown, are left out', async (t) => {
  const links = [link('closed', { isClosed: true }), link('foreign', { isForeign: true }), link('good')]
  t.equal(names(routeOver(links, half).links), 'good')
  t.match(routeOver(links.slice(0, 2), half), { links: [], missing: 'noRoute' })
})

t.test('an emergency goes by the nearest, then by what is full, then by what is down', async (t) => {
  const links = [
    link('cheap', { price: 0.01, order: [1, 1] }),
    link('module', { place: 'module' }),
    link('line', { place: 'line', isForeign: true, isClosed: true }),
    link('full line', { place: 'line', calls: 10 }),
    link('dead line', { place: 'line', state: 'down' }),
  ]
  t.equal(names(emergencyRoute(links, half).links), 'line module cheap full line dead line')
  t.same(emergencyRoute([], half), { links: [], missing: 'noRoute' })
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
