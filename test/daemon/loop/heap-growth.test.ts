// Nothing is allocated per frame: 50 bridged calls, 10,000 ticks, and the heap is where it was.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'

t.test('10,000 ticks of 50 bridged calls leave no garbage and keep nothing', async (t) => {
  const output = execFileSync(
    process.execPath,
    [
      '--expose-gc',
      '--min-semi-space-size=64',
      '--max-semi-space-size=64',
      join(import.meta.dirname, 'heap-growth-peer.ts'),
    ],
    { encoding: 'utf8' },
  )
  const { ticks, garbageBytesPerTick, keptBytes, frames, microsecondsPerTick } = JSON.parse(output)
  t.comment(`${garbageBytesPerTick} bytes of garbage and ${microsecondsPerTick} µs a tick, ${keptBytes} bytes kept`)
  t.equal(ticks, 10_000)
  t.ok(frames >= 100 * 9_990, 'every port was heard')
  // 100 ports and 100 packets each way in a tick; a single frame would be 320 bytes. The young generation holds 64 MB,
  // so that nothing was collected in between.
  t.ok(garbageBytesPerTick < 1000, `${garbageBytesPerTick} bytes a tick`)
  t.ok(keptBytes < 200_000, `${keptBytes} bytes kept`)
})
