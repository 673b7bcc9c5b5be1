// Flow files as people bring them: sound ones become flows, each fault has its code, its place and its mend.
import t from 'tap'
import { loadFlow } from '../../../daemon/flow/load-flow.ts'
import { flowText } from './flow-text.ts'

const hello = { id: 'hello', type: 'MessageParticipant', parameters: { Text: 'Hello' }, next: 'bye' }
const bye = { id: 'bye', type: 'DisconnectParticipant' }

t.test('an export becomes a flow', async (t) => {
  const text = flowText([hello, bye], {
    name: 'Main flow',
    type: 'contactFlow',
    ActionMetadata: { hello: { parameters: { PromptId: { displayName: 'welcome.wav' } } } },
  })
  const { flow, faults } = loadFlow(text, 'flows/main.json', { instanceArn: 'arn:aws:connect:local:1:instance/i' })
  t.same(faults, [])
  t.match(flow, {
    id: 'main',
    name: 'Main flow',
    arn: 'arn:aws:connect:local:1:instance/i/contact-flow/main',
    type: 'CONTACT_FLOW',
    startAction: 'hello',
  })
  t.same([...(flow?.actions.keys() ?? [])], ['hello', 'bye'])
  t.equal(flow?.displayNames.get('hello')?.get('PromptId'), 'welcome.wav')
  const lines = text.split('\n')
  const line = lines.findIndex((one) => one.includes('DisconnectParticipant'))
  const place = { line: line + 1, column: (lines[line]?.indexOf('"DisconnectParticipant"') ?? 0) + 1 }
  t.same(flow?.source?.locate(['Actions', 1, 'Type']), place)
})

t.test('what exports leave out is filled in', async (t) => {
  const text = JSON.stringify({
    Version: '2019-10-30',
    StartAction: 'a',
    Actions: [
      {
        Identifier: 'a',
        Type: 'DistributeByPercentage',
        Transitions: {
          NextAction: 'b',
          Conditions: [{ NextAction: 'b', Condition: { Operator: 'NumberLessThan', Operands: [50] } }],
        },
      },
      { Identifier: 'b', Type: 'DisconnectParticipant' },
    ],
  })
  const { flow, faults } = loadFlow(`\uFEFF${text}`, 'a.json')
  t.same(faults, [], 'also behind a byte order mark')
  t.same(flow?.actions.get('a')?.Parameters, {})
  t.same(flow?.actions.get('a')?.Transitions.Conditions?.[0]?.Condition.Operands, ['50'])
  t.same(flow?.actions.get('b')?.Transitions, {})
})

t.test('every type of flow, as exports write it', async (t) => {
  const end = [{ id: 'end', type: 'UpdateFlowLoggingBehavior', parameters: { FlowLoggingBehavior: 'Enabled' } }]
  const types: [string, string][] = [
    ['contactFlow', 'CONTACT_FLOW'],
    ['customerQueue', 'CUSTOMER_QUEUE'],
    ['customerHold', 'CUSTOMER_HOLD'],
    ['agentHold', 'AGENT_HOLD'],
    ['customerWhisper', 'CUSTOMER_WHISPER'],
    ['agentWhisper', 'AGENT_WHISPER'],
    ['outboundWhisper', 'OUTBOUND_WHISPER'],
    ['agentTransfer', 'AGENT_TRANSFER'],
    ['queueTransfer', 'QUEUE_TRANSFER'],
  ]
  for (const [written, type] of types) t.equal(loadFlow(flowText(end, { type: written }), 'x.json').flow?.type, type)
  const module = flowText(end).replace('"StartAction"', '"Settings": {}, "StartAction"')
  t.equal(loadFlow(module, 'x.json').flow?.type, 'MODULE')
})

