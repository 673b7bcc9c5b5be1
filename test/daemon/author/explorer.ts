// A caller, and a world, that try everything: keys that a menu knows and one it does not, silence, each intent, each
// answer that the flow compares with, failures. Chosen by a seed, the least tried way first.
import type { Answers, Contact } from '../../../daemon/author/answers.ts'
import { placeholderWorld, type World } from '../../../daemon/author/world.ts'
import type { FunctionAnswer, HookAnswer, WaitEvent } from '../../../daemon/flow/abilities.ts'
import type { Flow } from '../../../daemon/flow/flow.ts'
import type { FlowObject, FlowValue } from '../../../daemon/flow/flow-value.ts'

export class Explorer implements Answers {
  readonly #compared: Map<string, string[]>
  /** How often each choice was made, over all runs. */
  readonly #tried = new Map<string, number>()
  readonly #random: () => number
  #contact: Contact | undefined

  constructor(flow: Flow, seed: number) {
    this.#compared = comparedValues(flow)
    this.#random = pseudoRandom(seed)
  }

  begin(contact: Contact): void {
    this.#contact = contact
  }

  /** A world in which now and then something that the flow names is not there. */
  world(flow: Flow): World {
    const world = placeholderWorld(flow, () => undefined)
    return {
      ...world,
      resources: {
        resolve: (kind, value, displayName) =>
          this.#choose(`is there a ${kind} ${value}`, ['yes', 'certainly', 'of course', 'no']) === 'no'
            ? undefined
            : world.resources.resolve(kind, value, displayName),
      },
    }
  }

  waitEvent(events: readonly WaitEvent[]): WaitEvent | undefined {
    const chosen = this.#choose('wait', [...events, 'nothing'])
    return events.find((event) => event === chosen)
  }

  /** Attributes that the flow looks at, each with a value it compares with. */
  attributes(): Record<string, string> {
    return Object.fromEntries(this.#values('$.Attributes.'))
  }

  async digits(): Promise<string | undefined> {
    const block = this.#contact?.block()
    const operands = (block?.operands ?? []).filter((operand) => /^[0-9*#]+$/.test(operand))
    const choices = operands.length > 0 ? [...operands, '5', ''] : ['12345#', '2079460000#', '1#', '']
    return this.#choose(`digits ${block?.identifier}`, choices)
  }

  async intent() {
    const block = this.#contact?.block()
    const intentName = this.#choose(`intent ${block?.identifier}`, [...(block?.operands ?? []), 'FallbackIntent', ''])
    return intentName === '' ? undefined : { text: intentName, intentName, slots: {}, sessionAttributes: {} }
  }

  async functionAnswer(name: string): Promise<FunctionAnswer> {
    if (this.#choose(`function ${name}`, ['answers', 'answers', 'answers', 'fails']) === 'fails')
      return { ok: false, reason: 'failed', detail: 'the explorer lets it fail' }
    return { ok: true, result: nested(this.#values('$.External.')) }
  }

  async hookAnswer(kind: string, action: string): Promise<HookAnswer> {
    const errors = ['NoneFoundError', 'MultipleFoundError', 'NoneFound', 'MultipleFound', 'ContactNotLinked']
    const chosen = this.#choose(`${kind} ${action}`, ['answers', ...errors, 'other'])
    return chosen === 'answers' ? { ok: true, result: {} } : { ok: false, errorType: chosen, detail: 'the explorer' }
  }

  async view(): Promise<{ action: string; data: FlowValue } | undefined> {
    const block = this.#contact?.block()
    const action = this.#choose(`view ${block?.identifier}`, [...(block?.operands ?? []), 'Unheard', ''])
    return action === '' ? undefined : { action, data: {} }
  }

  isOpen(hours: string | undefined): boolean | undefined {
    const chosen = this.#choose(`hours ${hours}`, ['open', 'closed', 'unknown'])
    return chosen === 'unknown' ? undefined : chosen === 'open'
  }

  hasRoom(queue: string): boolean {
    return this.#choose(`room ${queue}`, ['room', 'full']) === 'room'
  }

  metrics(queue: string) {
    const busy = this.#choose(`metrics ${queue}`, ['quiet', 'busy']) === 'busy'
    const agents = { online: 1, available: 1, staffed: 1, afterContactWork: 0, busy: 0, missed: 0, nonProductive: 0 }
    return busy
      ? { size: 500, oldestContactAgeSeconds: 9000, agents: { ...agents, online: 0, available: 0, staffed: 0 } }
      : {}
  }

  thirdParty() {
    return this.#choose('third party', ['answeredAndEnded', 'callFailed', 'timedOut'] as const)
  }

  random(): number {
    return this.#random()
  }

  #values(root: string): [string, string][] {
    return [...this.#compared].flatMap(([reference, values]) =>
      reference.startsWith(root)
        ? [
            [reference.slice(root.length), this.#choose(reference, [...values, 'something else'])] satisfies [
              string,
              string,
            ],
          ]
        : [],
    )
  }

  #choose<T extends string>(question: string, choices: readonly T[]): T {
    const counts = choices.map((choice) => this.#tried.get(`${question}\n${choice}`) ?? 0)
    const fewest = Math.min(...counts)
    const open = choices.filter((_, index) => counts[index] === fewest)
    const chosen = open[Math.floor(this.#random() * open.length)] ?? choices[0]!
    this.#tried.set(`${question}\n${chosen}`, fewest + 1)
    return chosen
  }
}

/** What the flow compares each reference with; for numbers, one that is and one that is not. */
function comparedValues(flow: Flow): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const { Type, Parameters, Transitions } of flow.actions.values()) {
    const reference = Parameters.ComparisonValue
    if (Type !== 'Compare' || typeof reference !== 'string') continue
    const operands = (Transitions.Conditions ?? []).flatMap(({ Condition: { Operator, Operands } }) =>
      Operator.startsWith('Number')
        ? [Operands[0] ?? '', String(Number(Operands[0]) + 1), String(Number(Operands[0]) - 1)]
        : Operands,
    )
    values.set(reference, [...(values.get(reference) ?? []), ...operands])
  }
  return values
}

/** `{'a.b': 'c'}` as `{a: {b: 'c'}}`, with the flat key as well. */
function nested(values: readonly [string, string][]): FlowObject {
  const result: FlowObject = {}
  for (const [path, value] of values) {
    let into = result
    const parts = path.split('.')
    for (const part of parts.slice(0, -1)) {
      const inner = into[part]
      const next: FlowObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {}
      into[part] = next
      into = next
    }
    into[parts.at(-1) ?? ''] = value
  }
  return result
}

/** mulberry32 */
function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
