// Actions that choose a path: parameters, conditions and errors, a table each.
import t from 'tap'
import { FakeHost } from '../fake-host.ts'
import { run } from '../run-support.ts'
import { checkTable, table } from './action-table.ts'

const attributes = (of: Record<string, string>) => (host: FakeHost) => void Object.assign(host.attributes, of)

table('Compare', [
  {
    what: 'the same text',
    parameters: { ComparisonValue: '$.Attributes.a' },
    conditions: ['x', 'y'],
    given: attributes({ a: 'y' }),
    leads: '= y',
    result: 'y',
  },
  {
    what: 'no condition true',
    parameters: { ComparisonValue: '$.Attributes.a' },
    conditions: ['x'],
    given: attributes({ a: 'X' }),
    leads: 'NoMatchingCondition',
  },
  {
    what: 'no data',
    parameters: { ComparisonValue: '$.Attributes.a' },
    conditions: ['x', 'undefined'],
    leads: 'NoMatchingCondition',
  },
  {
    what: 'a number',
    parameters: { ComparisonValue: '$.Attributes.a' },
    conditions: ['NumberGreaterThan 10'],
    given: attributes({ a: '11' }),
    leads: '= NumberGreaterThan 10',
  },
  {
    what: 'against another attribute',
    parameters: { ComparisonValue: '$.Attributes.a' },
    conditions: ['$.Attributes.b'],
    given: attributes({ a: '7', b: '7' }),
    leads: '= $.Attributes.b',
  },
  {
    what: 'the working queue',
    parameters: { ComparisonValue: '$.Queue.Name' },
    conditions: ['name of q-sales'],
    given: (host) => Object.assign(host, { queueId: 'q-sales' }),
    leads: '= name of q-sales',
  },
])
checkTable('Compare', [
  [{ ComparisonValue: '$.Attributes.a' }, undefined, ['x']],
  [{ ComparisonValue: 'a' }, /no reference/, ['x']],
  [{}, /no reference/],
])

table('CheckHoursOfOperation', [
  {
    what: 'open, by the hours of the queue',
    parameters: {},
    conditions: ['True', 'False'],
    leads: '= True',
    shows: (host, t) => t.same(host.hoursAsked, [undefined]),
  },
  {
    what: 'closed',
    parameters: {},
    conditions: ['True', 'False'],
    given: (host) => Object.assign(host, { open: false }),
    leads: '= False',
  },
  {
    what: 'hours by name',
    parameters: { HoursOfOperationId: 'Office hours' },
    conditions: ['True', 'False'],
    leads: '= True',
    shows: (host, t) => t.same(host.hoursAsked, ['h-office']),
  },
  {
    what: 'hours that are not there',
    parameters: { HoursOfOperationId: 'Night' },
    conditions: ['True', 'False'],
    leads: 'NoMatchingError',
    shows: (host, t) => t.same(host.hoursAsked, []),
  },
  {
    what: 'no working queue',
    parameters: {},
    conditions: ['True', 'False'],
    given: (host) => Object.assign(host, { open: undefined }),
    leads: 'NoMatchingError',
  },
])
checkTable('CheckHoursOfOperation', [
  [{}, undefined, ['True', 'False']],
  [{}, /branch False is missing/, ['True']],
  [{ HoursOfOperationId: 'Night' }, /no hours Night/, ['True', 'False']],
])

table('Loop', [
  {
    what: 'the first time',
    parameters: { LoopCount: '2' },
    conditions: ['ContinueLooping', 'DoneLooping'],
    leads: '= ContinueLooping',
  },
  {
    what: 'no times',
    parameters: { LoopCount: '0' },
    conditions: ['ContinueLooping', 'DoneLooping'],
    leads: '= DoneLooping',
  },
  {
    what: 'as often as an attribute says',
    parameters: { LoopCount: '$.Attributes.n' },
    conditions: ['ContinueLooping', 'DoneLooping'],
    given: attributes({ n: '0' }),
    leads: '= DoneLooping',
  },
  {
    what: '101 times',
    parameters: { LoopCount: 101 },
    conditions: ['ContinueLooping', 'DoneLooping'],
    leads: 'NoMatchingError',
  },
  {
    what: 'half a time',
    parameters: { LoopCount: '0.5' },
    conditions: ['ContinueLooping', 'DoneLooping'],
    leads: 'NoMatchingError',
  },
  {
    what: 'no data',
    parameters: { LoopCount: '$.Attributes.n' },
    conditions: ['ContinueLooping', 'DoneLooping'],
    leads: 'NoMatchingError',
  },
])
checkTable('Loop', [
  [{ LoopCount: '3' }, undefined, ['ContinueLooping', 'DoneLooping']],
  [{ LoopCount: '101' }, /from 0 to 100|LoopCount is "101"/, ['ContinueLooping', 'DoneLooping']],
  [{}, /LoopCount is missing/, ['ContinueLooping', 'DoneLooping']],
  [{ LoopCount: '3' }, /branch DoneLooping is missing/, ['ContinueLooping']],
])

