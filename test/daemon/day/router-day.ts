// The day as the router has it: contacts and agents of the script act, the router decides, and what happens to contacts is
// emitted as events in the way contacts do.
import { Counters } from '../../../daemon/counters.ts'
import { AgentStream } from '../../../daemon/events/agent-stream.ts'
import { createEventBus } from '../../../daemon/events/event-bus.ts'
import type { CentreEvent, ContactEvent, ContactEventType, EventBus, FlowEvent } from '../../../daemon/events/events.ts'
import type { FlowOutcome } from '../../../daemon/flow/host.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { createRouting, type Router } from '../../../daemon/routing/router.ts'
import { criteriaOf, dayMs, missedPauseS, offerTimeoutS, type Scenario, type ScriptedContact } from './scenario.ts'
import { SimClock } from './sim-clock.ts'

interface Living {
  of: ScriptedContact
  state: 'queued' | 'ringing' | 'talking' | 'over'
  /** The flow it is in. */
  flow?: { name: string; startedEpochMs: number } | undefined
  agent?: string
  attempts: number
}

export class RouterDay {
  readonly clock = new SimClock()
  readonly bus: EventBus
  readonly routing: Router
  readonly stream: AgentStream
  /** `ms contact ← agent`, `ms contact full`: what was decided, in order. */
  readonly decisions: string[] = []
  readonly #scenario: Scenario
  readonly #living = new Map<string, Living>()

  constructor(scenario: Scenario, listen: (event: CentreEvent) => void = () => undefined) {
    this.#scenario = scenario
    this.bus = createEventBus({ lastSequence: 0, log: silentLog, counters: new Counters() })
    this.bus.on(listen)
    this.routing = createRouting({
      queues: scenario.queues,
      routingProfiles: scenario.profiles,
      agents: scenario.agents.map(({ userName, profile, afterContactWorkS, skills }) => ({
        userName,
        routingProfile: profile,
        status: 'Available',
        afterContactWorkS,
        proficiencies: skills,
      })),
      customStatuses: ['Lunch'],
      maximumContacts: 1_000,
      offerTimeoutS,
      missedPauseS,
      clock: this.clock,
      log: silentLog,
    })
    this.stream = new AgentStream({
      bus: this.bus,
      clock: this.clock,
      onAgentChange: (listener) => this.routing.onAgentChange(listener),
    })
    this.routing.onEffect((effect) => {
      const contact = this.#living.get(effect.contactId)!
      if (effect.type === 'offer') this.#rings(contact, effect.agent)
      else if (effect.because === 'missed') this.#missed(contact)
      else if (effect.because === 'agentUnavailable') this.#returns(contact, 'OFFER_FAILED')
    })
  }

  run(): void {
    const { agents, contacts } = this.#scenario
    for (const { userName, breaks } of agents) {
      this.routing.setReachable(userName, true)
      for (const { fromMs, tillMs, status } of breaks) {
        this.clock.after(fromMs, () => this.routing.setStatus(userName, status))
        this.clock.after(tillMs, () => this.routing.setStatus(userName, 'Available'))
      }
    }
    for (const contact of contacts) this.clock.after(contact.atMs, () => this.#arrives(contact))
    this.clock.runUntil(dayMs + 3_600_000)
  }

  close(): void {
    this.stream.close()
    this.routing.close()
  }

  #note(contactId: string, what: string): void {
    this.decisions.push(`${this.clock.monotonicMs().toFixed(3)} ${contactId} ${what}`)
  }

  #arrives(of: ScriptedContact): void {
    const contact: Living = { of, state: 'queued', attempts: 0 }
    this.#living.set(of.id, contact)
    this.#emit(contact, 'INITIATED')
    this.#emit(contact, 'CONNECTED_TO_SYSTEM')
    this.#entersFlow(contact, 'welcome')
    this.#leavesFlow(contact, 'TRANSFERED_TO_QUEUE')
    this.#entersFlow(contact, 'music')
    // Told before routing is: the contact's offer may follow within the call.
    this.#emit(contact, 'QUEUED')
    const result = this.routing.enqueue({
      contactId: of.id,
      queue: of.queue,
      channel: of.channel,
      enqueuedAtEpochMs: this.clock.epochMs(),
      priority: of.priority,
      ageAdjustmentS: of.ageAdjustmentS,
      ...(of.skill !== undefined && { criteria: criteriaOf(of.skill) }),
    })
    if (result === 'queued') {
      this.clock.after(of.patienceMs, () => this.#givesUp(contact))
      return
    }
    this.#note(of.id, 'full')
    this.#leavesFlow(contact, 'DISCONNECTED_PARTICIPANT')
    this.#emit(contact, 'DEQUEUED_BY_FLOW')
    this.#over(contact, 'CONTACT_FLOW_DISCONNECT')
  }

