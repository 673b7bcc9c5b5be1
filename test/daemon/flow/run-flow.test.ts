// The engine: which way a flow goes, what it logs, what moves on to another flow.
import t from 'tap'
import { ParticipantError } from '../../../daemon/flow/host.ts'
import { runFlow } from '../../../daemon/flow/run-flow.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { FakeHost } from './fake-host.ts'
import { type Block, bye, check, end, flowOf, say, testResources } from './flow-text.ts'
import { run } from './run-support.ts'

t.test('the flow log names blocks as the console does, each of those that are one action', async (t) => {
  const entry = {
    StoreInput: 'True',
    InputTimeLimitSeconds: '5',
    InputValidation: { CustomValidation: { MaximumLength: '4' } },
  }
  const ask = (id: string, parameters: Record<string, unknown>, next: string): Block => ({
    id,
    type: 'GetParticipantInput',
    parameters,
    next,
    errors: { NoMatchingError: next, InputTimeLimitExceeded: next },
  })
  const stream = (id: string, state: string, next: string): Block => ({
    id,
    type: 'UpdateContactMediaStreamingBehavior',
    parameters: { MediaStreamingState: state },
    next,
    errors: { NoMatchingError: next },
  })
  const { host } = await run([
    ask('menu', { Text: 'x', InputTimeLimitSeconds: '5' }, 'entry'),
    ask('entry', { Text: 'x', ...entry }, 'on'),
    stream('on', 'Enabled', 'off'),
    stream('off', 'Disabled', 'bye'),
    bye,
  ])
  t.same(
    host.logged.map(({ ContactFlowModuleType }) => ContactFlowModuleType),
    ['GetUserInput', 'StoreUserInput', 'StartMediaStreaming', 'StopMediaStreaming', 'Disconnect'],
  )
})

t.test('from start to the hang-up', async (t) => {
  const { end, path, host } = await run([say('hello', 'Hello $.CustomerEndpoint.DisplayName', 'bye'), bye])
  t.same(end, { type: 'disconnect' })
  t.same(path, ['hello', 'bye'])
  t.same(host.participant?.heard, ['Hello Ada'])
})

t.test('the first true condition wins', async (t) => {
  const blocks = [
    check(
      'a',
      '$.Channel',
      { 'TextStartsWith V': 'end', 'Equals VOICE': 'bye' },
      { errors: { NoMatchingCondition: 'bye' } },
    ),
    bye,
    end,
  ]
  t.same((await run(blocks)).path, ['a', 'end'])
})

t.test('no condition true: NoMatchingCondition, before NextAction', async (t) => {
  const conditions = { 'Equals CHAT': 'end' }
  t.same(
    (
      await run([
        check('a', '$.Channel', conditions, { errors: { NoMatchingCondition: 'bye' }, next: 'end' }),
        bye,
        end,
      ])
    ).path,
    ['a', 'bye'],
  )
  t.same((await run([check('a', '$.Channel', conditions, { next: 'end' }), bye, end])).path, ['a', 'end'])
  t.match((await run([check('a', '$.Channel', conditions, { errors: { NoMatchingError: 'end' } }), bye, end])).end, {
    type: 'failed',
    identifier: 'a',
    reason: 'no branch for "VOICE"',
  })
})

t.test('a value without data is equal to nothing', async (t) => {
  const blocks = [
    check(
      'a',
      '$.Attributes.none',
      { 'NumberLessThan 5': 'end', 'Equals undefined': 'end' },
      { errors: { NoMatchingCondition: 'bye' } },
    ),
    bye,
    end,
  ]
  t.same((await run(blocks)).path, ['a', 'bye'])
})

const setQueue = (errors: Record<string, string>): Block => ({
  id: 'set',
  type: 'UpdateContactTargetQueue',
  parameters: { QueueId: '$.Attributes.none' },
  next: 'end',
  errors,
})

