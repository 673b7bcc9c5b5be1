// Callers who wait in a queue on a line that outlives the daemon: their place is written down, and when the daemon starts
// again within the time their line is held, they are back at it and hear the queue's flow; else their records are closed.
//
//   queued on such a line ─keep─▶ file ─ the daemon stops, or is killed ─ starts ─▶ the line tells its held call
//        ▲ forget: to an agent, hung up                                             └─▶ queued again, at the old place
import type { Timer } from '../clock.ts'
import type { Leg } from '../leg/leg.ts'
import type { ContactLife } from './contact-life.ts'
import type { ContactRegistry } from './contact-registry.ts'
import type { ContactWorld } from './contact-world.ts'
import { Conversation } from './conversation.ts'
import { type PendingContact, revivedData, storedData } from './pending-contacts.ts'

/** From the start of the daemon until a line that is held has told so: longer than any board holds one. */
const resumeLimitMs = 30_000

export class HeldCallers {
  readonly #registry: ContactRegistry
  readonly #world: () => ContactWorld
  readonly #onLost: (contactIds: string[]) => void
  /** Written down, by contact. */
  readonly #kept = new Set<string>()
  /** Of the daemon before this one, by line. */
  readonly #awaited = new Map<string, PendingContact>()
  #limit: Timer | undefined

  /** `onLost` gets contacts that can't go on: their records are to be closed. */
  constructor(registry: ContactRegistry, world: () => ContactWorld, onLost: (contactIds: string[]) => void) {
    this.#registry = registry
    this.#world = world
    this.#onLost = onLost
  }

  /** It waits in its queue now. Contacts that no line holds are left alone. */
  keep(life: ContactLife, enqueuedAtEpochMs: number): void {
    const line = this.#lineOf(life)
    if (line === undefined) return
    const { pending, counters, log, instance } = this.#world()
    try {
      pending.keep({
        contactId: life.id,
        kind: 'caller',
        line,
        dueEpochMs: enqueuedAtEpochMs,
        expiresEpochMs: enqueuedAtEpochMs + instance.box.limits.callDurationS * 1000,
        enqueuedAtEpochMs,
        data: storedData(life.data),
      })
      this.#kept.add(life.id)
    } catch (fault) {
      counters.count('pendingNotSaved')
      log.error({ contactId: life.id, err: fault }, 'a caller’s place could not be written down')
    }
  }

  /** An agent has them, or they are gone. */
  forget(life: ContactLife): void {
    if (this.#kept.delete(life.id)) this.#world().pending.forget(life.id)
  }

  /** Whether the daemon that starts next can take the contact up again. */
  canPark(life: ContactLife): boolean {
    return this.#kept.has(life.id) && (life.state === 'queued' || life.state === 'offering')
  }

  /** Lines that must stay as they are when the daemon ends. */
  parkAll(lives: Iterable<ContactLife>): Set<string> {
    const lines = new Set<string>()
    for (const life of lives) {
      const line = this.canPark(life) ? this.#lineOf(life) : undefined
      if (line === undefined) continue
      lines.add(line)
      life.handle({ type: 'parked' })
    }
    return lines
  }

  /** At the start: what the daemon before this one left. */
  restore(callers: readonly PendingContact[]): void {
    for (const caller of callers) if (caller.line !== undefined) this.#awaited.set(caller.line, caller)
    if (this.#awaited.size > 0) this.#limit = this.#world().clock.after(resumeLimitMs, () => this.giveUp())
  }

  /** A line is there. One that has not held its call will not: its caller is not waited for any longer. */
  takesOver(line: string, isHeld: boolean): boolean {
    if (!this.#awaited.has(line)) return false
    if (!isHeld) this.#giveUp([line])
    return isHeld
  }

  /** The line's call goes on. */
  resume(leg: Leg, line: string): void {
    const caller = this.#awaited.get(line)
    const world = this.#world()
    if (!caller) {
      void leg.hangUp('noRoute')
      return
    }
    this.#awaited.delete(line)
    this.#kept.add(caller.contactId)
    const record = world.store.find(caller.contactId)
    const life = this.#registry.begin({
      kind: 'resumed',
      data: revivedData(caller.data),
      conversation: new Conversation(world, this.#registry),
      customerLeg: leg,
      placeKept: caller.enqueuedAtEpochMs,
      ...(record && { record }),
    })
    world.counters.count('callersResumed')
    world.log.info({ contactId: life.id, line }, 'a caller is back in the queue')
    life.handle({ type: 'began' })
  }

  /** Lines that have not told of their call by now have lost it: the records end where they were saved last. */
  giveUp(): void {
    this.#limit?.cancel()
    this.#limit = undefined
    this.#giveUp([...this.#awaited.keys()])
  }

  #giveUp(lines: readonly string[]): void {
    const { pending, counters, log } = this.#world()
    const lost: string[] = []
    for (const line of lines) {
      const caller = this.#awaited.get(line)
      if (!caller) continue
      this.#awaited.delete(line)
      counters.count('callersNotResumed')
      pending.forget(caller.contactId)
      lost.push(caller.contactId)
    }
    if (lost.length === 0) return
    log.warn({ contacts: lost }, 'callers were lost over the restart')
    this.#onLost(lost)
  }

  #lineOf(life: ContactLife): string | undefined {
    const origin = life.conversation.customer?.leg.origin
    if (origin?.kind !== 'line' || life.pending !== undefined) return undefined
    return this.#world().canHold(origin.line) ? origin.line : undefined
  }
}
