// What is known of one contact: the data that flows read and change, and the record that is saved at every change.
// The FlowHost of each flow of the contact is a view of it.
import { resourceArn } from '../config/ids.ts'
import type { Instance } from '../config/instance.ts'
import type {
  EventHook,
  FlowContact,
  FlowEndpoint,
  FlowHost,
  FlowVoice,
  Participant,
  RecordingBehavior,
  ResourceRef,
} from '../flow/host.ts'
import type { LegParty } from '../leg/leg.ts'
import { isOpen } from '../routing/hours.ts'
import { contactAbilities } from './contact-abilities.ts'
import type { ContactWorld } from './contact-world.ts'

/** All attributes of a contact together, keys and values as UTF-8 (contact record fact: 32 KB). */
const attributesLimitBytes = 32 * 1024

export interface ContactData extends FlowContact {
  attributes: Record<string, string>
  voice: FlowVoice
  queue?: ResourceRef
  agent?: ResourceRef & { userName: string; firstName: string; lastName: string }
  flowLogging: boolean
  name?: string
  description?: string
  customerId?: string
  customerCallbackNumber?: string
  tags?: Readonly<Record<string, string>>
  segmentAttributes?: Readonly<Record<string, string>>
  recording: RecordingBehavior
  /** Among those who wait in one queue; 1 goes first. */
  priority: number
  /** Seconds added to the real waiting time when ages are compared. */
  ageAdjustmentS: number
  hooks: Map<EventHook, string | undefined>
}

export function newContactData(instance: Instance, contactId: string, caller: LegParty, called: LegParty): ContactData {
  return {
    contactId,
    initialContactId: contactId,
    channel: 'VOICE',
    initiationMethod: 'INBOUND',
    ...(caller.address && { customerEndpoint: endpoint(caller.address, caller.displayName) }),
    ...(called.address && { systemEndpoint: endpoint(called.address) }),
    instanceArn: instance.arn,
    awsRegion: 'local',
    attributes: {},
    voice: { voiceId: 'Joanna', engine: 'standard', style: 'None', languageCode: instance.box.instance.language },
    flowLogging: false,
    recording: { agent: false, customer: false },
    priority: 5,
    ageAdjustmentS: 0,
    segmentAttributes: { 'connect:Subtype': 'connect:Telephony', 'connect:Direction': 'INBOUND' },
    hooks: new Map(),
  }
}

function endpoint(address: string, displayName?: string): FlowEndpoint {
  const type = address.startsWith('+') ? 'TELEPHONE_NUMBER' : 'VOIP'
  return { address, type, ...(displayName && { displayName }) }
}

export function agentRef(instance: Instance, userName: string): NonNullable<ContactData['agent']> {
  const agent = instance.agents.get(userName)
  return {
    id: userName,
    name: userName,
    arn: resourceArn(instance, 'agent', userName),
    userName,
    firstName: agent?.firstName ?? '',
    lastName: agent?.lastName ?? '',
  }
}

export interface HostDependencies {
  world: ContactWorld
  data: ContactData
  participant: Participant | undefined
  /** Only the contact's own inbound flow can queue it; whispers and queue flows can't. */
  enqueue: () => 'queued' | 'atCapacity' | 'noQueue'
  /** Called after each change, so that the record follows. */
  changed: () => void
}

export function createFlowHost(of: HostDependencies): FlowHost {
  const { data, world } = of
  const { instance } = world
  return {
    ...contactAbilities(of),
    contact: data,
    participant: of.participant,
    setAttributes(changes) {
      const next = { ...data.attributes }
      for (const [key, value] of Object.entries(changes)) {
        if (key === '' || key === '__proto__' || /[$.]/.test(key)) return false
        next[key] = value
      }
      if (Buffer.byteLength(JSON.stringify(next)) > attributesLimitBytes) return false
      data.attributes = next
      of.changed()
      return true
    },
    setVoice(change) {
      data.voice = { ...data.voice, ...change }
    },
    setFlowLogging(enabled) {
      data.flowLogging = enabled
    },
    setRecording(behavior) {
      data.recording = behavior
    },
    setTargetQueue(queueId) {
      if (!instance.queues.has(queueId)) return false
      data.queue = { id: queueId, name: queueId, arn: resourceArn(instance, 'queue', queueId) }
      return true
    },
    setEventHook(hook, flowId) {
      if (flowId !== undefined && !instance.flows.has(flowId)) return false
      data.hooks.set(hook, flowId)
      return true
    },
    isOpen(hoursId) {
      const name = hoursId ?? (data.queue && instance.queues.get(data.queue.id)?.hours)
      const hours = name === undefined ? undefined : instance.hours.get(name)
      return hours && isOpen(hours, world.clock.epochMs())
    },
    enqueue: of.enqueue,
    log: (entry) => world.flowLog.write(entry),
  }
}
