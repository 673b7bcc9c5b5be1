// How a flow's references to queues, prompts, hours, flows and agents find the box's own: by id, ARN or name, and for
// ARNs of another instance by the name the export carries (the console's own import rule).
import type { FlowType, ResourceRef } from './host.ts'
import type { ResourceKind } from './parameters.ts'

export interface FlowResources {
  /**
   * The box's id of the resource, tried as id, as exact ARN, as the last segment of an ARN, as name, and at last by
   * the display name of the export. Undefined when nothing fits.
   */
  resolve(kind: ResourceKind, value: string, displayName?: string): string | undefined
  /** Type of a flow by its id, where known. */
  flowType?(flowId: string): FlowType | undefined
}

export interface FlowResourceLists {
  queues?: Iterable<ResourceRef>
  prompts?: Iterable<ResourceRef>
  hours?: Iterable<ResourceRef>
  agents?: Iterable<ResourceRef>
  flows?: Iterable<ResourceRef & { type: FlowType }>
}

interface Index {
  ids: Set<string>
  byArn: Map<string, string>
  byName: Map<string, string>
}

export function createFlowResources(lists: FlowResourceLists): FlowResources {
  const flowTypes = new Map<string, FlowType>()
  // Gone through twice, and an iterator (of Map.values(), say) gives its values only once.
  const flows = [...(lists.flows ?? [])]
  for (const flow of flows) flowTypes.set(flow.id, flow.type)
  const indexes: Record<ResourceKind, Index> = {
    queue: indexOf(lists.queues),
    prompt: indexOf(lists.prompts),
    hours: indexOf(lists.hours),
    agent: indexOf(lists.agents),
    flow: indexOf(flows),
  }
  return {
    resolve(kind, value, displayName) {
      const index = indexes[kind]
      return find(index, kind, value) ?? (displayName === undefined ? undefined : find(index, kind, displayName))
    },
    flowType: (flowId) => flowTypes.get(flowId),
  }
}

function indexOf(resources: Iterable<ResourceRef> | undefined): Index {
  const index: Index = { ids: new Set(), byArn: new Map(), byName: new Map() }
  for (const { id, name, arn } of resources ?? []) {
    index.ids.add(id)
    index.byArn.set(arn, id)
    if (!index.byName.has(name)) index.byName.set(name, id)
  }
  return index
}

function find(index: Index, kind: ResourceKind, value: string): string | undefined {
  if (index.ids.has(value)) return value
  const byArn = index.byArn.get(value)
  if (byArn !== undefined) return byArn
  if (value.startsWith('arn:')) {
    // Flows and modules may carry a version or alias behind the id (`:$LATEST`).
    const last = value.slice(value.lastIndexOf('/') + 1).replace(/:[^:]*$/, '')
    if (index.ids.has(last)) return last
    const byLastSegment = index.byName.get(last)
    if (byLastSegment !== undefined) return byLastSegment
  }
  const byName = index.byName.get(value)
  if (byName !== undefined) return byName
  // Exports name a library prompt by its file (`CustomerQueue.wav`), the box by the file's name without the ending.
  return kind === 'prompt' && value.endsWith('.wav') ? find(index, kind, value.slice(0, -4)) : undefined
}
