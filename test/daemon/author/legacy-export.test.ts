// Blocks as exports of the older designer have them, and the actions they become.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { legacyTypes } from '../../../daemon/author/legacy-blocks.ts'
import { convertLegacyExport, isLegacyExport } from '../../../daemon/author/legacy-export.ts'
import { checkFlow } from '../../../daemon/flow/check-flow.ts'
import { loadFlow } from '../../../daemon/flow/load-flow.ts'
import { testResources } from '../flow/flow-text.ts'
import { presses, trace } from './author-support.ts'

interface Module {
  id?: string
  type: string
  branches?: unknown[]
  parameters?: unknown[]
  metadata?: unknown
  target?: string
}

const bye: Module = {
  id: 'bye',
  type: 'Disconnect',
  branches: [],
  parameters: [],
  metadata: { position: { x: 9, y: 9 } },
}
const success = { condition: 'Success', transition: 'bye' }
const error = { condition: 'Error', transition: 'bye' }

function legacy(
  modules: Module[],
  metadata: unknown = { name: 'Old', description: null, type: 'contactFlow', status: 'published' },
): string {
  const list = modules.map((module) => ({
    id: 'block',
    branches: [success],
    parameters: [],
    metadata: { position: { x: 1, y: 2 } },
    ...module,
  }))
  return JSON.stringify(
    { modules: [...list, bye], version: '1', type: 'contactFlow', start: list[0]?.id, metadata },
    null,
    1,
  )
}

function convert(text: string) {
  return convertLegacyExport(JSON.parse(text), text, 'old.json')
}

interface ConvertedAction {
  Identifier: string
  Type: string
  Parameters: Record<string, unknown>
  Transitions: { NextAction?: string; Errors?: unknown[]; Conditions?: unknown[] }
}

function converted(module: Module): ConvertedAction {
  const conversion = convert(legacy([module]))
  if ('faults' in conversion) throw new Error(JSON.stringify(conversion.faults))
  const [action] = conversion.flow.Actions as ConvertedAction[]
  return action!
}

const parameter = (name: string, value: unknown, more = {}) => ({ name, value, ...more })
const say = [parameter('Text', 'Hello.', { namespace: null }), parameter('TextToSpeechType', 'text')]
const evaluate = (conditionType: string, conditionValue: unknown) => ({
  condition: 'Evaluate',
  conditionType,
  conditionValue,
  transition: 'bye',
})
interface Case {
  name: string
  block: Module
  becomes: string
  with: Record<string, unknown>
}

const cases: Case[] = parse(readFileSync(join(import.meta.dirname, 'legacy-blocks.yaml'), 'utf8'))

for (const { name, block, becomes, with: parameters } of cases)
  t.test(`${block.type}: ${name}`, async (t) => {
    const action = converted(block)
    t.equal(action.Type, becomes)
    t.same(action.Parameters, parameters)
  })

t.test('every block type has a case here', async (t) => {
  const covered = new Set(cases.map(({ block }) => block.type))
  t.same(
    legacyTypes.filter((type) => !covered.has(type)),
    [],
  )
})

t.test('branches: conditions, errors, and the default as the console writes it', async (t) => {
  const menu = converted({
    type: 'GetUserInput',
    target: 'Digits',
    parameters: say,
    branches: [
      evaluate('Equals', '1'),
      { condition: 'Timeout', transition: 'late' },
      { condition: 'NoMatch', transition: 'none' },
      { condition: 'Error', transition: 'wrong' },
    ],
  })
  t.same(menu.Transitions, {
    NextAction: 'none',
    Errors: [
      { NextAction: 'late', ErrorType: 'InputTimeLimitExceeded' },
      { NextAction: 'none', ErrorType: 'NoMatchingCondition' },
      { NextAction: 'wrong', ErrorType: 'NoMatchingError' },
    ],
    Conditions: [{ NextAction: 'bye', Condition: { Operator: 'Equals', Operands: ['1'] } }],
  })
  const percent = converted({
    type: 'PercentileBranching',
    branches: [
      evaluate('Equals', '3'),
      evaluate('Equals', '6'),
      evaluate('Equals', '8'),
      { condition: 'NoMatch', conditionValue: '83', transition: 'rest' },
    ],
  })
  t.match(
    percent.Transitions.Conditions,
    ['4', '10', '18'].map((operand) => ({ Condition: { Operator: 'NumberLessThan', Operands: [operand] } })),
  )
  const status = converted({
    type: 'CheckQueueStatus',
    branches: [
      { condition: 'CheckQueueTime', conditionType: 'LessThan', conditionValue: 300000, transition: 'bye' },
      { condition: 'NoMatch', transition: 'bye' },
    ],
  })
  t.match(status.Transitions.Conditions, [{ Condition: { Operator: 'NumberLessThan', Operands: ['300'] } }])
  const staffing = converted({
    type: 'CheckStaffing',
    parameters: [parameter('Status', 'Available')],
    branches: [
      { condition: 'True', transition: 'there' },
      { condition: 'False', transition: 'nobody' },
      { condition: 'Error', transition: 'wrong' },
    ],
  })
  t.same(staffing.Transitions, {
    NextAction: 'nobody',
    Errors: [
      { NextAction: 'nobody', ErrorType: 'NoMatchingCondition' },
      { NextAction: 'wrong', ErrorType: 'NoMatchingError' },
    ],
    Conditions: [{ NextAction: 'there', Condition: { Operator: 'NumberGreaterThan', Operands: ['0'] } }],
  })
})

