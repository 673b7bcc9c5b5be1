// Names that must exist and names that must exist once. The rules are the two tables; they work on plain values, so that
// an entry with another fault still has its references checked.
import type { Fault } from '../fault.ts'
import { type ConfigCode, code } from './codes.ts'
import { type Configuration, type FileName, kindWords, type NamedKind, namesOf } from './configuration.ts'
import { child, findAll, findTexts, type Path, valueAt } from './place.ts'
import { suggestion } from './suggest.ts'

interface Reference {
  file: FileName
  /** Where the name stands. */
  pattern: string
  /** What the entry around it is called, and the depth of its path. */
  owner: string
  ownerDepth: number
  to: NamedKind
  code: ConfigCode
  /** Of entries with this `kind` only. */
  ofKind?: string
}

const references: readonly Reference[] = [
  ref('numbers', 'numbers.*.flow', 'Number', 2, 'flow', code.numberFlow),
  ref('numbers', 'numbers.*.queue', 'Number', 2, 'queue', code.numberQueue),
  ref('numbers', 'numbers.*.carriers.*', 'Number', 2, 'carrier', code.numberCarrier),
  ref('lines', 'boards.*.lines.*.number', 'Line', 4, 'number', code.lineNumber),
  ref('queues', 'queues.*.hours', 'Queue', 2, 'hours', code.queueHours),
  ref('queues', 'queues.*.quickConnects.*', 'Queue', 2, 'quickConnect', code.queueQuickConnect),
  ref('queues', 'queues.*.outboundCallerId.number', 'Queue', 2, 'number', code.queueCallerId),
  ref('routing-profiles', 'routingProfiles.*.queues.*.queue', 'Routing profile', 2, 'queue', code.profileQueue),
  ref('routing-profiles', 'routingProfiles.*.defaultOutboundQueue', 'Routing profile', 2, 'queue', code.profileQueue),
  ref('agents', 'agents.*.routingProfile', 'Agent', 2, 'routingProfile', code.agentProfile),
  ref('quick-connects', 'quickConnects.*.agent', 'Quick connect', 2, 'agent', code.quickConnectAgent),
  ref('quick-connects', 'quickConnects.*.queue', 'Quick connect', 2, 'queue', code.quickConnectQueue),
  ref('quick-connects', 'quickConnects.*.flow', 'Quick connect', 2, 'flow', code.quickConnectFlow),
  ref('queues', 'queues.*.outboundWhisperFlow', 'Queue', 2, 'flow', code.queueWhisperFlow),
  ref('carriers', 'carriers.*.defaultNumber', 'Carrier', 2, 'number', code.linkCallerId),
  ref('carriers', 'outbound.callerId', 'The outbound caller ID', 1, 'number', code.linkCallerId),
  ref('porting', 'ports.*.winning', 'Port', 2, 'carrier', code.portCarrier),
  ref('porting', 'ports.*.before.carriers.*', 'Port', 2, 'carrier', code.portCarrier),
  ref('porting', 'ports.*.before.callerId', 'Port', 2, 'number', code.portCallerId),
  ref('campaigns', 'campaigns.*.queue', 'Campaign', 2, 'queue', code.campaignQueue),
  ref('campaigns', 'campaigns.*.flow', 'Campaign', 2, 'flow', code.campaignFlow),
  ref('campaigns', 'campaigns.*.callerId', 'Campaign', 2, 'number', code.campaignCallerId),
  ref('voice', 'voices.*.engine', 'Voice', 2, 'engine', code.voiceEngine),
  ref('functions', 'hooks.*.function', 'Hook', 2, 'function', code.hookFunction),
  ...(['queue', 'prompt', 'flow', 'hours', 'agent', 'function', 'bot'] as const).map((kind) => ({
    ...ref('aliases', 'aliases.*.name', 'Alias', 2, kind, code.aliasTarget),
    ofKind: kind,
  })),
]

function ref(
  file: FileName,
  pattern: string,
  owner: string,
  ownerDepth: number,
  to: NamedKind,
  faultCode: ConfigCode,
): Reference {
  return { file, pattern, owner, ownerDepth, to, code: faultCode }
}

export function referenceFaults(configuration: Configuration): Fault[] {
  return references.flatMap((reference) => {
    const document = configuration.documents.get(reference.file)
    const known = namesOf(configuration, reference.to)
    if (!document || !known) return []
    return findTexts(document.value, reference.pattern)
      .filter(({ value }) => !known.has(value))
      .filter(({ path }) => {
        const owner = valueAt(document.value, path.slice(0, reference.ownerDepth))
        return reference.ofKind === undefined || child(owner, 'kind') === reference.ofKind
      })
      .map(({ path, value }) => {
        const { one, many, where, files: [folder, ending] = [] } = kindWords[reference.to]
        const owner = ownerName(document.value, path.slice(0, reference.ownerDepth), reference.owner)
        const home = where ? `${where[0]}.yaml` : folder
        const message = `${owner} names the ${one} ${JSON.stringify(value)}, which is not in ${home}.`
        const add = where ? `add it to ${where[0]}.yaml` : `add ${folder}${value}${ending}`
        const mend = `${suggestion(value, known, many)} Correct the name, or ${add}.`
        return document.fault(reference.code, path, message, mend)
      })
  })
}

