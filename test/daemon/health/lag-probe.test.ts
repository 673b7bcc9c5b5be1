import { once } from 'node:events'
import { test } from 'tap'
import { createLagProbe } from '../../../daemon/health/lag-probe.ts'

/** Real time is the point here: the main thread is held for 150 ms, and the probe must have seen it. */
test('a main thread that was held up shows in the worst lag, until reset', async (t) => {
  const probe = createLagProbe()
  t.teardown(() => probe.stop())
  const deadlineMs = performance.now() + 5000
  while (probe.counters().mainLagWorstMs < 100 && performance.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, 30))
    const untilMs = performance.now() + 150
    while (performance.now() < untilMs);
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  const counters = probe.counters()
  t.ok(counters.mainLagWorstMs >= 100, `worst lag was ${counters.mainLagWorstMs} ms`)
  t.ok(counters.mainLagP50Ms <= counters.mainLagP99Ms && counters.mainLagP99Ms <= counters.mainLagWorstMs)
  probe.reset()
  t.match(probe.counters(), { mainLagP50Ms: 0, mainLagP99Ms: 0, mainLagWorstMs: 0 })
})

test('a stopped probe lets the process end', async (t) => {
  const { spawn } = await import('node:child_process')
  const program = `
    import { createLagProbe } from '${new URL('../../../daemon/health/lag-probe.ts', import.meta.url).pathname}'
    const probe = createLagProbe(); probe.counters(); probe.stop()
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 })
  const [code] = await once(child, 'exit')
  t.equal(code, 0)
})
