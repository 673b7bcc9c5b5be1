// The agent's side of one contact: rings the agent or number it is for, plays the whispers, calls the customer of an
// outbound call or a callback.
import type { OutboundRequest } from '../carrier/outbound.ts'
import type { Timer } from '../clock.ts'
import type { OutboundCall } from '../flow/abilities.ts'
import type { EventHook, Participant } from '../flow/host.ts'
import type { Leg, LegEnd } from '../leg/leg.ts'
import type { OfferFailure } from '../routing/routing.ts'
import { agentRef } from './contact-data.ts'
import type { ContactLife } from './contact-life.ts'
import { noMoves } from './contact-moves.ts'
import type { Target } from './contact-registry.ts'
import { CustomerCall, calleeParticipant, ringLimitMs } from './customer-call.ts'
import type { Party } from './party.ts'

/** All whispers together; after that the agent is let go (routing and flow facts: two minutes). */
const whisperLimitMs = 120_000

export class AgentSide {
  /** Who this contact is a connection to: an agent, or a third party. */
  other: Party | undefined
  /** The agent, with or without a leg. */
  agent: string | undefined
  readonly #life: ContactLife
  /** Rung by name: nobody else is asked when they don't come. */
  #summoned = false
  #whispers: AbortController | undefined
  #whisperTimer: Timer | undefined
  #summonsTimer: Timer | undefined
  #customerCall: CustomerCall | undefined

  constructor(life: ContactLife) {
    this.#life = life
  }

  /**
   * An offer, or a transfer to this very agent. Contacts without a leg are told to whoever shows them. `autoAccept`: the
   * agent takes what is offered without being asked, callbacks excepted (routing facts, 4).
   */
  ringAgent(agent: string, how: 'offered' | 'summoned', autoAccept = false): void {
    const { world, data, conversation } = this.#life
    this.agent = agent
    this.#summoned = how === 'summoned'
    if (data.channel !== 'VOICE') {
      conversation.registry.tellOffer(this.#life, agent)
      if (autoAccept && world.routing.offerAccepted(this.#life.id, agent)) this.#life.handle({ type: 'agentAnswered' })
      return
    }
    const caller = data.customerEndpoint
    const party = {
      ...(caller && { address: caller.address }),
      ...(caller?.displayName !== undefined && { displayName: caller.displayName }),
    }
    const autoAnswer = autoAccept && this.#life.kind !== 'callback' && this.#life.kind !== 'preview'
    const leg = world.dialAgent(agent, party, { queueName: data.queue?.name, autoAnswer })
    this.#ring(leg, this.#role, agent)
    if (this.#summoned) this.#limitSummons(world.instance.box.routing.offerTimeoutS * 1000)
  }

  ringTarget(target: Target | undefined): void {
    if (!target) throw new Error('there is nobody to ring')
    this.#summoned = true
    if ('agent' in target) {
      if (!target.leg) return this.ringAgent(target.agent, 'summoned')
      this.agent = target.agent
      this.#ring(target.leg, this.#role, target.agent)
      return
    }
    const { world, id } = this.#life
    const call = world.outbound.call({
      number: target.number,
      callerId: queueCallerId(this.#life),
      from: { kind: 'agent', userName: target.by },
    })
    if ('refused' in call) {
      world.log.warn({ contactId: id, reason: call.refused, detail: call.detail }, 'outside number not called')
      this.#left({ by: 'us', blame: 'config', reason: call.refused })
      return
    }
    this.#life.record.shownAs(call.leg.local.address)
    this.#ring(call.leg, 'thirdParty', target.number)
    // The agent who asked hears what the network says until somebody answers.
    if (this.other && this.#life.source) this.#life.conversation.announce(this.other, this.#life.source)
    this.#limitSummons(ringLimitMs)
  }

  /** A third party the flow has called, who stays. */
  adopt(party: Party): void {
    this.other = party
    this.#listen(party)
  }

  /** They did not come: routing asks somebody else. */
  offerFailed(failure: OfferFailure): void {
    const { agent } = this
    this.release('cancelled')
    if (agent !== undefined) this.#life.world.routing.offerFailed(this.#life.id, agent, failure)
  }

  /** Lets go of whoever was rung or joined; the contact goes on without them, or ends. */
  release(reason: string): void {
    const { conversation, data } = this.#life
    this.#summonsTimer?.cancel()
    const party = this.other
    this.other = undefined
    this.agent = undefined
    delete data.agent
    if (party) this.#life.addWork(conversation.remove(party, reason))
  }

  runAgentWhisper(): void {
    const { data, world } = this.#life
    if (this.agent === undefined) return
    data.agent = agentRef(world.instance, this.agent)
    this.#beginWhispers()
    this.#whisper('AgentWhisper', this.other?.participant, () => this.#life.handle({ type: 'agentWhisperEnded' }))
  }

  runCustomerWhisper(): void {
    const hearer = this.#life.customerSide.comeToFront()
    this.#whisper('CustomerWhisper', hearer, () => this.#life.handle({ type: 'customerWhisperEnded' }))
  }

  /** The flow that calls the customer, and is then heard by them. */
  runOutboundWhisper(): void {
    const { data, world, conversation } = this.#life
    if (this.agent !== undefined) data.agent ??= agentRef(world.instance, this.agent)
    this.#beginWhispers()
    const callee = calleeParticipant(this.#call(), () => conversation.customer?.participant)
    this.#whisper('OutboundWhisper', callee, () => this.#life.handle({ type: 'outboundWhisperEnded' }))
  }

  /** Places the call to the customer, if that has not been done; whether they have answered. */
  callCustomer(change: OutboundCall = {}): Promise<boolean> {
    return this.#call().place(change)
  }

  stopWhispers(): void {
    this.#whisperTimer?.cancel()
    this.#whisperTimer = undefined
    this.#whispers?.abort(new Error('whispersStopped'))
    this.#whispers = undefined
  }

  close(): void {
    this.stopWhispers()
    this.#summonsTimer?.cancel()
  }

  get #role(): 'agent' | 'supervisor' {
    return this.#life.kind === 'monitor' ? 'supervisor' : 'agent'
  }

  #ring(leg: Leg, role: 'agent' | 'supervisor' | 'thirdParty', name: string): void {
    const { conversation } = this.#life
    const party = conversation.add(role, name, leg, this.#life)
    this.other = party
    this.#listen(party)
    if (leg.state === 'talking') this.#answered(party)
    else if (leg.state === 'ringing') this.#life.addWork(leg.answer())
    else if (leg.state === 'ended' && leg.end) this.#left(leg.end)
  }

  #listen(party: Party): void {
    party.leg.on((event) => {
      if (this.other !== party) return
      if (event.type === 'answered') this.#answered(party)
      else if (event.type === 'ended') this.#left(event.end)
    })
  }

  #answered(party: Party): void {
    const { world, id } = this.#life
    this.#summonsTimer?.cancel()
    if (party.role !== 'thirdParty' && this.#summoned) this.#life.data.agent = agentRef(world.instance, party.name)
    // The ring may have been withdrawn while the phone was being picked up: then nobody is waiting for this agent.
    if (this.#summoned || world.routing.offerAccepted(id, party.name)) this.#life.handle({ type: 'agentAnswered' })
    else this.#life.addWork(this.#life.conversation.remove(party, 'cancelled'))
  }

  #left(end: LegEnd): void {
    if (this.#life.state === 'outside') this.#life.handle({ type: 'thirdPartyLeft', end })
    else this.#life.handle({ type: this.#summoned ? 'targetLeft' : 'agentLeft', end })
  }

  #limitSummons(limitMs: number): void {
    if (this.#life.state !== 'summoning') return
    this.#summonsTimer = this.#life.world.clock.after(limitMs, () => this.#left(unanswered))
  }

  #beginWhispers(): void {
    if (this.#whispers) return
    this.#whispers = new AbortController()
    this.#whisperTimer = this.#life.world.clock.after(whisperLimitMs, () => {
      if (this.#summoned && this.#life.state !== 'outboundWhispering') this.#left(whisperedTooLong)
      else this.#life.handle({ type: 'whispersTimedOut' })
    })
  }

  #whisper(hook: EventHook, hearer: Participant | undefined, ended: () => void): void {
    const { flows } = this.#life
    const flowId = flows.of(hook)
    const signal = this.#whispers?.signal
    if (!signal) return
    if (flowId === undefined) {
      ended()
      return
    }
    const moves = hook === 'OutboundWhisper' ? this.#life.moves : noMoves
    this.#life.addWork(
      flows.run(flowId, this.#life.hostFor(hearer, moves), signal).then((end) => {
        // A whisper that fails must not keep two people apart.
        if (end.type !== 'left') ended()
      }),
    )
  }

  #dialColleague(): Leg {
    const { world, data } = this.#life
    const caller = { address: this.agent ?? '' }
    return world.dialAgent(data.colleague ?? '', caller, { queueName: undefined, autoAnswer: false })
  }

  /** Whose call it is that goes to the customer. */
  #caller(): OutboundRequest['from'] {
    const { kind, id, data } = this.#life
    if (kind === 'callback') return { kind, contactId: id }
    if (kind === 'preview') return { kind: 'campaign', campaign: data.campaign ?? '' }
    return { kind: 'agent', userName: this.agent ?? '' }
  }

