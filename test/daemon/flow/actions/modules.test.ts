// Modules: in and back, with input and result, and what they can see of their caller.
import t from 'tap'
import type { Flow } from '../../../../daemon/flow/flow.ts'
import { loadFlow } from '../../../../daemon/flow/load-flow.ts'
import { createFlowResources } from '../../../../daemon/flow/resources.ts'
import { FakeHost } from '../fake-host.ts'
import { type Block, bye, end, flowText, say } from '../flow-text.ts'
import { run } from '../run-support.ts'
import { can, checkTable } from './action-table.ts'

function moduleOf(id: string, blocks: Block[]): Flow {
  const text = flowText(blocks).replace('"StartAction"', '"Settings": {}, "StartAction"')
  const { flow } = loadFlow(text, `${id}.json`)
  if (flow?.type !== 'MODULE') throw new Error('the test module is none')
  return flow
}

const giveBack = (parameters: Record<string, unknown> = {}): Block => ({
  id: 'back',
  type: 'EndFlowModuleExecution',
  parameters,
})
const into = (parameters: Record<string, unknown>, rest: Partial<Block> = {}): Block => ({
  id: 'into',
  type: 'InvokeFlowModule',
  parameters,
  next: 'after',
  errors: { NoMatchingError: 'end' },
  ...rest,
})
const after = say('after', 'back: $.Modules.Result $.Modules.ResultData.n', 'bye')

async function call(modules: Flow[], blocks: Block[], host = new FakeHost(), rest = {}) {
  const flows = new Map(modules.map((flow) => [flow.id, flow]))
  const resources = createFlowResources({
    flows: modules,
    queues: [{ id: 'q-sales', name: 'Sales', arn: 'arn:q' }],
    functions: [{ id: 'lookup', name: 'lookup', arn: 'arn:lookup' }],
  })
  return run([...blocks, bye, end], { host, flows, resources, ...rest })
}

t.test('in and back', async (t) => {
  const { path, host } = await call(
    [moduleOf('m', [say('hello', 'inside', 'back'), giveBack()])],
    [into({ FlowModuleId: 'm' }), after],
  )
  t.same(path, ['into', 'hello', 'back', 'after', 'bye'])
  t.same(host.participant?.heard, ['inside', 'back:  '])
  t.same(
    host.logged.map(({ ContactFlowName }) => ContactFlowName),
    ['test', 'm', 'm', 'test', 'test'],
  )
})

t.test('what begins and how it ends is told: flow and modules, innermost first', async (t) => {
  const inner = moduleOf('inner', [giveBack()])
  const outer = moduleOf('outer', [into({ FlowModuleId: 'inner' }, { next: 'back' }), giveBack(), end])
  const { host } = await call([inner, outer], [into({ FlowModuleId: 'outer' }), after])
  t.same(host.ran, [
    'test began',
    'outer began',
    'inner began',
    'inner RETURNED_TO_FLOW',
    'outer RETURNED_TO_FLOW',
    'test DISCONNECTED_PARTICIPANT',
  ])
  const broken = moduleOf('broken', [
    { id: 'set', type: 'UpdateContactTargetQueue', parameters: { QueueId: 'nothing' }, next: 'back' },
    giveBack(),
  ])
  t.same((await call([broken], [into({ FlowModuleId: 'broken' }), after])).host.ran, [
    'test began',
    'broken began',
    'broken DROPPED',
    'test ENDED_FLOW_EXECUTION',
  ])
})

t.test('with a version, by attribute, and not there', async (t) => {
  const m = moduleOf('m', [giveBack()])
  const host = new FakeHost()
  host.attributes.module = 'm:live'
  t.match((await call([m], [into({ FlowModuleId: 'm:$LATEST' }), after])).path, ['into', 'back', 'after'])
  t.match((await call([m], [into({ FlowModuleId: '$.Attributes.module' }), after], host)).path, ['into', 'back'])
  t.match((await call([m], [into({ FlowModuleId: 'n' }), after])).path, ['into', 'end'])
  t.match((await call([m], [into({}), after])).path, ['into', 'end'])
})

t.test('a flow that is no module', async (t) => {
  const { flow } = loadFlow(flowText([bye]), 'other.json')
  t.match((await call([flow!], [into({ FlowModuleId: 'other' }), after])).path, ['into', 'end'])
})

t.test('input goes in, result and data come back and choose the branch', async (t) => {
  const m = moduleOf('m', [
    say('hello', 'got $.Modules.Input.who and $.Modules.Input.n', 'back'),
    giveBack({ Result: 'Found', ResultData: { n: '$.Modules.Input.n' } }),
  ])
  const invoke = into(
    { FlowModuleId: 'm', Input: { who: '$.CustomerEndpoint.DisplayName', n: 7 } },
    { conditions: { Missing: 'end', Found: 'after' } },
  )
  const { host, path } = await call([m], [invoke, after])
  t.same(path, ['into', 'hello', 'back', 'after', 'bye'])
  t.same(host.participant?.heard, ['got Ada and 7', 'back: Found 7'])
})

