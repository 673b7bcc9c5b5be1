// Which of our numbers a call shows and over which links it may go: prices, times, carriers of numbers, local presence;
// and how long deciding takes.
import t from 'tap'
import { NumberCalls } from '../../../daemon/carrier/number-calls.ts'
import { isOpen, localTime } from '../../../daemon/carrier/opening-times.ts'
import type { NumberStanding, OutboundInstance } from '../../../daemon/carrier/outbound-instance.ts'
import { PrefixTable } from '../../../daemon/carrier/prefix-table.ts'
import { type RouteLink, routeOver } from '../../../daemon/carrier/route.ts'
import { isNumberFull, planRoutes, shownNumber, waysOf } from '../../../daemon/carrier/route-decision.ts'
import { carriersSchema } from '../../../daemon/config/carrier-schema.ts'
import { carriersOf } from '../../../daemon/config/carriers.ts'
import type { Rate } from '../../../daemon/config/rates.ts'
import { ratesOf } from '../../../daemon/config/rates.ts'
import { boxSchema, type ClaimedNumber } from '../../../daemon/config/schema.ts'

const london = '+442079460101'
const leeds = '+441134960101'
const free = '+448081570101'
/** A Monday. */
const noon = Date.UTC(2026, 0, 5, 12)

interface Given {
  carriers?: object[]
  outbound?: object
  numbers?: ClaimedNumber[]
  rates?: Record<number, Rate[]>
  standing?: (number: string) => NumberStanding | undefined
}

function plan({ carriers = [], outbound = {}, numbers = [], rates = {}, standing }: Given) {
  const declared = carriersSchema.parse({ carriers, outbound })
  const byCarrier = new Map(Object.entries(rates).map(([at, list]) => [Number(at), list]))
  const instance: OutboundInstance = {
    box: boxSchema.parse({ instance: { name: 'Test', country: 'GB', timeZone: 'Europe/London' } }),
    numbers: new Map(numbers.map((number) => [number.number, number])),
    agents: new Map(),
    carriers: carriersOf(declared, { byPlace: new Map(), faults: [] }, { byCarrier, faults: [] }),
    ...(standing && { standing }),
  }
  return planRoutes(instance)
}

const carrier = (name: string, more: object = {}) => ({
  name,
  links: [{ name: 'only', host: '127.0.0.1' }],
  ...more,
})

const link = (carrierName: string, more: Partial<RouteLink> = {}): RouteLink => ({
  carrier: carrierName,
  link: 'only',
  order: [10, 10],
  weight: 100,
  state: 'up',
  calls: 0,
  channels: 30,
  ...more,
})

/** Carriers in the order in which they are tried. */
function tried(given: Given, called: string, asked?: string, epochMs = noon): string[] {
  const made = plan(given)
  const shown = shownNumber(made, called, asked, epochMs)
  const links = made.instance.carriers.carriers.map(({ name }) => link(name))
  const ways = waysOf(made, links, { number: called, shown, epochMs })
  return routeOver(ways, () => 0.5).links.map((one) => one.carrier)
}

t.test('the cheapest by the longest prefix goes first', async (t) => {
  const given: Given = {
    carriers: [carrier('a'), carrier('b')],
    rates: {
      0: [
        { prefix: '44', price: 0.02 },
        { prefix: '4420', price: 0.005 },
      ],
      1: [{ prefix: '44', price: 0.01 }],
    },
  }
  t.same(tried(given, '+442079460999'), ['a', 'b'])
  t.same(tried(given, '+441134960999'), ['b', 'a'])
})

t.test('a carrier is taken at its times only, in the instance’s zone', async (t) => {
  const given: Given = {
    carriers: [
      carrier('day', { times: [{ days: ['mon', 'tue'], from: '08:00', to: '18:00' }] }),
      carrier('night', { times: [{ from: '18:00', to: '08:00' }] }),
    ],
  }
  t.same(tried(given, '+442079460999'), ['day'])
  t.same(tried(given, '+442079460999', undefined, Date.UTC(2026, 0, 5, 18)), ['night'])
  t.same(tried(given, '+442079460999', undefined, Date.UTC(2026, 6, 6, 17)), ['night'], 'it is summer: 18:00 in London')
  t.same(tried(given, '+442079460999', undefined, Date.UTC(2026, 0, 7, 12)), [], 'a Wednesday')
})

t.test('what goes over midnight belongs to the day it begins on', async (t) => {
  const friday = [{ days: ['fri' as const], from: '22:00', to: '02:00' }]
  const at = (day: number, hour: number) => localTime(Date.UTC(2026, 0, day, hour), 'UTC')
  t.ok(isOpen(friday, at(9, 23)))
  t.ok(isOpen(friday, at(10, 1)))
  t.notOk(isOpen(friday, at(9, 1)))
  t.notOk(isOpen(friday, at(10, 23)))
})

t.test('a direct number goes over its one carrier, a toll-free one over several', async (t) => {
  const given: Given = {
    carriers: [carrier('a'), carrier('b'), carrier('c')],
    numbers: [{ number: london, carriers: ['b'] }, { number: free, carriers: ['b', 'c'] }, { number: leeds }],
  }
  t.same(tried(given, '+442079460999', london), ['b'])
  t.same(tried(given, '+442079460999', free).sort(), ['b', 'c'])
  t.same(tried(given, '+442079460999', leeds).sort(), ['a', 'b', 'c'])
})

