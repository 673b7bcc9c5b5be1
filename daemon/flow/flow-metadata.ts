// What an export's Metadata tells beyond the canvas: the flow's type and name, and the names of the resources behind
// ARNs of another instance (fact sheet flow-language 1.1, older and newer spellings).
import type { FlowActionDocument } from './action.ts'
import { decimal } from './decimal.ts'
import type { FlowType } from './host.ts'

/** `Metadata.type` of the console's exports, to API names. */
export const exportedFlowTypes: ReadonlyMap<string, FlowType> = new Map<string, FlowType>([
  ['contactFlow', 'CONTACT_FLOW'],
  ['customerQueue', 'CUSTOMER_QUEUE'],
  ['customerHold', 'CUSTOMER_HOLD'],
  ['agentHold', 'AGENT_HOLD'],
  ['customerWhisper', 'CUSTOMER_WHISPER'],
  ['agentWhisper', 'AGENT_WHISPER'],
  ['outboundWhisper', 'OUTBOUND_WHISPER'],
  ['agentTransfer', 'AGENT_TRANSFER'],
  ['queueTransfer', 'QUEUE_TRANSFER'],
  ['module', 'MODULE'],
])

/** Names of the API, which flows made by tools have instead. A campaign's flow runs as an inbound one does. */
export const apiFlowTypes: ReadonlyMap<string, FlowType> = new Map<string, FlowType>([
  ...[...exportedFlowTypes.values()].map((type) => [type, type] as const),
  ['CAMPAIGN', 'CONTACT_FLOW'],
])

/** Older exports name one resource per block, under these keys, without saying which parameter it stands for. */
const blockWideHints: readonly [key: string, parameters: readonly string[]][] = [
  ['queue', ['QueueId']],
  ['contactFlow', ['ContactFlowId', 'EventHooks']],
  ['ContactFlow', ['ContactFlowId']],
  ['Hours', ['HoursOfOperationId']],
  ['hours', ['HoursOfOperationId']],
]

/** As those, but the name alone. */
const plainHints: readonly [key: string, parameter: string][] = [
  ['promptName', 'PromptId'],
  ['contactFlowModuleName', 'FlowModuleId'],
]

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Identifier → parameter (`QueueId`, `Messages.0.PromptId`, `EventHooks.CustomerQueue`) → name. */
export function readDisplayNames(metadata: unknown): Map<string, Map<string, string>> {
  const names = new Map<string, Map<string, string>>()
  if (!isObject(metadata) || !isObject(metadata.ActionMetadata)) return names
  for (const [identifier, block] of Object.entries(metadata.ActionMetadata)) {
    if (!isObject(block)) continue
    const found = new Map<string, string>()
    readBlockHints(block, found)
    if (isObject(block.parameters)) readParameterNames(block.parameters, '', found, 0)
    // What is displayed of a bot may be its alias (`live`), which many bots have.
    if (typeof block.lexV2BotName === 'string' && block.lexV2BotName !== '')
      found.set('LexV2Bot.AliasArn', block.lexV2BotName)
    if (found.size > 0) names.set(identifier, found)
  }
  return names
}

/**
 * Identifiers of actions whose conditions the console shows in seconds and writes in milliseconds (fact sheet
 * flow-language 5.3, CheckMetricData): an operand is a thousand times what the metadata displays.
 */
export function readMillisecondOperands(
  metadata: unknown,
  actions: ReadonlyMap<string, FlowActionDocument>,
): Set<string> {
  const found = new Set<string>()
  if (!isObject(metadata) || !isObject(metadata.ActionMetadata)) return found
  for (const [identifier, block] of Object.entries(metadata.ActionMetadata)) {
    const operands = actions.get(identifier)?.Transitions.Conditions?.map(({ Condition }) => Condition.Operands[0])
    if (!operands || !isObject(block) || !Array.isArray(block.conditionMetadata)) continue
    for (const shown of block.conditionMetadata) {
      const seconds = isObject(shown) ? decimal(String(shown.value)) : Number.NaN
      if (seconds > 0 && operands.some((operand) => decimal(operand ?? '') === seconds * 1000)) found.add(identifier)
    }
  }
  return found
}

function readParameterNames(value: unknown, path: string, found: Map<string, string>, depth: number): void {
  if (depth > 8 || typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'displayName' && typeof inner === 'string' && path !== '') found.set(path, inner)
    else readParameterNames(inner, path === '' ? key : `${path}.${key}`, found, depth + 1)
  }
}

function readBlockHints(block: Record<string, unknown>, found: Map<string, string>): void {
  for (const [key, parameters] of blockWideHints) {
    const hint = block[key]
    const text = isObject(hint) ? hint.text : undefined
    if (typeof text === 'string' && text !== '') for (const parameter of parameters) found.set(parameter, text)
  }
  for (const [key, parameter] of plainHints) {
    const name = block[key]
    if (typeof name === 'string' && name !== '') found.set(parameter, name)
  }
  const audio = block.audio
  if (Array.isArray(audio))
    for (const [index, entry] of audio.entries())
      if (isObject(entry) && typeof entry.text === 'string')
        found.set(audio.length === 1 ? 'PromptId' : `Messages.${index}.PromptId`, entry.text)
}

/** The flows of a CloudFormation template; empty when `document` is none, or has no flow. */
export function flowResources(
  document: Record<string, unknown>,
): { name: string; type: unknown; properties: Record<string, unknown> }[] {
  if (!isObject(document.Resources)) return []
  return Object.entries(document.Resources).flatMap(([name, resource]) => {
    if (!isObject(resource) || !isObject(resource.Properties)) return []
    const properties = resource.Properties
    if (resource.Type === 'AWS::Connect::ContactFlow') return [{ name, type: properties.Type, properties }]
    return resource.Type === 'AWS::Connect::ContactFlowModule' ? [{ name, type: 'module', properties }] : []
  })
}
