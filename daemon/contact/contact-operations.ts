// What agents and supervisors do with contacts, whoever asks for them: a phone's keys, a command, a panel. Every method
// answers at once with what was begun or why not; what comes of it shows in events and records.
import { defaultFlows } from '../config/default-flows.ts'
import type { Leg } from '../leg/leg.ts'
import { CampaignOperations } from './campaign-operations.ts'
import { agentRef, colleagueData, endpoint, outboundData, queueOf, segmentData } from './contact-data.ts'
import type { ContactLife } from './contact-life.ts'
import type { ContactRegistry, Target } from './contact-registry.ts'
import type { ContactWorld } from './contact-world.ts'
import { Conversation } from './conversation.ts'
import { done, type Outcome, type Refusal, refused } from './outcome.ts'
import type { Party } from './party.ts'
import { SupervisorOperations } from './supervisor-operations.ts'
import { TaskOperations } from './task-operations.ts'

/** Somebody in the conversation: the customer, everybody else, or the one another contact is the connection to. */
export type Who = 'customer' | 'all' | { contactId: string }

export type TransferTo =
  | { quickConnect: string }
  /** Without a flow: the shipped default for transfers of this kind. */
  | { agent: string; flow?: string }
  | { queue: string; flow?: string }
  | { number: string }

export interface PartyView {
  role: Party['role']
  name: string
  /** Of the segment they are in the conversation by. */
  contactId: string
  held: boolean
  talking: boolean
}

/** Customer, agents and third parties (routing facts, 6). */
const maximumParties = 6

export class ContactOperations {
  readonly supervisors: SupervisorOperations
  readonly tasks: TaskOperations
  readonly campaigns: CampaignOperations
  readonly #registry: ContactRegistry
  readonly #world: () => ContactWorld

  constructor(registry: ContactRegistry, world: () => ContactWorld) {
    this.#registry = registry
    this.#world = world
    this.supervisors = new SupervisorOperations(registry)
    this.tasks = new TaskOperations(registry)
    this.campaigns = new CampaignOperations(registry, world)
  }

  /** Everybody in the conversation of the contact, the customer first. */
  parties(contactId: string): PartyView[] {
    const conversation = this.#registry.find(contactId)?.conversation
    return (conversation?.parties ?? []).map((party) => ({
      role: party.role,
      name: party.name,
      contactId: party.segment.id,
      held: party.heldBy !== undefined,
      talking: conversation?.isTalking(party) ?? false,
    }))
  }

