// Where a simulated contact lives: an instance with its queues, hours, prompts and flows; or, without one, a world in
// which everything a flow names is taken as it is named.
import { flowResources } from '../config/flows.ts'
import { resourceArn } from '../config/ids.ts'
import type { Instance } from '../config/instance.ts'
import type { FlowActionDocument } from '../flow/action.ts'
import type { Flow } from '../flow/flow.ts'
import type { FlowType, ResourceRef } from '../flow/host.ts'
import { loadFlow } from '../flow/load-flow.ts'
import type { ResourceKind } from '../flow/parameters.ts'
import type { FlowResources } from '../flow/resources.ts'
import type { FlowLibrary } from '../flow/run-flow.ts'
import { isOpen } from '../routing/hours.ts'

export interface World {
  readonly resources: FlowResources
  readonly flows: FlowLibrary
  readonly instanceArn: string
  readonly languageCode: string
  ref(kind: 'queue' | 'agent', id: string): ResourceRef | undefined
  /** Name of the queue's hours; undefined when it has none, or nobody knows. */
  hoursOf(queueId: string): string | undefined
  /** Undefined when there are no such hours. */
  isOpen(hours: string | undefined, epochMs: number): boolean | undefined
  /** How long the recording is. */
  promptMs(promptId: string): number
}

const promptRateHz = 8000
const unknownPromptMs = 3000

export function instanceWorld(instance: Instance, flow: Flow): World {
  return {
    resources: flowResources(instance),
    flows: { get: (id) => (id === flow.id ? flow : instance.flows.get(id)) },
    instanceArn: instance.arn,
    languageCode: instance.box.instance.language,
    ref(kind, id) {
      const known = kind === 'queue' ? instance.queues.has(id) : instance.agents.has(id)
      return known ? { id, name: id, arn: resourceArn(instance, kind, id) } : undefined
    },
    hoursOf: (queueId) => instance.queues.get(queueId)?.hours,
    isOpen(name, epochMs) {
      const hours = name === undefined ? undefined : instance.hours.get(name)
      return hours && isOpen(hours, epochMs)
    },
    promptMs(promptId) {
      const samples = instance.prompts.get(promptId)?.samples.length
      return samples === undefined ? unknownPromptMs : Math.round((samples / promptRateHz) * 1000)
    },
  }
}

const instanceArn = 'arn:aws:connect:local:000000000000:instance/cordboard'

/** `taken` is told each thing that is taken as it is named, once. */
export function placeholderWorld(flow: Flow, taken: (kind: ResourceKind, name: string) => void): World {
  const told = new Set<string>()
  const named = new Map<string, Flow>()
  const modules = moduleIds(flow)
  const resolve: FlowResources['resolve'] = (kind, value, displayName) => {
    const named = kind === 'flow' && value === flow.id ? value : placeholderId(value, displayName)
    // Exports name a library prompt by its file, an instance without the ending.
    const id = kind === 'prompt' ? named.replace(/\.wav$/i, '') : named
    if (id !== flow.id && !told.has(`${kind} ${id}`)) {
      told.add(`${kind} ${id}`)
      taken(kind, id)
    }
    return id
  }
  const flowNamed = (id: string): Flow => {
    const known = named.get(id)
    if (known) return known
    const made = placeholderFlow(id, modules.has(id) ? 'MODULE' : 'CONTACT_FLOW')
    named.set(id, made)
    return made
  }
  return {
    resources: { resolve },
    flows: { get: (id) => (id === flow.id ? flow : flowNamed(id)) },
    instanceArn,
    languageCode: 'en-US',
    ref: (kind, id) => ({ id, name: id, arn: `${instanceArn}/${kind}/${id}` }),
    hoursOf: () => undefined,
    isOpen: () => true,
    promptMs: () => unknownPromptMs,
  }
}

/** The name the export carries, else the part of an ARN that is nearest to a name, else the value. */
export function placeholderId(value: string, displayName: string | undefined): string {
  if (displayName !== undefined && displayName !== '') return displayName
  if (!value.startsWith('arn:')) return value
  // Behind a function's name and a flow's id may stand a version or an alias, behind a bot's its alias.
  const inArn =
    /:function:([^:]+)/.exec(value) ?? /:bot-alias\/([^/]+)/.exec(value) ?? /\/([^/:]+)(?::[^/]*)?$/.exec(value)
  return inArn?.[1] ?? value
}

/** Flows of which the flow itself says that they are modules. */
function moduleIds(flow: Flow): Set<string> {
  const ids = new Set<string>()
  for (const { Identifier, Type, Parameters } of flow.actions.values()) {
    const value = Parameters.FlowModuleId
    if (Type !== 'InvokeFlowModule' || typeof value !== 'string') continue
    ids.add(placeholderId(value, flow.displayNames.get(Identifier)?.get('FlowModuleId')))
  }
  return ids
}

/** A flow that is not at hand: it is entered, and is over. */
function placeholderFlow(id: string, type: FlowType): Flow {
  const end = type === 'MODULE' ? 'EndFlowModuleExecution' : 'EndFlowExecution'
  const blocks = [{ Identifier: 'not at hand', Type: end, Parameters: {}, Transitions: {} }]
  return { ...madeFlow(id, blocks), type }
}

/** What a module is run from when it is run by itself: it is invoked, and that is all. Its failures are the run's. */
export function moduleCaller(module: Flow): Flow {
  return madeFlow('module by itself', [
    {
      Identifier: 'invoke',
      Type: 'InvokeFlowModule',
      Parameters: { FlowModuleId: module.id },
      Transitions: { NextAction: 'over' },
    },
    { Identifier: 'over', Type: 'EndFlowExecution', Parameters: {}, Transitions: {} },
  ])
}

function madeFlow(id: string, blocks: FlowActionDocument[]): Flow {
  const document = {
    Version: '2019-10-30',
    StartAction: blocks[0]?.Identifier,
    Metadata: { name: id, type: 'contactFlow' },
    Actions: blocks,
  }
  const { flow } = loadFlow(JSON.stringify(document), `${id}.json`)
  if (!flow) throw new Error(`the flow "${id}" does not load`)
  return { ...flow, id, arn: `${instanceArn}/contact-flow/${id}` }
}