interface Unique {
  file: FileName
  pattern: string
  /** Unique within the part of the path up to this depth. */
  scopeDepth: number
  what: string
  code: ConfigCode
  mend: string
}

const chooseAnother = 'Give each its own name: others refer to them by it.'

const uniques: readonly Unique[] = [
  unique('lines', 'boards.*.name', 0, 'The board', code.duplicateName, chooseAnother),
  unique('lines', 'boards.*.lines.*.name', 0, 'The line', code.duplicateName, chooseAnother),
  unique('lines', 'boards.*.lines.*.port', 2, 'The port', code.duplicatePort, 'A port has one socket and so one line.'),
  unique('lines', 'boards.*.device', 0, 'The device', code.duplicateDevice, 'Each board has a device of its own.'),
  unique(
    'lines',
    'boards.*.soundDevice',
    0,
    'The device',
    code.duplicateDevice,
    'Each module has a device of its own.',
  ),
  unique(
    'numbers',
    'numbers.*.number',
    0,
    'The number',
    code.duplicateNumber,
    'A number has one flow: keep one of them.',
  ),
  unique('numbers', 'released.*.number', 0, 'The released number', code.duplicateNumber, 'Keep one of them.'),
  unique('hours', 'hours.*.name', 0, 'The hours of operation', code.duplicateName, chooseAnother),
  unique('queues', 'queues.*.name', 0, 'The queue', code.duplicateName, chooseAnother),
  unique('routing-profiles', 'routingProfiles.*.name', 0, 'The routing profile', code.duplicateName, chooseAnother),
  unique(
    'routing-profiles',
    'routingProfiles.*.queues.*.queue',
    2,
    'The queue',
    code.duplicateQueueInProfile,
    'A profile has each queue once for a channel: keep one of them.',
  ),
  unique(
    'agents',
    'agents.*.userName',
    0,
    'The agent',
    code.duplicateName,
    'Give each agent a user name of their own.',
  ),
  unique('campaigns', 'campaigns.*.name', 0, 'The campaign', code.duplicateName, chooseAnother),
  unique('quick-connects', 'quickConnects.*.name', 0, 'The quick connect', code.duplicateName, chooseAnother),
  unique(
    'quick-connects',
    'quickConnects.*.code',
    0,
    'The code',
    code.duplicateName,
    'Give each quick connect a code of its own.',
  ),
  unique('box', 'statuses.*.name', 0, 'The status', code.duplicateName, chooseAnother),
  unique('carriers', 'carriers.*.name', 0, 'The carrier', code.duplicateName, chooseAnother),
  unique('carriers', 'carriers.*.links.*.name', 2, 'The link', code.duplicateName, chooseAnother),
  unique('porting', 'ports.*.id', 0, 'The port', code.duplicateName, chooseAnother),
  unique('functions', 'functions.*.name', 0, 'The function', code.duplicateName, chooseAnother),
  unique('bots', 'bots.*.name', 0, 'The bot', code.duplicateName, chooseAnother),
  unique('bots', 'bots.*.intents.*.name', 2, 'The intent', code.duplicateName, chooseAnother),
  unique('bots', 'bots.*.intents.*.slots.*.name', 4, 'The slot', code.duplicateName, chooseAnother),
  unique('voice', 'engines.*.name', 0, 'The engine', code.duplicateName, chooseAnother),
  unique('voice', 'recognisers.*.name', 0, 'The recogniser', code.duplicateName, chooseAnother),
  unique(
    'bots',
    'bots.*.intents.*.dtmf.*',
    2,
    'In one bot, the key',
    code.duplicateKeys,
    'A key stands for one intent: keep one of them.',
  ),
]

function unique(
  file: FileName,
  pattern: string,
  scopeDepth: number,
  what: string,
  faultCode: ConfigCode,
  mend: string,
): Unique {
  return { file, pattern, scopeDepth, what, code: faultCode, mend }
}

export function duplicateFaults(configuration: Configuration): Fault[] {
  return uniques.flatMap((rule) => {
    const document = configuration.documents.get(rule.file)
    if (!document) return []
    const firsts = new Map<string, Path>()
    const faults: Fault[] = []
    for (const { path, value } of findAll(document.value, rule.pattern)) {
      if (typeof value !== 'string' && typeof value !== 'number') continue
      const key = JSON.stringify([path.slice(0, rule.scopeDepth), value])
      const first = firsts.get(key)
      if (!first) firsts.set(key, path)
      else {
        const written = typeof value === 'number' ? value : JSON.stringify(value)
        const message = `${rule.what} ${written} is there twice: first on line ${document.place(first).line}.`
        faults.push(document.fault(rule.code, path, message, rule.mend))
      }
    }
    return faults
  })
}

/** `Queue "Support"`; by its place in the list while it has no name; what is in no list has its kind for a name. */
export function ownerName(root: unknown, path: Path, kind: string): string {
  const owner = valueAt(root, path)
  const place = path.at(-1)
  if (typeof place === 'string') return kind
  // An alias has a name too, but that is what it stands for.
  const name = child(owner, 'arn') ?? child(owner, 'name') ?? child(owner, 'userName') ?? child(owner, 'number')
  return typeof name === 'string' && name !== '' ? `${kind} ${JSON.stringify(name)}` : `${kind} ${Number(place) + 1}`
}