t.test('a flow that does not tell its type', async (t) => {
  const wait = { id: 'wait', type: 'MessageParticipantIteratively', parameters: { Messages: [{ Text: 'Hold' }] } }
  const end = { id: 'wait', type: 'EndFlowExecution' }
  const typeOf = (block: typeof wait | typeof end, file: string) => loadFlow(flowText([block]), file)
  t.equal(typeOf(wait, 'a.json').flow?.type, 'CUSTOMER_QUEUE', 'by its actions')
  t.equal(typeOf(wait, 'my_agent_hold.json').flow?.type, 'AGENT_HOLD', 'by its name')
  t.equal(typeOf(end, 'a.json').flow?.type, 'AGENT_WHISPER')
  t.equal(typeOf(wait, 'agent-whisper.json').flow?.type, 'CUSTOMER_QUEUE', 'not against its actions')
  t.match(typeOf(wait, 'a.json').faults, [{ code: 'FLOW-113', severity: 'warning' }])
})

t.test('older spellings of resource names', async (t) => {
  const names = (block: Record<string, unknown>) =>
    Object.fromEntries(
      loadFlow(flowText([bye], { ActionMetadata: { bye: block } }), 'x.json').flow?.displayNames.get('bye') ?? [],
    )
  t.same(names({ queue: { id: 'x', text: 'Support' } }), { QueueId: 'Support' })
  t.same(names({ contactFlow: { text: 'Main' } }), { ContactFlowId: 'Main', EventHooks: 'Main' })
  t.same(names({ Hours: { text: 'Office' } }), { HoursOfOperationId: 'Office' })
  t.same(names({ ContactFlow: { text: 'Main' } }), { ContactFlowId: 'Main' })
  t.same(names({ contactFlowModuleName: 'Greet' }), { FlowModuleId: 'Greet' })
  const displayed = { LexV2Bot: { AliasArn: { displayName: 'live' } } }
  t.same(names({ lexV2BotName: 'Reception', parameters: displayed }), { 'LexV2Bot.AliasArn': 'Reception' })
  t.same(names({ lexV2BotName: '' }), {}, 'of a bot by reference')
  t.same(names({ promptName: 'a.wav' }), { PromptId: 'a.wav' })
  t.same(names({ audio: [{ text: 'a.wav' }, { text: 'b.wav' }] }), {
    'Messages.0.PromptId': 'a.wav',
    'Messages.1.PromptId': 'b.wav',
  })
  t.same(names({ parameters: { EventHooks: { AgentWhisper: { displayName: 'W' } } } }), {
    'EventHooks.AgentWhisper': 'W',
  })
})