  /** The contact's agent puts somebody on hold. */
  hold(contactId: string, who: Who = 'customer'): Outcome {
    return this.#withTalker(contactId, (life, agent) => {
      const held = partiesOf(life, who, agent).filter((party) => life.conversation.hold(party, agent))
      return held.length > 0 ? done(contactId) : refused('notNow')
    })
  }

  resume(contactId: string, who: Who = 'customer'): Outcome {
    return this.#withTalker(contactId, (life, agent) => {
      const resumed = partiesOf(life, who, agent).filter((party) => life.conversation.resume(party))
      return resumed.length > 0 ? done(contactId) : refused('notNow')
    })
  }

  /** Agents take themselves off hold. */
  resumeSelf(contactId: string): Outcome {
    return this.#withTalker(contactId, (life, agent) =>
      life.conversation.resume(agent) ? done(contactId) : refused('notNow'),
    )
  }

  /** All who have been reached talk with each other. */
  conference(contactId: string): Outcome {
    return this.#withTalker(contactId, (life) => {
      for (const party of life.conversation.parties) if (party.joined) life.conversation.resume(party)
      return done(contactId)
    })
  }

  /** The recording of the contact holds silence until it goes on. Refused where nothing is recorded, or it is so already. */
  pauseRecording(contactId: string, paused: boolean): Outcome {
    return this.#withTalker(contactId, (life) => {
      const { recording } = life.data
      const isRecorded = life.record.record.Recordings.some(({ StopTimestamp }) => StopTimestamp === undefined)
      if (!isRecorded || (recording.paused === true) === paused) return refused('notNow')
      life.data.recording = { ...recording, paused }
      life.talkChanged()
      return done(contactId)
    })
  }

  /** Who talks waits, and who waits talks: with the customer and one other. */
  swap(contactId: string): Outcome {
    return this.#withTalker(contactId, (life, agent) => {
      const others = partiesOf(life, 'all', agent).filter(({ joined }) => joined)
      const held = others.filter(({ heldBy }) => heldBy !== undefined)
      if (others.length !== 2 || held.length !== 1) return refused('notNow')
      for (const party of others) {
        if (held.includes(party)) life.conversation.resume(party)
        else life.conversation.hold(party, agent)
      }
      return done(contactId)
    })
  }

  /** The agent goes; customer and others stay together, or go on to whom the agent has asked for (a cold transfer). */
  leave(contactId: string): Outcome {
    const life = this.#registry.find(contactId)
    if (life && life.data.channel !== 'VOICE') return this.tasks.complete(contactId)
    return this.#withTalker(contactId, (_life, agent) => {
      agent.leaving = true
      void agent.leg.hangUp('hangUp')
      return done(contactId)
    })
  }

  /** The agent ends the call of another party: of the customer, a third party, an agent brought in. */
  disconnect(contactId: string, who: Exclude<Who, 'all'>): Outcome {
    return this.#withTalker(contactId, (life, agent) => {
      const [party] = partiesOf(life, who, agent)
      if (!party) return refused('noSuchParty')
      void party.leg.hangUp('hangUp')
      return done(contactId)
    })
  }

  /**
   * The contact's agent brings in somebody: the customer is put on hold, a contact of its own begins, and its flow is
   * heard by the agent. Warm: talk, then `conference` or `leave`. Cold: `leave` at once. `line`: a second call of the
   * agent's phone, still ringing, which they talk by to whom they bring in.
   */
  transfer(contactId: string, to: TransferTo, line?: Leg): Outcome {
    return this.#withTalker(contactId, (life, agent) => {
      if (life.conversation.parties.filter(({ role }) => role !== 'supervisor').length >= maximumParties)
        return refused('conferenceFull')
      if (life.conversation.segments.some((one) => one.source === agent && one.isUnderWay)) return refused('notNow')
      const resolved = this.#resolve(to)
      if (typeof resolved === 'string') return refused(resolved)
      if (!line) return this.#beginTransfer(life, agent, resolved)
      // Whom the agent has brought in before would be behind the second line too.
      if (agent.secondLine || life.conversation.segments.some(({ source }) => source === agent))
        return refused('notNow')
      life.conversation.takeSecondLine(agent, line)
      const begin = () => void this.#beginTransfer(life, agent, resolved)
      life.addWork(line.answer().then((answered) => answered && life.other === agent && begin()))
      return done(contactId)
    })
  }

  /** Whether it is a call, and this agent, whom it is a connection to, talks. */
  isTalkOf(contactId: string, agent: string): boolean {
    const life = this.#registry.find(contactId)
    return life?.state === 'joined' && life.other?.role === 'agent' && life.other.name === agent
  }

  /** Ends a transfer that has not reached anybody; the customer stays on hold. */
  cancelTransfer(contactId: string): Outcome {
    return this.#withTalker(contactId, (life, agent) => {
      const underWay = life.conversation.segments.find((one) => one.source === agent && one.isUnderWay)
      if (!underWay) return refused('notNow')
      underWay.handle({ type: 'dismissed', reason: 'TELECOM_ORIGINATOR_CANCEL', endReason: 'cancelled' })
      return done(underWay.id)
    })
  }

  /**
   * An agent calls a number. The agent's phone is rung first, unless `leg` is the agent's own call to the box. The queue
   * gives caller id and whisper: the one named, else the default outbound queue of the agent's routing profile.
   */
  outbound(of: { agent: string; number: string; queue?: string; leg?: Leg }): Outcome {
    const world = this.#world()
    const { instance, routing } = world
    const agent = instance.agents.get(of.agent)
    if (!agent) return refused('noSuchAgent')
    if (this.#registry.draining) return refused('draining')
    if (this.#registry.isFull && !world.outbound.isEmergency(of.number)) return refused('atCapacity')
    const queueName = of.queue ?? instance.routingProfiles.get(agent.routingProfile)?.defaultOutboundQueue
    const queue = queueName === undefined ? undefined : queueOf(instance, { queueId: queueName })
    if (of.queue !== undefined && !queue) return refused('noSuchQueue')
    const data = outboundData(instance, of.number, queue)
    if (!routing.occupy(of.agent, { contactId: data.contactId, channel: 'VOICE' })) return refused('agentBusy')
    const life = this.#registry.begin({
      kind: 'outbound',
      data,
      conversation: new Conversation(world, this.#registry),
      target: { agent: of.agent, ...(of.leg && { leg: of.leg }) },
    })
    life.handle({ type: 'began' })
    return done(life.id)
  }

  /** An agent calls a colleague who is free: no customer, no queue, no whisper. The agent's phone is rung first, unless `leg`. */
  callColleague(of: { agent: string; colleague: string; leg?: Leg }): Outcome {
    const world = this.#world()
    const { instance, routing } = world
    const colleague = routing.agents().find(({ userName }) => userName === of.colleague)
    if (!instance.agents.has(of.agent) || !colleague || of.agent === of.colleague) return refused('noSuchAgent')
    if (this.#registry.draining) return refused('draining')
    if (this.#registry.isFull) return refused('atCapacity')
    if (!colleague.reachable || colleague.contacts.length > 0) return refused('colleagueBusy')
    const data = colleagueData(instance, of.colleague)
    const contact = { contactId: data.contactId, channel: 'VOICE' } as const
    if (!routing.occupy(of.agent, contact)) return refused('agentBusy')
    routing.occupy(of.colleague, contact)
    const life = this.#registry.begin({
      kind: 'outbound',
      data,
      conversation: new Conversation(world, this.#registry),
      target: { agent: of.agent, ...(of.leg && { leg: of.leg }) },
    })
    life.handle({ type: 'began' })
    return done(life.id)
  }

  /** A callback or task that waits is ended (StopContact). */
  stop(contactId: string): Outcome {
    const life = this.#registry.find(contactId)
    if (!life) return refused('noSuchContact')
    life.handle({ type: 'dismissed', reason: 'API', endReason: 'stopped' })
    return done(contactId)
  }

  #resolve(
    to: TransferTo,
  ): { flow: string | undefined; target?: Target; agent?: string; queue?: string; number?: string } | Refusal {
    const { instance } = this.#world()
    if ('quickConnect' in to) {
      const quickConnect = instance.quickConnects.get(to.quickConnect)
      if (!quickConnect) return 'noSuchQuickConnect'
      switch (quickConnect.type) {
        case 'phone':
          return this.#resolve({ number: quickConnect.number })
        case 'agent':
          return this.#resolve({ agent: quickConnect.agent, ...flowOf(quickConnect) })
        case 'queue':
          return this.#resolve({ queue: quickConnect.queue, ...flowOf(quickConnect) })
      }
    }
    if ('number' in to) return { flow: undefined, number: to.number }
    const isAgent = 'agent' in to
    const flow = to.flow ?? (isAgent ? defaultFlows.agentTransfer.name : defaultFlows.queueTransfer.name)
    if (!instance.flows.has(flow)) return 'noSuchFlow'
    if (isAgent) return instance.agents.has(to.agent) ? { flow, agent: to.agent } : 'noSuchAgent'
    return instance.queues.has(to.queue) ? { flow, queue: to.queue } : 'noSuchQueue'
  }

  #beginTransfer(
    life: ContactLife,
    source: Party,
    to: { flow: string | undefined; agent?: string; queue?: string; number?: string },
  ): Outcome {
    const { conversation } = life
    const { instance } = life.world
    const data = segmentData(life.data, to.number === undefined ? 'TRANSFER' : 'EXTERNAL_OUTBOUND')
    if (to.number !== undefined) data.customerEndpoint = endpoint(to.number)
    // The flow of a transfer to an agent knows the agent it is for (flow types facts, 8).
    if (to.agent !== undefined) data.agent = agentRef(instance, to.agent)
    if (to.queue !== undefined) {
      const queue = queueOf(instance, { queueId: to.queue })
      if (queue) data.queue = queue
    }
    const next = this.#registry.begin({
      kind: to.number === undefined ? 'transfer' : 'external',
      data,
      conversation,
      front: source,
      source,
      ...(to.flow !== undefined && { flow: to.flow }),
      ...(to.agent !== undefined && { target: { agent: to.agent } }),
      ...(to.number !== undefined && { target: { number: to.number, by: source.name } }),
    })
    const kind = to.agent !== undefined ? 'agent' : to.queue !== undefined ? 'queue' : 'external'
    life.record.transferred({ kind, to: to.agent ?? to.queue ?? to.number ?? '', by: 'agent' }, next.id)
    const { customer } = conversation
    if (customer) conversation.hold(customer, source)
    next.handle({ type: 'began' })
    return done(next.id)
  }

  #withTalker(contactId: string, work: (life: ContactLife, agent: Party) => Outcome): Outcome {
    const life = this.#registry.find(contactId)
    if (!life) return refused('noSuchContact')
    const agent = life.other
    return life.state === 'joined' && agent?.role === 'agent' ? work(life, agent) : refused('notNow')
  }
}

function flowOf({ flow }: { flow?: string | undefined }): { flow?: string } {
  return flow === undefined ? {} : { flow }
}

/** Of those who have been let into the talk, supervisors and the one who asks left out. */
function partiesOf({ conversation }: ContactLife, who: Who, asks: Party): Party[] {
  const others = conversation.parties.filter((party) => party !== asks && party.joined && party.role !== 'supervisor')
  if (who === 'all') return others
  if (who === 'customer') return others.filter((party) => party === conversation.customer)
  return others.filter((party) => party.segment.id === who.contactId && party.role !== 'customer')
}
