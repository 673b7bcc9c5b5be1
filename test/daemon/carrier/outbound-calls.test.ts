// Calls out by number, over links that the test makes fail.
import t from 'tap'
import { NumberCalls } from '../../../daemon/carrier/number-calls.ts'
import type { OutboundRequest } from '../../../daemon/carrier/outbound.ts'
import { createOutboundCalls, type OutboundService } from '../../../daemon/carrier/outbound-calls.ts'
import type { LinkCall, OutboundLink } from '../../../daemon/carrier/outbound-link.ts'
import { agentOutboundSchema, carriersSchema } from '../../../daemon/config/carrier-schema.ts'
import { carriersOf } from '../../../daemon/config/carriers.ts'
import { boxSchema } from '../../../daemon/config/schema.ts'
import type { Leg, LegEvent } from '../../../daemon/leg/leg.ts'
import { FakeLeg } from '../../support/fake-leg.ts'
import { MockClock, settle } from '../../support/mock-clock.ts'
import { type LogLine, logInto } from '../../support/sip-stage.ts'

const ours = '+442079460101'
const wanted = '+442079460999'

class TestLink implements OutboundLink {
  state: 'up' | 'down' = 'up'
  channels = 9
  readonly calls: { asked: LinkCall; leg: FakeLeg }[] = []
  readonly #name: string
  readonly #order: number

  constructor(name: string, order: number) {
    this.#name = name
    this.#order = order
  }

