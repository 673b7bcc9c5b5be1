// What the picture of a flow shows, before anything has a place: blocks with what matters of them in words, and one exit
// for each block that they lead to.
import type { FlowActionDocument } from '../flow/action.ts'
import { actionDefinitions } from '../flow/actions/index.ts'
import type { Flow } from '../flow/flow.ts'
import { readableText } from './readable-speech.ts'

export interface GraphExit {
  /** All branches that lead to the same block, in words: `1, 2`. */
  label: string
  /** Undefined: not connected, or to a block that does not exist. */
  to: string | undefined
  /** Nothing but errors goes this way. */
  error: boolean
}

export interface GraphBlock {
  id: string
  title: string
  type: string
  /** What the block does, from its parameters; may be empty. */
  detail: string
  exits: GraphExit[]
  terminal: boolean
  reachable: boolean
}

export interface FlowGraph {
  name: string
  type: string
  start: string
  blocks: Map<string, GraphBlock>
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-/i

export function flowGraph(flow: Flow): FlowGraph {
  const reached = reachableFrom(flow, flow.startAction)
  const blocks = new Map<string, GraphBlock>()
  for (const [id, action] of flow.actions)
    blocks.set(id, {
      id,
      // Exports without names of their own number the blocks by UUID, which tells nobody anything.
      title: uuid.test(id) ? spaced(action.Type) : id,
      type: uuid.test(id) ? id.slice(0, 8) : action.Type,
      detail: detailOf(action, flow.displayNames.get(id)),
      exits: exitsOf(action, flow),
      terminal: actionDefinitions.get(action.Type)?.terminal ?? isWithoutExit(action),
      reachable: reached.has(id),
    })
  return { name: flow.name, type: flow.type, start: flow.startAction, blocks }
}

function reachableFrom(flow: Flow, start: string): Set<string> {
  const reached = new Set<string>()
  const open = [start]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const action = flow.actions.get(id)
    if (!action || reached.has(id)) continue
    reached.add(id)
    for (const { to } of branchesOf(action)) open.push(to)
  }
  return reached
}

interface Branch {
  label: string
  to: string
  kind: 'condition' | 'error' | 'next'
}

function branchesOf({ Transitions }: FlowActionDocument): Branch[] {
  const { NextAction, Conditions = [], Errors = [] } = Transitions
  return [
    ...Conditions.map(({ NextAction: to, Condition }): Branch => {
      const { Operator, Operands } = Condition
      const sign = operatorSigns.get(Operator) ?? Operator
      return { label: [...(sign === '' ? [] : [sign]), ...Operands].join(' '), to, kind: 'condition' }
    }),
    ...(NextAction === undefined ? [] : [{ label: 'Next', to: NextAction, kind: 'next' } satisfies Branch]),
    ...Errors.map(({ ErrorType, NextAction: to }): Branch => {
      return { label: errorWords.get(ErrorType) ?? spaced(ErrorType), to, kind: 'error' }
    }),
  ]
}

function exitsOf(action: FlowActionDocument, flow: Flow): GraphExit[] {
  const branches = branchesOf(action)
  // The console writes the default branch twice: as NextAction, and as a condition or an error.
  const others = branches.filter(({ kind }) => kind !== 'next')
  const isDouble = ({ kind, to }: Branch) =>
    kind === 'next' && others.some((one) => one.to === to && (one.kind === 'condition' || one.label === 'No match'))
  const exits = new Map<string, GraphExit & { labels: string[] }>()
  for (const [index, branch] of branches.entries()) {
    if (isDouble(branch)) continue
    const connected = flow.actions.has(branch.to)
    const key = connected ? branch.to : `not connected ${index}`
    const exit = exits.get(key) ?? { label: '', labels: [], to: connected ? branch.to : undefined, error: true }
    if (!exit.labels.includes(branch.label)) exit.labels.push(branch.label)
    exit.error &&= branch.kind === 'error' && branch.label !== 'No match'
    exits.set(key, exit)
  }
  return [...exits.values()].map(({ labels, to, error }) => ({ label: labels.join(', '), to, error }))
}

function isWithoutExit(action: FlowActionDocument): boolean {
  return branchesOf(action).length === 0
}

const operatorSigns: ReadonlyMap<string, string> = new Map([
  ['Equals', ''],
  ['NumberGreaterThan', '>'],
  ['NumberGreaterOrEqualTo', '≥'],
  ['NumberLessThan', '<'],
  ['NumberLessOrEqualTo', '≤'],
  ['TextStartsWith', 'starts with'],
  ['TextEndsWith', 'ends with'],
  ['TextContains', 'contains'],
  ['KeyExists', 'exists'],
])

const errorWords: ReadonlyMap<string, string> = new Map([
  ['NoMatchingError', 'Error'],
  ['NoMatchingCondition', 'No match'],
  ['InputTimeLimitExceeded', 'Timeout'],
  ['TimeLimitExceeded', 'Timeout'],
  ['QueueAtCapacity', 'At capacity'],
])

/** Parameters by how much they tell, the first that is there is shown. */
const telling = [
  'Text',
  'SSML',
  'PromptId',
  'ComparisonValue',
  'QueueId',
  'AgentId',
  'LambdaFunctionARN',
  'ContactFlowId',
  'FlowModuleId',
  'EventHooks',
  'HoursOfOperationId',
  'Messages',
  'Attributes',
  'FlowAttributes',
  'LoopCount',
  'MetricType',
  'LexV2Bot',
  'LexBot',
  'ThirdPartyPhoneNumber',
  'TextToSpeechVoice',
  'FlowLoggingBehavior',
  'ViewResource',
  'Name',
  'LanguageCode',
  'TimeLimitSeconds',
  'QueuePriority',
  'QueueTimeAdjustmentSeconds',
]

function detailOf({ Parameters }: FlowActionDocument, names: ReadonlyMap<string, string> | undefined): string {
  for (const key of telling) {
    if (!Object.hasOwn(Parameters, key)) continue
    const text = worded(Parameters[key], key, names)
    if (text !== '') return text
  }
  return ''
}

function worded(value: unknown, path: string, names: ReadonlyMap<string, string> | undefined): string {
  const name = names?.get(path)
  if (name !== undefined) return name
  if (typeof value === 'string') {
    const text = readableText({ kind: 'text', text: value, ssml: path.endsWith('SSML') })
    // Of an ARN, what comes last is the nearest to a name.
    return text.startsWith('arn:') ? text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf(':')) + 1) : text
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'object' || value === null) return ''
  const parts = Object.entries(value)
    .slice(0, 4)
    .map(([key, inner]) => {
      const text = worded(inner, `${path}.${key}`, names)
      return Array.isArray(value) || wordless.has(key) ? text : `${key} = ${text}`
    })
  return parts.filter((part) => part !== '').join(', ')
}

/** Keys that only wrap a value. */
const wordless = new Set(['Text', 'SSML', 'PromptId', 'AliasArn', 'Id', 'Value'])

/** `TransferContactToQueue` in words. */
function spaced(type: string): string {
  return type.replaceAll(/([a-z])([A-Z])/g, '$1 $2')
}
