// Loads an instance: one directory in, either an instance or every fault of it at once. Starts nothing, writes nothing.
//
//   directory ─▶ YAML documents ─▶ schema ─┐
//              ─▶ flows ───────────────────┼─▶ references, meaning, quotas ─▶ faults ─▶ none is an error: instance
//              ─▶ prompts (headers first) ─┘
import { join, resolve } from 'node:path'
import type { z } from 'zod'
import type { BotDefinition } from '../bots/bots.ts'
import type { Fault } from '../fault.ts'
import type { Flow } from '../flow/flow.ts'
import type { FunctionDefinition } from '../functions/functions.ts'
import { campaignFaults } from './campaigns.ts'
import { carrierFaults, carriersOf, type LinkPasswords, readLinkPasswords } from './carriers.ts'
import { certificateFaults } from './certificates.ts'
import { type Configuration, type FileName, fileNames, optionalFiles } from './configuration.ts'
import { listInstance } from './directory.ts'
import { ConfigDocument } from './document.ts'
import { inOrder } from './fault-order.ts'
import { flowFaults, loadFlows, readFault } from './flows.ts'
import { type Headers, readHeaders } from './headers.ts'
import { instanceArn } from './ids.ts'
import type { Instance, Prompt } from './instance.ts'
import { integrationFaults } from './integrations.ts'
import { meaningFaults } from './meaning.ts'
import { numberFaults } from './numbers.ts'
import { type OutletSecrets, readOutletSecrets } from './outlet-secrets.ts'
import { type Overrides, overriddenBoards, overriddenBox, overrideFaults } from './overrides.ts'
import { type Passwords, readPasswords } from './passwords.ts'
import { findTexts } from './place.ts'
import { loadPrompts } from './prompts.ts'
import { quotaFaults } from './quotas.ts'
import { type RateLists, readRates } from './rates.ts'
import { readText } from './read-file.ts'
import { duplicateFaults, referenceFaults } from './references.ts'
import { type DeclaredBot, type DeclaredFunction, fileSchemas } from './schema.ts'
import { schemaFaults } from './schema-faults.ts'
import { voiceFaults, voiceOf } from './voice.ts'

export interface LoadOptions {
  /** `optional`: a missing password file is a warning, and its agent has no password. For checks, not for a start. */
  secrets?: 'required' | 'optional'
  overrides?: Overrides
}

export interface LoadedInstance {
  /** Absent when any fault is an error. */
  instance?: Instance
  /** In the order of the files, then of the lines. */
  faults: Fault[]
}

const longestYamlBytes = 1_000_000

/** Never throws for what stands in the directory. `directory` is how faults name the files. */
export function loadInstance(directory: string, options: LoadOptions = {}): LoadedInstance {
  const listing = listInstance(directory)
  if (!('flows' in listing)) return { faults: listing.faults }
  const yaml = loadDocuments(directory)
  const identity = { arn: identityOf(yaml.documents.get('box')) }
  const flows = loadFlows(directory, listing.flows, identity)
  const prompts = loadPrompts(directory, listing.prompts)
  const secrets = readSecrets(yaml.documents, directory, options.secrets ?? 'required')
  const rates = readRates(yaml.documents.get('carriers'), directory)
  const configuration: Configuration = {
    documents: yaml.documents,
    flows: new Map([...flows.flows].map(([name, flow]) => [name, flow?.type])),
    prompts: prompts.names,
    overriddenBoards: new Set(options.overrides?.boardDevices?.keys()),
  }
  const voice = yaml.documents.get('voice')
  const carriers = yaml.documents.get('carriers')
  const faults = [
    ...listing.faults,
    ...yaml.faults,
    ...flows.faults,
    ...prompts.faults,
    ...Object.values(secrets).flatMap(({ faults }) => faults),
    ...rates.faults,
    ...certificateFaults(yaml.documents.get('box'), Date.now(), options.secrets ?? 'required'),
    ...referenceFaults(configuration),
    ...duplicateFaults(configuration),
    ...meaningFaults(configuration, join(directory, 'flows')),
    ...integrationFaults(configuration, directory),
    ...(voice ? voiceFaults(voice, directory) : []),
    ...(carriers ? carrierFaults(carriers) : []),
    ...numberFaults(configuration),
    ...campaignFaults(configuration),
    ...quotaFaults(configuration),
    ...flowFaults(configuration, identity, flows),
    ...overrideFaults(options.overrides, yaml.documents.get('lines')),
  ]
  const instance = faults.some(({ severity }) => severity === 'error')
    ? undefined
    : build(directory, identity.arn, yaml.parsed, flows.flows, prompts.prompts, secrets, rates, options.overrides)
  const files = fileNames.map((name) => join(directory, `${name}.yaml`))
  return { ...(instance && { instance }), faults: inOrder(faults, files) }
}

interface Secrets {
  passwords: Passwords
  links: LinkPasswords
  functions: Headers
  bots: Headers
  engines: Headers
  recognisers: Headers
  promptSources: Headers
  outlets: { read: OutletSecrets; faults: Fault[] }
}