t.test('what has no known meaning is refused by its name, with its place, all at once', async (t) => {
  const conversion = convert(
    legacy([
      { id: 'a', type: 'SetRocket' },
      { id: 'b', type: 'GetUserInput', target: 'Nobody' },
      {
        id: 'c',
        type: 'CheckAttribute',
        parameters: [parameter('Attribute', 'Weather'), parameter('Namespace', 'System')],
      },
      { id: 'd', type: 'PlayPrompt', parameters: say, branches: [{ condition: 'Sunday', transition: 'bye' }] },
      { id: 'e', type: 'SetVoice' },
      { id: 'f', type: 'CheckStaffing', parameters: [parameter('Status', 'Asleep')] },
      { id: 'g', type: 'SetContactData', parameters: [parameter('ContactData', 'x')] },
    ]),
  )
  if (!('faults' in conversion)) return t.fail('converted')
  t.match(
    conversion.faults.map(({ message }) => message),
    [
      /block type SetRocket/,
      /target "Nobody"/,
      /system attribute "Weather"/,
      /branch "Sunday"/,
      /no parameter GlobalVoice/,
      /status "Asleep"/,
      /contact data that is no reference/,
    ],
  )
  t.match(conversion.faults[0]?.mend, /Converted are PlayPrompt/)
  t.notMatch(conversion.faults[1]?.mend, /Converted are/, 'the list is told where the type is the trouble only')
  t.ok(
    conversion.faults.every(
      ({ code, line, path }) => code === 'FLOW-104' && (line ?? 0) > 1 && /^\$\.modules\[\d\]/.test(path ?? ''),
    ),
  )
})

t.test('a converted flow loads, is sound, keeps its name and names, and runs', async (t) => {
  const conversion = convert(
    legacy([
      { id: 'hello', type: 'PlayPrompt', parameters: say, branches: [{ condition: 'Success', transition: 'menu' }] },
      {
        id: 'menu',
        type: 'GetUserInput',
        target: 'Digits',
        parameters: [...say, parameter('Timeout', '5')],
        branches: [
          { ...evaluate('Equals', '1'), transition: 'queue' },
          { condition: 'Timeout', transition: 'bye' },
          { condition: 'NoMatch', transition: 'bye' },
          error,
        ],
      },
      {
        id: 'queue',
        type: 'SetQueue',
        parameters: [parameter('Queue', 'arn:aws:connect:us-west-2:1:instance/x/queue/y', { resourceName: 'Support' })],
        branches: [{ condition: 'Success', transition: 'send' }, error],
      },
      {
        id: 'send',
        type: 'Transfer',
        target: 'Queue',
        branches: [{ condition: 'AtCapacity', transition: 'bye' }, error],
      },
    ]),
  )
  if ('faults' in conversion) return t.same(conversion.faults, [])
  const { flow, faults } = loadFlow(JSON.stringify(conversion.flow), 'old.json')
  t.same(faults, [])
  t.match(flow, { name: 'Old', type: 'CONTACT_FLOW', startAction: 'hello' })
  t.same(
    checkFlow(flow!, testResources).filter(({ severity }) => severity === 'error'),
    [],
  )
  const { end, lines } = await trace(flow!, presses('1'))
  t.same(end, { type: 'queued' })
  t.match(lines.join('\n'), /queue: Support/)
})

t.test('what is an export of the older designer', async (t) => {
  t.ok(isLegacyExport({ modules: [] }))
  for (const other of [null, [], {}, { modules: {} }, { Version: '2019-10-30', Actions: [], modules: [] }])
    t.notOk(isLegacyExport(other))
  const nothing = convertLegacyExport({ modules: [] }, '{}', 'x.json')
  t.match(nothing, { faults: [{ code: 'FLOW-104' }] })
  const broken = convertLegacyExport(
    { modules: [{ id: 7 }], start: 'a' },
    '{"modules": [{"id": 7}], "start": "a"}',
    'x.json',
  )
  t.match(broken, { faults: [{ path: '$.modules[0].id', column: 21 }] })
})