const sound = flowText([hello, bye])
const many = flowText(Array.from({ length: 251 }, (_, index) => ({ ...bye, id: `a${index}` })))
const cases: [
  what: string,
  text: string,
  code: string,
  place: { line?: number; column?: number; path?: string },
  message: RegExp,
][] = [
  ['larger than a megabyte', ' '.repeat(1_000_001), 'FLOW-101', {}, /larger than 1000000 bytes/],
  ['no JSON', sound.replace('"hello",', '"hello"'), 'FLOW-102', { line: 4, column: 3 }, /a comma or }/],
  ['nothing', '', 'FLOW-102', { line: 1, column: 1 }, /a value/],
  ['nested for ever', '['.repeat(900_000), 'FLOW-102', { line: 1 }, /deeper than/],
  ['a key twice', sound.replace('"Metadata"', '"Version"'), 'FLOW-103', { line: 4, path: '$.Version' }, /stands twice/],
  ['the older format', '{"modules": [], "start": "x"}', 'FLOW-104', { path: '$.modules' }, /older flow designer/],
  [
    'another version',
    sound.replace('2019-10-30', '2017-01-01'),
    'FLOW-105',
    { line: 2, path: '$.Version' },
    /2017-01-01/,
  ],
  ['a list', '[]', 'FLOW-106', { path: '$' }, /no JSON object/],
  ['no actions', '{"Version": "2019-10-30", "Actions": []}', 'FLOW-106', { path: '$.Actions' }, /at least one/],
  [
    'an action without a name',
    sound.replace('"Identifier": "bye",', ''),
    'FLOW-106',
    { path: '$.Actions[1].Identifier' },
    /no Identifier/,
  ],
  [
    'an action that is a text',
    '{"Version": "2019-10-30", "StartAction": "x", "Actions": ["x"]}',
    'FLOW-106',
    { path: '$.Actions[0]' },
    /no object/,
  ],
  [
    'parameters that are a list',
    sound.replace('"Parameters": {}', '"Parameters": []'),
    'FLOW-106',
    { path: '$.Actions[1].Parameters' },
    /no object/,
  ],
  [
    'operands that are an object',
    sound.replace(
      '"Conditions": []',
      '"Conditions": [{"NextAction": "bye", "Condition": {"Operator": "Equals", "Operands": {}}}]',
    ),
    'FLOW-106',
    { path: '$.Actions[0].Transitions.Conditions[0]' },
    /no list/,
  ],
  ['251 actions', many, 'FLOW-107', { path: '$.Actions' }, /251 actions/],
  [
    'a long name',
    sound.replaceAll('bye', 'b'.repeat(51)),
    'FLOW-108',
    { path: '$.Actions[1].Identifier' },
    /more than 50/,
  ],
  ['a name twice', sound.replaceAll('bye', 'hello'), 'FLOW-109', { path: '$.Actions[1].Identifier' }, /Two actions/],
  ['no start', sound.replace('"StartAction": "hello",', ''), 'FLOW-110', { line: 1, path: '$.StartAction' }, /missing/],
  [
    'a start that is no action',
    sound.replace('"StartAction": "hello"', '"StartAction": "x"'),
    'FLOW-110',
    { line: 3 },
    /"x"/,
  ],
  [
    'a start that is a prototype',
    sound.replace('"StartAction": "hello"', '"StartAction": "constructor"'),
    'FLOW-110',
    { line: 3 },
    /constructor/,
  ],
  [
    'a branch to nowhere',
    sound.replace('"NextAction": "bye"', '"NextAction": "x"'),
    'FLOW-111',
    { path: '$.Actions[0].Transitions.NextAction' },
    /goes on to "x"/,
  ],
  ['an unknown type', flowText([bye], { type: 'fancyFlow' }), 'FLOW-112', { path: '$.Metadata.type' }, /fancyFlow/],
]
for (const [what, text, code, place, message] of cases)
  t.test(`refused: ${what}`, async (t) => {
    const { faults } = loadFlow(text, 'dir/x.json')
    const fault = faults.find((one) => one.code === code)
    t.match(fault, { severity: 'error', file: 'dir/x.json', ...place, message }, JSON.stringify(faults))
    t.ok(fault?.mend)
  })

t.test('everything wrong is told at once, but not without end', async (t) => {
  const faulty = flowText([
    { ...hello, next: 'nowhere', errors: { NoMatchingError: 'neither' } },
    { ...bye, next: 'gone' },
  ])
  t.same(
    loadFlow(faulty, 'x.json').faults.map(({ path }) => path),
    [
      '$.Actions[0].Transitions.NextAction',
      '$.Actions[0].Transitions.Errors[0].NextAction',
      '$.Actions[1].Transitions.NextAction',
    ],
  )
  const errors = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`e${index}`, 'nowhere']))
  t.equal(loadFlow(flowText([{ ...hello, errors }, bye]), 'x.json').faults.length, 200)
})

t.test('names of the prototype are names like others', async (t) => {
  const { flow, faults } = loadFlow(
    flowText([
      { ...hello, id: '__proto__', next: 'constructor' },
      { ...bye, id: 'constructor' },
    ]),
    'x.json',
  )
  t.same(faults, [])
  t.equal(flow?.actions.get('__proto__')?.Type, 'MessageParticipant')
})

t.test('characters the service refuses now are a warning', async (t) => {
  const { faults } = loadFlow(flowText([{ ...bye, id: 'a/b' }]), 'x.json')
  t.match(faults, [{ code: 'FLOW-108', severity: 'warning' }])
})
