// A caller and a box that try everything: every operand a flow compares with is said, pressed, answered or set at some
// time, and every ability fails at some time, in each way it can. Seeded: the same seed tells the same story.
import type { FlowAbilities, FunctionAnswer, HookAnswer } from '../../../daemon/flow/abilities.ts'
import type { Flow } from '../../../daemon/flow/flow.ts'
import type { FlowObject, FlowValue } from '../../../daemon/flow/flow-value.ts'
import {
  type Channel,
  type Collected,
  type FlowContact,
  type FlowHost,
  type FlowLogEntry,
  ParticipantError,
} from '../../../daemon/flow/host.ts'
import { findReferences } from '../../../daemon/flow/references.ts'

/** At least 0, less than 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What a flow asks for: operands by the reference they are compared with, and all of them together. */
export interface Wishes {
  byReference: Map<string, string[]>
  operands: string[]
  /** Operands of the blocks of a type. */
  byType: Map<string, string[]>
}

export function wishesOf(flow: Flow): Wishes {
  const byReference = new Map<string, string[]>()
  const operands = new Set<string>()
  const byType = new Map<string, string[]>()
  for (const { Type, Parameters, Transitions } of flow.actions.values()) {
    const reference = findReferences(String(Parameters.ComparisonValue ?? ''))[0]
    const key = reference?.segments.join('\n')
    for (const { Condition } of Transitions.Conditions ?? [])
      for (const operand of Condition.Operands) {
        const number = Number(operand)
        const near = Condition.Operator.startsWith('Number') ? [String(number + 1), String(number - 1)] : []
        for (const wished of [operand, ...near]) {
          operands.add(wished)
          byType.set(Type, [...(byType.get(Type) ?? []), wished])
          if (key !== undefined) byReference.set(key, [...(byReference.get(key) ?? []), wished])
        }
      }
    // What is only read must be there at times, too: a function's name, a number, a text.
    for (const read of findReferences(JSON.stringify(Parameters))) {
      const readKey = read.segments.join('\n')
      if (!byReference.has(readKey)) byReference.set(readKey, [])
    }
  }
  return { byReference, operands: [...operands], byType }
}

const moods: readonly number[] = [0, 0.03, 0.3]

export class ExploringHost implements FlowHost {
  /** Called with each block of the flow when it has run. */
  onBlock: (identifier: string) => void = () => undefined
  readonly #random: () => number
  readonly #wishes: Wishes
  readonly #flowArn: string
  readonly #leave: () => void
  /** Nothing that is read is missing. */
  readonly #complete: boolean
  /** How often things fail. Changes now and then: long ways need a box that never does, their ends one that does. */
  mischief: number
  readonly contact: FlowContact
  readonly participant: FlowHost['participant']

  constructor(flow: Flow, wishes: Wishes, random: () => number, channel: Channel, leave: () => void) {
    this.#random = random
    this.#wishes = wishes
    this.#flowArn = flow.arn
    this.#leave = leave
    this.mischief = this.#one(moods)
    this.#complete = this.#chance(0.5)
    this.contact = this.#contactOf(channel)
    this.participant = this.#chance(this.mischief / 3) ? undefined : this.#caller()
    Object.assign(this, this.#abilities())
  }

  #chance(part: number): boolean {
    return this.#random() < part
  }

