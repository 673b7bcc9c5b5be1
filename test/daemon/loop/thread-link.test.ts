// The link to the audio thread when the thread can't start, or ends without being asked to.
import t from 'tap'
import { SystemClock } from '../../../daemon/clock.ts'
import { ThreadLink, type ThreadTelling } from '../../../daemon/loop/thread-link.ts'

function openLink(maximumPorts: number) {
  const told: ThreadTelling[] = []
  const gone: { reason: string; expected: boolean }[] = []
  const clock = new SystemClock()
  const link = new ThreadLink({
    clock,
    maximumPorts,
    onTold: (message) => told.push(message),
    onGone: (reason, expected) => gone.push({ reason, expected }),
  })
  return { link, told, gone, clock }
}

t.test('a thread that can not start is told with its reason', async (t) => {
  const { link, gone, clock } = openLink(-1)
  await t.rejects(link.start(), /audio thread has failed: /)
  t.match(gone, [{ expected: false, reason: /audio thread has failed/ }])
  t.equal(clock.liveTimers, 0)
})

t.test('a thread that ends by itself: every open question is answered, and it is told once', async (t) => {
  const { link, gone, clock } = openLink(8)
  await link.start()
  link.send({ type: 'stop', requestId: 4711 })
  await t.rejects(
    link.ask((requestId) => ({ type: 'counters', requestId })),
    /audio thread has ended/,
  )
  t.same(gone, [{ reason: 'the audio thread has ended', expected: false }])
  t.equal(link.gone, true)
  link.send({ type: 'removePrompt', promptId: 'x' })
  await t.rejects(
    link.ask((requestId) => ({ type: 'counters', requestId })),
    /gone/,
  )
  await link.stop()
  t.equal(gone.length, 1)
  t.equal(clock.liveTimers, 0)
})

t.test('a thread that was asked to end is no loss', async (t) => {
  const { link, gone } = openLink(8)
  await link.start()
  await Promise.all([link.stop(), link.stop()])
  t.match(gone, [{ expected: true }])
})

t.test('a command that makes no sense is told, and the thread goes on', async (t) => {
  const { link, told } = openLink(8)
  await link.start()
  link.send({ type: 'record', recordingId: 1, memory: new SharedArrayBuffer(8), channels: {} })
  t.match(await link.ask((requestId) => ({ type: 'counters', requestId })), { ports: 0 })
  t.match(told, [{ type: 'commandFailed', command: 'record' }])
  await link.stop()
})
