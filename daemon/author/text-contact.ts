// The data of a simulated contact, and how flows change them: the part every contact has, without what it can do.
import type { ContactFields } from '../flow/abilities.ts'
import type { Channel, EventHook, FlowContact, FlowVoice, ResourceRef } from '../flow/host.ts'
import { isSecretName, masked } from '../flow/secrets.ts'
import type { TraceStep } from './trace.ts'
import type { World } from './world.ts'

/** All attributes of a contact together, keys and values as UTF-8 (contact record fact: 32 KB). */
const attributesLimitBytes = 32 * 1024
const maximumTags = 6
export const contactId = '00000000-0000-4000-8000-000000000001'
const calledNumber = '+442079460101'

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

export interface TextContactOptions {
  world: World
  channel: Channel
  /** Caller's number. */
  caller: string
  /** The number that was dialled. */
  called?: string | undefined
  attributes: Readonly<Record<string, string>>
  step(step: TraceStep): void
}

export class TextContact {
  readonly data: Writable<FlowContact>
  readonly hooks = new Map<EventHook, string | undefined>()
  readonly #options: TextContactOptions

  constructor(options: TextContactOptions) {
    this.#options = options
    const { world, channel, caller, called = calledNumber, attributes } = options
    this.data = {
      contactId,
      initialContactId: contactId,
      channel,
      initiationMethod: channel === 'VOICE' ? 'INBOUND' : 'API',
      customerEndpoint: { address: caller, type: caller.startsWith('+') ? 'TELEPHONE_NUMBER' : 'VOIP' },
      systemEndpoint: { address: called, type: 'TELEPHONE_NUMBER' },
      instanceArn: world.instanceArn,
      awsRegion: 'local',
      attributes: { ...attributes },
      voice: { voiceId: 'Joanna', engine: 'standard', style: 'None', languageCode: world.languageCode },
      // The flow log is where the trace comes from: it is always on.
      flowLogging: true,
    }
  }

  setAttributes(changes: Record<string, string>): boolean {
    const next = { ...this.data.attributes }
    for (const [key, value] of Object.entries(changes)) {
      if (key === '' || key === '__proto__' || /[$.]/.test(key)) return false
      next[key] = value
    }
    if (Buffer.byteLength(JSON.stringify(next)) > attributesLimitBytes) return false
    this.data.attributes = next
    for (const [key, value] of Object.entries(changes))
      this.#options.step({ event: 'attribute', key, value: isSecretName(key) ? masked : value })
    return true
  }

  setVoice(change: Partial<FlowVoice>): void {
    this.data.voice = { ...this.data.voice, ...change }
    this.set('voice', Object.values(change).join(', '))
  }

  setTargetQueue(queueId: string): boolean {
    return this.#setQueue(this.#options.world.ref('queue', queueId))
  }

  setTargetAgent(agentId: string): boolean {
    return this.#setQueue(this.#options.world.ref('agent', agentId))
  }

  #setQueue(queue: ResourceRef | undefined): boolean {
    if (!queue) return false
    this.data.queue = queue
    this.set('queue', queue.name)
    return true
  }

  setEventHook(hook: EventHook, flowId: string | undefined): boolean {
    if (flowId !== undefined && !this.#options.world.flows.get(flowId)) return false
    this.hooks.set(hook, flowId)
    this.set(`hook ${hook}`, flowId ?? '(off)')
    return true
  }

  setCallbackNumber(number: string): 'set' | 'invalid' {
    const e164 = /^\+?([1-9][0-9]{1,14})$/.exec(number)?.[1]
    if (e164 === undefined) return 'invalid'
    this.data.customerCallbackNumber = `+${e164}`
    this.set('callback number', `+${e164}`)
    return 'set'
  }

  tag(tags: Record<string, string>): boolean {
    const next = { ...this.data.tags, ...tags }
    if (Object.keys(next).length > maximumTags || Object.keys(next).some((key) => key.startsWith('aws:'))) return false
    this.data.tags = next
    for (const [key, value] of Object.entries(tags)) this.set(`tag ${key}`, value)
    return true
  }

  untag(keys: readonly string[]): boolean {
    this.data.tags = Object.fromEntries(Object.entries(this.data.tags ?? {}).filter(([key]) => !keys.includes(key)))
    this.set('tags removed', keys.join(', '))
    return true
  }

  update({ name, description, customerId, segmentAttributes, references, ...others }: ContactFields): boolean {
    const plain = { name, description, customerId, ...others }
    if (name !== undefined) this.data.name = name
    if (description !== undefined) this.data.description = description
    if (customerId !== undefined) this.data.customerId = customerId
    if (segmentAttributes) this.data.segmentAttributes = { ...this.data.segmentAttributes, ...segmentAttributes }
    if (references) this.data.references = { ...this.data.references, ...references }
    const links = Object.entries(references ?? {}).map(([key, { value }]) => [key, value] as const)
    for (const [what, value] of [...Object.entries({ ...plain, ...segmentAttributes }), ...links])
      if (value !== undefined) this.set(what, value)
    return true
  }

  /** Told, and kept nowhere else. */
  set(what: string, value: string): void {
    this.#options.step({ event: 'set', what, value })
  }
}
