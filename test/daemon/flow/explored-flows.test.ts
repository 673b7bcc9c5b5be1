// Every block of the exported flows that a caller can come to is come to, by callers who try everything; every type of
// action in them is one of this box; faulty flows tell their fault.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { actionDefinitions } from '../../../daemon/flow/actions/index.ts'
import { checkFlow } from '../../../daemon/flow/check-flow.ts'
import { explore } from './exploration.ts'
import { exportedFlows, exportFolder } from './export-folder.ts'
import { reachableBlocks } from './reachable-blocks.ts'

t.setTimeout(300_000)

if (!existsSync(exportFolder)) t.comment(`not run: no exported flows at ${exportFolder}`)
else {
  t.test('every type of action in the flows is one of this box', async (t) => {
    const unknown = new Set<string>()
    for (const { file, flow } of exportedFlows(exportFolder)) {
      t.ok(flow, `${file} loads`)
      for (const { Type } of flow?.actions.values() ?? []) if (!actionDefinitions.has(Type)) unknown.add(Type)
    }
    t.same([...unknown], [])
  })

  t.test('every block that can be reached is reached', async (t) => {
    const startMs = performance.now()
    let reachable = 0
    let reachedInAll = 0
    let callersInAll = 0
    for (const { file, flow } of exportedFlows(exportFolder)) {
      if (!flow) continue
      const goal = reachableBlocks(flow)
      const { reached, callers } = await explore(flow, 3)
      const missed = [...goal].filter((block) => !reached.has(block))
      const shown = missed.map((block) => `${block} (${flow.actions.get(block)?.Type})`)
      t.same(shown, [], `${file}: ${goal.size} blocks, ${callers} callers`)
      t.same(
        [...reached].filter((block) => !goal.has(block)),
        [],
        `${file}: none that can not be reached`,
      )
      reachable += goal.size
      reachedInAll += goal.size - missed.length
      callersInAll += callers
    }
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
    t.comment(`${reachedInAll} of ${reachable} reachable blocks reached by ${callersInAll} callers in ${seconds} s`)
  })

  const suspect = join(exportFolder, 'suspect')
  t.test(
    'faulty flows tell their fault, and none breaks',
    { skip: !existsSync(suspect) && 'not run: no folder' },
    async (t) => {
      for (const { file, flow, faults } of exportedFlows(suspect)) {
        if (flow) faults.push(...checkFlow(flow, { resolve: (_kind, value) => value }))
        const errors = faults.filter(({ severity }) => severity === 'error')
        t.ok(errors.length > 0, `${file}: ${errors[0]?.code} ${errors[0]?.message}`)
        if (flow) await explore(flow, 3)
      }
    },
  )
}
