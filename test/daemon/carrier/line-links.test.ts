// Telephone lines as ways out: an agent calls over a line, the guard stands before it as before carriers, and a line that
// can't be had is passed over for the next.
import t, { type Test } from 'tap'
import { lineLinks } from '../../../daemon/carrier/line-links.ts'
import { NumberCalls } from '../../../daemon/carrier/number-calls.ts'
import { createOutboundCalls, type OutboundService } from '../../../daemon/carrier/outbound-calls.ts'
import { agentOutboundSchema, carriersSchema } from '../../../daemon/config/carrier-schema.ts'
import { carriersOf } from '../../../daemon/config/carriers.ts'
import { linesSchema } from '../../../daemon/config/lines-schema.ts'
import { boxSchema } from '../../../daemon/config/schema.ts'
import type { Leg } from '../../../daemon/leg/leg.ts'
import { logInto } from '../../support/sip-stage.ts'
import { Office } from '../line/office.ts'

const ours = '+15550100'
const friend = '+12025550147'

const { boards } = linesSchema.parse({
  boards: [
    {
      name: 'board',
      kind: 'fxoBoard',
      device: '/dev/cordboard/b1',
      lines: [
        { port: 1, name: 'line 1', number: '+1555011', outbound: { order: 1, numbers: { add: '9' } } },
        { port: 2, name: 'line 2', number: '+1555012', outbound: { order: 2 } },
      ],
    },
  ],
})

class Agency extends Office {
  readonly outbound: OutboundService

  constructor() {
    super()
    this.outbound = createOutboundCalls({
      instance: {
        box: boxSchema.parse({ instance: { name: 'Test', country: 'US', timeZone: 'America/New_York' } }),
        numbers: new Map([[ours, { number: ours, flow: 'main' }]]),
        agents: new Map([['bob', { outbound: agentOutboundSchema.parse({ allowed: false }) }]]),
        carriers: carriersOf(carriersSchema.parse({}), { byPlace: new Map(), faults: [] }),
      },
      links: () => lineLinks(boards, 'US', this.lines),
      clock: this.clock,
      numberCalls: new NumberCalls(),
      log: logInto([]),
      legs: () => [],
    })
  }

  call(userName: string, number = friend) {
    return this.outbound.call({ number, callerId: {}, from: { kind: 'agent', userName } })
  }

  leg(userName: string): Leg {
    const result = this.call(userName)
    if ('refused' in result) throw new Error(`refused: ${result.detail}`)
    return result.leg
  }

  hear(tone: string): void {
    this.audio.tell({ type: 'toneHeard', portId: [...this.audio.open.keys()].at(-1)!, tone })
  }
}

function agency(name: string, run: (t: Test, agency: Agency) => Promise<void>): void {
  t.test(name, async (t) => {
    const it = new Agency()
    await it.idle()
    await run(t, it)
    const stopped = it.lines.stop()
    await it.clock.advance(4000)
    await stopped
    t.equal(it.clock.liveTimers, 0, 'no timer is left')
  })
}

agency('an agent calls out over the first line, which dials as it is told to', async (t, it) => {
  const leg = it.leg('amy')
  await it.clock.advance(50)
  it.hear('dialReady')
  await it.clock.advance(50)
  t.same(it.audio.sent, ['92025550147'])
  it.driver.signal({ type: 'polarityReversed', port: 1 })
  t.equal(leg.state, 'talking')
  t.equal(leg.kind, 'line')
})

agency('an agent who may not call out has no line either', async (t, it) => {
  t.match(it.call('bob'), { refused: 'notAllowed' })
  t.match(it.call('amy', '+442079460999'), { refused: 'notAllowed' }, 'nor has anybody for what the guard forbids')
  t.same(it.driver.commands, [])
})

agency('a line without dial tone is passed over, and nobody outside hears of it', async (t, it) => {
  const leg = it.leg('amy')
  await it.clock.advance(5600)
  t.equal(leg.state, 'dialling')
  t.same(
    it.driver.commands.filter(({ type }) => type === 'goOffHook').map(({ port }) => port),
    [1, 2],
  )
  it.hear('dialReady')
  await it.clock.advance(50)
  t.same(it.audio.sent, ['2025550147'])
})

agency('a line with another telephone on it, or without battery, is no way out', async (t, it) => {
  it.driver.signal({ type: 'lineUseChanged', port: 1, inUse: true })
  it.driver.signal({ type: 'batteryChanged', port: 2, battery: 'lost' })
  t.match(it.call('amy'), { refused: 'noRoute' })
})

agency('a line in a call is full', async (t, it) => {
  await it.answered()
  it.driver.signal({ type: 'batteryChanged', port: 2, battery: 'lost' })
  t.match(it.call('amy'), { refused: 'atCapacity' })
})
