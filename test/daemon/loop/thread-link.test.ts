// The link to the audio thread when the thread can't start, or ends without being asked to.
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
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

/** SCHED_RR of `sched_setscheduler`. */
const roundRobin = '2'

/** Threads of this process that go before ordinary work, and where they may run. */
function realtimeThreads(): { processors: string | undefined }[] {
  return readdirSync('/proc/self/task').flatMap((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
    // proc_pid_stat(5): field 41; the name before, in brackets, may hold anything.
    const policy = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[41 - 3]
    if (policy !== roundRobin) return []
    const status = readFileSync(`/proc/self/task/${thread}/status`, 'utf8')
    return [{ processors: /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] }]
  })
}

t.test('where real-time scheduling is granted the thread has it, and keeps to one processor of several', async (t) => {
  const { link } = openLink(8)
  const { priorityRefused, processor } = await link.start()
  if (priorityRefused !== undefined) {
    t.same([realtimeThreads(), processor], [[], undefined])
    t.comment(`not run: no real-time scheduling here (${priorityRefused})`)
  } else if (availableParallelism() === 1) t.match([realtimeThreads().length, processor], [1, undefined])
  else t.same(realtimeThreads(), [{ processors: String(processor) }])
  await link.stop()
})
