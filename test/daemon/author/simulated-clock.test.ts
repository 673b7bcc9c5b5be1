import t from 'tap'
import { SimulatedClock } from '../../../daemon/author/simulated-clock.ts'

const noLimit = { limitMs: Number.POSITIVE_INFINITY, exceeded: () => undefined }
const never = new AbortController().signal

t.test('time jumps to whatever falls due next', async (t) => {
  const clock = new SimulatedClock(1000)
  const seen: number[] = []
  clock.after(3_600_000, () => seen.push(clock.monotonicMs()))
  clock.after(5, () => seen.push(clock.monotonicMs()))
  await clock.drive(clock.wait(7_200_000, never), noLimit)
  t.same(seen, [5, 3_600_000])
  t.equal(clock.epochMs(), 7_201_000)
  t.equal(clock.liveTimers, 0)
})

t.test('timers of one moment fire in the order they were set', async (t) => {
  const clock = new SimulatedClock(0)
  const seen: string[] = []
  for (const name of ['first', 'second', 'third']) clock.after(10, () => seen.push(name))
  await clock.drive(clock.wait(10, never), noLimit)
  t.same(seen, ['first', 'second', 'third'])
})

t.test('a cancelled timer does not fire', async (t) => {
  const clock = new SimulatedClock(0)
  clock.after(1, () => t.fail('fired')).cancel()
  await clock.drive(clock.wait(2, never), noLimit)
  t.equal(clock.liveTimers, 0)
})

t.test('time stands still while something outside is waited for', async (t) => {
  const clock = new SimulatedClock(0)
  let typed: (line: string) => void = () => undefined
  const line = new Promise<string>((resolve) => {
    typed = resolve
  })
  clock.after(10, () => t.equal(held, true, 'not before the line is there'))
  let held = false
  const run = clock.hold(line).then(async (text) => {
    t.equal(clock.monotonicMs(), 0)
    held = true
    await clock.wait(20, never)
    return text
  })
  setImmediate(() => setImmediate(() => setImmediate(() => typed('1'))))
  t.equal(await clock.drive(run, noLimit), '1')
})

t.test('an aborted wait rejects with the reason and leaves no timer', async (t) => {
  const clock = new SimulatedClock(0)
  const leaving = new AbortController()
  const wait = clock.wait(10, leaving.signal)
  leaving.abort(new Error('hung up'))
  await t.rejects(wait, { message: 'hung up' })
  await t.rejects(clock.wait(10, leaving.signal), { message: 'hung up' }, 'one that begins too late, too')
  t.equal(clock.liveTimers, 0)
})

t.test('who drives is told when time is over, and when nothing is left to happen', async (t) => {
  const why: string[] = []
  for (const [delayMs, message] of [
    [2000, 'time'],
    [undefined, 'idle'],
  ] as const) {
    const clock = new SimulatedClock(0)
    const leaving = new AbortController()
    const run =
      delayMs === undefined
        ? new Promise<void>((_, reject) =>
            leaving.signal.addEventListener('abort', () => reject(leaving.signal.reason)),
          )
        : clock.wait(delayMs, leaving.signal)
    const exceeded = (reason: string) => {
      why.push(reason)
      leaving.abort(new Error(reason))
    }
    await t.rejects(clock.drive(run, { limitMs: 1000, exceeded }), { message })
  }
  t.same(why, ['time', 'idle'])
})

t.test('what never ends in spite of that is a fault, not a hang', async (t) => {
  const clock = new SimulatedClock(0)
  await t.rejects(clock.drive(new Promise(() => undefined), noLimit), /nothing is left that could happen/)
})
