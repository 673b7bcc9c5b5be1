// What was called in the last hour.
import t from 'tap'
import { Usage } from '../../../daemon/carrier/usage.ts'
import { MockClock } from '../../support/mock-clock.ts'

const minute = 60_000

t.test('calls count from their beginning, for each key', async (t) => {
  const usage = new Usage(new MockClock())
  usage.begin(['all', 'ann'])
  usage.begin(['all', 'ben'])
  t.match(usage.of('all'), { calls: 2, minutes: 0 })
  t.match(usage.of('ann'), { calls: 1 })
  t.match(usage.of('nobody'), { calls: 0, minutes: 0 })
})

t.test('minutes count while they are talked', async (t) => {
  const clock = new MockClock()
  const usage = new Usage(clock)
  const call = usage.begin(['all'])
  await clock.advance(5 * minute)
  t.equal(usage.of('all').minutes, 0, 'ringing is free')
  call.answered()
  await clock.advance(10 * minute)
  t.equal(usage.of('all').minutes, 10)
  call.ended()
  call.ended()
  await clock.advance(10 * minute)
  t.equal(usage.of('all').minutes, 10)
})

t.test('an hour later it is forgotten', async (t) => {
  const clock = new MockClock()
  const usage = new Usage(clock)
  const call = usage.begin(['all'])
  call.answered()
  call.ended()
  await clock.advance(59 * minute)
  t.equal(usage.of('all').calls, 1)
  await clock.advance(2 * minute)
  t.equal(usage.of('all').calls, 0)
})

t.test('ten thousand keys are not kept for ever', async (t) => {
  const clock = new MockClock()
  const usage = new Usage(clock)
  for (let index = 0; index < 10_000; index++) {
    const call = usage.begin([`agent ${index}`])
    call.answered()
    call.ended()
    await clock.advance(minute / 10)
  }
  t.ok(usage.size <= 2000, `${usage.size} are kept`)
})
