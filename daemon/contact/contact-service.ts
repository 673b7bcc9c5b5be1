// All contacts that are alive: a new leg becomes a contact, an offer finds its contact, a stop waits for the last one.
import { randomUUID } from 'node:crypto'
import type { Leg, LegSource } from '../leg/leg.ts'
import type { RoutingEffect } from '../routing/routing.ts'
import { ContactLife } from './contact-life.ts'
import type { ContactWorld } from './contact-world.ts'

export interface ContactView {
  contactId: string
  state: string
  describe: string
}

export class ContactService {
  #world: ContactWorld
  readonly #lives = new Map<string, ContactLife>()
  /** Who waits for contacts of a world that is no longer used to be over. */
  readonly #leaving = new Set<{ lives: Set<ContactLife>; over: () => void }>()
  readonly #whenEmpty = new Set<() => void>()
  #draining = false

  constructor(world: ContactWorld) {
    this.#world = world
    world.routing.onEffect((effect) => {
      // A turn later: the routing may be asked from within a contact's own step, which must be over first.
      queueMicrotask(() => this.#carryOut(effect))
    })
  }

  get alive(): number {
    return this.#lives.size
  }

  views(): ContactView[] {
    return [...this.#lives.values()].map((life) => ({
      contactId: life.id,
      state: life.state,
      describe: life.describe(),
    }))
  }

  legs(): Leg[] {
    return [...this.#lives.values()].flatMap((life) => life.legs)
  }

  /**
   * Contacts that begin from now on live by this world; those in progress keep theirs. Resolves when the last of them is
   * over, and what only the world before needed can be let go. The routing is the same in both.
   */
  useWorld(world: ContactWorld): Promise<void> {
    this.#world = world
    const lives = new Set(this.#lives.values())
    if (lives.size === 0) return Promise.resolve()
    return new Promise((over) => this.#leaving.add({ lives, over }))
  }

  /** Every leg that rings at the source becomes a contact, or is refused with a reason. */
  attach(source: LegSource): void {
    source.onInbound((leg) => this.#arrive(leg))
  }

  /** Refuses new contacts, lets the present ones end for up to `timeoutMs`, then ends them. Resolves when none is left. */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true
    if (this.#lives.size === 0) return
    const empty = new Promise<void>((resolve) => this.#whenEmpty.add(resolve))
    const deadline = this.#world.clock.after(timeoutMs, () => {
      for (const life of [...this.#lives.values()]) life.handle({ type: 'daemonStops' })
    })
    await empty
    deadline.cancel()
  }

  #arrive(leg: Leg): void {
    const { instance, counters, log } = this.#world
    const called = leg.local.address ?? ''
    const number = instance.numbers.get(called) ?? instance.numbers.get(`+${called}`)
    const refusal = this.#draining
      ? 'draining'
      : !number
        ? 'noRoute'
        : this.#lives.size >= instance.box.limits.concurrentCalls
          ? 'atCapacity'
          : undefined
    if (refusal || !number) {
      const reason = refusal ?? 'noRoute'
      counters.count(`refused.${reason}`)
      log.warn({ called, reason }, 'call refused')
      void leg.hangUp(reason === 'draining' ? 'busy' : reason)
      return
    }
    counters.count('contacts')
    const life = new ContactLife({
      id: randomUUID(),
      world: this.#world,
      customer: leg,
      inboundFlow: number.flow,
      onCompleted: (done) => this.#completed(done),
    })
    this.#lives.set(life.id, life)
    log.info({ contactId: life.id, called, caller: leg.remote.address, leg: leg.describe() }, 'contact began')
    life.begin()
  }

  #carryOut(effect: RoutingEffect): void {
    const life = this.#lives.get(effect.contactId)
    if (effect.type === 'offer') {
      if (life) life.handle({ type: 'offered', agent: effect.agent })
      else this.#world.routing.offerFailed(effect.contactId, effect.agent, 'error')
    } else if (effect.because !== 'contactLeft') {
      life?.handle({ type: 'offerWithdrawn' })
    }
  }

  #completed(life: ContactLife): void {
    this.#lives.delete(life.id)
    for (const leaving of this.#leaving) {
      if (!leaving.lives.delete(life) || leaving.lives.size > 0) continue
      this.#leaving.delete(leaving)
      leaving.over()
    }
    if (this.#lives.size > 0) return
    for (const resolve of this.#whenEmpty) resolve()
    this.#whenEmpty.clear()
  }
}
