// Real time is the point: the thread is held up in several ways, and each is named.
import { createSocket } from 'node:dgram'
import t, { type Test } from 'tap'
import { SystemClock } from '../../../daemon/clock.ts'
import { type LongTask, watchLongTasks } from '../../../daemon/health/long-tasks.ts'
import { until } from '../../support/wait.ts'

const longMs = 150

function holdUp(ms = 2 * longMs): void {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}

function watch(t: Test): LongTask[] {
  const told: LongTask[] = []
  t.teardown(watchLongTasks(longMs, (task) => told.push(task)))
  return told
}

const named = (told: LongTask[], name: RegExp) =>
  until(`to be told of ${name}`, () => told.find((task) => name.test(task.name)), {
    instead: () => JSON.stringify(told),
  })

t.test('a timer of the daemon is named by what it runs', async (t) => {
  const told = watch(t)
  new SystemClock().after(10, () => holdUp())
  const task = await named(told, /^timer \(\) => holdUp\(\)$/)
  t.ok(task.ms >= longMs, `${task.ms} ms`)
})

t.test('a datagram is', async (t) => {
  const told = watch(t)
  const socket = createSocket('udp4')
  t.teardown(() => socket.close())
  socket.on('message', () => holdUp())
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  socket.send('x', socket.address().port, '127.0.0.1')
  await named(told, /^UDP$/)
})

t.test('promises count for the task that they follow', async (t) => {
  const told = watch(t)
  new SystemClock().after(10, async () => {
    await undefined
    holdUp()
  })
  await named(told, /timer|promises/)
})

t.test('a thread that waits is not held up', async (t) => {
  const told = watch(t)
  const clock = new SystemClock()
  // Another program may hold the whole machine up: then the next wait shows it.
  await until('a long wait of which nothing is told', async () => {
    const before = told.length
    await new Promise<void>((resolve) => clock.after(2 * longMs, resolve))
    await new Promise(setImmediate)
    return told.length === before
  })
})
