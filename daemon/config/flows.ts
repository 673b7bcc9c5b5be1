// The flows of an instance: each file loaded by itself, then all checked against what they refer to.
import { join } from 'node:path'
import { botArn } from '../bots/bots.ts'
import type { Fault } from '../fault.ts'
import { boxAbilities } from '../flow/box-abilities.ts'
import { checkFlow } from '../flow/check-flow.ts'
import { type FlowFaultCode, flowFaultCodes } from '../flow/fault-codes.ts'
import type { Flow } from '../flow/flow.ts'
import type { ResourceRef } from '../flow/host.ts'
import { loadFlow, maximumFileBytes } from '../flow/load-flow.ts'
import { createFlowResources, type FlowResources, type ResourceAlias } from '../flow/resources.ts'
import { functionArn } from '../functions/functions.ts'
import { code } from './codes.ts'
import { type Configuration, type FileName, type NamedKind, namesOf } from './configuration.ts'
import { fault } from './document.ts'
import { type ArnKind, resourceArn } from './ids.ts'
import type { Instance } from './instance.ts'
import { aliasesSchema } from './integration-schemas.ts'
import { findAll, findTexts } from './place.ts'
import { readText } from './read-file.ts'

export interface LoadedFlows {
  /** By file name without `.json`; undefined where the file could not be read as a flow. */
  flows: Map<string, Flow | undefined>
  faults: Fault[]
}

export function loadFlows(directory: string, files: readonly string[], instance: { arn: string }): LoadedFlows {
  const flows = new Map<string, Flow | undefined>()
  const faults: Fault[] = []
  for (const name of files) {
    const file = join(directory, 'flows', name)
    const id = name.slice(0, -'.json'.length)
    const read = readText(file, maximumFileBytes)
    if ('problem' in read) {
      flows.set(id, undefined)
      faults.push(readFault(file, read.problem, maximumFileBytes))
      continue
    }
    const loaded = loadFlow(read.text, file, { instanceArn: instance.arn })
    if (loaded.flow) loaded.flow.arn = resourceArn(instance, 'flow', id)
    flows.set(id, loaded.flow)
    faults.push(...loaded.faults)
  }
  return { flows, faults }
}

/** A file that could not be read at all, as a fault. */
export function readFault(file: string, problem: string, limitBytes: number): Fault {
  switch (problem) {
    case 'missing':
      return fault(
        { file },
        code.fileMissing,
        'The file is missing.',
        'Copy it from the shipped instance and adapt it.',
      )
    case 'tooLarge':
      return fault(
        { file },
        code.fileTooLarge,
        `The file is larger than ${limitBytes} bytes.`,
        'Nothing here needs that size: split it, or look what got into it.',
      )
    case 'notUtf8':
      return fault({ file }, code.notUtf8, 'The file is no UTF-8 text.', 'Save it again as UTF-8.')
    case 'notAFile':
      return fault({ file }, code.fileUnreadable, 'This is no file.', 'Put a text file there.')
    default:
      return fault({ file }, code.fileUnreadable, "The file can't be read.", 'Make it readable for the daemon.')
  }
}

/** What flows of a finished instance may refer to, as the checker and the running contacts see it. */
export function flowResources(instance: Instance): FlowResources {
  return resourcesOf(instance, instance.flows, {
    queue: instance.queues.keys(),
    prompt: instance.prompts.keys(),
    hours: instance.hours.keys(),
    agent: instance.agents.keys(),
    function: instance.functions.keys(),
    bot: instance.bots.keys(),
    aliases: instance.aliases.map(({ arn, kind, name }) => ({ foreign: arn, kind, id: name })),
    products: instance.hooks.keys(),
    promptSources: instance.voice.promptSources.map(({ from }) => from),
  })
}

type Names = Record<'queue' | 'prompt' | 'hours' | 'agent' | 'function' | 'bot', Iterable<string>> & {
  aliases: Iterable<ResourceAlias>
  products: Iterable<string>
  promptSources: readonly string[]
}

function resourcesOf(
  instance: { arn: string },
  flows: ReadonlyMap<string, Flow | undefined>,
  names: Names,
): FlowResources {
  const refs = (kind: ArnKind, of: Iterable<string>): ResourceRef[] =>
    [...of].map((name) => ({ id: name, name, arn: resourceArn(instance, kind, name) }))
  return createFlowResources({
    queues: refs('queue', names.queue),
    prompts: refs('prompt', names.prompt),
    hours: refs('hours', names.hours),
    agents: refs('agent', names.agent),
    flows: [...flows.values()].filter((flow) => flow !== undefined),
    functions: [...names.function].map((name) => ({ id: name, name, arn: functionArn(name) })),
    bots: [...names.bot].map((name) => ({ id: name, name, arn: botArn(name) })),
    aliases: names.aliases,
    products: new Set(names.products),
    promptSources: names.promptSources,
  })
}

/** Which lists a fault about a missing resource rests on. */
const restsOn: Partial<Record<FlowFaultCode, NamedKind>> = {
  [flowFaultCodes.unknownQueue]: 'queue',
  [flowFaultCodes.unknownPrompt]: 'prompt',
  [flowFaultCodes.unknownFlow]: 'flow',
  [flowFaultCodes.unknownHours]: 'hours',
  [flowFaultCodes.unknownAgent]: 'agent',
  [flowFaultCodes.unknownFunction]: 'function',
  [flowFaultCodes.unknownBot]: 'bot',
}

/**
 * Faults of what the flows say. Where a list could not be read, nothing is said of names that should stand in it; where
 * the aliases could not be read, nothing of any name.
 */
export function flowFaults(configuration: Configuration, instance: { arn: string }, loaded: LoadedFlows): Fault[] {
  const of = (kind: NamedKind): ReadonlySet<string> => namesOf(configuration, kind) ?? new Set()
  const names: Names = {
    queue: of('queue'),
    prompt: of('prompt'),
    hours: of('hours'),
    agent: of('agent'),
    function: of('function'),
    bot: of('bot'),
    aliases: aliasesOf(configuration),
    products: textsAt(configuration, 'functions', 'hooks.*.product'),
    promptSources: textsAt(configuration, 'voice', 'promptSources.*.from'),
  }
  const resources = resourcesOf(instance, loaded.flows, names)
  const unreadable = new Set<string>()
  const withoutAliases = !configuration.documents.has('aliases')
  for (const [faultCode, kind] of Object.entries(restsOn))
    if (withoutAliases || namesOf(configuration, kind) === undefined) unreadable.add(faultCode)
  return [...loaded.flows.values()]
    .flatMap((flow) => (flow ? checkFlow(flow, resources, { abilities: boxAbilities }) : []))
    .filter((found) => !unreadable.has(found.code))
}

function textsAt(configuration: Configuration, file: FileName, pattern: string): string[] {
  return findTexts(configuration.documents.get(file)?.value, pattern).map(({ value }) => value)
}

/** Those whose shape is right; the others have faults of their own. */
function aliasesOf(configuration: Configuration): ResourceAlias[] {
  const parsed = aliasesSchema.shape.aliases.element
  return findAll(configuration.documents.get('aliases')?.value, 'aliases.*').flatMap(({ value }) => {
    const alias = parsed.safeParse(value)
    return alias.success ? [{ kind: alias.data.kind, foreign: alias.data.arn, id: alias.data.name }] : []
  })
}
