// Contacts and agents bound to each other: made here, and dissolved here before the contact's end, always on both sides.
import type { Clock } from '../clock.ts'
import type { Counters } from '../counters.ts'
import type { AgentDesk } from './agent-desk.ts'
import type { AgentInput } from './agent-state.ts'
import type { Match } from './matching.ts'
import type { RoutingEffect } from './routing.ts'
import type { AgentSlot, Entry, Reservation } from './tables.ts'
import type { WaitingRoom } from './waiting-room.ts'

export interface OffersOptions {
  clock: Clock
  timeoutMs: () => number
  counters: Counters
  desk: AgentDesk
  waitingRoom: WaitingRoom
  tell(effect: RoutingEffect): void
  /** A contact stands at its old place again. */
  onBack(entry: Entry): void
}

export class Offers {
  readonly #of: OffersOptions

  constructor(options: OffersOptions) {
    this.#of = options
  }

  /** While the agent is rung for it. */
  of(entry: Entry | undefined, userName: string): Reservation | undefined {
    const reservation = entry?.reservation
    return reservation?.timer && reservation.agent.userName === userName ? reservation : undefined
  }

  /** Binds the two: the only place where a contact gets an agent. */
  make({ entry, agent }: Match): void {
    const { clock, timeoutMs, counters, desk, waitingRoom, tell } = this.#of
    const { contactId, channel } = entry.contact
    waitingRoom.leave(entry)
    const reservation: Reservation = { entry, agent }
    entry.reservation = reservation
    agent.reservations.set(contactId, reservation)
    desk.move(agent, { type: 'offered', contactId, channel, queue: entry.queue.name })
    reservation.timer = clock.after(timeoutMs(), () =>
      this.giveBack(reservation, { type: 'offerFailed', contactId, because: 'missed' }),
    )
    counters.count('offered')
    tell({ type: 'offer', contactId, agent: agent.userName, ...(agent.autoAccept && { autoAccept: true }) })
  }

  /** The contact keeps its place and goes to the next agent. */
  giveBack(
    reservation: Reservation,
    input: Extract<AgentInput, { type: 'offerFailed' | 'offerWithdrawn' | 'contactDropped' }>,
  ): void {
    const { counters, waitingRoom, onBack } = this.#of
    const { entry } = reservation
    this.#part(reservation, input)
    if (input.type !== 'contactDropped') counters.count(`offer.${input.because}`)
    // An offer that failed by itself has nothing left to withdraw.
    if (input.type === 'offerFailed' && input.because === 'missed') this.#withdraw(reservation, 'missed')
    else if (input.type === 'offerWithdrawn') this.#withdraw(reservation, 'agentUnavailable')
    entry.queue.members.add(entry)
    waitingRoom.enter(entry)
    onBack(entry)
  }

  /** The agent is rung no longer. */
  takeBack(agent: AgentSlot): void {
    for (const reservation of [...agent.reservations.values()]) {
      const { contactId } = reservation.entry.contact
      if (reservation.timer)
        this.giveBack(reservation, { type: 'offerWithdrawn', contactId, because: 'agentUnavailable' })
    }
  }

  /** The contact left while it rang. */
  withdrawn(reservation: Reservation): void {
    const { contactId } = reservation.entry.contact
    this.#part(reservation, { type: 'offerWithdrawn', contactId, because: 'contactLeft' })
    this.#of.counters.count('offer.contactLeft')
    this.#withdraw(reservation, 'contactLeft')
  }

  /** Parts the two: the only place where a contact loses its agent before its end. */
  #part(reservation: Reservation, input: AgentInput): void {
    const { entry, agent } = reservation
    reservation.timer?.cancel()
    delete reservation.timer
    delete entry.reservation
    this.#of.desk.move(agent, input)
    agent.reservations.delete(entry.contact.contactId)
  }

  #withdraw({ entry, agent }: Reservation, because: 'contactLeft' | 'missed' | 'agentUnavailable'): void {
    this.#of.tell({ type: 'withdraw', contactId: entry.contact.contactId, agent: agent.userName, because })
  }
}
