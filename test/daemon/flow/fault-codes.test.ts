// One flow for each code: the fault has its place as line, column and JSON path, a severity, and says how it is mended.
import t from 'tap'
import { type CheckFlowOptions, checkFlow } from '../../../daemon/flow/check-flow.ts'
import { type FlowFaultCode, flowFaultCodes } from '../../../daemon/flow/fault-codes.ts'
import { loadFlow } from '../../../daemon/flow/load-flow.ts'
import { type Block, bye, flowText, say, testResources } from './flow-text.ts'

const caught = { NoMatchingError: 'bye', NoMatchingCondition: 'bye' }
const sound = flowText([say('hello', 'Hello', 'bye'), bye], { type: 'contactFlow' })
const withBlock = (block: Partial<Block> & { type: string }, metadata = {}) =>
  flowText([{ id: 'a', next: 'bye', errors: caught, ...block }, bye], metadata)
const naming = (type: string, parameters: Record<string, unknown>, rest = {}) =>
  withBlock({ type, parameters, ...rest })

type Example = [
  code: keyof typeof flowFaultCodes,
  severity: 'error' | 'warning',
  path: string,
  text: string,
  options?: CheckFlowOptions,
]

const examples: Example[] = [
  ['fileTooLarge', 'error', '$', ' '.repeat(1_000_001)],
  ['notJson', 'error', '$', sound.slice(0, -3)],
  ['duplicateKey', 'error', '$.Version', sound.replace('"Metadata"', '"Version"')],
  ['legacyFormat', 'error', '$.modules', '{\n"modules": [], "start": "x"}'],
  ['wrongVersion', 'error', '$.Version', sound.replace('2019-10-30', '2020-01-01')],
  ['wrongShape', 'error', '$.Actions', '{"Version": "2019-10-30",\n"Actions": {}}'],
  ['tooManyActions', 'error', '$.Actions', flowText(Array.from({ length: 251 }, (_, n) => ({ ...bye, id: `b${n}` })))],
  ['badIdentifier', 'error', '$.Actions[1].Identifier', sound.replaceAll('bye', 'b'.repeat(51))],
  ['duplicateIdentifier', 'error', '$.Actions[1].Identifier', sound.replaceAll('bye', 'hello')],
  ['missingStartAction', 'error', '$.StartAction', sound.replace('"StartAction": "hello"', '"StartAction": "none"')],
  ['danglingTransition', 'error', '$.Actions[0].Transitions.NextAction', flowText([say('hello', 'x', 'gone')])],
  ['unknownFlowType', 'error', '$.Metadata.type', flowText([bye], { type: 'fancyFlow' })],
  ['typeInferred', 'warning', '$.Metadata', flowText([{ id: 'end', type: 'EndFlowExecution' }])],
  ['wrappedExport', 'error', '$', '{"ContactFlow": {"Content": "{}"}}'],

  ['unsupportedAction', 'warning', '$.Actions[0].Type', withBlock({ type: 'CreateContact' })],
  ['unknownAction', 'error', '$.Actions[0].Type', withBlock({ type: 'SetVoice' })],
  [
    'actionNotInFlowType',
    'error',
    '$.Actions[1].Type',
    flowText([say('a', 'x', 'bye'), bye], { type: 'agentWhisper' }),
  ],
  ['wrongParameter', 'error', '$.Actions[0].Parameters.LoopCount', naming('Loop', { LoopCount: 'often' })],
  [
    'withoutEffect',
    'warning',
    '$.Actions[0].Parameters.Volume',
    naming('MessageParticipant', { Text: 'x', Volume: '3' }),
  ],
  [
    'unconnectedBranch',
    'error',
    '$.Actions[0].Transitions.NextAction',
    naming('MessageParticipant', { Text: 'x' }, { next: '' }),
  ],
  [
    'wrongCondition',
    'error',
    '$.Actions[0].Transitions.Conditions[0].Condition.Operator',
    naming('Compare', { ComparisonValue: '$.Channel' }, { conditions: { 'Resembles VOICE': 'bye' } }),
  ],
  ['unreachable', 'warning', '$.Actions[1]', flowText([bye, say('lost', 'x', 'bye')])],
  [
    'emptyText',
    'error',
    '$.Actions[0].Parameters.Attributes.a',
    naming('UpdateContactAttributes', { Attributes: { a: '' } }),
  ],
  [
    'actionNotInChannel',
    'warning',
    '$.Actions[0].Type',
    naming('UpdatePreviousContactParticipantState', { PreviousContactParticipantState: 'OffHold' }),
    { channel: 'CHAT' },
  ],
  [
    'hookNotRun',
    'warning',
    '$.Actions[0].Parameters.EventHooks.CustomerRemaining',
    naming('UpdateContactEventHooks', { EventHooks: { CustomerRemaining: 'other' } }),
    { hooks: [] },
  ],
  [
    'missingAbility',
    'error',
    '$.Actions[0].Type',
    naming('TagContact', { Tags: { a: 'b' } }),
    { abilities: new Set() },
  ],

  [
    'unknownReference',
    'error',
    '$.Actions[0].Parameters.Text',
    naming('MessageParticipant', { Text: '$.Weather.now' }),
  ],
  ['unknownQueue', 'error', '$.Actions[0].Parameters.QueueId', naming('UpdateContactTargetQueue', { QueueId: 'x' })],
  ['unknownPrompt', 'error', '$.Actions[0].Parameters.PromptId', naming('MessageParticipant', { PromptId: 'x' })],
  ['unknownFlow', 'error', '$.Actions[0].Parameters.ContactFlowId', naming('TransferToFlow', { ContactFlowId: 'x' })],
  [
    'unknownHours',
    'error',
    '$.Actions[0].Parameters.HoursOfOperationId',
    naming('CheckHoursOfOperation', { HoursOfOperationId: 'x' }, { conditions: { True: 'bye', False: 'bye' } }),
  ],
  ['unknownAgent', 'error', '$.Actions[0].Parameters.AgentId', naming('UpdateContactTargetQueue', { AgentId: 'x' })],
  [
    'wrongFlowType',
    'error',
    '$.Actions[0].Parameters.ContactFlowId',
    naming('TransferToFlow', { ContactFlowId: 'Queue music' }),
  ],
  [
    'unknownFunction',
    'error',
    '$.Actions[0].Parameters.LambdaFunctionARN',
    naming('InvokeLambdaFunction', { LambdaFunctionARN: 'x', InvocationTimeLimitSeconds: '3' }),
  ],
  [
    'unknownBot',
    'error',
    '$.Actions[0].Parameters.LexV2Bot.AliasArn',
    naming('ConnectParticipantWithLexBot', { Text: 'x', LexV2Bot: { AliasArn: 'x' } }),
  ],
]

t.test('every code has an example', async (t) => {
  t.same(examples.map(([name]) => name).sort(), Object.keys(flowFaultCodes).sort())
})

for (const [name, severity, path, text, options] of examples)
  t.test(`${flowFaultCodes[name]} ${name}`, async (t) => {
    const { flow, faults } = loadFlow(text, 'example.json')
    if (flow) faults.push(...checkFlow(flow, testResources, options))
    const code: FlowFaultCode = flowFaultCodes[name]
    const found = faults.find((fault) => fault.code === code)
    t.match(found, { severity, path, file: 'example.json', line: Number, column: Number }, JSON.stringify(faults))
    t.ok((found?.line ?? 0) >= 1 && (found?.column ?? 0) >= 1, `at ${found?.line}:${found?.column}`)
    t.match(found?.message, /\S/)
    t.match(found?.mend, /^[A-Z].*\.$|cordboard/, 'the mend is a sentence')
    // Whatever else is told of it has its place too.
    for (const { line, column, path, mend } of faults) t.ok(line && column && path?.startsWith('$') && mend)
  })