  view() {
    const order: [number, number] = [10, this.#order]
    return {
      carrier: 'telco',
      link: this.#name,
      order,
      weight: 100,
      state: this.state,
      calls: this.taken,
      channels: this.channels,
    }
  }

  dial(asked: LinkCall): Leg {
    const leg = new FakeLeg({ id: `${this.#name} ${this.calls.length + 1}`, direction: 'outbound' })
    this.calls.push({ asked, leg })
    return leg
  }

  get last(): FakeLeg {
    return this.calls.at(-1)!.leg
  }

  get taken(): number {
    return this.calls.filter(({ leg }) => leg.state !== 'ended').length
  }
}

interface Desk {
  outbound: OutboundService
  clock: MockClock
  north: TestLink
  south: TestLink
  log: LogLine[]
  call(more?: Partial<OutboundRequest>): ReturnType<OutboundService['call']>
  /** The leg of a call that must not be refused. */
  leg(more?: Partial<OutboundRequest>): Leg
}

function desk(outbound: object = {}, agents: Record<string, object> = {}, legs: readonly Leg[] = []): Desk {
  const clock = new MockClock()
  const log: LogLine[] = []
  const north = new TestLink('north', 1)
  const south = new TestLink('south', 2)
  const carriers = carriersOf(carriersSchema.parse({ outbound }), { byPlace: new Map(), faults: [] })
  const instance = {
    box: boxSchema.parse({ instance: { name: 'Test', country: 'GB', timeZone: 'Europe/London' } }),
    numbers: new Map([[ours, { number: ours, flow: 'main' }]]),
    agents: new Map(
      Object.entries(agents).map(([userName, rights]) => [userName, { outbound: agentOutboundSchema.parse(rights) }]),
    ),
    carriers,
  }
  const numberCalls = new NumberCalls()
  const service = createOutboundCalls({
    instance,
    links: () => [north, south],
    clock,
    numberCalls,
    log: logInto(log),
    legs: () => legs,
  })
  const call = (more: Partial<OutboundRequest> = {}) =>
    service.call({ number: wanted, callerId: {}, from: { kind: 'flow', contactId: 'c1' }, ...more })
  const leg = (more: Partial<OutboundRequest> = {}) => {
    const result = call(more)
    if ('refused' in result) throw new Error(`refused: ${result.detail}`)
    return result.leg
  }
  return { outbound: service, clock, north, south, log, call, leg }
}

function heard(leg: Leg): string[] {
  const told: string[] = []
  leg.on((event: LegEvent) => told.push(event.type === 'ended' ? `ended ${event.end.reason}` : event.type))
  return told
}

t.test('the first link takes the call, with the number that the instance shows', async (t) => {
  const { leg, north, south } = desk()
  const call = leg({ number: '020 7946 0999' })
  const told = heard(call)
  t.match(north.calls[0]?.asked, { number: wanted, emergency: false, caller: { number: ours } })
  t.equal(call.state, 'dialling')
  north.last.pickUp()
  t.equal(call.state, 'talking')
  t.equal(call.portId, north.last.portId)
  north.last.leave()
  t.same(told, ['answered', 'ended hangUp'])
  t.equal(call.state, 'ended')
  t.equal(south.calls.length, 0)
})

t.test('a link that fails is passed over, and nobody hears of it', async (t) => {
  const { leg, north, south, outbound } = desk()
  const call = leg()
  const told = heard(call)
  north.state = 'down'
  north.last.leave('congestion', 'trunk')
  t.same(told, [])
  south.last.pickUp()
  t.same(told, ['answered'])
  t.match(outbound.counters(), { calls: 1, movedOn: 1, callsNow: 1 })
})

t.test('a link with another address is tried there before the next link', async (t) => {
  const { leg, north, south } = desk()
  leg()
  north.last.leave('unreachable', 'trunk')
  t.equal(north.calls.length, 2)
  north.state = 'down'
  north.last.leave('unreachable', 'trunk')
  t.equal(south.calls.length, 1)
})

t.test('a party that is busy is busy by every link', async (t) => {
  const { leg, north, south } = desk()
  const call = leg()
  const told = heard(call)
  north.last.leave('busy')
  t.same(told, ['ended busy'])
  t.equal(south.calls.length, 0)
})

t.test('a link that fails while its ringing is heard is passed over, too: nobody has answered', async (t) => {
  const { leg, north, south } = desk()
  const call = leg()
  const told = heard(call)
  north.last.soundEarly()
  north.state = 'down'
  north.last.leave('deviceLost', 'trunk')
  t.equal(call.portId, south.last.portId)
  south.last.pickUp()
  t.same(told, ['earlyMediaStarted', 'answered'])
})

t.test('once somebody has answered there is no other link', async (t) => {
  const { leg, north, south } = desk()
  const call = leg()
  const told = heard(call)
  north.last.pickUp()
  north.last.leave('mediaLost', 'trunk')
  t.same(told, ['answered', 'ended mediaLost'])
  t.equal(south.calls.length, 0)
})

t.test('hung up while a link is tried: no other one is', async (t) => {
  const { leg, south, outbound } = desk()
  const call = leg()
  const told = heard(call)
  await call.hangUp()
  t.same(told, ['ended hangUp'])
  t.equal(south.calls.length, 0)
  t.equal(outbound.counters().callsNow, 0)
})

t.test('every link failed: the end of the last one', async (t) => {
  const { leg, north, south, outbound } = desk()
  const call = leg()
  north.last.leave('serverFailure', 'trunk')
  south.last.leave('congestion', 'trunk')
  t.match(call.end, { reason: 'congestion', blame: 'trunk' })
  t.match(outbound.counters(), { failedOverEveryLink: 1, callsNow: 0 })
})

t.test('no link up', async (t) => {
  const { call, north, south } = desk()
  north.state = 'down'
  south.state = 'down'
  t.match(call(), { refused: 'noRoute' })
})

t.test('an emergency call goes out over links that are down, full or not', async (t) => {
  const { leg, north, south } = desk({ concurrentCalls: 0, countries: [] })
  north.state = 'down'
  south.state = 'down'
  leg({ number: '999', from: { kind: 'agent', userName: 'ann' }, callerId: { number: '+15550000000' } })
  t.match(north.calls[0]?.asked, { number: '999', emergency: true })
})

t.test('the caller ID is one of the instance’s numbers, or the call is refused', async (t) => {
  const { call, north } = desk()
  t.match(call({ callerId: { number: '+442079460555' } }), { refused: 'callerIdNotAllowed' })
  t.match(call({ callerId: { number: ours, name: 'Support', withheld: true } }), { leg: {} })
  t.match(north.calls[0]?.asked.caller, { number: ours, name: 'Support', withheld: true })
})

t.test('an agent who was robbed of the password costs no more than the limits', async (t) => {
  const { call, clock, north, log } = desk({ agent: { callsPerHour: 3 } })
  const from = { kind: 'agent', userName: 'ann' } as const
  for (let attempt = 0; attempt < 20; attempt++) {
    call({ from })
    north.last?.leave()
  }
  t.equal(north.calls.length, 3)
  t.match(call({ from, number: '+12125550123' }), { refused: 'notAllowed' })
  t.equal(log.filter(({ message }) => message === 'outbound call refused').length, 18, 'each is told in the log')
  t.match(log.at(-1)?.fields, { number: '+12125550123', from: 'agent ann', reason: 'notAllowed' })
  t.match(call({ from: { kind: 'agent', userName: 'ben' } }), { leg: {} }, 'others go on')
  await clock.advance(61 * 60_000)
  t.match(call({ from }), { leg: {} }, 'an hour later it is over')
})

t.test('night is night where the instance is', async (t) => {
  const { call, clock } = desk({ night: { from: '22:00', to: '06:00' } })
  const londonTime = () =>
    new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: '2-digit', hourCycle: 'h23' }).format(
      clock.epochMs(),
    )
  while (londonTime() !== '23') await clock.advance(3_600_000)
  t.match(call(), { refused: 'nightLimit' })
  while (londonTime() !== '07') await clock.advance(3_600_000)
  t.match(call(), { leg: {} })
})

