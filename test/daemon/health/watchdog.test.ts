import { type Test, test } from 'tap'
import { createWatchdog } from '../../../daemon/health/watchdog.ts'
import { MockClock } from '../../support/mock-clock.ts'

/** An audio loop whose progress the test sets, watched with a limit of 20 s (asked every 5 s). */
function watched(t: Test, loopTicks: () => Promise<number>) {
  const clock = new MockClock()
  const misses: string[] = []
  let kicks = 0
  const watchdog = createWatchdog({
    loopTicks,
    clock,
    watchdogMs: 20_000,
    notify: { kick: () => void kicks++ },
    onMiss: (reason, inARow) => misses.push(`${reason} ${inARow}`),
  })
  const ledger = () => {
    watchdog.stop()
    t.equal(clock.liveTimers, 0, 'no timer is left')
  }
  return { clock, misses, watchdog, kicks: () => kicks, ledger }
}

test('a loop that makes progress earns a kick each time it is asked, the first one excepted', async (t) => {
  let ticks = 0
  const { clock, kicks, watchdog, ledger } = watched(t, async () => {
    ticks += 250
    return ticks
  })
  await clock.advance(4999)
  t.equal(kicks(), 0)
  await clock.advance(1)
  t.equal(kicks(), 1)
  await clock.advance(15_000)
  t.same(watchdog.counters(), { watchdogKicks: 4, watchdogMisses: 0 })
  ledger()
})

test('a loop that stands still earns nothing, however often it answers', async (t) => {
  const { clock, kicks, misses, ledger } = watched(t, async () => 1000)
  await clock.advance(20_000)
  t.equal(kicks(), 0)
  t.same(misses, ['standstill 1', 'standstill 2', 'standstill 3', 'standstill 4'])
  ledger()
})

test('a loop that does not answer earns nothing, and late answers earn nothing either', async (t) => {
  const answers: ((ticks: number) => void)[] = []
  const { clock, kicks, misses, ledger } = watched(t, () => new Promise((resolve) => answers.push(resolve)))
  await clock.advance(10_000)
  t.same(misses, ['noAnswer 1', 'noAnswer 2'])
  answers[0]?.(10)
  answers[1]?.(20)
  await clock.advance(0)
  t.equal(kicks(), 0)
  answers[2]?.(30)
  await clock.advance(5000)
  answers[3]?.(40)
  await clock.advance(0)
  t.equal(kicks(), 1)
  ledger()
})

test('an audio service that rejects or throws is a loop that does not answer', async (t) => {
  let asked = 0
  const { clock, misses, ledger } = watched(t, () => {
    if (asked++ % 2 === 0) throw new Error('gone')
    return Promise.reject(new Error('gone'))
  })
  await clock.advance(10_000)
  t.same(misses, ['noAnswer 1', 'noAnswer 2'])
  ledger()
})

test('a loop that was started anew has to show progress again', async (t) => {
  const ticks = [100, 200, 5, 255]
  const { clock, kicks, misses, ledger } = watched(t, async () => ticks.shift() ?? 255)
  await clock.advance(5000)
  t.equal(kicks(), 1)
  await clock.advance(5000)
  t.equal(kicks(), 1)
  t.same(misses, ['restarted 1'])
  await clock.advance(5000)
  t.equal(kicks(), 2)
  ledger()
})

test('once stopped, an answer that was under way earns nothing', async (t) => {
  const answer = Promise.withResolvers<number>()
  let asked = 0
  const { clock, kicks, watchdog, ledger } = watched(t, () => (asked++ === 0 ? Promise.resolve(0) : answer.promise))
  await clock.advance(5000)
  watchdog.stop()
  answer.resolve(99)
  await clock.advance(50_000)
  t.equal(kicks(), 0)
  ledger()
})
