// One contact, alive: feeds what happens to its legs, flows and offers into the contact machine, and carries out what
// the machine decides. Whatever goes wrong in here ends this contact and no other.
import type { Timer } from '../clock.ts'
import { defaultFlows } from '../config/default-flows.ts'
import type { FlowEnd, FlowHost } from '../flow/host.ts'
import type { Leg } from '../leg/leg.ts'
import { agentRef, type ContactData, createFlowHost, newContactData } from './contact-data.ts'
import { type ContactEffect, type ContactInput, type ContactState, nextContactStep } from './contact-machine.ts'
import type { DisconnectReason } from './contact-record.ts'
import { ContactRecorder } from './contact-recorder.ts'
import type { ContactWorld, LegParticipant } from './contact-world.ts'
import { PendingWork } from './pending-work.ts'
import { Talk } from './talk.ts'

/** Both whispers together; after that the agent is let go (routing and flow facts: two minutes). */
const whisperLimitMs = 120_000

export class ContactLife {
  readonly id: string
  readonly data: ContactData
  readonly #world: ContactWorld
  readonly #customer: Leg
  readonly #inboundFlow: string
  readonly #record: ContactRecorder
  readonly #onCompleted: (life: ContactLife) => void
  readonly #inputs: ContactInput[] = []
  readonly #participants = new Map<Leg, LegParticipant>()
  readonly #work: PendingWork
  readonly #callTimer: Timer
  #state: ContactState = 'arriving'
  #handling = false
  #agentLeg: Leg | undefined
  #agent: string | undefined
  #customerFlow: AbortController | undefined
  #whispers: AbortController | undefined
  #whisperTimer: Timer | undefined
  #talk: Talk | undefined

