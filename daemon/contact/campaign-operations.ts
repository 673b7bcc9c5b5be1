// Calls that a campaign begins: to a customer whose flow runs once they answer, or to an agent who takes the contact
// before the customer is called.
import type { OutboundRefusal } from '../carrier/outbound.ts'
import type { AnswerDetection } from '../detection/listen-for-answer.ts'
import { type CampaignCallEvent, CampaignSide } from './campaign-side.ts'
import { campaignData, queueOf } from './contact-data.ts'
import type { ContactLife } from './contact-life.ts'
import type { ContactRegistry } from './contact-registry.ts'
import type { ContactWorld } from './contact-world.ts'
import { Conversation } from './conversation.ts'

export interface CampaignCall {
  campaign: string
  /** E.164. */
  number: string
  queue: string | undefined
  callerId: string | undefined
  attributes: Readonly<Record<string, string>>
  told: (event: CampaignCallEvent) => void
}

export interface DialledCampaignCall extends CampaignCall {
  flow: string
  ringTimeoutMs: number
  /** Tell people from machines. */
  detection: boolean
}

export type CampaignRefusal = OutboundRefusal | 'draining' | 'noSuchFlow' | 'noSuchQueue' | 'queueFull'

export type CampaignCallBegun =
  | { contactId: string /** Ends the call, wherever it stands. */; end(endReason: string): void }
  | { refused: CampaignRefusal; detail: string }

export class CampaignOperations {
  readonly #registry: ContactRegistry
  readonly #world: () => ContactWorld

  constructor(registry: ContactRegistry, world: () => ContactWorld) {
    this.#registry = registry
    this.#world = world
  }

  /** The customer is called at once; whoever answers hears the flow. */
  dial(call: DialledCampaignCall): CampaignCallBegun {
    const world = this.#world()
    const refusal = this.#refusal(call)
    if (refusal) return refusal
    if (!world.instance.flows.has(call.flow)) return { refused: 'noSuchFlow', detail: `there is no flow ${call.flow}` }
    const data = campaignData(world.instance, call, 'API')
    const placed = world.outbound.call({
      number: call.number,
      callerId: callerIdOf(world, call),
      from: { kind: 'campaign', campaign: call.campaign },
    })
    if ('refused' in placed) return placed
    const { leg } = placed
    const conversation = new Conversation(world, this.#registry)
    const life = this.#registry.begin({
      kind: 'campaign',
      data,
      conversation,
      flow: call.flow,
      customerLeg: leg,
    })
    conversation.campaign = sideOf(call, life, call.detection ? () => world.detectAnswer(leg) : undefined)
    life.record.shownAs(leg.local.address)
    const unanswered = world.clock.after(call.ringTimeoutMs, () => void leg.hangUp('noAnswer'))
    leg.on((event) => {
      if (event.type !== 'answered' && event.type !== 'ended') return
      unanswered.cancel()
      if (event.type === 'answered') life.handle({ type: 'customerAnswered' })
    })
    life.handle({ type: 'began' })
    return begun(life)
  }

  /** An agent of the queue takes the contact, as a callback, and then the customer is called. */
  preview(call: CampaignCall & { queue: string }): CampaignCallBegun {
    const world = this.#world()
    const refusal = this.#refusal(call)
    if (refusal) return refusal
    if (!queueOf(world.instance, { queueId: call.queue }))
      return { refused: 'noSuchQueue', detail: `there is no queue ${call.queue}` }
    const conversation = new Conversation(world, this.#registry)
    const life = this.#registry.begin({
      kind: 'preview',
      data: campaignData(world.instance, call, 'CAMPAIGN_PREVIEW'),
      conversation,
    })
    conversation.campaign = sideOf(call, life)
    life.handle({ type: 'began' })
    return begun(life)
  }

  #refusal({ number }: CampaignCall): Extract<CampaignCallBegun, { refused: string }> | undefined {
    if (this.#registry.draining) return { refused: 'draining', detail: 'the daemon stops' }
    if (this.#registry.isFull) return { refused: 'atCapacity', detail: 'the box has as many calls as it takes' }
    // A number of a list is never one: but a country may call its own numbers so.
    return this.#world().outbound.isEmergency(number)
      ? { refused: 'notAllowed', detail: 'it is an emergency number' }
      : undefined
  }
}

function sideOf(call: CampaignCall, life: ContactLife, detect?: () => AnswerDetection): CampaignSide {
  return new CampaignSide({
    callerId: call.callerId,
    ...(detect && { detect }),
    told: call.told,
    doNotCall: () => life.data.attributes.DoNotCall === 'true',
    setAnsweredBy(status) {
      life.data.answeredBy = status
      life.record.dataChanged()
    },
  })
}

function begun(life: ContactLife): CampaignCallBegun {
  return {
    contactId: life.id,
    end: (endReason) => life.handle({ type: 'dismissed', reason: 'TELECOM_ORIGINATOR_CANCEL', endReason }),
  }
}

function callerIdOf({ instance }: ContactWorld, { callerId, queue }: CampaignCall): { number?: string; name?: string } {
  const { number, name } = (queue !== undefined && instance.queues.get(queue)?.outboundCallerId) || {}
  const shown = callerId ?? number
  return { ...(shown !== undefined && { number: shown }), ...(name !== undefined && { name }) }
}
