// How a flow's references to queues, prompts, hours, flows, agents, functions and bots find the box's own: by id, ARN,
// alias or name, and for ARNs of another instance by the name the export carries (the console's own import rule).
import type { FlowType, ResourceRef } from './host.ts'
import type { ResourceKind } from './parameters.ts'

export interface FlowResources {
  /**
   * The box's id of the resource, tried as id, as exact ARN, as alias, as the part of an ARN that may be its name, as
   * name, and at last by the display name of the export, likewise. Undefined when nothing fits.
   */
  resolve(kind: ResourceKind, value: string, displayName?: string): string | undefined
  /** Type of a flow by its id, where known. */
  flowType?(flowId: string): FlowType | undefined
  /** Products beside contacts that a function stands in for; undefined: not known. */
  readonly products?: ReadonlySet<string>
  /** Beginnings of the URIs that prompts are fetched for; undefined: not known. */
  readonly promptSources?: readonly string[]
}

export interface FlowResourceLists extends Pick<FlowResources, 'products' | 'promptSources'> {
  queues?: Iterable<ResourceRef>
  prompts?: Iterable<ResourceRef>
  hours?: Iterable<ResourceRef>
  agents?: Iterable<ResourceRef>
  flows?: Iterable<ResourceRef & { type: FlowType }>
  functions?: Iterable<ResourceRef>
  bots?: Iterable<ResourceRef>
  aliases?: Iterable<ResourceAlias>
}

/** What an ARN, an id or a name of another instance stands for here. */
export interface ResourceAlias {
  kind: ResourceKind
  foreign: string
  /** The box's id of the resource. */
  id: string
}

interface Index {
  ids: Set<string>
  byArn: Map<string, string>
  byName: Map<string, string>
  byAlias: Map<string, string>
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
    function: indexOf(lists.functions),
    bot: indexOf(lists.bots),
  }
  for (const { kind, foreign, id } of lists.aliases ?? []) indexes[kind].byAlias.set(foreign, id)
  return {
    resolve(kind, value, displayName) {
      const index = indexes[kind]
      return find(index, kind, value) ?? (displayName === undefined ? undefined : find(index, kind, displayName))
    },
    flowType: (flowId) => flowTypes.get(flowId),
    ...(lists.products && { products: lists.products }),
    ...(lists.promptSources && { promptSources: lists.promptSources }),
  }
}

function indexOf(resources: Iterable<ResourceRef> | undefined): Index {
  const index: Index = { ids: new Set(), byArn: new Map(), byName: new Map(), byAlias: new Map() }
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
  const byAlias = index.byAlias.get(value) ?? index.byAlias.get(unversioned(value))
  if (byAlias !== undefined) return byAlias
  const named = nameInArn(kind, value)
  if (named !== undefined) {
    if (index.ids.has(named)) return named
    const byNameInArn = index.byName.get(named)
    if (byNameInArn !== undefined) return byNameInArn
  }
  const byName = index.byName.get(value)
  if (byName !== undefined) return byName
  // Exports name a library prompt by its file (`CustomerQueue.wav`), the box by the file's name without the ending.
  return kind === 'prompt' && value.endsWith('.wav') ? find(index, kind, value.slice(0, -4)) : undefined
}

/** Flows, modules and functions may carry a version or alias behind the id (`:$LATEST`, `:live`, `:3`). */
function unversioned(arn: string): string {
  const lambda = lambdaArn.exec(arn)
  if (lambda) return lambda[1] ?? arn
  return arn.startsWith('arn:') && arn.includes('/') ? arn.replace(/:[^:/]*$/, '') : arn
}

/** `arn:aws:lambda:eu-west-2:111122223333:function:NAME:QUALIFIER`, or from the account number on. */
const lambdaArn = /^((?:arn:[^:]*:lambda:[^:]*:)?[0-9]*:function:([^:]+))(?::[^:]+)?$/

/** The part of an ARN that is the resource's id or name, if the same resource exists here. */
function nameInArn(kind: ResourceKind, value: string): string | undefined {
  if (kind === 'function') return lambdaArn.exec(value)?.[2]
  if (!value.startsWith('arn:')) return undefined
  // Behind the bot stands its alias: `bot-alias/BOT/ALIAS`; an alias such as TSTALIASID is common to all bots.
  if (kind === 'bot') return /:bot-alias\/([^/]+)/.exec(value)?.[1]
  return unversioned(value).slice(unversioned(value).lastIndexOf('/') + 1)
}