t.test('an error takes its own branch, else NoMatchingError, else the flow fails', async (t) => {
  const host = new FakeHost()
  host.room = 'atCapacity'
  const transfer = (errors: Record<string, string>): Block => ({
    id: 'to',
    type: 'TransferContactToQueue',
    errors,
    next: 'end',
  })
  t.same((await run([transfer({ QueueAtCapacity: 'bye', NoMatchingError: 'end' }), bye, end], { host })).path, [
    'to',
    'bye',
  ])
  t.same((await run([transfer({ NoMatchingError: 'end' }), end])).end, { type: 'queued' })
  t.same((await run([setQueue({ NoMatchingError: 'bye' }), bye, end])).path, ['set', 'bye'])
  t.match((await run([setQueue({ QueueAtCapacity: 'bye' }), bye, end])).end, { type: 'failed', identifier: 'set' })
})

t.test('a prompt of an older export, without an error branch, goes on when it fails', async (t) => {
  const host = new FakeHost()
  host.participant!.fault = new ParticipantError('promptMissing', 'no such prompt')
  t.same((await run([say('hello', 'x', 'bye'), bye], { host })).end, { type: 'disconnect' })
  const { path } = await run([say('hello', 'x', 'bye', { NoMatchingError: 'end' }), bye, end], { host })
  t.same(path.slice(-2), ['hello', 'end'])
})

t.test('an action that throws takes its error branch, and is told as a defect', async (t) => {
  const host = new FakeHost()
  const defects: string[] = []
  Object.assign(host, {
    reportDefect: (identifier: string, reason: string) => defects.push(`${identifier}: ${reason}`),
  })
  host.participant!.fault = new TypeError('a bug')
  const { path } = await run([say('hello', 'x', 'bye', { NoMatchingError: 'end' }), bye, end], { host })
  t.same(path, ['hello', 'end'])
  t.match(host.logged[0]?.Results, /a bug/)
  t.same(defects, ['hello: a bug'])
})

t.test('an action that throws and has no error branch ends its own flow, with its name', async (t) => {
  const broken = new FakeHost()
  broken.setTargetQueue = () => {
    throw new Error('the host broke')
  }
  const block: Block = { id: 'set', type: 'UpdateContactTargetQueue', parameters: { QueueId: 'Sales' }, next: 'bye' }
  t.match((await run([block, bye], { host: broken })).end, {
    type: 'failed',
    identifier: 'set',
    reason: 'NoMatchingError has no branch: the host broke',
  })
})

t.test('an action this box does not have takes its error branch', async (t) => {
  const blocks: Block[] = [
    { id: 'task', type: 'CreateTask', next: 'end', errors: { NoMatchingError: 'bye' } },
    bye,
    end,
  ]
  t.same((await run(blocks)).path, ['task', 'bye'])
})

t.test('a flow without an action to go on with fails', async (t) => {
  t.match((await run([say('hello', 'x', '')])).end, {
    type: 'failed',
    identifier: 'hello',
    reason: 'has no NextAction',
  })
})

t.test('nobody on the line: prompts take the error branch, a hang-up only ends the flow', async (t) => {
  const host = new FakeHost()
  host.participant = undefined
  const { end: ended, path } = await run([say('hello', 'x', 'end', { NoMatchingError: 'bye' }), bye, end], { host })
  t.same(path, ['hello', 'bye'])
  t.same(ended, { type: 'ended' })
})

t.test('blocks for calls take the error branch in a chat', async (t) => {
  const host = new FakeHost()
  host.channel = 'CHAT'
  const ask: Block = {
    id: 'ask',
    type: 'GetParticipantInput',
    parameters: { Text: 'x', InputTimeLimitSeconds: '5' },
    next: 'end',
    errors: { NoMatchingError: 'bye' },
  }
  t.same((await run([ask, bye, end], { host })).path, ['ask', 'bye'])
})