t.test('a new configuration holds from the next call on', async (t) => {
  const { call, outbound } = desk()
  const stricter = carriersOf(carriersSchema.parse({ outbound: { countries: ['FR'] } }), {
    byPlace: new Map(),
    faults: [],
  })
  t.match(call(), { leg: {} })
  outbound.reconfigure({
    box: boxSchema.parse({ instance: { name: 'Test', country: 'GB', timeZone: 'UTC' } }),
    numbers: new Map(),
    agents: new Map(),
    carriers: stricter,
  })
  t.match(call(), { refused: 'notAllowed' })
  t.equal(outbound.counters().callsNow, 1)
})

const emergency = { number: '999' }

t.test('an emergency goes out when every limit is reached', async (t) => {
  const { call, leg, north } = desk({ concurrentCalls: 1, callsPerHour: 1 })
  leg()
  t.match(call(), { refused: 'atCapacity' })
  leg(emergency)
  t.match(north.calls.at(-1)?.asked, { number: '999', emergency: true })
})

t.test(
  'an emergency frees a link when all are busy: of a call that nobody has answered, before one that is talked on',
  async (t) => {
    const { leg, north, south, outbound } = desk()
    north.channels = 2
    south.channels = 0
    const talked = leg()
    north.last.pickUp()
    const rung = leg()
    const told = heard(rung)
    const call = leg(emergency)
    t.equal(call.state, 'dialling')
    await settle()
    t.same(told, ['ended emergency'])
    t.equal(talked.state, 'talking')
    t.match(north.calls.at(-1)?.asked, { number: '999' })
    north.last.pickUp()
    t.equal(call.state, 'talking')
    t.match(outbound.counters(), { endedForEmergency: 1, emergencyCalls: 1, callsNow: 2 })
  },
)

t.test('an emergency takes the link of a caller who came in, if no call of ours is on it', async (t) => {
  const caller = new FakeLeg({ id: 'caller', origin: { kind: 'carrier', carrier: 'telco', link: 'north' } })
  const { leg, north, south } = desk({}, {}, [caller])
  north.channels = 0
  south.channels = 0
  leg(emergency)
  await settle()
  t.equal(caller.state, 'ended')
  t.equal(north.calls.length, 1)
})

