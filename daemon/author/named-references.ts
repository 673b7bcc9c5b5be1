// Everything a flow names, and what it was found to be: the checker asks for each thing in turn, and its faults say
// where the ones stand that nothing fits.
import type { Fault } from '../fault.ts'
import { checkFlow } from '../flow/check-flow.ts'
import { type FlowFaultCode, flowFaultCodes } from '../flow/fault-codes.ts'
import type { Flow } from '../flow/flow.ts'
import type { ResourceKind } from '../flow/parameters.ts'
import type { FlowResources } from '../flow/resources.ts'

export interface NamedReference {
  kind: ResourceKind
  /** As written: an ARN, an id, a name. */
  value: string
  /** The name the export carries. */
  displayName?: string
  /** Id of the resource here. */
  id?: string
}

export interface UnresolvedReference extends NamedReference {
  block: string
  /** Of the block: `QueueId`, `Messages[0].PromptId`. */
  parameter: string
  line?: number
  column?: number
  mend: string
}

export interface CheckedReferences {
  /** Each thing once for every place that names it. */
  references: NamedReference[]
  unresolved: UnresolvedReference[]
  /** All other faults. */
  faults: Fault[]
}

const unknownCodes: ReadonlySet<FlowFaultCode | string> = new Set([
  flowFaultCodes.unknownQueue,
  flowFaultCodes.unknownPrompt,
  flowFaultCodes.unknownFlow,
  flowFaultCodes.unknownHours,
  flowFaultCodes.unknownAgent,
  flowFaultCodes.unknownFunction,
  flowFaultCodes.unknownBot,
])

export function checkNamedReferences(flow: Flow, resources: FlowResources): CheckedReferences {
  const references: NamedReference[] = []
  const all = checkFlow(flow, {
    resolve(kind, value, displayName) {
      const id = resources.resolve(kind, value, displayName)
      references.push({
        kind,
        value,
        ...(displayName !== undefined && { displayName }),
        ...(id !== undefined && { id }),
      })
      return id
    },
    flowType: (flowId) => resources.flowType?.(flowId),
  })
  // For each thing that was asked for in vain stands one fault, in the same order.
  const missing = references.filter(({ id }) => id === undefined)
  const unresolved: UnresolvedReference[] = []
  for (const fault of all) {
    if (!unknownCodes.has(fault.code)) continue
    const reference = missing[unresolved.length]
    if (!reference) break
    const { line, column, mend } = fault
    unresolved.push({
      ...reference,
      ...placeOf(flow, fault.path ?? ''),
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      mend,
    })
  }
  return { references, unresolved, faults: all.filter(({ code }) => !unknownCodes.has(code)) }
}

/** `$.Actions[3].Parameters.QueueId` in words of the flow. */
function placeOf(flow: Flow, path: string): { block: string; parameter: string } {
  const [, index = '', parameter = path] = /^\$\.Actions\[(\d+)\]\.Parameters\.?(.*)$/.exec(path) ?? []
  const block = [...(flow.source?.indexes ?? [])].find(([, at]) => at === Number(index))?.[0] ?? ''
  return { block, parameter }
}
