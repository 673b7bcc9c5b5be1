// One contact, alive: feeds what happens to its legs, flows and offers into the contact machine, and carries out what
// the machine decides. Whatever goes wrong in here ends this contact and no other.
import type { Timer } from '../clock.ts'
import type { EventHook, FlowHost, Participant } from '../flow/host.ts'
import type { LegEnd } from '../leg/leg.ts'
import { AgentSide } from './agent-side.ts'
import type { ContactData } from './contact-data.ts'
import { ContactFlows } from './contact-flows.ts'
import {
  type ContactEffect,
  type ContactInput,
  type ContactKind,
  type ContactState,
  nextContactStep,
} from './contact-machine.ts'
import { type ContactMoves, type ContactOffspring, noMoves } from './contact-moves.ts'
import type { DisconnectReason } from './contact-record.ts'
import { ContactRecorder } from './contact-recorder.ts'
import type { ContactPlan, Target } from './contact-registry.ts'
import type { ContactWorld } from './contact-world.ts'
import type { Conversation, Presence } from './conversation.ts'
import { CustomerSide } from './customer-side.ts'
import { createFlowHost } from './flow-host.ts'
import { LifeMoves, offspringOf } from './life-moves.ts'
import type { Party } from './party.ts'
import type { PendingContact } from './pending-contacts.ts'
import { PendingWork } from './pending-work.ts'
import { tellStory } from './story.ts'
import { Talk } from './talk.ts'

/** Of the flow that runs when the agent has left. */
const lastFlowLimitMs = 120_000

export class ContactLife {
  readonly id: string
  readonly kind: ContactKind
  readonly data: ContactData
  readonly world: ContactWorld
  readonly conversation: Conversation
  readonly record: ContactRecorder
  readonly flows: ContactFlows
  readonly agentSide: AgentSide
  readonly customerSide: CustomerSide
  readonly moves: ContactMoves
  /** The agent who transfers, of a segment that an agent began. */
  readonly source: Party | undefined
  readonly target: Target | undefined
  readonly pending: PendingContact | undefined
  readonly #placeKeptEpochMs: number | undefined
  /** The contact a supervisor visits, and how. */
  readonly visited: ContactLife | undefined
  presence: Presence = 'listen'
  readonly #flow: string | undefined
  readonly #offspring: ContactOffspring
  readonly #onCompleted: (life: ContactLife) => void
  readonly #inputs: ContactInput[] = []
  readonly #work: PendingWork
  /** Aborted at the end: flows beside the contact's own. */
  readonly #aside = new AbortController()
  #state: ContactState = 'new'
  #handling = false
  #callTimer: Timer | undefined
  #last: Timer | undefined
  #talk: Talk | undefined

