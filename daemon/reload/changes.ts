// What differs between two instances, by the names that people gave: what a reload tells and logs, and what it has to
// leave for the next start.
import { isDeepStrictEqual } from 'node:util'
import type { Instance } from '../config/instance.ts'
import type { Flow } from '../flow/flow.ts'

export interface Change {
  /** e.g. `queue`, `flow`, `agent`; `setting` for what stands in box.yaml. */
  kind: string
  name: string
  what: 'added' | 'removed' | 'changed'
  /** `restart`: noted, and in force after the next start only. */
  applies: 'now' | 'restart'
}

/**
 * What of box.yaml the running parts take from each new instance, whole sections by their name. All else waits for the next
 * start, and is told so: sockets are bound, files are open, receivers of events are connected under it.
 */
const liveSettings: ReadonlySet<string> = new Set([
  'instance.timeZone',
  'instance.language',
  'routing',
  'limits',
  'statuses',
  'drain',
  'retention',
])

/** Empty when both say the same. In the order of the files of an instance, then by name. */
export function changesBetween(before: Instance, after: Instance): Change[] {
  return [
    // After a start from the last good copy: programs and modules of the instance lie elsewhere now.
    ...(before.directory === after.directory ? [] : [whole('directory')]),
    ...settings(before, after),
    ...(isDeepStrictEqual(before.outletSecrets, after.outletSecrets) ? [] : [outletSecrets]),
    ...named('board', byName(before.boards), byName(after.boards), isDeepStrictEqual, 'restart'),
    ...named('number', before.numbers, after.numbers),
    ...named('hours of operation', before.hours, after.hours),
    ...named('queue', before.queues, after.queues),
    ...named('routing profile', before.routingProfiles, after.routingProfiles),
    ...named('agent', before.agents, after.agents),
    ...named('quick connect', before.quickConnects, after.quickConnects),
    ...named('carrier', byName(before.carriers.carriers), byName(after.carriers.carriers)),
    ...(isDeepStrictEqual(before.carriers.outbound, after.carriers.outbound) ? [] : [whole('outbound')]),
    ...named('port', byId(before.ports), byId(after.ports)),
    ...named('campaign', before.campaigns, after.campaigns),
    ...named('flow', before.flows, after.flows, sameFlow),
    ...named('prompt', before.prompts, after.prompts, (one, other) => sameSamples(one.samples, other.samples)),
    ...named('function', before.functions, after.functions),
    ...named('bot', before.bots, after.bots),
    ...(isDeepStrictEqual(before.aliases, after.aliases) ? [] : [whole('aliases')]),
    ...(isDeepStrictEqual(before.voice, after.voice) ? [] : [whole('voice')]),
  ]
}

/** One line for people: `queue Sales changed`, `flow Main added`. */
export function describeChange({ kind, name, what, applies }: Change): string {
  const later = applies === 'restart' ? ' (in force after a restart)' : ''
  return `${[kind, name].filter(Boolean).join(' ')} ${what}${later}`
}

const outletSecrets: Change = { kind: 'secrets of events', name: '', what: 'changed', applies: 'restart' }

function whole(kind: string): Change {
  return { kind, name: '', what: 'changed', applies: 'now' }
}

function settings(before: Instance, after: Instance): Change[] {
  const olds = leaves(before.box)
  const news = leaves(after.box)
  const paths = new Set([...olds.keys(), ...news.keys()])
  return [...paths]
    .filter((path) => !isDeepStrictEqual(olds.get(path), news.get(path)))
    .map((path) => ({
      kind: 'setting',
      name: path,
      what: 'changed',
      applies: liveSettings.has(path) || liveSettings.has(path.replace(/\..*/, '')) ? 'now' : 'restart',
    }))
}

/** `section.key` to value: sections of box.yaml are one level deep, and what is below belongs together. */
function leaves(box: Instance['box']): Map<string, unknown> {
  return new Map(
    Object.entries(box).flatMap(([section, values]) =>
      Object.entries(values).map(([key, value]): [string, unknown] => [`${section}.${key}`, value]),
    ),
  )
}

function named<Thing>(
  kind: string,
  before: ReadonlyMap<string, Thing>,
  after: ReadonlyMap<string, Thing>,
  same: (one: Thing, other: Thing) => boolean = isDeepStrictEqual,
  applies: Change['applies'] = 'now',
): Change[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return names.flatMap((name): Change[] => {
    const old = before.get(name)
    const next = after.get(name)
    if (old === undefined) return [{ kind, name, what: 'added', applies }]
    if (next === undefined) return [{ kind, name, what: 'removed', applies }]
    return same(old, next) ? [] : [{ kind, name, what: 'changed', applies }]
  })
}

function byId<Named extends { id: string }>(list: readonly Named[]): Map<string, Named> {
  return new Map(list.map((one) => [one.id, one]))
}

function byName<Named extends { name: string }>(list: readonly Named[]): Map<string, Named> {
  return new Map(list.map((one) => [one.name, one]))
}

/** Where a flow's text lies is no part of what it does. */
function sameFlow({ source: _one, ...before }: Flow, { source: _other, ...after }: Flow): boolean {
  return isDeepStrictEqual(before, after)
}

function sameSamples(one: Int16Array, other: Int16Array): boolean {
  return Buffer.from(one.buffer, one.byteOffset, one.byteLength).equals(
    Buffer.from(other.buffer, other.byteOffset, other.byteLength),
  )
}
