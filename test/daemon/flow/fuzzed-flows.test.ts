// Spoiled flows harm nothing: each is refused with faults that have a place, or runs to an end within its budget.
// CORDBOARD_FUZZ_FLOWS says how many (100000 for the long run), CORDBOARD_FUZZ_SEED from where.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { checkFlow } from '../../../daemon/flow/check-flow.ts'
import { flowFaultCodes } from '../../../daemon/flow/fault-codes.ts'
import type { FlowEnd } from '../../../daemon/flow/host.ts'
import { loadFlow } from '../../../daemon/flow/load-flow.ts'
import { runFlow } from '../../../daemon/flow/run-flow.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { ExploringHost, seeded, wishesOf } from './exploring-host.ts'
import { testResources } from './flow-text.ts'
import { mutated } from './mutations.ts'

const count = Number(process.env.CORDBOARD_FUZZ_FLOWS ?? 2000)
const firstSeed = Number(process.env.CORDBOARD_FUZZ_SEED ?? 1)
t.setTimeout(120_000 + count * 30)

const shipped = join(import.meta.dirname, '../../../config/instance/flows')
const exported = process.env.CORDBOARD_FLOWS ?? join(import.meta.dirname, '../../../../shared/flows')
const texts = [shipped, exported]
  .filter(existsSync)
  .flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => readFileSync(join(folder, name), 'utf8')),
  )
  .filter((text) => text.length < 60_000)

const codes: ReadonlySet<string> = new Set(Object.values(flowFaultCodes))
const blocksOfARun = 3000

/** Undefined: refused by the loader. */
async function ranToItsEnd(text: string, random: () => number): Promise<FlowEnd | undefined> {
  const { flow, faults } = loadFlow(text, 'fuzzed.json')
  if (flow) faults.push(...checkFlow(flow, testResources))
  for (const fault of faults)
    if (!codes.has(fault.code) || fault.message === '' || fault.mend === '')
      throw new Error(`a fault without a mend: ${JSON.stringify(fault)}`)
  if (!flow) {
    if (faults.length === 0) throw new Error('refused without a fault')
    return undefined
  }
  const caller = new AbortController()
  const host = new ExploringHost(flow, wishesOf(flow), random, 'VOICE', () => caller.abort(new Error('hung up')))
  return runFlow({
    flow,
    host,
    flows: { get: () => flow },
    resources: { resolve: (_kind, value) => value },
    signal: caller.signal,
    clock: new MockClock(),
    random,
    limits: { blocks: blocksOfARun, blocksWithoutWaiting: blocksOfARun },
  })
}

t.test(`${count} spoiled flows, from seed ${firstSeed}`, async (t) => {
  const ends = new Map<string, number>()
  const startMs = performance.now()
  let slowest = { ms: 0, seed: 0 }
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const random = seeded(seed)
    const text = mutated(texts[Math.floor(random() * texts.length)]!, texts, random)
    const beganMs = performance.now()
    try {
      const end = await ranToItsEnd(text, random)
      const how =
        end === undefined
          ? 'refused'
          : end.type === 'failed' && /goes round|more than/.test(end.reason)
            ? 'stopped by its budget'
            : end.type
      ends.set(how, (ends.get(how) ?? 0) + 1)
    } catch (fault) {
      t.fail(`seed ${seed}: ${fault instanceof Error ? fault.stack : fault}`)
    }
    const ms = performance.now() - beganMs
    if (ms > slowest.ms) slowest = { ms, seed }
  }
  const told = [...ends].sort().map(([how, number]) => `${how} ${number}`)
  t.comment(
    `${told.join(', ')}; ${((performance.now() - startMs) / 1000).toFixed(1)} s, the slowest ${slowest.ms.toFixed(0)} ms (seed ${slowest.seed})`,
  )
  t.equal(
    [...ends.values()].reduce((sum, number) => sum + number, 0),
    count,
  )
  t.ok((ends.get('refused') ?? 0) > 0 && (ends.get('disconnect') ?? 0) > 0, 'some are refused, some run')
  t.ok(slowest.ms < 5000, 'none goes on for long')
})
