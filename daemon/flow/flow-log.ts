// One entry of the flow log per block that ran, in the shape Amazon Connect writes them (fact sheet flow-language 7).
import type { Outcome } from './action.ts'
import type { CompiledAction } from './compile-flow.ts'
import type { Flow } from './flow.ts'
import type { FlowContact, FlowLogEntry } from './host.ts'
import { maskValues, withoutSecrets } from './secrets.ts'

export interface LoggedBlock {
  flow: Flow
  action: CompiledAction
  startedEpochMs: number
  outcome: Outcome | undefined
  /** Filled in before the block ran: what it was asked to do, not what it changed. */
  parameters: Record<string, unknown>
  /** What the secrets it refers to stand for. */
  secrets: readonly string[]
}

export function flowLogEntry(contact: FlowContact, block: LoggedBlock): FlowLogEntry {
  const { flow, action, outcome } = block
  const entry: FlowLogEntry = {
    ContactId: contact.contactId,
    ContactFlowId: flow.arn,
    ContactFlowName: flow.name,
    ContactFlowModuleType: action.blockName,
    Identifier: action.identifier,
    Timestamp: new Date(block.startedEpochMs).toISOString(),
    Parameters: block.parameters,
  }
  const result = resultOf(outcome)
  if (result !== undefined) entry.Results = maskValues(result, block.secrets)
  if (outcome?.to === 'next' && outcome.external)
    entry.ExternalResults = withoutSecrets(outcome.external) as Record<string, unknown>
  return entry
}

function resultOf(outcome: Outcome | undefined): string | undefined {
  switch (outcome?.to) {
    case 'next':
      return outcome.result
    case 'condition':
      return outcome.value === undefined ? undefined : String(outcome.value)
    case 'error':
      return `${outcome.errorType}: ${outcome.detail}`
    case 'flow':
      return outcome.flowId
    case 'module':
      return outcome.moduleId
    case 'return':
      return outcome.result
    default:
      return undefined
  }
}