t.test('Loop: N times round, once done, then from the start', async (t) => {
  const host = new FakeHost()
  const { path } = await run(
    [
      {
        id: 'loop',
        type: 'Loop',
        parameters: { LoopCount: '2' },
        conditions: { ContinueLooping: 'again', DoneLooping: 'once more' },
      },
      { id: 'again', type: 'MessageParticipant', parameters: { Text: 'again' }, next: 'loop' },
      {
        id: 'once more',
        type: 'Compare',
        parameters: { ComparisonValue: '$.Attributes.done' },
        conditions: { yes: 'bye' },
        errors: { NoMatchingCondition: 'mark' },
      },
      { id: 'mark', type: 'UpdateContactAttributes', parameters: { Attributes: { done: 'yes' } }, next: 'loop' },
      { id: 'bye', type: 'DisconnectParticipant' },
    ],
    { host },
  )
  t.equal(path.filter((id) => id === 'again').length, 4, 'two rounds of two')
})

table('DistributeByPercentage', [
  {
    what: 'the lowest draw',
    parameters: {},
    conditions: ['NumberLessThan 4', 'NumberLessThan 10'],
    random: 0,
    leads: '= NumberLessThan 4',
    result: '1',
  },
  {
    what: 'the last of the first share',
    parameters: {},
    conditions: ['NumberLessThan 4', 'NumberLessThan 10'],
    random: 0.0299,
    leads: '= NumberLessThan 4',
    result: '3',
  },
  {
    what: 'the first of the second share',
    parameters: {},
    conditions: ['NumberLessThan 4', 'NumberLessThan 10'],
    random: 0.03,
    leads: '= NumberLessThan 10',
    result: '4',
  },
  {
    what: 'the highest draw',
    parameters: {},
    conditions: ['NumberLessThan 4', 'NumberLessThan 100'],
    random: 0.9999,
    leads: 'NoMatchingCondition',
    result: '100',
  },
])
checkTable('DistributeByPercentage', [
  [{}, undefined, ['NumberLessThan 4']],
  [{}, /operator is NumberGreaterThan/, ['NumberGreaterThan 4']],
])

table('TransferToFlow', [
  { what: 'a flow that is not there', parameters: { ContactFlowId: 'nothing' }, leads: 'NoMatchingError' },
  { what: 'no data', parameters: { ContactFlowId: '$.Attributes.flow' }, leads: 'NoMatchingError' },
  { what: 'a flow that is known but not loaded', parameters: { ContactFlowId: 'other' }, leads: 'NoMatchingError' },
])
checkTable('TransferToFlow', [
  [{ ContactFlowId: 'Other flow' }, undefined],
  [{ ContactFlowId: 'Queue music' }, /of type CUSTOMER_QUEUE/],
  [{}, /ContactFlowId is missing/],
])

table('EndFlowExecution', [{ what: 'ends the flow, not the contact', parameters: {}, leads: 'ended' }])

table('UpdateFlowLoggingBehavior', [
  {
    what: 'on',
    parameters: { FlowLoggingBehavior: 'Enabled' },
    leads: 'next',
    shows: (host, t) => t.equal(host.flowLogging, true),
  },
  {
    what: 'a word that is none',
    parameters: { FlowLoggingBehavior: 'Maybe' },
    leads: 'NoMatchingError',
    shows: (host, t) => t.equal(host.flowLogging, true),
  },
])
checkTable('UpdateFlowLoggingBehavior', [
  [{ FlowLoggingBehavior: 'Disabled' }, undefined],
  [{ FlowLoggingBehavior: 'Off' }, /FlowLoggingBehavior is "Off"/],
  [{}, /is missing/],
])

const value = (of: unknown) => ({ FlowAttributes: { step: of } })
table('UpdateFlowAttributes', [
  { what: 'a value', parameters: value({ Value: '$.Channel' }), leads: 'next' },
  { what: 'a key with a dot', parameters: { FlowAttributes: { 'a.b': { Value: 'x' } } }, leads: 'NoMatchingError' },
  { what: 'no map', parameters: {}, leads: 'NoMatchingError' },
  { what: 'too much', parameters: value({ Value: 'x'.repeat(33_000) }), leads: 'NoMatchingError', result: /32 KB/ },
])
checkTable('UpdateFlowAttributes', [
  [value({ Value: 'x', Type: 'String' }), undefined],
  [value('x'), /"step" has no Value/],
  [{}, /FlowAttributes is no map/],
])

t.test('UpdateFlowAttributes: read by later blocks of the same flow', async (t) => {
  const { host } = await run([
    { id: 'set', type: 'UpdateFlowAttributes', parameters: value({ Value: 'on $.Channel' }), next: 'say' },
    { id: 'say', type: 'MessageParticipant', parameters: { Text: 'You are $.FlowAttributes.step' }, next: 'bye' },
    { id: 'bye', type: 'DisconnectParticipant' },
  ])
  t.same(host.participant?.heard, ['You are on VOICE'])
})
