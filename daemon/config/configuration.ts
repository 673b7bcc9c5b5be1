// The configuration while it is checked: documents that could be read, and the names of flows and prompts beside them.
import type { FlowType } from '../flow/host.ts'
import type { ConfigDocument } from './document.ts'
import { child, findAll } from './place.ts'
import { fileSchemas } from './schema.ts'

export type FileName = keyof typeof fileSchemas

export const fileNames = Object.keys(fileSchemas) as FileName[]
/** An instance without these is whole. */
export const optionalFiles: ReadonlySet<FileName> = new Set([
  'lines',
  'quick-connects',
  'carriers',
  'porting',
  'campaigns',
  'functions',
  'bots',
  'aliases',
  'voice',
])

export interface Configuration {
  /** By file name without `.yaml`. Absent: missing or not YAML, which is told elsewhere; so nothing hangs on it here. */
  documents: ReadonlyMap<FileName, ConfigDocument>
  /** Name to type; the type is absent where the flow itself is faulty. */
  flows: ReadonlyMap<string, FlowType | undefined>
  /** Names of prompts, sound or not. */
  prompts: ReadonlySet<string>
  /** Names of boards whose device is given from outside. */
  overriddenBoards: ReadonlySet<string>
}

/** Kinds of things that have a name and are named elsewhere. */
export type NamedKind =
  | 'flow'
  | 'prompt'
  | 'number'
  | 'hours'
  | 'queue'
  | 'routingProfile'
  | 'agent'
  | 'quickConnect'
  | 'function'
  | 'bot'
  | 'engine'
  | 'carrier'

export interface KindWords {
  one: string
  many: string
  /** File, and pattern of the name in it. */
  where?: readonly [FileName, string]
  /** Flows and prompts are files of their own: folder and ending. */
  files?: readonly [string, string]
}

export const kindWords: Readonly<Record<NamedKind, KindWords>> = {
  flow: { one: 'flow', many: 'flows', files: ['flows/', '.json'] },
  prompt: { one: 'prompt', many: 'prompts', files: ['prompts/', '.wav'] },
  number: { one: 'number', many: 'numbers', where: ['numbers', 'numbers.*.number'] },
  hours: { one: 'hours of operation', many: 'hours of operation', where: ['hours', 'hours.*.name'] },
  queue: { one: 'queue', many: 'queues', where: ['queues', 'queues.*.name'] },
  routingProfile: {
    one: 'routing profile',
    many: 'routing profiles',
    where: ['routing-profiles', 'routingProfiles.*.name'],
  },
  agent: { one: 'agent', many: 'agents', where: ['agents', 'agents.*.userName'] },
  quickConnect: { one: 'quick connect', many: 'quick connects', where: ['quick-connects', 'quickConnects.*.name'] },
  function: { one: 'function', many: 'functions', where: ['functions', 'functions.*.name'] },
  bot: { one: 'bot', many: 'bots', where: ['bots', 'bots.*.name'] },
  carrier: { one: 'carrier', many: 'carriers', where: ['carriers', 'carriers.*.name'] },
  engine: { one: 'engine', many: 'engines', where: ['voice', 'engines.*.name'] },
}

/** Names of a kind, of entries with faults too; undefined when the list that holds them could not be read. */
export function namesOf(configuration: Configuration, kind: NamedKind): ReadonlySet<string> | undefined {
  const { where } = kindWords[kind]
  if (kind === 'prompt') return configuration.prompts
  if (!where) return new Set(configuration.flows.keys())
  const [file, pattern] = where
  const document = configuration.documents.get(file)
  const [list = ''] = pattern.split('.')
  const isReadable = document && (optionalFiles.has(file) || Array.isArray(child(document.value, list)))
  if (!isReadable) return undefined
  // A telephone number that lacks its quotes has been read as an amount: one fault is enough for it.
  return new Set(
    findAll(document.value, pattern).flatMap(({ value }) => {
      if (typeof value === 'number') return [`+${value}`]
      return typeof value === 'string' ? [value] : []
    }),
  )
}