  #givesUp(contact: Living): void {
    if (contact.state !== 'queued' && contact.state !== 'ringing') return
    this.#over(contact, 'CUSTOMER_DISCONNECT')
    this.routing.leave(contact.of.id)
  }

  #rings(contact: Living, agent: string): void {
    const { id } = contact.of
    contact.state = 'ringing'
    contact.agent = agent
    const attempt = ++contact.attempts
    this.#note(id, `← ${agent}`)
    this.#emit(contact, 'OFFERED')
    const { does, afterMs } = this.#scenario.answer(id, agent, attempt)
    if (does === 'ignores') return
    this.clock.after(afterMs, () => {
      if (contact.state !== 'ringing' || contact.attempts !== attempt) return
      if (does === 'answers') return this.#talks(contact, agent)
      this.#returns(contact, 'OFFER_REJECTED')
      this.routing.offerFailed(id, agent, 'declined')
    })
  }

  #missed(contact: Living): void {
    this.#returns(contact, 'OFFER_MISSED')
  }

  #returns(contact: Living, type: ContactEventType): void {
    this.#emit(contact, type)
    contact.state = 'queued'
    delete contact.agent
  }

  #talks(contact: Living, agent: string): void {
    const { of } = contact
    contact.state = 'talking'
    this.#leavesFlow(contact, 'DROPPED')
    this.routing.offerAccepted(of.id, agent)
    for (const type of ['AGENT_CONNECTING', 'DEQUEUED', 'CONNECTED_TO_AGENT'] as const) this.#emit(contact, type)
    if (of.holds) {
      this.clock.after(of.talkMs / 3, () => this.#emit(contact, 'HELD', { party: 'customer' }))
      this.clock.after(of.talkMs / 2, () => this.#emit(contact, 'RESUMED', { party: 'customer' }))
    }
    this.clock.after(of.talkMs, () => {
      this.#over(contact, of.talkMs % 2 < 1 ? 'AGENT_DISCONNECT' : 'CUSTOMER_DISCONNECT')
      this.routing.contactEnded(of.id)
    })
  }

  #over(contact: Living, disconnectReason: string): void {
    const talked = contact.state === 'talking'
    contact.state = 'over'
    this.#leavesFlow(contact, 'DROPPED')
    this.#emit(contact, 'DISCONNECTED', { disconnectReason })
    if (!talked) this.#emit(contact, 'COMPLETED')
  }

  #entersFlow(contact: Living, name: string): void {
    contact.flow = { name, startedEpochMs: this.clock.epochMs() }
    this.#emitFlow(contact, { type: 'FLOW_STARTED', flow: name })
  }

  #leavesFlow(contact: Living, outcome: FlowOutcome): void {
    const { flow } = contact
    if (!flow) return
    contact.flow = undefined
    this.#emitFlow(contact, {
      type: 'FLOW_ENDED',
      flow: flow.name,
      startedEpochMs: flow.startedEpochMs,
      outcome,
    })
  }

  #emitFlow({ of }: Living, told: Pick<FlowEvent, 'type' | 'flow' | 'startedEpochMs' | 'outcome'>): void {
    this.bus.emit({
      kind: 'flow',
      atEpochMs: this.clock.epochMs(),
      contactId: of.id,
      channel: of.channel,
      initiationMethod: 'INBOUND',
      flowType: told.flow === 'music' ? 'CUSTOMER_QUEUE' : 'CONTACT_FLOW',
      ...told,
    })
  }

  #emit({ of, agent }: Living, type: ContactEventType, more: Partial<ContactEvent> = {}): void {
    const routingProfile = this.#scenario.agents.find(({ userName }) => userName === agent)?.profile
    this.bus.emit({
      kind: 'contact',
      type,
      atEpochMs: this.clock.epochMs(),
      contactId: of.id,
      initialContactId: of.id,
      channel: of.channel,
      initiationMethod: 'INBOUND',
      queue: of.queue,
      ...(agent !== undefined && { agent }),
      ...(routingProfile !== undefined && { routingProfile }),
      ...more,
    })
  }
}