t.test('another flow: attributes of the contact stay, those of the flow are gone', async (t) => {
  const set = (id: string, next: string): Block => ({
    id,
    type: 'UpdateFlowAttributes',
    parameters: { FlowAttributes: { step: { Value: '1' } } },
    next,
  })
  const keep: Block = {
    id: 'keep',
    type: 'UpdateContactAttributes',
    parameters: { Attributes: { kept: 'yes' } },
    next: 'go',
  }
  const go: Block = {
    id: 'go',
    type: 'TransferToFlow',
    parameters: { ContactFlowId: 'Other flow' },
    next: 'bye',
    errors: { NoMatchingError: 'bye' },
  }
  const other = flowOf(
    [say('second', 'flow $.FlowAttributes.step, contact $.Attributes.kept', 'bye'), bye],
    {},
    'other.json',
  )
  const {
    host,
    path,
    end: ended,
  } = await run([set('set', 'keep'), keep, go, bye], { flows: new Map([['other', other]]) })
  t.same(path, ['set', 'keep', 'go', 'second', 'bye'])
  t.same(host.participant?.heard, ['flow , contact yes'])
  t.same(ended, { type: 'disconnect' })
  t.same(host.ran, ['test began', 'test TRANSFERED_TO_FLOW', 'other began', 'other DISCONNECTED_PARTICIPANT'])
  t.equal(host.logged[3]?.ContactFlowName, 'other')
  t.same((await run([go, bye])).path, ['go', 'bye'], 'a flow that is known but gone')
  const queue = flowOf([bye], { type: 'customerQueue' }, 'other.json')
  t.same((await run([go, bye], { flows: new Map([['other', queue]]) })).path, ['go', 'bye'], 'a flow of another kind')
})

t.test('loop counters of two flows with the same names do not mix', async (t) => {
  const loop = (done: string): Block => ({
    id: 'Loop',
    type: 'Loop',
    parameters: { LoopCount: '1' },
    conditions: { ContinueLooping: 'go', DoneLooping: done },
  })
  const go: Block = {
    id: 'go',
    type: 'TransferToFlow',
    parameters: { ContactFlowId: 'other' },
    errors: { NoMatchingError: 'bye' },
  }
  const again: Block = { id: 'go', type: 'MessageParticipant', parameters: { Text: 'once' }, next: 'bye' }
  const other = flowOf([loop('bye'), again, bye], {}, 'other.json')
  const { host } = await run([loop('bye'), go, bye], { flows: new Map([['other', other]]) })
  t.same(host.participant?.heard, ['once'])
})

t.test('the flow log has one entry a block, in the shape of the service', async (t) => {
  const clock = new MockClock(Date.UTC(2026, 0, 5, 10, 0, 0))
  const { host } = await run(
    [say('hello', 'Hello $.CustomerEndpoint.DisplayName', 'check'), check('check', '$.Channel', { VOICE: 'bye' }), bye],
    { clock },
  )
  t.same(host.logged, [
    {
      ContactId: 'contact-1',
      ContactFlowId: 'arn:aws:connect:local:000000000000:instance/cordboard/contact-flow/test',
      ContactFlowName: 'test',
      ContactFlowModuleType: 'PlayPrompt',
      Identifier: 'hello',
      Timestamp: '2026-01-05T10:00:00.000Z',
      Parameters: { Text: 'Hello Ada' },
    },
    {
      ...host.logged[1],
      ContactFlowModuleType: 'CheckAttribute',
      Identifier: 'check',
      Parameters: { ComparisonValue: 'VOICE' },
      Results: 'VOICE',
    },
    { ...host.logged[2], ContactFlowModuleType: 'Disconnect', Identifier: 'bye', Parameters: {} },
  ])
})

t.test('no log without logging; the block that switches it is logged itself', async (t) => {
  const host = new FakeHost()
  const logging = (id: string, behavior: string, next: string): Block => ({
    id,
    type: 'UpdateFlowLoggingBehavior',
    parameters: { FlowLoggingBehavior: behavior },
    next,
  })
  const blocks = [
    say('1', 'x', '2'),
    logging('2', 'Enabled', '3'),
    say('3', 'x', '4'),
    logging('4', 'Disabled', '5'),
    say('5', 'x', 'bye'),
    bye,
  ]
  await runFlow({
    flow: flowOf(blocks),
    host,
    flows: new Map(),
    resources: testResources,
    signal: new AbortController().signal,
    clock: new MockClock(),
  })
  t.same(
    host.logged.map(({ Identifier }) => Identifier),
    ['2', '3', '4'],
  )
})
