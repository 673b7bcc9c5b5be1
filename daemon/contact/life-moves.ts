// What the flows of a contact do with it: queue it, send it to an agent, a number or another queue, put parties on hold.
import type {
  HoldState,
  OutboundCall,
  OutboundCallStatus,
  QueueTarget,
  ThirdPartyCall,
  ThirdPartyOutcome,
} from '../flow/abilities.ts'
import { agentQueueName } from '../routing/routing.ts'
import { queueOf, segmentData } from './contact-data.ts'
import type { ContactLife } from './contact-life.ts'
import type { ContactMoves, ContactOffspring } from './contact-moves.ts'
import { chorus } from './movable-participant.ts'
import { callOutside } from './outside-call.ts'

/** What the flows of a contact may begin beside it. */
export function offspringOf(life: ContactLife): ContactOffspring {
  const { registry } = life.conversation
  return {
    requestCallback: (request) => registry.scheduleCallback(life, request),
    createTask: (task) => registry.createTask(life, task),
    related() {
      const { relatedContactId } = life.data
      return relatedContactId === undefined ? undefined : registry.find(relatedContactId)?.editable
    },
    resumeContact: () => registry.resumeTask(life.id),
  }
}

/** Contacts of one chain that may come of moving from queue to queue (flow language facts: 11 moves). */
const maximumQueueMoves = 11

export class LifeMoves implements ContactMoves {
  readonly #life: ContactLife

  constructor(life: ContactLife) {
    this.#life = life
  }

  recordingChanged(): void {
    this.#life.customerSide.recording.follow()
  }

  enqueue(): 'queued' | 'atCapacity' | 'noQueue' {
    return this.#life.state === 'inFlow' ? this.#life.enqueue() : 'noQueue'
  }

  /** To the agent of the quick connect; nobody else is asked when they don't come. */
  transferToAgent(): 'transferred' | 'busy' {
    const { target, data, world, state, id } = this.#life
    if (!target || !('agent' in target) || state !== 'inFlow') return 'busy'
    const contact = { contactId: id, channel: data.channel }
    if (!world.routing.occupy(target.agent, contact, { clearsAfterContactWork: true })) return 'busy'
    this.#life.record.countedFor(agentQueueName(target.agent))
    this.#life.customerSide.forgetDigits()
    this.#life.handle({ type: 'summoned', agent: target.agent })
    return 'transferred'
  }

  /** A new segment waits in the other queue, its age begun anew; this one is over when it does. */
  dequeueAndTransfer(target: QueueTarget | undefined): 'transferred' | 'atCapacity' | 'refused' {
    const { data, world, state, conversation, record } = this.#life
    const { customer } = conversation
    const queue = target === undefined ? data.queue : queueOf(world.instance, target)
    if (!queue || !customer || state !== 'queued' || data.queueMoves >= maximumQueueMoves) return 'refused'
    const next = conversation.registry.begin({
      kind: 'queueTransfer',
      data: { ...segmentData(data, 'QUEUE_TRANSFER'), queue, queueMoves: data.queueMoves + 1 },
      conversation,
      front: customer,
    })
    const result = next.enqueue({ mayExceed: true })
    if (result !== 'queued') {
      next.handle({ type: 'dismissed', reason: 'OTHER', endReason: result })
      return result === 'atCapacity' ? 'atCapacity' : 'refused'
    }
    record.transferred({ kind: 'queue', to: queue.name, by: 'flow' }, next.id)
    this.#life.handle({ type: 'movedOn' })
    return 'transferred'
  }

  async transferToThirdParty(call: ThirdPartyCall, signal: AbortSignal): Promise<ThirdPartyOutcome> {
    const { world, conversation } = this.#life
    const { customer } = conversation
    if (!customer) return 'callFailed'
    return await callOutside({ world, life: this.#life, conversation, customer, call, signal })
  }

  /** Between the customer and the agent who transfers, or calls; whoever is off hold hears the flow. */
  holdParticipants(state: HoldState): boolean {
    const { conversation, source, other } = this.#life
    const { customer } = conversation
    const agent = source ?? other
    if (!customer || agent?.role !== 'agent' || !conversation.parties.includes(agent)) return false
    const onHold = state === 'CustomerOnHold' ? customer : state === 'AgentOnHold' ? agent : undefined
    for (const party of [customer, agent]) {
      if (party === onHold) conversation.hold(party, 'flow')
      else conversation.join(party)
    }
    this.#life.customerSide.heardBy(
      state === 'OffHold'
        ? chorus([customer.participant, agent.participant])
        : (onHold === customer ? agent : customer).participant,
    )
    return true
  }

  async outboundCallStatus(signal: AbortSignal): Promise<OutboundCallStatus | undefined> {
    return await this.#life.conversation.campaign?.callStatus(signal)
  }

  completeOutboundCall(call: OutboundCall): Promise<boolean> {
    const { state, agentSide } = this.#life
    const calling = state === 'dialling' || state === 'outboundWhispering'
    return calling ? agentSide.callCustomer(call) : Promise.resolve(false)
  }
}
