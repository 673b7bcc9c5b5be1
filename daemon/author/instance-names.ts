// What an instance has by name, sound or not: an import must be possible while the instance waits for what the import
// brings.
import { join } from 'node:path'
import type { Configuration, FileName, NamedKind } from '../config/configuration.ts'
import { fileNames, namesOf } from '../config/configuration.ts'
import { listInstance } from '../config/directory.ts'
import { ConfigDocument } from '../config/document.ts'
import { loadFlows } from '../config/flows.ts'
import { instanceArn, resourceArn } from '../config/ids.ts'
import { findTexts } from '../config/place.ts'
import { readText } from '../config/read-file.ts'
import type { Fault } from '../fault.ts'
import type { Flow } from '../flow/flow.ts'
import type { ResourceKind } from '../flow/parameters.ts'
import { createFlowResources, type FlowResources, type ResourceAlias } from '../flow/resources.ts'
import { knownAliases } from './alias-file.ts'

const longestYamlBytes = 1_000_000

export interface InstanceNames {
  directory: string
  /** Names of the instance's flow files, without `.json`. */
  flows: ReadonlySet<string>
  names(kind: ResourceKind): string[]
  /** Resources as flows will find them once these flows are in the instance too. */
  resources(added: readonly Flow[]): FlowResources
}

const kinds: Record<ResourceKind, NamedKind> = {
  queue: 'queue',
  prompt: 'prompt',
  flow: 'flow',
  hours: 'hours',
  agent: 'agent',
  function: 'function',
  bot: 'bot',
}

/** Faults: the directory is none, or no instance. */
export function instanceNames(directory: string): InstanceNames | { faults: Fault[] } {
  const listing = listInstance(directory)
  if (!('flows' in listing)) return { faults: listing.faults }
  const documents = new Map<FileName, ConfigDocument>()
  for (const name of fileNames) {
    const read = readText(join(directory, `${name}.yaml`), longestYamlBytes)
    if ('text' in read) documents.set(name, new ConfigDocument(join(directory, `${name}.yaml`), read.text))
  }
  const box = documents.get('box')?.value
  const [named] = findTexts(box, 'instance.name')
  const [id] = findTexts(box, 'instance.id')
  const identity = { arn: instanceArn({ id: id?.value, name: named?.value ?? '' }) }
  const loaded = loadFlows(directory, listing.flows, identity).flows
  const configuration: Configuration = {
    documents,
    flows: new Map([...loaded].map(([name, flow]) => [name, flow?.type])),
    prompts: new Set(listing.prompts.map((file) => file.slice(0, -'.wav'.length))),
    overriddenBoards: new Set(),
  }
  const names = (kind: ResourceKind) => [...(namesOf(configuration, kinds[kind]) ?? [])]
  const aliases: ResourceAlias[] = knownAliases(documents.get('aliases')?.value)
  const refs = (kind: ResourceKind) => names(kind).map((name) => ({ id: name, name, arn: arnOf(identity, kind, name) }))
  return {
    directory,
    flows: new Set(loaded.keys()),
    names,
    resources(added) {
      const flows = new Map<string, Flow>()
      for (const [name, flow] of loaded) if (flow) flows.set(name, flow)
      for (const flow of added) flows.set(flow.id, flow)
      return createFlowResources({
        queues: refs('queue'),
        prompts: refs('prompt'),
        hours: refs('hours'),
        agents: refs('agent'),
        functions: refs('function'),
        bots: refs('bot'),
        flows: flows.values(),
        aliases,
      })
    },
  }
}

/** Functions and bots are known by their names only. */
function arnOf(identity: { arn: string }, kind: ResourceKind, name: string): string {
  return kind === 'function' || kind === 'bot' ? `${kind} ${name}` : resourceArn(identity, kind, name)
}
