// Finds its way through a flow: callers who try everything, one after the other, each beginning where an earlier one
// came to ways that nobody has gone yet.
import type { Flow } from '../../../daemon/flow/flow.ts'
import { transferTargets } from '../../../daemon/flow/flow-type.ts'
import type { Channel } from '../../../daemon/flow/host.ts'
import { loadFlow } from '../../../daemon/flow/load-flow.ts'
import type { FlowResources } from '../../../daemon/flow/resources.ts'
import { runFlow } from '../../../daemon/flow/run-flow.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { ExploringHost, seeded, wishesOf } from './exploring-host.ts'
import { type Block, bye, flowOf, flowText } from './flow-text.ts'
import { reachableBlocks, targetsOf } from './reachable-blocks.ts'

const maximumCallers = 40_000
const callersOfAStory = 4000

const other = flowOf([bye], {}, 'other.json')
function moduleOf(result: string | undefined): Flow {
  const parameters = result === undefined ? {} : { Result: result }
  const text = flowText([{ id: 'back', type: 'EndFlowModuleExecution', parameters }])
  return loadFlow(text.replace('"StartAction"', '"Settings": {}, "StartAction"'), 'module.json').flow!
}

/** Some flows go on with what the flow before them asked a function, a bot or a profile. */
function openerOf(flow: Flow): Flow {
  const lambda = {
    LambdaFunctionARN: 'x',
    InvocationTimeLimitSeconds: '8',
    ResponseValidation: { ResponseType: 'JSON' },
  }
  const on = (id: string, type: string, parameters: Record<string, unknown>, next: string): Block => ({
    id,
    type,
    parameters,
    next,
    errors: { NoMatchingError: next },
  })
  return flowOf(
    [
      on('ask a function', 'InvokeLambdaFunction', lambda, 'ask a bot'),
      on('ask a bot', 'ConnectParticipantWithLexBot', { Text: 'x', LexV2Bot: { AliasArn: 'x' } }, 'look up'),
      on('look up', 'GetCustomerProfile', { ProfileRequestData: {} }, 'count'),
      on('count', 'GetMetricData', {}, 'go'),
      on('go', 'TransferToFlow', { ContactFlowId: flow.id }, 'bye'),
      bye,
    ],
    {},
    'opener.json',
  )
}

/**
 * Callers until every reachable block was reached, or there were too many of them. A caller is the list of draws that
 * made it; most callers do at first what an earlier one did up to a block with ways not gone yet.
 */
export async function explore(flow: Flow, seed: number): Promise<{ reached: ReadonlySet<string>; callers: number }> {
  const fresh = seeded(seed)
  const wishes = wishesOf(flow)
  const channels = channelsOf(flow)
  const goal = reachableBlocks(flow)
  const opener = transferTargets.includes(flow.type) ? openerOf(flow) : undefined
  const modules = [moduleOf(undefined), ...wishes.operands.map(moduleOf)]
  /** The draws that lead to a block, without its own. */
  const ways = new Map<string, number[]>()
  const reached = new Set<string>()
  let callers = 0
  const targets = new Map([...goal].map((block) => [block, targetsOf(flow, flow.actions.get(block)!)]))
  let open: string[] = []
  let known = 0
  for (; callers < maximumCallers && [...goal].some((block) => !reached.has(block)); callers++) {
    // Ways that lead nowhere new are forgotten now and then.
    if (callers % callersOfAStory === 0) ways.clear()
    if (reached.size > known) {
      known = reached.size
      open = [...goal].filter((block) => reached.has(block) && targets.get(block)?.some((one) => !reached.has(one)))
    }
    const way = fresh() < 0.9 ? ways.get(open[Math.floor(fresh() * open.length)] ?? '') : undefined
    // What decides at the end may have been told at the beginning: half of them differ in a few draws on the way.
    const from = way && fresh() < 0.5 ? way.map((draw) => (fresh() < 3 / way.length ? fresh() : draw)) : way
    const draws: number[] = []
    const random = () => {
      const draw = from?.[draws.length] ?? fresh()
      draws.push(draw)
      return draw
    }
    const caller = new AbortController()
    const channel = channels[Math.floor(random() * channels.length)] ?? 'VOICE'
    const host = new ExploringHost(flow, wishes, random, channel, () => caller.abort(new Error('hung up')))
    const resources: FlowResources = { resolve: (_kind, value) => (random() < host.mischief ? undefined : value) }
    const start = opener && random() < 0.4 ? opener : flow
    let drawnBefore = draws.length
    host.onBlock = (identifier) => {
      reached.add(identifier)
      if (!ways.has(identifier)) ways.set(identifier, draws.slice(0, drawnBefore))
      drawnBefore = draws.length
    }
    await runFlow({
      flow: start,
      host,
      flows: {
        get: (id) => {
          if (id === flow.id) return flow
          if (random() < host.mischief) return undefined
          return isModule(flow, id) ? modules[Math.floor(random() * modules.length)] : other
        },
      },
      resources,
      signal: caller.signal,
      clock: new MockClock(),
      random,
      limits: { blocks: 2000, blocksWithoutWaiting: 2000 },
    })
  }
  return { reached, callers }
}

function channelsOf(flow: Flow): Channel[] {
  const written = [...flow.actions.values()].some(({ Type }) => Type === 'ShowView' || Type === 'Wait')
  return written ? ['CHAT', 'CHAT', 'TASK', 'VOICE'] : ['VOICE', 'VOICE', 'VOICE', 'CHAT', 'TASK']
}

function isModule(flow: Flow, id: string): boolean {
  return [...flow.actions.values()].some(
    ({ Type, Parameters }) =>
      Type === 'InvokeFlowModule' &&
      (Parameters.FlowModuleId === id || String(Parameters.FlowModuleId).startsWith('$')),
  )
}
