// Flows that others exported or wrote, where a folder of them is at hand: each loads or is refused with its faults,
// none breaks the loader, the checker or the engine.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { checkFlow } from '../../../daemon/flow/check-flow.ts'
import { loadFlow } from '../../../daemon/flow/load-flow.ts'
import { runFlow } from '../../../daemon/flow/run-flow.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { FakeHost } from './fake-host.ts'
import { testResources } from './flow-text.ts'

const folder = process.env.CORDBOARD_FLOWS ?? join(import.meta.dirname, '../../../../shared/flows')

if (!existsSync(folder)) t.comment(`not run: no exported flows at ${folder}`)
else {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const texts = files.map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }))

  t.test(`${files.length} exported flows load and are checked`, async (t) => {
    const startMs = performance.now()
    const counts = new Map<string, number>()
    let runnable = 0
    for (const { file, text } of texts) {
      const { flow, faults } = loadFlow(text, file)
      if (flow) faults.push(...checkFlow(flow, testResources))
      for (const { code } of faults) counts.set(code, (counts.get(code) ?? 0) + 1)
      const refused = faults.filter(({ severity, code }) => severity === 'error' && !/^FLOW-30[2-689]$/.test(code))
      if (refused.length === 0) runnable++
      t.ok(flow || refused.length > 0, `${file} became a flow or has an error`)
      t.ok(
        faults.every(({ line, column }) => line !== undefined && column !== undefined),
        `${file}: every fault has a place`,
      )
    }
    const list = [...counts].sort().map(([code, count]) => `${code} ${count}`)
    t.comment(`${runnable} of ${files.length} need nothing but their queues and prompts; faults: ${list.join(', ')}`)
    t.comment(`${(performance.now() - startMs).toFixed(0)} ms`)
  })

  t.test('each runs to an end, whatever its actions are', async (t) => {
    const ends = new Map<string, number>()
    for (const { file, text } of texts) {
      const { flow } = loadFlow(text, file)
      if (!flow) continue
      const caller = new AbortController()
      const host = new FakeHost()
      host.log = () => undefined
      const running = runFlow({
        flow,
        host,
        flows: new Map(),
        resources: testResources,
        signal: caller.signal,
        clock: new MockClock(),
        limits: { blocks: 2000 },
      })
      // Loop prompts without an interrupt last until the caller leaves.
      const leaving = setTimeout(() => caller.abort(), 500)
      const end = await running
      clearTimeout(leaving)
      ends.set(end.type, (ends.get(end.type) ?? 0) + 1)
    }
    t.comment([...ends].map(([end, count]) => `${end} ${count}`).join(', '))
    t.ok(ends.get('disconnect'))
  })
}
