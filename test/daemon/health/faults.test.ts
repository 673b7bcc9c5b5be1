import { test } from 'tap'
import { createFaults } from '../../../daemon/health/faults.ts'
import { MockClock } from '../../support/mock-clock.ts'

const absent = (where: string) => ({
  code: 'LINE-ABSENT',
  where,
  message: 'The board does not answer.',
  mend: 'Check its USB cable.',
})

test('a fault stands until it is cleared, with the time since when', async (t) => {
  const clock = new MockClock(1_000_000)
  const faults = createFaults(clock)
  t.equal(faults.raise(absent('front')), true)
  await clock.advance(500)
  t.equal(faults.raise({ ...absent('front'), message: 'The board is gone.' }), false)
  t.same(faults.list(), [
    { ...absent('front'), message: 'The board is gone.', sinceEpochMs: 1_000_000, lastEpochMs: 1_000_500, count: 2 },
  ])
  t.equal(faults.clear('LINE-ABSENT', 'front'), true)
  t.equal(faults.clear('LINE-ABSENT', 'front'), false)
  t.same(faults.list(), [])
  t.same(faults.counters(), { faultsNow: 0, faultsRaised: 2, faultsCleared: 1, faultsForgotten: 0 })
})

test('the same code in two places is two faults', (t) => {
  const faults = createFaults(new MockClock())
  faults.raise(absent('front'))
  faults.raise(absent('back'))
  faults.clear('LINE-ABSENT', 'front')
  t.same(
    faults.list().map((fault) => fault.where),
    ['back'],
  )
  t.end()
})

test('the list is bounded: the oldest is forgotten, and counted', (t) => {
  const faults = createFaults(new MockClock(), 3)
  for (const where of ['a', 'b', 'c', 'd', 'e']) faults.raise(absent(where))
  t.same(
    faults.list().map((fault) => fault.where),
    ['c', 'd', 'e'],
  )
  t.equal(faults.counters().faultsForgotten, 2)
  t.end()
})

test('who reads the list can’t change it', (t) => {
  const faults = createFaults(new MockClock())
  faults.raise(absent('a'))
  faults.list()[0]!.where = 'b'
  t.equal(faults.list()[0]?.where, 'a')
  t.end()
})
