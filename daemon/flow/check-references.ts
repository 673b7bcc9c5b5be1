// What an action refers to: namespaces of dynamic references, and the queues, prompts, hours, flows and agents that
// are named in the file.
import type { FlowActionDocument } from './action.ts'
import { actionDefinitions } from './actions/index.ts'
import { fileOf } from './actions/speech.ts'
import type { ReportInAction } from './check-flow.ts'
import { type FlowFaultCode, flowFaultCodes } from './fault-codes.ts'
import type { Flow } from './flow.ts'
import { isObject } from './flow-metadata.ts'
import { transferTargets } from './flow-type.ts'
import type { FlowType } from './host.ts'
import type { ResourceKind } from './parameters.ts'
import { findReferences, referenceFault } from './references.ts'
import { ParameterTemplates } from './resolved-parameters.ts'
import type { FlowResources } from './resources.ts'

/** Parameters that name a resource, whatever the action. */
const resourceParameters: ReadonlyMap<string, ResourceKind> = new Map<string, ResourceKind>([
  ['QueueId', 'queue'],
  ['AgentId', 'agent'],
  ['PromptId', 'prompt'],
  ['HoursOfOperationId', 'hours'],
  ['ContactFlowId', 'flow'],
  ['FlowModuleId', 'flow'],
  ['LambdaFunctionARN', 'function'],
  ['LambdaProcessorARN', 'function'],
  ['AliasArn', 'bot'],
])

/** Parameters that are maps of the author's own: their keys name no resources, their values may be whole groups. */
const ownMaps: ReadonlySet<unknown> = new Set([
  'Attributes',
  'FlowAttributes',
  'LambdaInvocationAttributes',
  'LexSessionAttributes',
  'ViewData',
  'Input',
  'ResultData',
  'References',
  'Tags',
  'SegmentAttributes',
  'CaseRequestFields',
  'ProfileRequestData',
  'DataTableUpsertAttributes',
])

const unknownCodes: Record<ResourceKind, FlowFaultCode> = {
  queue: flowFaultCodes.unknownQueue,
  prompt: flowFaultCodes.unknownPrompt,
  flow: flowFaultCodes.unknownFlow,
  hours: flowFaultCodes.unknownHours,
  agent: flowFaultCodes.unknownAgent,
  function: flowFaultCodes.unknownFunction,
  bot: flowFaultCodes.unknownBot,
}

const places: Record<ResourceKind, string> = {
  queue: 'Add the queue to queues.yaml, or name one that is there.',
  prompt: 'Put the WAV file into prompts/, or name one that is there.',
  flow: 'Put the flow into flows/, or name one that is there.',
  hours: 'Add the hours to hours.yaml, or name hours that are there.',
  agent: 'Add the agent to agents.yaml, or name one that is there.',
  function: 'Add the function to functions.yaml, or say in aliases.yaml which one is meant.',
  bot: 'Add the bot to bots.yaml, or say in aliases.yaml which one is meant.',
}

/** Types of the flows that event hooks may name (fact sheet flow-types 4). */
const hookTypes: ReadonlyMap<string, FlowType> = new Map<string, FlowType>([
  ['CustomerQueue', 'CUSTOMER_QUEUE'],
  ['CustomerHold', 'CUSTOMER_HOLD'],
  ['AgentHold', 'AGENT_HOLD'],
  ['AgentWhisper', 'AGENT_WHISPER'],
  ['CustomerWhisper', 'CUSTOMER_WHISPER'],
  ['OutboundWhisper', 'OUTBOUND_WHISPER'],
  ['CustomerRemaining', 'CONTACT_FLOW'],
  ['DefaultAgentUI', 'CONTACT_FLOW'],
  ['DisconnectAgentUI', 'CONTACT_FLOW'],
  ['PauseContact', 'CONTACT_FLOW'],
  ['ResumeContact', 'CONTACT_FLOW'],
])

const modules: readonly FlowType[] = ['MODULE']

