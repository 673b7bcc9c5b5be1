// The loop's deadlines, turned by hand. A row: when the thread wakes, and what it then does.
import t from 'tap'
import { TickSchedule } from '../../../daemon/loop/schedule.ts'

/** Skipped ticks before each tick that is done at these wake-ups, `-` for none done. */
function run(wakeUpsMs: number[]): { done: string; schedule: TickSchedule } {
  const schedule = new TickSchedule(0)
  const done = wakeUpsMs.map((nowMs) => schedule.take(nowMs)?.skipped ?? '-')
  return { done: done.join(' '), schedule }
}

t.test('each tick is due 20 ms after the one before, not after it was done', async (t) => {
  const { done, schedule } = run([20, 41.5, 60, 83, 100])
  t.equal(done, '0 0 0 0 0')
  t.equal(schedule.nextMs, 120)
  t.equal(schedule.worstLatenessMs, 3)
  t.equal(schedule.lateTicks, 0)
})

t.test('woken early, for a command, it does nothing', async (t) => {
  t.equal(run([5, 19.9, 20, 20.1, 39]).done, '- - 0 - -')
})

t.test('up to 60 ms late it catches up, tick by tick', async (t) => {
  const { done, schedule } = run([75, 75, 75, 75, 80])
  t.equal(done, '0 0 0 - 0')
  t.equal(schedule.skippedTicks, 0)
  t.equal(schedule.lateTicks, 2, 'those that began more than a frame late')
})

t.test('later than that it skips what can not be mended, and bursts nothing', async (t) => {
  const { done, schedule } = run([1035, 1035, 1040])
  t.equal(done, '50 - 0')
  t.match(schedule, { ticks: 2, skippedTicks: 50, lateTicks: 1, worstLatenessMs: 1015, nextMs: 1060 })
})

t.test('ticks done and skipped together always make up the time gone by', async (t) => {
  const schedule = new TickSchedule(0)
  let nowMs = 0
  for (let n = 0, random = 7; n < 5000; n++) {
    random = (random * 1103515245 + 12345) & 0x7fffffff
    nowMs += random % 50 === 0 ? 400 : (random >> 8) % 25
    schedule.take(nowMs)
  }
  while (schedule.take(nowMs));
  t.equal(schedule.ticks + schedule.skippedTicks, Math.floor(nowMs / 20))
})