  constructor(plan: ContactPlan, onCompleted: (life: ContactLife) => void) {
    const { conversation, data } = plan
    this.id = data.contactId
    this.kind = plan.kind
    this.data = data
    this.world = conversation.world
    this.conversation = conversation
    this.source = plan.source
    this.target = plan.target
    this.pending = plan.pending
    this.#placeKeptEpochMs = plan.placeKept
    this.visited = plan.visited
    this.#flow = plan.flow
    this.#onCompleted = onCompleted
    this.flows = new ContactFlows(this.world, data)
    this.record = new ContactRecorder(this.world, data, {
      ...(plan.record && { known: plan.record }),
      ...(plan.pending && { scheduledEpochMs: plan.pending.dueEpochMs }),
    })
    this.agentSide = new AgentSide(this)
    this.moves = new LifeMoves(this)
    this.#offspring = offspringOf(this)
    this.#work = new PendingWork({
      onFault: (fault) => this.#fault(fault, 'contact work failed'),
      onEmpty: () => {
        if (this.#state === 'ending') this.handle({ type: 'released' })
      },
    })
    if (!this.pending) this.#limitCall()
    conversation.open(this)
    const front = plan.customerLeg ? conversation.setCustomer(plan.customerLeg, this) : plan.front
    this.customerSide = new CustomerSide(this, front)
  }

  get state(): ContactState {
    return this.#state
  }

  /** On the way to somebody; joined and ended ones are not. */
  get isUnderWay(): boolean {
    return !['joined', 'outside', 'ending', 'completed'].includes(this.#state)
  }

  /** Who this contact is a connection to: an agent, or a third party. */
  get other(): Party | undefined {
    return this.agentSide.other
  }

  /** The flow that runs when the conversation is over; a disconnect flow has none of its own. */
  get disconnectFlow(): string | undefined {
    if (this.kind === 'disconnect' || this.record.record.ConnectedToSystemTimestamp === null) return undefined
    return this.flows.of('CustomerRemaining')
  }

  /** The contact as the flow of another one may change it. */
  get editable(): Pick<FlowHost, 'setAttributes' | 'updateContactData'> {
    return this.hostFor(undefined, noMoves)
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

  addWork(work: Promise<unknown>): void {
    this.#work.add(work)
  }

  /** The customer has left the line, or was called and never came. */
  customerLeft(end: LegEnd): void {
    const called = this.#state === 'dialling' || this.#state === 'ringingOut'
    this.handle(called ? { type: 'customerUnreached', end } : { type: 'customerLeft', end })
  }

  /** The flow's third party is the one the contact stays with. False: it may not, as an agent is being rung for it. */
  handOver(party: Party): boolean {
    if (this.#state !== 'inFlow' && this.#state !== 'queued') return false
    this.agentSide.adopt(party)
    this.handle({ type: 'handedOutside' })
    return true
  }

  enqueue(of: { mayExceed?: boolean; enqueuedAtEpochMs?: number } = {}): 'queued' | 'atCapacity' | 'noQueue' {
    const { queue, channel, priority, ageAdjustmentS, criteria } = this.data
    if (!queue) return 'noQueue'
    const enqueuedAtEpochMs = of.enqueuedAtEpochMs ?? this.world.clock.epochMs()
    const result = this.world.routing.enqueue({
      contactId: this.id,
      queue: queue.id,
      channel,
      enqueuedAtEpochMs,
      priority,
      ageAdjustmentS,
      ...(criteria && { criteria }),
      ...((of.mayExceed || this.kind === 'transfer') && { mayExceed: true }),
      ...(this.source && { notTo: this.source.name }),
    })
    if (result !== 'queued') return result
    this.conversation.registry.keep(this, { enqueuedAtEpochMs })
    this.customerSide.forgetDigits()
    this.handle({ type: 'enqueued' })
    return result
  }

  /** A paused task goes on waiting, at its old place. */
  returnToQueue(): void {
    const since = this.record.record.Queue?.EnqueueTimestamp
    this.enqueue({ mayExceed: true, ...(since !== undefined && { enqueuedAtEpochMs: Date.parse(since) }) })
  }

  /** A supervisor's visit: silent, for the agent's ear, or for all. */
  takePlace(presence: Presence): void {
    this.presence = presence
    if (this.#state !== 'joined' || !this.other) return
    this.conversation.place(this.other, presence, this.visited?.other)
    this.record.supervised(presence === 'barge' ? 'BARGE' : 'SILENT_MONITOR')
  }

  runHoldFlow(party: Party, until: AbortSignal): void {
    this.runAside(party.role === 'agent' ? 'AgentHold' : 'CustomerHold', until, party.participant)
  }

  holdChanged(party: Party, what: 'held' | 'resumed', by: Party | 'flow'): void {
    if (this.#state === 'joined') this.record.holdChanged(party.role, what, by === this.other)
  }

  talkChanged(): void {
    this.#talk?.follow()
  }

  /** A flow beside the contact's own; it ends with the contact, and nobody hears it, unless said. */
  runAside(hook: EventHook, until: AbortSignal = this.#aside.signal, hearer?: Participant): void {
    const flowId = this.flows.of(hook)
    if (flowId !== undefined) this.#work.add(this.flows.run(flowId, this.hostFor(hearer, noMoves), until))
  }

  hostFor(participant: Participant | undefined, moves: ContactMoves): FlowHost {
    return createFlowHost({
      world: this.world,
      data: this.data,
      participant,
      moves,
      offspring: this.#offspring,
      changed: () => this.record.dataChanged(),
    })
  }

  describe(): string {
    return `${this.id} ${this.#state} ${this.conversation.describe()}`
  }

  #limitCall(): void {
    const { clock, instance } = this.world
    this.#callTimer = clock.after(instance.box.limits.callDurationS * 1000, () => this.handle({ type: 'callTooLong' }))
  }

  #step(input: ContactInput): void {
    const next = nextContactStep(this.kind, this.#state, input)
    if (!next) return
    const before = this.#state
    this.#state = next.state
    this.record.stateChanged(before, next.state, input)
    this.customerSide.recording.follow()
    this.conversation.campaign?.follow(this.kind, next.state, input)
    for (const effect of next.effects) {
      try {
        this.#perform(effect)
      } catch (fault) {
        this.#fault(fault, `contact effect ${effect.do} failed`)
        this.handle({ type: 'dismissed', reason: 'OTHER', endReason: 'internalFault' })
        // Also when the end itself failed: something must be over for the contact to be complete.
        this.#work.add(Promise.resolve())
      }
    }
  }

  #perform(effect: ContactEffect): void {
    const { world, agentSide, customerSide } = this
    switch (effect.do) {
      case 'answer':
        this.customerSide.answer()
        break
      case 'runFlow':
        customerSide.runFlow(this.#flow, (end) => this.handle({ type: 'flowEnded', end }))
        break
      case 'runQueueFlow':
        customerSide.runFlow(this.flows.of('CustomerQueue'), (end) => this.handle({ type: 'queueFlowEnded', end }))
        break
      case 'stopCustomerFlow':
        customerSide.stopFlow('customerFlowStopped')
        break
      case 'enqueue':
        if (this.enqueue({ mayExceed: true, ...this.#placeKept }) !== 'queued') this.handle({ type: 'notEnqueued' })
        break
      case 'ringAgent':
        agentSide.ringAgent(effect.agent, this.#state === 'summoning' ? 'summoned' : 'offered', effect.autoAccept)
        break
      case 'ringTarget':
        agentSide.ringTarget(this.target)
        break
      case 'stopRinging':
        agentSide.release('cancelled')
        break
      case 'tellOfferFailed':
        agentSide.offerFailed(effect.failure)
        break
      case 'runAgentWhisper':
        agentSide.runAgentWhisper()
        break
      case 'runCustomerWhisper':
        agentSide.runCustomerWhisper()
        break
      case 'runOutboundWhisper':
        if (!this.#callTimer) this.#limitCall()
        // From here on the customer is called: that is not to be done twice, whatever becomes of it.
        this.conversation.registry.forget(this)
        agentSide.runOutboundWhisper()
        break
      case 'dialCustomer':
        this.#work.add(agentSide.callCustomer())
        break
      case 'stopWhispers':
        agentSide.stopWhispers()
        break
      case 'requeue':
        world.routing.requeue(this.id)
        break
      case 'join':
        this.#join()
        break
      case 'leaveQueue':
        world.routing.leave(this.id)
        break
      case 'hangUpAgent':
        agentSide.release('hangUp')
        break
      case 'tryAgainLater':
        this.conversation.registry.callAgain(this)
        break
      case 'end':
        this.#end(effect.reason, effect.endReason)
        break
      case 'park':
        this.#release()
        this.#work.add(Promise.resolve())
        break
      case 'complete':
        this.#complete()
        break
      case 'countFault':
        world.counters.count(effect.fault)
        world.log.warn({ contactId: this.id, fault: effect.fault }, 'contact goes on without its flow')
        break
    }
  }

  get #placeKept(): { enqueuedAtEpochMs?: number } {
    const at = this.pending?.enqueuedAtEpochMs ?? this.#placeKeptEpochMs
    return at === undefined ? {} : { enqueuedAtEpochMs: at }
  }

  #join(): void {
    const { conversation, other } = this
    // A caller who has reached an agent has no place in the queue to keep.
    if (!this.pending) conversation.registry.forget(this)
    this.agentSide.stopWhispers()
    this.runAside('DefaultAgentUI')
    if (!other) return
    if (this.kind === 'monitor') {
      this.takePlace(this.presence)
      return
    }
    // Whoever transfers talks to whom they asked for, and the customer goes on waiting.
    const { talker } = this.customerSide
    if (talker) conversation.join(talker)
    conversation.join(other)
    if (other.role === 'agent') this.#talk = new Talk(this)
    if (this.customerSide.isCold) this.record.coldTransferCompleted()
    // Once per talk: the line that shows, when somebody heard nothing, where the sound went.
    this.#work.add(
      conversation.audioPaths().then((paths) => this.world.log.info({ contactId: this.id, paths }, 'joined')),
    )
  }

  #end(reason: DisconnectReason, endReason: string): void {
    const final = endReason === 'daemonStopped' || endReason === 'callDurationLimit'
    this.record.ended(reason, endReason)
    if (this.record.record.Agent) this.#runLast('DisconnectAgentUI')
    this.#release()
    for (const segment of this.conversation.segments) segment.customerSide.sourceLeft()
    this.#work.add(this.conversation.segmentOver(this, { reason, endReason, final }))
    this.world.routing.contactEnded(this.id)
    this.conversation.registry.forget(this)
  }

  /** The contact is complete when this flow is over, or has had its time. */
  #runLast(hook: EventHook): void {
    if (this.flows.of(hook) === undefined) return
    const late = new AbortController()
    this.#last = this.world.clock.after(lastFlowLimitMs, () => late.abort(new Error('the contact is over')))
    this.runAside(hook, late.signal)
  }

  /** Everything that is this contact's alone. */
  #release(): void {
    this.#aside.abort(new Error('contactEnded'))
    this.#callTimer?.cancel()
    this.agentSide.close()
    this.customerSide.stopFlow('contactEnded')
    if (this.#talk) this.#work.add(this.#talk.end())
    this.#talk = undefined
    this.agentSide.release('hangUp')
  }

  #complete(): void {
    this.#last?.cancel()
    this.world.bots.forget(this.id)
    tellStory(this.world.log, this.record.record)
    this.#onCompleted(this)
  }

  #fault(fault: unknown, message: string): void {
    this.world.counters.count('contactFault')
    this.world.log.error({ contactId: this.id, err: fault }, message)
  }
}