export function checkReferences(
  flow: Flow,
  action: FlowActionDocument,
  resources: FlowResources,
  report: ReportInAction,
): void {
  checkTexts(action.Parameters, ['Parameters'], report)
  for (const [index, { Condition }] of (action.Transitions.Conditions ?? []).entries())
    checkTexts(Condition.Operands, ['Transitions', 'Conditions', index, 'Condition', 'Operands'], report)
  // Of an action that can't run, nothing is known of what its parameters mean.
  if (!actionDefinitions.has(action.Type)) return
  for (const { path, uri } of mediaOf(action.Parameters, []))
    checkMedia(uri, ['Parameters', ...path], resources, report)

  const names = new ParameterTemplates(action, flow.displayNames.get(action.Identifier))
  for (const { path, value, kind } of resourcesOf(action.Parameters, [])) {
    if (value === '' || findReferences(value).length > 0) continue
    const displayName = names.displayName(path.join('.'))
    const id = resources.resolve(kind, value, displayName)
    const full = ['Parameters', ...path]
    if (id === undefined) {
      const also = displayName === undefined ? '' : ` ("${displayName}")`
      report(unknownCodes[kind], full, `there is no ${kind} ${value}${also}.`, places[kind])
    } else if (kind === 'flow') checkFlowType(path, resources.flowType?.(id), id, report)
  }
}

function checkFlowType(
  path: readonly (string | number)[],
  type: FlowType | undefined,
  id: string,
  report: ReportInAction,
): void {
  if (type === undefined) return
  const hookType = path[0] === 'EventHooks' ? hookTypes.get(String(path[1])) : undefined
  const allowed = path[0] === 'FlowModuleId' ? modules : hookType === undefined ? transferTargets : [hookType]
  if (allowed.includes(type)) return
  const message = `the flow ${id} is of type ${type}; here it must be ${allowed.join(' or ')}.`
  report(flowFaultCodes.wrongFlowType, ['Parameters', ...path], message, 'Name a flow of that type.')
}

/** Audio from a bucket: a file of prompts/, or of a source that the instance declares. The error branch is there for it. */
function checkMedia(
  uri: string,
  path: readonly (string | number)[],
  resources: FlowResources,
  report: ReportInAction,
): void {
  const { promptSources } = resources
  if (promptSources === undefined || findReferences(uri).length > 0) return
  if ([uri, fileOf(uri)].some((name) => resources.resolve('prompt', name) !== undefined)) return
  if (promptSources.some((from) => uri.startsWith(from))) return
  const message = `${uri} is neither a file of prompts/ nor from a source of voice.yaml: the error branch is taken.`
  const mend = `Put ${fileOf(uri)} into prompts/, or declare under promptSources in voice.yaml where it is fetched from.`
  report(flowFaultCodes.unknownPrompt, path, message, mend, 'warning')
}

/** Every `Media.Uri`, of a prompt or in a list of them. */
function mediaOf(value: unknown, path: (string | number)[]): { path: (string | number)[]; uri: string }[] {
  if (Array.isArray(value)) return value.flatMap((inner, index) => mediaOf(inner, [...path, index]))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Media' && isObject(inner) && typeof inner.Uri === 'string')
      return [{ path: [...path, key, 'Uri'], uri: inner.Uri }]
    return ownMaps.has(key) ? [] : mediaOf(inner, [...path, key])
  })
}

interface NamedResource {
  path: (string | number)[]
  value: string
  kind: ResourceKind
}

function resourcesOf(value: unknown, path: (string | number)[]): NamedResource[] {
  if (Array.isArray(value)) return value.flatMap((inner, index) => resourcesOf(inner, [...path, index]))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const kind =
      path[0] === 'EventHooks' ? 'flow' : path[0] === 'LexBot' && key === 'Name' ? 'bot' : resourceParameters.get(key)
    if (kind !== undefined && !ownMaps.has(path[0]) && typeof inner === 'string')
      return [{ path: [...path, key], value: inner, kind }]
    return resourcesOf(inner, [...path, key])
  })
}

function checkTexts(value: unknown, path: readonly (string | number)[], report: ReportInAction): void {
  if (typeof value === 'string') {
    for (const reference of findReferences(value)) {
      const fault = referenceFault(reference, ownMaps.has(path[1]))
      if (fault) report(flowFaultCodes.unknownReference, path, fault.message, fault.mend)
    }
  } else if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) checkTexts(inner, [...path, index], report)
  } else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      checkTexts(key, [...path, key], report)
      checkTexts(inner, [...path, key], report)
    }
  }
}