  #call(): CustomerCall {
    const { world, data, conversation } = this.#life
    const callerId = this.#life.pending?.callback?.callerId ?? this.#life.conversation.campaign?.callerId
    this.#customerCall ??= new CustomerCall({
      outbound: data.colleague === undefined ? world.outbound : { call: () => ({ leg: this.#dialColleague() }) },
      clock: world.clock,
      request: {
        number: data.customerEndpoint?.address ?? '',
        callerId: callerId === undefined ? queueCallerId(this.#life) : { number: callerId },
        from: this.#caller(),
      },
      placed: (leg) => {
        this.#life.record.shownAs(leg.local.address)
        const customer = conversation.setCustomer(leg, this.#life)
        if (this.other) conversation.announce(customer, this.other)
      },
      answered: () => this.#life.handle({ type: 'customerAnswered' }),
      refused: (end) => this.#life.handle({ type: 'customerUnreached', end }),
    })
    return this.#customerCall
  }
}

const unanswered: LegEnd = { by: 'us', blame: 'none', reason: 'noAnswer' }
const whisperedTooLong: LegEnd = { by: 'us', blame: 'config', reason: 'whisperedTooLong' }

/** Of the working queue; without one the instance's own rule holds. */
function queueCallerId({ data, world }: ContactLife): { number?: string; name?: string } {
  const of = data.queue && world.instance.queues.get(data.queue.id)?.outboundCallerId
  return { ...(of?.number !== undefined && { number: of.number }), ...(of?.name !== undefined && { name: of.name }) }
}
