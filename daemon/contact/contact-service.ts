// All contacts that are alive: a new leg becomes a contact, an offer finds its contact, a contact begins another, a stop
// waits for the last one. What agents and supervisors do with contacts stands in contact-operations.ts.
import type { CallbackRequest, TaskRequest } from '../flow/abilities.ts'
import type { Leg, LegSource } from '../leg/leg.ts'
import type { RoutingEffect } from '../routing/routing.ts'
import { noteAfterContactWork } from './after-contact-work.ts'
import { inboundData, segmentData } from './contact-data.ts'
import { ContactLife } from './contact-life.ts'
import { ContactOperations } from './contact-operations.ts'
import type { ContactPlan, ContactRegistry } from './contact-registry.ts'
import type { ContactWorld } from './contact-world.ts'
import { Conversation } from './conversation.ts'
import { HeldCallers } from './held-callers.ts'
import { WaitingContacts } from './waiting-contacts.ts'

export interface ContactView {
  contactId: string
  state: string
  describe: string
}

/** A contact without a leg wants an agent: to be accepted or rejected while it is offered. */
export type TaskOffer = { contactId: string; agent: string; name: string | undefined }

export class ContactService implements ContactRegistry {
  /** What agents, supervisors and commands do with contacts. */
  readonly operations: ContactOperations
  readonly #waiting: WaitingContacts
  readonly #held: HeldCallers
  readonly #lives = new Map<string, ContactLife>()
  /** Who waits for contacts of a world that is no longer used to be over. */
  readonly #leaving = new Set<{ lives: Set<ContactLife>; over: () => void }>()
  /** Called when the next contact is over. */
  readonly #whenOver = new Set<() => void>()
  readonly #agentLegListeners = new Set<(agent: string, leg: Leg) => void>()
  readonly #offerListeners = new Set<(offer: TaskOffer) => void>()
  #world: ContactWorld
  #draining = false

