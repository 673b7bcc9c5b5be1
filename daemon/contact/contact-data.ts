// What is known of one contact: the data that flows read and change, and what of it goes over to the next contact of the
// chain. The FlowHost of each flow is a view of it (flow-host.ts).
import { randomUUID } from 'node:crypto'
import { resourceArn } from '../config/ids.ts'
import type { Instance } from '../config/instance.ts'
import type { ContactReferences, QueueTarget, RoutingStep } from '../flow/abilities.ts'
import type { EventHook, FlowContact, FlowEndpoint, FlowVoice, RecordingBehavior, ResourceRef } from '../flow/host.ts'
import type { Leg } from '../leg/leg.ts'
import { agentQueueName } from '../routing/routing.ts'
import type { AnsweringMachineDetectionStatus, InitiationMethod } from './contact-record.ts'

export interface ContactData extends FlowContact {
  readonly initiationMethod: InitiationMethod
  attributes: Record<string, string>
  voice: FlowVoice
  queue?: ResourceRef & { outboundCallerId?: FlowEndpoint }
  agent?: ResourceRef & { userName: string; firstName: string; lastName: string }
  customerEndpoint?: FlowEndpoint
  systemEndpoint?: FlowEndpoint
  flowLogging: boolean
  name?: string
  description?: string
  references?: ContactReferences
  customerId?: string
  customerCallbackNumber?: string
  tags?: Readonly<Record<string, string>>
  segmentAttributes?: Readonly<Record<string, string>>
  /** `paused`: by the agent, for as long as nobody should keep what is said. */
  recording: RecordingBehavior & { paused?: boolean }
  /** Among those who wait in one queue; 1 goes first. */
  priority: number
  /** Seconds added to the real waiting time when ages are compared. */
  ageAdjustmentS: number
  /** Which agents may have it. */
  criteria?: readonly RoutingStep[]
  hooks: Map<EventHook, string | undefined>
  /** How often the chain has been moved from queue to queue. */
  queueMoves: number
  /** Of a task. */
  paused?: boolean
  /** The caller will be called back: hanging up is no giving up. */
  callbackRequested: boolean
  /** Of which it is a call, by name. */
  campaign?: string
  answeredBy?: AnsweringMachineDetectionStatus
  /** The agent whom an agent calls, without any customer. */
  colleague?: string
}

const initialPriority = 5

/** Of somebody who calls the box. */
export function inboundData(instance: Instance, leg: Leg): ContactData {
  const contactId = randomUUID()
  const { remote, local, headers } = leg
  return {
    ...freshData(instance, contactId, 'VOICE', 'INBOUND'),
    ...(remote.address && { customerEndpoint: endpoint(remote.address, remote.displayName) }),
    ...(local.address && { systemEndpoint: endpoint(local.address) }),
    ...(headers && { sipHeaders: headers }),
    segmentAttributes: {
      'connect:Subtype': 'connect:Telephony',
      'connect:Direction': 'INBOUND',
      // Whether the caller's number is proven (RFC 8224), as the carrier says.
      ...(headers?.verstat !== undefined && { 'cordboard:Verstat': headers.verstat }),
    },
  }
}

/** Of a call to a customer that an agent dials. */
export function outboundData(instance: Instance, number: string, queue: ResourceRef | undefined): ContactData {
  return {
    ...freshData(instance, randomUUID(), 'VOICE', 'OUTBOUND'),
    customerEndpoint: endpoint(number),
    ...(queue && { queue }),
    segmentAttributes: { 'connect:Subtype': 'connect:Telephony', 'connect:Direction': 'OUTBOUND' },
  }
}

/** Of a call of a campaign. Without whispers, unless its flow sets some: who has answered waits for nothing (telephony facts, 7). */
export function campaignData(
  instance: Instance,
  of: { campaign: string; number: string; queue: string | undefined; attributes: Readonly<Record<string, string>> },
  initiationMethod: 'API' | 'CAMPAIGN_PREVIEW',
): ContactData {
  const queue = of.queue === undefined ? undefined : queueOf(instance, { queueId: of.queue })
  return {
    ...freshData(instance, randomUUID(), 'VOICE', initiationMethod),
    customerEndpoint: endpoint(of.number),
    ...(queue && { queue }),
    attributes: { ...of.attributes },
    campaign: of.campaign,
    hooks: new Map([
      ['AgentWhisper', undefined],
      ['CustomerWhisper', undefined],
    ]),
    segmentAttributes: { 'connect:Subtype': 'connect:Telephony', 'connect:Direction': 'OUTBOUND' },
  }
}

/** One agent calls another: nobody is told anything. */
export function colleagueData(instance: Instance, colleague: string): ContactData {
  return {
    ...outboundData(instance, colleague, undefined),
    colleague,
    hooks: new Map([['OutboundWhisper', undefined]]),
  }
}

/** Of the next contact in the chain: what flows set stays, what belonged to one segment does not. */
export function segmentData(from: ContactData, initiationMethod: InitiationMethod): ContactData {
  const { agent: _agent, criteria: _criteria, colleague: _colleague, ...stays } = from
  return {
    ...stays,
    contactId: randomUUID(),
    previousContactId: from.contactId,
    initiationMethod,
    hooks: new Map(from.hooks),
    // To be set again in each segment (flow types facts, 8).
    recording: { agent: false, customer: false },
    ageAdjustmentS: 0,
    callbackRequested: false,
  }
}

/** Of a task, on its own or beside the contact whose flow makes it. */
export function taskData(instance: Instance, from: ContactData | undefined): ContactData {
  return {
    ...freshData(instance, randomUUID(), 'TASK', 'API'),
    ...(from && { relatedContactId: from.contactId, voice: from.voice }),
    segmentAttributes: { 'connect:Subtype': 'connect:Task' },
  }
}

function freshData(
  instance: Instance,
  contactId: string,
  channel: ContactData['channel'],
  initiationMethod: InitiationMethod,
): ContactData {
  return {
    contactId,
    initialContactId: contactId,
    channel,
    initiationMethod,
    instanceArn: instance.arn,
    awsRegion: 'local',
    attributes: {},
    voice: { voiceId: 'Joanna', engine: 'standard', style: 'None', languageCode: instance.box.instance.language },
    flowLogging: false,
    recording: { agent: false, customer: false },
    priority: initialPriority,
    ageAdjustmentS: 0,
    hooks: new Map(),
    queueMoves: 0,
    callbackRequested: false,
  }
}

export function endpoint(address: string, displayName?: string): FlowEndpoint {
  const type = address.startsWith('+') ? 'TELEPHONE_NUMBER' : 'VOIP'
  return { address, type, ...(displayName && { displayName }) }
}

/** Undefined: there is no such queue or agent. */
export function queueOf(instance: Instance, target: QueueTarget): ContactData['queue'] {
  if ('agentId' in target) {
    if (!instance.agents.has(target.agentId)) return undefined
    const id = agentQueueName(target.agentId)
    return { id, name: target.agentId, arn: resourceArn(instance, 'queue', id) }
  }
  const queue = instance.queues.get(target.queueId)
  if (!queue) return undefined
  const { name, number } = queue.outboundCallerId ?? {}
  return {
    id: queue.name,
    name: queue.name,
    arn: resourceArn(instance, 'queue', queue.name),
    ...(number !== undefined && { outboundCallerId: endpoint(number, name) }),
  }
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
