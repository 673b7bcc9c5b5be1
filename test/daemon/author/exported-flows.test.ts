// Flows that others exported or wrote, where a folder of them is at hand: every one goes through check, run and graph.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { flowGraph } from '../../../daemon/author/graph-model.ts'
import { drawFlow } from '../../../daemon/author/graph-svg.ts'
import { checkNamedReferences } from '../../../daemon/author/named-references.ts'
import { simulate } from '../../../daemon/author/simulate.ts'
import type { Flow } from '../../../daemon/flow/flow.ts'
import type { Channel } from '../../../daemon/flow/host.ts'
import { loadFlow } from '../../../daemon/flow/load-flow.ts'
import { Explorer } from './explorer.ts'

// Seconds of work: on a busy machine, many.
t.setTimeout(180_000)

const folder = process.env.CORDBOARD_FLOWS ?? join(import.meta.dirname, '../../../../shared/flows')
const runsEach = 100

interface Read {
  file: string
  flow: Flow | undefined
}

function readFolder(path: string): Read[] {
  const files = readdirSync(path).filter((name) => name.endsWith('.json'))
  return files.map((file) => ({ file, flow: loadFlow(readFileSync(join(path, file), 'utf8'), file).flow }))
}

if (!existsSync(folder)) t.comment(`not run: no exported flows at ${folder}`)
else {
  const faulty = join(folder, 'suspect')
  const read = [...readFolder(folder), ...(existsSync(faulty) ? readFolder(faulty) : [])]
  const flows = read.flatMap(({ flow }) => (flow ? [flow] : []))

  t.test(`${flows.length} of ${read.length} flows are drawn`, async (t) => {
    const startMs = performance.now()
    for (const flow of flows) {
      const svg = drawFlow(flow)
      const boxes = svg.match(/<rect class="box"/g)?.length
      t.equal(boxes ?? 0, flow.actions.size, `${flow.id}: each block once`)
      t.notMatch(svg, /NaN|Infinity|undefined/, flow.id)
    }
    const tookMs = performance.now() - startMs
    t.comment(`${(tookMs / flows.length).toFixed(2)} ms a flow`)
  })

  t.test('what each of them names is found out', async (t) => {
    for (const flow of flows) {
      const { references, unresolved } = checkNamedReferences(flow, { resolve: () => undefined })
      t.equal(unresolved.length, references.length, flow.id)
      t.ok(
        unresolved.every(({ block, parameter }) => flow.actions.has(block) && parameter !== ''),
        `${flow.id}: each with its place`,
      )
    }
  })

  t.test(`each is run by ${runsEach} callers who try everything`, async (t) => {
    const startMs = performance.now()
    const ends = new Map<string, number>()
    let blocks = 0
    let runs = 0
    let reached = 0
    let reachable = 0
    for (const [index, flow] of flows.entries()) {
      const explorer = new Explorer(flow, index + 1)
      const seen = new Set<string>()
      let leftTimers = 0
      for (let run = 0; run < runsEach; run++) {
        const channel: Channel = run % 10 === 8 ? 'CHAT' : run % 10 === 9 ? 'TASK' : 'VOICE'
        const simulated = await simulate({
          flow,
          channel,
          answers: explorer,
          attributes: explorer.attributes(),
          world: () => explorer.world(flow),
          limits: { blocks: 1000, patienceMs: 10 * 60_000 },
          emit(event) {
            if (event.event !== 'block') return
            blocks++
            if (event.flow === flow.id) seen.add(event.block)
          },
        })
        runs++
        leftTimers += simulated.leftTimers
        ends.set(simulated.end.type, (ends.get(simulated.end.type) ?? 0) + 1)
      }
      t.equal(leftTimers, 0, `${flow.id}: no timer is left`)
      reached += seen.size
      reachable += [...flowGraph(flow).blocks.values()].filter((block) => block.reachable).length
    }
    const tookMs = performance.now() - startMs
    t.comment(`${runs} runs, ${blocks} blocks, ${(tookMs / runs).toFixed(2)} ms a run`)
    t.comment(`ends: ${[...ends].map(([end, count]) => `${end} ${count}`).join(', ')}`)
    t.comment(`${reached} of ${reachable} blocks were reached; what never fails on a pretended contact hides the rest`)
    t.ok(reached / reachable > 0.7, 'most blocks are reached')
  })
}
