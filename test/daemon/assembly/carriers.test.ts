// Links that are down stand among the faults until they are not.
import t from 'tap'
import { buildOutbound } from '../../../daemon/assembly/carriers.ts'
import { NumberCalls } from '../../../daemon/carrier/number-calls.ts'
import { createFaults } from '../../../daemon/health/faults.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import type { LinkView } from '../../../daemon/sip/endpoint.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { InstanceCopy } from '../config/shipped.ts'

const link: LinkView = { carrier: 'Telco', link: 'north', state: 'up', sinceEpochMs: 0, calls: 0, channels: 30 }

function watched(t: { teardown(run: () => void): void }) {
  const copy = new InstanceCopy()
  t.teardown(() => copy.dispose())
  const { instance } = copy.load()
  if (!instance) throw new Error(copy.lines().join('\n'))
  const clock = new MockClock()
  const faults = createFaults(clock)
  let tell: (view: LinkView) => void = () => {}
  const stops: (() => unknown)[] = []
  const outbound = buildOutbound(
    { instance, clock, faults, log: silentLog },
    {
      sip: {
        dialCarrier: () => {
          throw new Error('nobody calls here')
        },
        links: () => [],
        onLinkChange: (listener) => {
          tell = listener
          return () => {
            tell = () => {}
          }
        },
      },
      lines: {
        views: () => [],
        call: () => {
          throw new Error('there is no line')
        },
      },
      numberCalls: new NumberCalls(),
      legs: () => [],
    },
    (_part, stop) => void stops.push(stop),
  )
  return { outbound, faults, tell: (view: Partial<LinkView>) => tell({ ...link, ...view }), stops }
}

t.test('down is a fault with its mend, up clears it', async (t) => {
  const { faults, tell, stops } = watched(t)
  tell({ state: 'down', reason: 'registrationRefused' })
  t.match(faults.list(), [{ code: 'SIP-LINK', where: 'Telco/north', mend: /Ask the carrier.*cordboard reload/ }])
  tell({ state: 'down', reason: 'unregistered: timeout' })
  t.match(faults.list(), [{ message: /unregistered: timeout/, mend: /tried again by itself/ }])
  tell({ state: 'down', reason: '503' })
  t.equal(faults.list().length, 1)
  tell({ state: 'unknown' })
  t.same(faults.list(), [])
  for (const stop of stops) stop()
  tell({ state: 'down' })
  t.same(faults.list(), [], 'nothing is watched after the stop')
})

t.test('a box without carriers calls nobody, and says why', async (t) => {
  const { outbound } = watched(t)
  const from = { kind: 'flow', contactId: 'c1' } as const
  t.match(outbound.call({ number: '+442079460999', callerId: {}, from }), { refused: 'noRoute' })
})