t.test('a result without a branch', async (t) => {
  const m = moduleOf('m', [giveBack({ Result: 'Odd' })])
  const conditions = { Found: 'after' }
  const errors = { NoMatchingCondition: 'after', NoMatchingError: 'end' }
  t.match((await call([m], [into({ FlowModuleId: 'm' }, { conditions, errors }), after])).path, [
    'into',
    'back',
    'after',
  ])
})

t.test('a module sees no results of its caller, and its own are gone afterwards', async (t) => {
  const host = new FakeHost()
  let calls = 0
  can(host, { invokeFunction: async () => ({ ok: true, result: { from: `call ${++calls}` } }) })
  const invoke = (id: string, next: string): Block => ({
    id,
    type: 'InvokeLambdaFunction',
    parameters: { LambdaFunctionARN: 'lookup', InvocationTimeLimitSeconds: '3' },
    next,
    errors: { NoMatchingError: 'end' },
  })
  const m = moduleOf('m', [
    say('look', 'in: $.External.from', 'fetch'),
    { ...invoke('fetch', 'set'), errors: {} },
    {
      id: 'set',
      type: 'UpdateContactAttributes',
      parameters: { Attributes: { own: '$.External.from' } },
      next: 'back',
    },
    giveBack(),
  ])
  const { path } = await call(
    [m],
    [invoke('first', 'into'), into({ FlowModuleId: 'm' }), say('after', '$.External.from, $.Attributes.own', 'bye')],
    host,
  )
  t.match(path, ['first', 'into', 'look', 'fetch', 'set', 'back', 'after'])
  t.same(host.participant?.heard, ['in: ', 'call 1, call 2'])
})

t.test('modules in modules, five deep and no deeper', async (t) => {
  const depth = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      moduleOf(`m${index}`, [
        index === count - 1
          ? say('go', `deepest ${index}`, 'back')
          : { id: 'go', type: 'InvokeFlowModule', parameters: { FlowModuleId: `m${index + 1}` }, next: 'back' },
        giveBack(),
      ]),
    )
  const five = await call(depth(5), [into({ FlowModuleId: 'm0' }), after])
  t.match(five.host.participant?.heard, ['deepest 4'])
  const six = await call(depth(6), [into({ FlowModuleId: 'm0' }), after])
  t.same(six.host.participant?.heard, [], 'the error comes out at the first block that has a branch for it')
  t.equal(six.path.at(-1), 'end')
})

t.test('a module that calls itself for ever', async (t) => {
  const m = moduleOf('m', [
    { id: 'go', type: 'InvokeFlowModule', parameters: { FlowModuleId: 'm' }, next: 'back' },
    giveBack(),
  ])
  t.equal((await call([m], [into({ FlowModuleId: 'm' }), after])).path.at(-1), 'end')
})

t.test('a block of a module that fails without a branch is an error of the module', async (t) => {
  const m = moduleOf('m', [
    { id: 'set', type: 'UpdateContactTargetQueue', parameters: { QueueId: 'nothing' }, next: 'back' },
    giveBack(),
  ])
  t.same((await call([m], [into({ FlowModuleId: 'm' }), after])).path, ['into', 'set', 'end'])
  const without = await call([m], [into({ FlowModuleId: 'm' }, { errors: {} }), after])
  t.match(without.end, { type: 'failed', identifier: 'set' })
})

t.test('a hang-up in a module hangs up', async (t) => {
  const { end: ended } = await call([moduleOf('m', [bye])], [into({ FlowModuleId: 'm' }), after])
  t.same(ended, { type: 'disconnect' })
})

t.test('a module that goes round for ever ends the flow, whatever branches there are', async (t) => {
  const m = moduleOf('m', [
    { id: 'a', type: 'Compare', parameters: { ComparisonValue: '$.Channel' }, conditions: { VOICE: 'a' } },
  ])
  const host = new FakeHost()
  host.log = () => undefined
  t.match((await call([m], [into({ FlowModuleId: 'm' }), after], host)).end, { type: 'failed', reason: /goes round/ })
})

t.test('a flow that returns from nowhere fails', async (t) => {
  t.match((await run([giveBack()])).end, { type: 'failed', reason: 'no module is to be left here' })
})

checkTable('InvokeFlowModule', [
  [{ FlowModuleId: '$.Attributes.m' }, undefined],
  [{ FlowModuleId: '$.Attributes.m', Input: { a: 'b' } }, undefined],
  [{ FlowModuleId: 'other' }, /must be MODULE/],
  [{ FlowModuleId: 'nothing' }, /no flow nothing/],
  [{}, /FlowModuleId is missing/],
  [{ FlowModuleId: '$.Attributes.m', Input: ['a'] }, /Input is no map/],
])
checkTable('EndFlowModuleExecution', [[{}, /not allowed in a flow of type CONTACT_FLOW/]])
checkTable(
  'EndFlowModuleExecution',
  [
    [{ Result: 'Found', ResultData: { a: '$.External' } }, undefined],
    [{ Output: 'x' }, /^warning Parameters.Output/],
  ],
  'module',
)