  /** `onLost`: records of contacts that were to go on after the start, and can't, are to be closed. */
  constructor(world: ContactWorld, onLost: (contactIds: string[]) => void = () => {}) {
    this.#world = world
    this.#waiting = new WaitingContacts(this, () => this.#world)
    this.#held = new HeldCallers(this, () => this.#world, onLost)
    this.operations = new ContactOperations(this, () => this.#world)
    world.routing.onEffect((effect) => {
      // A turn later: the routing may be asked from within a contact's own step, which must be over first.
      queueMicrotask(() => this.#carryOut(effect))
    })
    world.events.on((event) => noteAfterContactWork(this.#world, event))
  }

  get alive(): number {
    return this.#lives.size
  }

  get draining(): boolean {
    return this.#draining
  }

  views(): ContactView[] {
    return [...this.#lives.values()].map((life) => ({
      contactId: life.id,
      state: life.state,
      describe: life.describe(),
    }))
  }

  legs(): Leg[] {
    return [...new Set([...this.#lives.values()].flatMap(({ conversation }) => conversation.parties))].map(
      ({ leg }) => leg,
    )
  }

  find(contactId: string): ContactLife | undefined {
    return this.#lives.get(contactId)
  }

  /**
   * Contacts that begin from now on live by this world; those in progress keep theirs. Resolves when the last of them is
   * over, and what only the world before needed can be let go. The routing is the same in both.
   */
  useWorld(world: ContactWorld): Promise<void> {
    this.#world = world
    // What only waits for its time can as well wait in the new one.
    for (const life of this.#lives.values()) if (life.state === 'scheduled') this.#waiting.beginAnew(life)
    const lives = new Set(this.#lives.values())
    if (lives.size === 0) return Promise.resolve()
    return new Promise((over) => this.#leaving.add({ lives, over }))
  }

  /** Every leg that rings at the source becomes a contact, or is refused with a reason. */
  attach(source: LegSource): void {
    source.onInbound((leg) => this.arrive(leg))
  }

  /** Callbacks and tasks that waited when the daemon stopped wait on. Once, before calls are taken. */
  restore(): void {
    const all = this.#world.pending.all()
    this.#held.restore(all.filter(({ kind }) => kind === 'caller'))
    this.#waiting.restore(all.filter(({ kind }) => kind !== 'caller'))
  }

  /** A line is there, and has held its call or has not. True: its caller is to be taken up again. */
  takesOver(line: string, isHeld: boolean): boolean {
    return this.#held.takesOver(line, isHeld)
  }

  /** The call that the line held while the daemon was started anew. */
  resume(leg: Leg, line: string): void {
    this.#held.resume(leg, line)
  }

  /** Nothing is waited for any more. */
  close(): void {
    this.#held.giveUp()
  }

  /** Told of each contact without a leg that is offered to an agent. */
  onTaskOffer(listener: (offer: TaskOffer) => void): () => void {
    this.#offerListeners.add(listener)
    return () => void this.#offerListeners.delete(listener)
  }

  /** Told of each agent's leg that comes into a conversation. */
  onAgentLeg(listener: (agent: string, leg: Leg) => void): () => void {
    this.#agentLegListeners.add(listener)
    return () => void this.#agentLegListeners.delete(listener)
  }

  /**
   * Refuses new contacts, lets the present ones end for up to `timeoutMs`, then ends them. Resolves when none is left, with
   * the lines that must stay as they are: their callers wait in a queue, and are taken up again by the next start.
   */
  async drain(timeoutMs: number): Promise<ReadonlySet<string>> {
    this.#draining = true
    for (const life of [...this.#lives.values()]) this.#waiting.park(life)
    const deadline = this.#world.clock.after(timeoutMs, () => {
      for (const life of this.#unparkable()) life.handle({ type: 'daemonStops' })
      // What could not be parked a while ago may have come to its queue since.
      this.#lookAgain()
    })
    await this.#until(() => this.#unparkable().length === 0)
    deadline.cancel()
    const held = this.#held.parkAll([...this.#lives.values()])
    await this.#until(() => this.#lives.size === 0)
    return held
  }

  #unparkable(): ContactLife[] {
    return [...this.#lives.values()].filter((life) => !this.#held.canPark(life))
  }

  /** Looked at whenever a contact is over, and at the end of the drain's time. */
  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#whenOver.add(resolve))
  }

  /** A ringing leg becomes a contact, or is refused with a reason. */
  arrive(leg: Leg): void {
    const { instance, counters, log, numberCalls } = this.#world
    const called = leg.local.address ?? ''
    const number = instance.numbers.get(called) ?? instance.numbers.get(`+${called}`)
    const flow = number?.flow
    const isFull = () => this.isFull || (number !== undefined && numberCalls.isFull(number))
    const refusal = this.#draining ? 'draining' : !flow ? 'noRoute' : isFull() ? 'atCapacity' : undefined
    if (refusal || !number || !flow) {
      const reason = refusal ?? 'noRoute'
      counters.count(`refused.${reason}`)
      log.warn({ called, reason }, 'call refused')
      void leg.hangUp(reason === 'draining' ? 'busy' : reason)
      return
    }
    const conversation = new Conversation(this.#world, this)
    const data = inboundData(instance, leg)
    const life = this.begin({ kind: 'inbound', data, conversation, flow, customerLeg: leg })
    const leaveNumber = numberCalls.enter(number.number)
    leg.on((event) => {
      if (event.type === 'ended') leaveNumber()
    })
    log.info({ contactId: life.id, called, caller: leg.remote.address, leg: leg.describe() }, 'contact began')
    life.handle({ type: 'began' })
  }

  /** As many customers as the box takes; callbacks and tasks that wait are not counted. */
  get isFull(): boolean {
    const { concurrentCalls } = this.#world.instance.box.limits
    // No more customers than contacts: they need not be counted for each call.
    if (this.#lives.size < concurrentCalls) return false
    const talking = new Set<Conversation>()
    for (const { conversation } of this.#lives.values()) if (conversation.customer) talking.add(conversation)
    return talking.size >= concurrentCalls
  }

  begin(plan: ContactPlan): ContactLife {
    const life = new ContactLife(plan, (done) => this.#completed(done))
    this.#lives.set(life.id, life)
    this.#world.counters.count('contacts')
    return life
  }

  beginDisconnect(last: ContactLife, flowId: string): boolean {
    if (this.#draining) return false
    const { conversation } = last
    const { customer } = conversation
    const { queue: _queue, ...data } = segmentData(last.data, 'DISCONNECT')
    const life = this.begin({
      kind: 'disconnect',
      data,
      conversation,
      flow: flowId,
      ...(customer && { front: customer }),
    })
    last.record.continuedBy(life.id)
    if (customer) conversation.setApart(customer)
    life.handle({ type: 'began' })
    return true
  }

  scheduleCallback(from: ContactLife, request: CallbackRequest): { ok: true } | { ok: false; detail: string } {
    return this.#waiting.scheduleCallback(from, request)
  }

  callAgain(life: ContactLife): void {
    this.#waiting.callAgain(life)
  }

  createTask(from: ContactLife | undefined, task: TaskRequest) {
    return this.#waiting.createTask(from, task)
  }

  resumeTask(contactId: string): boolean {
    return this.operations.tasks.resume(contactId).ok
  }

  keep(life: ContactLife, change: { enqueuedAtEpochMs: number }): void {
    this.#waiting.keep(life, change)
    this.#held.keep(life, change.enqueuedAtEpochMs)
  }

  forget(life: ContactLife): void {
    this.#waiting.forget(life)
    this.#held.forget(life)
  }

  tellAgentLeg(agent: string, leg: Leg): void {
    for (const listener of this.#agentLegListeners) listener(agent, leg)
  }

  tellOffer(life: ContactLife, agent: string): void {
    for (const listener of this.#offerListeners) listener({ contactId: life.id, agent, name: life.data.name })
  }

  #carryOut(effect: RoutingEffect): void {
    const life = this.#lives.get(effect.contactId)
    if (effect.type === 'offer') {
      const { agent, autoAccept } = effect
      if (life) life.handle({ type: 'offered', agent, ...(autoAccept && { autoAccept }) })
      else this.#world.routing.offerFailed(effect.contactId, effect.agent, 'error')
    } else if (effect.because !== 'contactLeft') {
      life?.handle({ type: 'offerWithdrawn', because: effect.because })
    }
  }

  #completed(life: ContactLife): void {
    this.#lives.delete(life.id)
    this.#waiting.over(life)
    for (const leaving of this.#leaving) {
      if (!leaving.lives.delete(life) || leaving.lives.size > 0) continue
      this.#leaving.delete(leaving)
      leaving.over()
    }
    this.#lookAgain()
  }

  #lookAgain(): void {
    for (const resolve of this.#whenOver) resolve()
    this.#whenOver.clear()
  }
}