function readSecrets(
  documents: ReadonlyMap<FileName, ConfigDocument>,
  directory: string,
  secrets: 'required' | 'optional',
): Secrets {
  const agents = documents.get('agents')
  return {
    passwords: agents ? readPasswords(agents, directory, secrets) : { byIndex: new Map(), faults: [] },
    links: readLinkPasswords(documents.get('carriers'), directory, secrets),
    functions: readHeaders(documents.get('functions'), 'functions', directory, secrets),
    bots: readHeaders(documents.get('bots'), 'bots', directory, secrets),
    engines: readHeaders(documents.get('voice'), 'engines', directory, secrets),
    recognisers: readHeaders(documents.get('voice'), 'recognisers', directory, secrets),
    promptSources: readHeaders(documents.get('voice'), 'promptSources', directory, secrets),
    outlets: readOutletSecrets(documents.get('box'), directory, secrets),
  }
}

type Parsed = { [Name in FileName]?: z.infer<(typeof fileSchemas)[Name]> }

interface LoadedYaml {
  documents: Map<FileName, ConfigDocument>
  /** Files that fit their schema. */
  parsed: Parsed
  faults: Fault[]
}

function loadDocuments(directory: string): LoadedYaml {
  const loaded: LoadedYaml = { documents: new Map(), parsed: {}, faults: [] }
  for (const name of fileNames) loadDocument(directory, name, loaded)
  return loaded
}

function loadDocument<Name extends FileName>(directory: string, name: Name, into: LoadedYaml): void {
  const file = join(directory, `${name}.yaml`)
  const read = readText(file, longestYamlBytes)
  if ('problem' in read) {
    const absent = read.problem === 'missing' && optionalFiles.has(name)
    if (absent) into.documents.set(name, new ConfigDocument(file, ''))
    else into.faults.push(readFault(file, read.problem, longestYamlBytes))
    return
  }
  const document = new ConfigDocument(file, read.text)
  into.faults.push(...document.faults)
  if (document.value === undefined) return
  into.documents.set(name, document)
  const schema: z.ZodType = fileSchemas[name]
  const result = schema.safeParse(document.value)
  if (result.success) into.parsed[name] = result.data as Parsed[Name]
  else into.faults.push(...schemaFaults(document, schema, result.error.issues))
}

/** The instance's ARN, as far as the file can be trusted; faults of its parts are told by the schema. */
function identityOf(box: ConfigDocument | undefined): string {
  const [name] = findTexts(box?.value, 'instance.name')
  const [id] = findTexts(box?.value, 'instance.id')
  return instanceArn({ id: id?.value, name: name?.value ?? '' })
}

function build(
  directory: string,
  arn: string,
  parsed: Parsed,
  flows: ReadonlyMap<string, Flow | undefined>,
  prompts: Map<string, Prompt>,
  secrets: Secrets,
  rates: RateLists,
  overrides: Overrides | undefined,
): Instance | undefined {
  const { box, numbers, hours, queues, agents } = parsed
  const profiles = parsed['routing-profiles']
  if (!box || !numbers || !hours || !queues || !agents || !profiles) return undefined
  const withPasswords = agents.agents.map((agent, index) => ({
    ...agent,
    password: secrets.passwords.byIndex.get(index),
  }))
  return {
    directory: resolve(directory),
    arn,
    box: overriddenBox(box, overrides),
    outletSecrets: secrets.outlets.read,
    boards: overriddenBoards(parsed.lines?.boards ?? [], overrides),
    numbers: new Map(numbers.numbers.map((number) => [number.number, number])),
    releasedNumbers: new Set(numbers.released.map(({ number }) => number)),
    hours: byName(hours.hours),
    queues: byName(queues.queues),
    routingProfiles: byName(profiles.routingProfiles),
    agents: new Map(withPasswords.map((agent) => [agent.userName, agent])),
    quickConnects: byName(parsed['quick-connects']?.quickConnects ?? []),
    carriers: carriersOf(parsed.carriers, secrets.links, rates),
    ports: parsed.porting?.ports ?? [],
    campaigns: byName(parsed.campaigns?.campaigns ?? []),
    flows: new Map([...flows].filter((entry): entry is [string, Flow] => entry[1] !== undefined)),
    prompts,
    functions: byName((parsed.functions?.functions ?? []).map((it, index) => functionOf(it, secrets.functions, index))),
    hooks: new Map((parsed.functions?.hooks ?? []).map((hook) => [hook.product, hook.function])),
    bots: byName((parsed.bots?.bots ?? []).map((it, index) => botOf(it, secrets.bots, index))),
    aliases: parsed.aliases?.aliases ?? [],
    voice: voiceOf(parsed.voice, directory, secrets),
  }
}

function functionOf(declared: DeclaredFunction, { byIndex }: Headers, index: number): FunctionDefinition {
  return declared.kind === 'http' ? { ...declared, headers: byIndex.get(index) ?? {} } : declared
}

function botOf(declared: DeclaredBot, { byIndex }: Headers, index: number): BotDefinition {
  return declared.kind === 'http' ? { ...declared, headers: byIndex.get(index) ?? {} } : declared
}

function byName<Named extends { name: string }>(list: readonly Named[]): Map<string, Named> {
  return new Map(list.map((item) => [item.name, item]))
}
