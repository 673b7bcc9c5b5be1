// How fast the engine is, and that an endless flow leaves the event loop its turns.
import t from 'tap'
import { SystemClock } from '../../../daemon/clock.ts'
import { runFlow } from '../../../daemon/flow/run-flow.ts'
import { FakeHost } from './fake-host.ts'
import { type Block, flowOf, testResources } from './flow-text.ts'

/** Set, compare and count, round and round. */
const round: Block[] = [
  {
    id: 'set',
    type: 'UpdateContactAttributes',
    parameters: { Attributes: { from: '$.CustomerEndpoint.Address', text: 'on $.Channel at $.Attributes.from' } },
    next: 'compare',
  },
  {
    id: 'compare',
    type: 'Compare',
    parameters: { ComparisonValue: '$.Attributes.from' },
    conditions: { 'Equals nothing': 'set', 'TextStartsWith +44': 'loop' },
    errors: { NoMatchingCondition: 'loop' },
  },
  {
    id: 'loop',
    type: 'Loop',
    parameters: { LoopCount: '100' },
    conditions: { ContinueLooping: 'set', DoneLooping: 'set' },
  },
]

async function blocksPerSecond(logging: boolean, blocks: number): Promise<number> {
  const host = new FakeHost()
  host.flowLogging = logging
  host.log = () => undefined
  const startMs = performance.now()
  await runFlow({
    flow: flowOf(round),
    host,
    flows: new Map(),
    resources: testResources,
    signal: new AbortController().signal,
    clock: new SystemClock(),
    limits: { blocks, blocksWithoutWaiting: blocks },
  })
  return Math.round((blocks * 1000) / (performance.now() - startMs))
}

t.test('blocks a second', async (t) => {
  await blocksPerSecond(false, 50_000)
  const plain = await blocksPerSecond(false, 300_000)
  const logged = await blocksPerSecond(true, 100_000)
  t.comment(`${plain} blocks/s, ${logged} blocks/s with the flow log on`)
  // Far below what was measured (over 1,000,000): other tests share the machine.
  t.ok(plain > 100_000, `${plain} blocks/s`)
  t.ok(logged > 20_000, `${logged} blocks/s with the flow log on`)
})

t.test('while a flow goes round, others get their turn', async (t) => {
  const delaysMs: number[] = []
  let lastMs = performance.now()
  let watching = true
  const watch = () => {
    const nowMs = performance.now()
    delaysMs.push(nowMs - lastMs)
    lastMs = nowMs
    if (watching) setImmediate(watch)
  }
  setImmediate(watch)
  await blocksPerSecond(false, 200_000)
  watching = false
  delaysMs.sort((a, b) => a - b)
  const medianMs = delaysMs[delaysMs.length >> 1] ?? Number.POSITIVE_INFINITY
  t.comment(`${delaysMs.length} turns, median ${medianMs.toFixed(2)} ms, worst ${delaysMs.at(-1)?.toFixed(2)} ms`)
  t.ok(delaysMs.length >= 900, `${delaysMs.length} turns in 200,000 blocks`)
  t.ok(medianMs < 10)
})