t.test('local presence: the number nearest to the called one, where nothing else says', async (t) => {
  const numbers = [{ number: free }, { number: london }, { number: leeds }]
  const outbound = { localPresence: true, callerId: london }
  const shown = (called: string, asked?: string) => shownNumber(plan({ numbers, outbound }), called, asked, noon)
  t.match(shown('+441134960999'), { number: leeds, why: 'localPresence' })
  t.match(shown('+442079460999'), { number: london, why: 'localPresence' })
  t.match(shown('+33142685300'), { number: london, why: 'configured' })
  t.match(shown('+448081570999'), { number: london, why: 'configured' }, 'a toll-free number is no neighbour')
  t.match(shown('+441134960999', london), { number: london, why: 'asked' })
})

t.test('without any word the first number, but never a universal freephone number', async (t) => {
  const uifn = { number: '+80012345678' }
  t.match(shownNumber(plan({ numbers: [uifn, { number: leeds }] }), london, undefined, noon), {
    number: leeds,
    why: 'first',
  })
  t.same(shownNumber(plan({ numbers: [uifn] }), london, undefined, noon), { why: 'none' })
})

t.test('a number that is being ported shows another one, and goes as that one does', async (t) => {
  const given: Given = {
    carriers: [carrier('old'), carrier('new')],
    numbers: [
      { number: london, carriers: ['new'] },
      { number: leeds, carriers: ['old'] },
    ],
    standing: (number) => (number === london ? { callerId: leeds } : undefined),
  }
  t.match(shownNumber(plan(given), '+442079460999', london, noon), { number: leeds, carriers: ['old'] })
  t.same(tried(given, '+442079460999', london), ['old'])
})

t.test('a number takes a hundred calls, or as many as it says', async (t) => {
  const calls = new NumberCalls()
  const made = plan({ numbers: [{ number: london, capacity: 2 }, { number: leeds }] })
  const full = (number: string) => isNumberFull(made, calls, { number, why: 'asked' })
  const leave = calls.enter(london)
  t.notOk(full(london))
  calls.enter(london)
  t.ok(full(london))
  leave()
  leave()
  t.notOk(full(london), 'one that left twice has left once')
  for (let call = 0; call < 100; call++) calls.enter(leeds)
  t.ok(full(leeds))
})

t.test('price lists: headings, comments, and what is wrong', async (t) => {
  t.same(ratesOf('prefix,price\n# of today\n+44, 0.01\n4420,0.005\n'), [
    { prefix: '44', price: 0.01 },
    { prefix: '4420', price: 0.005 },
  ])
  t.match(ratesOf('44,0.01\nGB,0.02\n'), /"GB" in line 2 is no prefix/)
  t.match(ratesOf('44,free\n'), /"free" in line 1 is no price/)
})

t.test('a table of prefixes answers with the longest', async (t) => {
  const table = new PrefixTable([
    { prefix: '+44', value: 'country' },
    { prefix: '4420', value: 'London' },
    { prefix: '1', value: 'North America' },
  ])
  t.same(table.longest('+442079460101')?.value, 'London')
  t.same(table.longest('+441134960101')?.value, 'country')
  t.same(table.longest('+12025550123')?.value, 'North America')
  t.equal(table.longest('+33142685300'), undefined)
  t.equal(table.longest('+4'), undefined)
  t.equal(new PrefixTable([]).longest('+44'), undefined)
})

t.test('a decision among three carriers with 10,000 prefixes each takes at most 50 µs', async (t) => {
  const rates = Array.from({ length: 10_000 }, (_, at) => ({
    prefix: String(10_000 + at * 8),
    price: (at % 97) / 1000,
  }))
  const carriers = ['a', 'b', 'c'].map((name) => ({
    name,
    links: ['north', 'south'].map((one) => ({ name: one, host: '127.0.0.1' })),
    times: [{ from: '00:00', to: '23:59' }],
  }))
  const made = plan({
    carriers,
    numbers: [{ number: london, carriers: ['a', 'b'] }],
    rates: { 0: rates, 1: rates, 2: rates },
  })
  const links = ['a', 'b', 'c'].flatMap((name) => ['north', 'south'].map((one) => link(name, { link: one })))
  const decide = (call: number) => {
    const called = `+${20_000_000_000 + ((call * 7_919_777) % 60_000_000_000)}`
    const shown = shownNumber(made, called, london, noon)
    return routeOver(waysOf(made, links, { number: called, shown, epochMs: noon }), Math.random).links.length
  }
  for (let call = 0; call < 5000; call++) decide(call)
  // The best of several rounds: what the machine does besides is not what is asked.
  let bestUs = Number.POSITIVE_INFINITY
  for (let round = 0; round < 20; round++) {
    const beganMs = performance.now()
    for (let call = 0; call < 500; call++) if (decide(call) !== 4) t.fail('two carriers with two links each')
    bestUs = Math.min(bestUs, ((performance.now() - beganMs) * 1000) / 500)
  }
  t.comment(`${bestUs.toFixed(1)} µs a decision`)
  t.ok(bestUs <= 50, `${bestUs.toFixed(1)} µs`)
})