t.test('one emergency never ends another: the link is tried all the same', async (t) => {
  const { leg, north, south } = desk()
  north.channels = 1
  south.channels = 0
  const first = leg(emergency)
  leg(emergency)
  t.not(first.state, 'ended')
  t.equal(north.taken + south.taken, 2)
})

t.test('an emergency that is given up while a link is made free is not dialled', async (t) => {
  const stubborn = new FakeLeg({ id: 'caller', origin: { kind: 'carrier', carrier: 'telco', link: 'north' } })
  stubborn.hangUp = () => new Promise<void>(() => {})
  const { leg, north, south, clock } = desk({}, {}, [stubborn])
  north.channels = 0
  south.channels = 0
  const call = leg(emergency)
  await call.hangUp()
  t.match(call.end, { by: 'us', reason: 'hangUp' })
  await clock.advance(5000)
  t.equal(north.calls.length, 0)
})

t.test('a link that can’t be made free in time is dialled all the same', async (t) => {
  const stubborn = new FakeLeg({ id: 'caller', origin: { kind: 'carrier', carrier: 'telco', link: 'north' } })
  stubborn.hangUp = () => new Promise<void>(() => {})
  const { leg, north, south, clock } = desk({}, {}, [stubborn])
  north.channels = 0
  south.channels = 0
  leg(emergency)
  await clock.advance(2900)
  t.equal(north.calls.length, 0)
  await clock.advance(200)
  t.equal(north.calls.length, 1)
  t.equal(clock.liveTimers, 0)
})

t.test(
  'a link that dies while it rings there: the call goes on over the next, and the ringing is told once',
  async (t) => {
    const { leg, north, south, outbound } = desk()
    const call = leg()
    const told = heard(call)
    north.last.tell({ type: 'alerted' })
    const dead = north.last
    outbound.linkLost({ carrier: 'telco', link: 'north' })
    t.equal(dead.state, 'ended', 'should somebody answer there, nobody is doubled')
    t.equal(call.state, 'alerting')
    south.last.tell({ type: 'alerted' })
    south.last.pickUp()
    t.same(told, ['alerted', 'answered'])
    outbound.linkLost({ carrier: 'telco', link: 'south' })
    t.equal(call.state, 'talking', 'what is talked on is left alone')
  },
)

t.test('a link that dies and no other left: the call stays, for the link may come back', async (t) => {
  const { leg, north, south, outbound } = desk()
  south.state = 'down'
  const call = leg()
  outbound.linkLost({ carrier: 'telco', link: 'north' })
  north.last.pickUp()
  t.equal(call.state, 'talking')
})

t.test('an agent asks for an outside line; a flow need not', async (t) => {
  const agents = { ann: {} }
  const { call } = desk({ outsideLine: '9' }, agents)
  const from = { kind: 'agent', userName: 'ann' } as const
  t.match(call({ number: '020 7946 0999', from }), { refused: 'invalidNumber', detail: /outside line/ })
  t.match(call({ number: '9 020 7946 0999', from }), { leg: { remote: { address: wanted } } })
  t.match(call({ number: wanted, from }), { leg: { remote: { address: wanted } } })
  t.match(call({ number: '020 7946 0999' }), { leg: { remote: { address: wanted } } })
})

t.test('where a carrier sends a call on, the guard judges like any number that is dialled', async (t) => {
  const { leg, north, log } = desk({ concurrentCalls: 5 })
  const call = leg()
  const { mayGoTo } = north.calls[0]!.asked
  t.equal(mayGoTo('+442079460998'), true)
  t.equal(mayGoTo('+882999123456'), false, 'another country')
  t.equal(mayGoTo('nonsense'), false)
  t.ok(log.some(({ fields, message }) => message === 'outbound call refused' && fields.number === '+882999123456'))
  await call.hangUp()
})