  #one<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random() * of.length)]!
  }

  /** An operand of the blocks of a type, seldom something else. */
  #answer(type: string): string {
    const own = this.#wishes.byType.get(type) ?? []
    return own.length > 0 && this.#chance(0.9) ? this.#one(own) : 'other'
  }

  /** An operand of the reference, or of any other it may be handed on to; something else; nothing. */
  #wish(path: string): string | undefined {
    const own = this.#wishes.byReference.get(path) ?? []
    if (own.length > 0 && this.#chance(0.7)) return this.#one(own)
    if (/number/i.test(path) && this.#chance(0.5)) return '+442079460000'
    return this.#one([...this.#wishes.operands, 'other', '+442079460000', '1', this.#complete ? 'x' : undefined])
  }

  /** What is under a namespace: a value for every path the flow reads there. */
  #data(root: string, skip = 1): FlowObject {
    const data: FlowObject = {}
    for (const path of this.#wishes.byReference.keys()) {
      const segments = path.split('\n')
      if (segments[0] !== root || segments.length <= skip) continue
      const value = this.#wish(path)
      if (value === undefined) continue
      let at = data
      for (const segment of segments.slice(skip, -1)) {
        if (typeof at[segment] !== 'object' || at[segment] === null) at[segment] = {}
        at = at[segment] as FlowObject
      }
      at[segments.at(-1)!] = value
    }
    return data
  }

  #texts(root: string): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.#data(root)).filter((entry) => typeof entry[1] === 'string'),
    ) as Record<string, string>
  }

  #contactOf(channel: Channel): FlowContact {
    const text = (path: string, otherwise: string) => this.#wish(path) ?? otherwise
    const endpoint = (root: string) => ({
      address: text(`${root}\nAddress`, '+442079460000'),
      type: 'TELEPHONE_NUMBER' as const,
    })
    return {
      contactId: text('ContactId', 'c-1'),
      initialContactId: text('InitialContactId', 'c-0'),
      channel,
      initiationMethod: text('InitiationMethod', 'INBOUND'),
      customerEndpoint: endpoint('CustomerEndpoint'),
      systemEndpoint: endpoint('SystemEndpoint'),
      instanceArn: 'arn:i',
      awsRegion: text('AwsRegion', 'local'),
      attributes: this.#texts('Attributes'),
      voice: { voiceId: 'Amy', engine: 'standard', style: 'None', languageCode: text('LanguageCode', 'en-GB') },
      ...(this.#chance(0.8) && {
        queue: { id: 'q', name: text('Queue\nName', 'Q'), arn: text('Queue\nARN', 'arn:q') },
      }),
      ...(this.#chance(0.7) && { agent: this.#agent() }),
      flowLogging: true,
      customerId: text('CustomerId', 'c'),
      sipHeaders: Object.fromEntries(
        Object.entries((this.#data('Media').Sip as FlowObject | undefined)?.Headers ?? {}).map(([key, value]) => [
          key,
          String(value),
        ]),
      ),
      segmentAttributes: this.#texts('SegmentAttributes'),
      tags: this.#texts('Tags'),
    }
  }

  #agent(): NonNullable<FlowContact['agent']> {
    const field = (name: string) => this.#wish(`Agent\n${name}`) ?? 'anna'
    const userName = field('UserName')
    return { id: userName, name: userName, arn: field('ARN'), userName, firstName: 'A', lastName: 'B' }
  }

  /** Fails: as flows expect, or as a defect. */
  #mischief(): void {
    if (!this.#chance(this.mischief)) return
    throw this.#chance(0.5) ? new ParticipantError('speechFailed', 'mischief') : new TypeError('mischief')
  }

  #caller(): NonNullable<FlowHost['participant']> {
    const pressed = () => (this.#chance(0.6) ? this.#answer('GetParticipantInput') : this.#one(entries))
    const entries = ['9', '2065550100', '12', ...this.#wishes.operands.filter((one) => /^[0-9*#]+$/.test(one))]
    return {
      play: async () => this.#mischief(),
      playRepeatedly: async (_speech, interruptAfterMs, signal) => {
        this.#mischief()
        if (interruptAfterMs !== undefined && this.#chance(0.9)) return
        this.#leave()
        throw signal.reason
      },
      collect: async (): Promise<Collected> => {
        this.#mischief()
        if (this.#chance(0.2)) return { outcome: 'timeout' }
        return { outcome: 'digits', digits: pressed() }
      },
      ...(this.#chance(0.5) && { digitBuffer: { start: () => this.#mischief(), stop: () => '12', length: 0 } }),
    }
  }

  setAttributes(changes: Record<string, string>): boolean {
    this.#mischief()
    Object.assign(this.contact.attributes, changes)
    return !this.#chance(this.mischief)
  }

  setVoice(): void {
    this.#mischief()
  }

  setFlowLogging(): void {
    this.#mischief()
  }

  setRecording(): void {
    this.#mischief()
  }

  setTargetQueue(): boolean {
    this.#mischief()
    return !this.#chance(this.mischief)
  }

  setEventHook(): boolean {
    this.#mischief()
    return !this.#chance(this.mischief)
  }

  isOpen(): boolean | undefined {
    return this.#one([true, false, undefined])
  }

  enqueue(): 'queued' | 'atCapacity' | 'noQueue' {
    return this.#one(['queued', 'atCapacity', 'noQueue'])
  }

  log(entry: FlowLogEntry): void {
    if (entry.ContactFlowId === this.#flowArn) this.onBlock(entry.Identifier)
    if (this.#chance(0.15)) this.mischief = this.#one(moods)
  }

  /** Each there most of the time, each failing at times. */
  #abilities(): FlowAbilities {
    const all = this.#everyAbility()
    for (const name of Object.keys(all) as (keyof FlowAbilities)[])
      if (this.#chance(this.mischief / 3)) delete all[name]
    return all
  }

  #everyAbility(): FlowAbilities {
    const yes = () => {
      this.#mischief()
      return !this.#chance(this.mischief)
    }
    const { operands } = this.#wishes
    const errorTypes = ['NoneFoundError', 'MultipleFoundError', 'NoneFound', 'MultipleFound', 'ContactNotLinked']
    return {
      invokeFunction: async (): Promise<FunctionAnswer> => {
        this.#mischief()
        if (this.#chance(this.mischief)) return { ok: false, reason: 'failed', detail: 'mischief' }
        return { ok: true, result: this.#data('External') }
      },
      startFunction: () => (yes() ? 'i-1' : undefined),
      askBot: async () => {
        this.#mischief()
        if (this.#chance(this.mischief)) return { outcome: 'timeout' }
        const lex = this.#data('Lex')
        const texts = (of: FlowValue | undefined) => (of ?? {}) as Record<string, string>
        return {
          outcome: 'intent',
          intentName: this.#answer('ConnectParticipantWithLexBot'),
          slots: texts(lex.Slots),
          sessionAttributes: texts(lex.SessionAttributes),
          confidence: Number((lex.IntentConfidence as FlowObject | undefined)?.Score ?? 0.5),
        }
      },
      queueMetrics: () => {
        this.#mischief()
        if (this.#chance(this.mischief)) return undefined
        const figure = () => this.#one([0, 1, 5, ...operands.map(Number).filter((one) => one >= 0)])
        return {
          name: 'Q',
          arn: 'arn:q',
          size: figure(),
          oldestContactAgeSeconds: figure(),
          agents: {
            online: figure(),
            available: figure(),
            staffed: figure(),
            afterContactWork: 0,
            busy: 0,
            missed: 0,
            nonProductive: 0,
          },
        }
      },
      setTargetAgent: yes,
      setRouting: () => this.#mischief(),
      setRoutingCriteria: yes,
      dequeueAndTransfer: () => this.#one(['transferred', 'atCapacity', 'refused']),
      setCallbackNumber: () => this.#one(['set', 'invalid', 'notDialable']),
      requestCallback: () => (yes() ? { ok: true } : { ok: false, detail: 'mischief' }),
      createTask: () => (yes() ? { ok: true, contactId: 't-1' } : { ok: false, detail: 'mischief' }),
      transferToThirdParty: async () => {
        this.#mischief()
        return this.#one(['answeredAndEnded', 'handedOver', 'callFailed', 'timedOut'])
      },
      transferToAgent: () => this.#one(['transferred', 'busy']),
      holdParticipants: yes,
      tagContact: yes,
      untagContact: yes,
      setMediaStreaming: yes,
      setChatProcessor: yes,
      updateContactData: yes,
      setRelatedAttributes: yes,
      invokeHook: async (_kind, action): Promise<HookAnswer> => {
        this.#mischief()
        if (this.#chance(this.mischief * 2)) return { ok: false, errorType: this.#one(errorTypes), detail: 'mischief' }
        if (action.startsWith('CheckSegment')) return { ok: true, result: this.#chance(0.5) }
        const root = action.includes('Case') ? 'Case' : action.includes('Wisdom') ? 'Wisdom' : 'Customer'
        return { ok: true, result: this.#data(root) }
      },
      showView: async () => {
        this.#mischief()
        if (this.#chance(0.1)) return { outcome: 'timeout' }
        return { outcome: 'action', action: this.#answer('ShowView'), data: this.#data('Views', 2) }
      },
      wait: async () => {
        this.#mischief()
        return this.#one(['WaitCompleted', 'CustomerReturned', 'BotParticipantDisconnected', 'notFound'])
      },
      loadContactContent: async () => 'text',
      resumeContact: yes,
      completeOutboundCall: async () => yes(),
      outboundCallStatus: async () =>
        this.#one(['CallAnswered', 'VoicemailBeep', 'VoicemailNoBeep', 'NotDetected', undefined]),
      fetchPrompt: async () => (yes() ? 'p-1' : undefined),
    }
  }
}