  constructor(of: {
    id: string
    world: ContactWorld
    customer: Leg
    inboundFlow: string
    onCompleted: (life: ContactLife) => void
  }) {
    this.id = of.id
    this.#world = of.world
    this.#customer = of.customer
    this.#inboundFlow = of.inboundFlow
    this.#onCompleted = of.onCompleted
    this.data = newContactData(of.world.instance, of.id, of.customer.remote, of.customer.local)
    this.#record = new ContactRecorder(of.world, this.data)
    this.#work = new PendingWork({
      onFault: (fault) => this.#fault(fault, 'contact work failed'),
      onEmpty: () => {
        if (this.#state === 'ending') this.handle({ type: 'released' })
      },
    })
    this.#callTimer = of.world.clock.after(of.world.instance.box.limits.callDurationS * 1000, () =>
      this.handle({ type: 'callTooLong' }),
    )
    this.#customer.on((event) => {
      if (event.type === 'ended') this.handle({ type: 'customerLeft', end: event.end })
    })
  }

  get state(): ContactState {
    return this.#state
  }

  /** Answers the caller; everything else follows from what happens. */
  begin(): void {
    this.#work.add(
      this.#customer.answer().then((answered) => {
        if (answered) this.handle({ type: 'customerAnswered' })
      }),
    )
  }

  handle(input: ContactInput): void {
    this.#inputs.push(input)
    if (this.#handling) return
    this.#handling = true
    try {
      for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) this.#step(next)
    } finally {
      this.#handling = false
    }
  }

  /** Everybody who is on the line with this contact. */
  get legs(): Leg[] {
    return this.#agentLeg ? [this.#customer, this.#agentLeg] : [this.#customer]
  }

  describe(): string {
    return `${this.id} ${this.#state} ${this.legs.map((leg) => leg.describe()).join(this.#talk ? ' ◀▶ ' : ' | ')}`
  }

  #step(input: ContactInput): void {
    const next = nextContactStep(this.#state, input)
    if (!next) return
    const before = this.#state
    this.#state = next.state
    this.#record.stateChanged(before, next.state, input)
    for (const effect of next.effects) {
      try {
        this.#perform(effect)
      } catch (fault) {
        this.#fault(fault, `contact effect ${effect.do} failed`)
        if (this.#state !== 'ending' && this.#state !== 'completed')
          this.handle({ type: 'customerLeft', end: ourFault })
      }
    }
  }

  #perform(effect: ContactEffect): void {
    const { routing, counters, log } = this.#world
    switch (effect.do) {
      case 'runInboundFlow':
        this.#runCustomerFlow(this.#inboundFlow, (end) => this.handle({ type: 'inboundFlowEnded', end }))
        break
      case 'runQueueFlow':
        this.#runQueueFlow()
        break
      case 'stopCustomerFlow':
        this.#customerFlow?.abort(new Error('customerFlowStopped'))
        break
      case 'ringAgent':
        this.#ringAgent(effect.agent)
        break
      case 'stopRinging':
        this.#releaseAgent('cancelled')
        break
      case 'tellOfferFailed': {
        const agent = this.#agent
        this.#releaseAgent('cancelled')
        if (agent !== undefined) routing.offerFailed(this.id, agent, effect.failure)
        break
      }
      case 'runAgentWhisper':
        this.#runAgentWhisper()
        break
      case 'runCustomerWhisper':
        this.#runCustomerWhisper()
        break
      case 'stopWhispers':
        this.#stopWhispers()
        break
      case 'requeue':
        routing.requeue(this.id)
        break
      case 'join':
        this.#join()
        break
      case 'leaveQueue':
        routing.leave(this.id)
        break
      case 'hangUpAgent':
        this.#releaseAgent('hangUp')
        break
      case 'end':
        this.#end(effect.reason, effect.endReason)
        break
      case 'complete':
        this.#complete()
        break
      case 'countFault':
        counters.count(effect.fault)
        log.warn({ contactId: this.id, fault: effect.fault }, 'contact goes on without its flow')
        break
    }
  }

  #hostFor(participant: LegParticipant | undefined, mayQueue: boolean): FlowHost {
    return createFlowHost({
      world: this.#world,
      data: this.data,
      participant,
      enqueue: () => (mayQueue ? this.#enqueue() : 'noQueue'),
      changed: () => this.#record.attributesChanged(),
    })
  }

  #enqueue(): 'queued' | 'atCapacity' | 'noQueue' {
    const { queue } = this.data
    if (!queue || this.#state !== 'inFlow') return 'noQueue'
    const result = this.#world.routing.enqueue({
      contactId: this.id,
      queue: queue.id,
      channel: this.data.channel,
      enqueuedAtEpochMs: this.#world.clock.epochMs(),
      priority: this.data.priority,
      ageAdjustmentS: this.data.ageAdjustmentS,
    })
    if (result === 'queued') this.handle({ type: 'enqueued' })
    return result
  }

  #runCustomerFlow(flowId: string, ended: (end: FlowEnd) => void): void {
    const controller = new AbortController()
    this.#customerFlow = controller
    const host = this.#hostFor(this.#participant(this.#customer), flowId === this.#inboundFlow)
    this.#work.add(
      this.#world.runFlow(flowId, host, controller.signal).then((end) => {
        if (this.#customerFlow === controller) this.#customerFlow = undefined
        if (end.type === 'failed') this.#flowFailed(flowId, end)
        if (end.type !== 'left') ended(end)
      }),
    )
  }

  #runQueueFlow(): void {
    const flowId = this.#hookedFlow('CustomerQueue', defaultFlows.customerQueue.name)
    if (flowId === undefined) return
    this.#runCustomerFlow(flowId, (end) => this.handle({ type: 'queueFlowEnded', end }))
  }

  /** The flow a hook names, else the shipped default; undefined when switched off or not there. */
  #hookedFlow(hook: 'CustomerQueue' | 'AgentWhisper' | 'CustomerWhisper', fallback: string): string | undefined {
    const { hooks } = this.data
    const flowId = hooks.has(hook) ? hooks.get(hook) : fallback
    return flowId !== undefined && this.#world.instance.flows.has(flowId) ? flowId : undefined
  }

  #ringAgent(agent: string): void {
    this.#agent = agent
    const leg = this.#world.dialAgent(agent, this.#customer.remote, this.data.queue?.name)
    this.#agentLeg = leg
    leg.on((event) => {
      if (leg !== this.#agentLeg) return
      if (event.type === 'answered') this.#agentAnswered(agent, leg)
      else if (event.type === 'ended') this.handle({ type: 'agentLeft', end: event.end })
    })
    if (leg.state === 'ended' && leg.end) this.handle({ type: 'agentLeft', end: leg.end })
  }

  #agentAnswered(agent: string, leg: Leg): void {
    // The ring may have been withdrawn while the phone was being picked up: then nobody is waiting for this agent.
    if (this.#world.routing.offerAccepted(this.id, agent)) this.handle({ type: 'agentAnswered' })
    else this.#work.add(leg.hangUp('cancelled'))
  }

  #runAgentWhisper(): void {
    const agentLeg = this.#agentLeg
    if (!agentLeg || this.#agent === undefined) return
    const controller = new AbortController()
    this.#whispers = controller
    this.data.agent = agentRef(this.#world.instance, this.#agent)
    this.#whisperTimer = this.#world.clock.after(whisperLimitMs, () => this.handle({ type: 'whispersTimedOut' }))
    this.#whisper('AgentWhisper', defaultFlows.agentWhisper.name, agentLeg, controller, () =>
      this.handle({ type: 'agentWhisperEnded' }),
    )
  }

  #runCustomerWhisper(): void {
    if (!this.#whispers) return
    this.#whisper('CustomerWhisper', defaultFlows.customerWhisper.name, this.#customer, this.#whispers, () =>
      this.handle({ type: 'customerWhisperEnded' }),
    )
  }

  #whisper(
    hook: 'AgentWhisper' | 'CustomerWhisper',
    fallback: string,
    leg: Leg,
    controller: AbortController,
    ended: () => void,
  ): void {
    const flowId = this.#hookedFlow(hook, fallback)
    if (flowId === undefined) {
      ended()
      return
    }
    const host = this.#hostFor(this.#participant(leg), false)
    this.#work.add(
      this.#world.runFlow(flowId, host, controller.signal).then((end) => {
        if (end.type === 'failed') this.#flowFailed(flowId, end)
        // A whisper that fails must not keep two people apart.
        if (end.type !== 'left') ended()
      }),
    )
  }

  #stopWhispers(): void {
    this.#whisperTimer?.cancel()
    this.#whisperTimer = undefined
    this.#whispers?.abort(new Error('whispersStopped'))
    this.#whispers = undefined
  }

  #join(): void {
    this.#whisperTimer?.cancel()
    this.#whisperTimer = undefined
    this.#whispers = undefined
    if (!this.#agentLeg || this.#agent === undefined) return
    this.#talk = new Talk({
      world: this.#world,
      contactId: this.id,
      customer: this.#customer,
      agent: this.#agentLeg,
      behavior: this.data.recording,
      recorder: this.#record,
    })
    this.#work.add(this.#tellPaths(this.#customer, this.#agentLeg))
  }

  /** Once per talk: the line that shows, when somebody heard nothing, where the sound went. */
  async #tellPaths(...legs: Leg[]): Promise<void> {
    const paths = await Promise.all(legs.map((leg) => this.#world.describePath(leg)))
    this.#world.log.info({ contactId: this.id, paths }, 'joined')
  }

  #releaseAgent(reason: string): void {
    const leg = this.#agentLeg
    this.#agentLeg = undefined
    this.#agent = undefined
    delete this.data.agent
    if (!leg) return
    this.#participants.get(leg)?.close()
    this.#participants.delete(leg)
    this.#work.add(leg.hangUp(reason))
  }

  #end(reason: DisconnectReason, endReason: string): void {
    const { routing } = this.#world
    this.#callTimer.cancel()
    this.#stopWhispers()
    this.#customerFlow?.abort(new Error('contactEnded'))
    if (this.#talk) this.#work.add(this.#talk.end())
    this.#talk = undefined
    this.#releaseAgent('hangUp')
    this.#work.add(this.#customer.hangUp(endReason))
    this.#record.ended(reason, endReason)
    routing.contactEnded(this.id)
  }

  #complete(): void {
    for (const participant of this.#participants.values()) participant.close()
    this.#participants.clear()
    this.#world.bots.forget(this.id)
    this.#tellStory()
    this.#onCompleted(this)
  }

  /** One line at the end of a call that tells the whole story. */
  #tellStory(): void {
    const { record } = this.#record
    this.#world.log.info(
      {
        contactId: this.id,
        reason: record.DisconnectReason,
        endReason: record.Cordboard.endReason,
        began: record.InitiationTimestamp,
        ended: record.DisconnectTimestamp,
        queue: record.Queue?.Name,
        queueS: record.Queue?.Duration,
        agent: record.Agent?.Username,
        talkS: record.Agent?.AgentInteractionDuration,
        attempts: record.AgentConnectionAttempts,
        recordings: record.Recordings.length,
      },
      'contact ended',
    )
  }

  #participant(leg: Leg): LegParticipant {
    const known = this.#participants.get(leg)
    if (known) return known
    const made = this.#world.participant(leg, () => this.data.voice)
    this.#participants.set(leg, made)
    return made
  }

  #flowFailed(flowId: string, end: Extract<FlowEnd, { type: 'failed' }>): void {
    this.#world.counters.count('flowFailed')
    this.#world.log.warn({ contactId: this.id, flowId, block: end.identifier, reason: end.reason }, 'flow failed')
  }

  #fault(fault: unknown, message: string): void {
    this.#world.counters.count('contactFault')
    this.#world.log.error({ contactId: this.id, err: fault }, message)
  }
}

const ourFault = { by: 'us', blame: 'us', reason: 'internalFault' } as const
