// Somebody in a conversation: a leg with a part to play. Whoever is on hold is not heard, and hears the hold flow.
import type { Leg } from '../leg/leg.ts'
import type { ContactLife } from './contact-life.ts'
import type { LegParticipant } from './contact-world.ts'
import type { Present } from './conversation-rules.ts'

export class Party implements Present {
  role: Present['role']
  /** An agent's or supervisor's user name; of others the number, where it is known. */
  readonly name: string
  readonly leg: Leg
  /** An agent's second call beside `leg`, for whom they consult (second-line.ts). */
  secondLine: Leg | undefined
  /** Those of the two that the phone has put on hold. */
  readonly heldLines = new Set<Leg>()
  /** Has said so; their phone may take its time, and what it does with its lines meanwhile means nothing any more. */
  leaving = false
  /** The segment they are in the conversation by; of the customer: the one that came last. */
  segment: ContactLife
  joined = false
  heldBy: Party | 'flow' | undefined
  /** Ends the hold flow. */
  hold: AbortController | undefined
  readonly #participantOf: (party: Party) => LegParticipant
  #participant: LegParticipant | undefined
  #ear: Leg

  constructor(of: {
    role: Present['role']
    name: string
    leg: Leg
    segment: ContactLife
    participantOf: (party: Party) => LegParticipant
  }) {
    this.role = of.role
    this.name = of.name
    this.leg = of.leg
    this.#ear = of.leg
    this.segment = of.segment
    this.#participantOf = of.participantOf
  }

  get participant(): LegParticipant {
    this.#participant ??= this.#participantOf(this)
    return this.#participant
  }

  /**
   * An outside number that an agent brought in is told that it is held, where its leg can (RFC 3264 section 8.4: it is sent
   * the hold flow, and asked to send nothing). The customer is not: a carrier that knows may play music of its own over the
   * hold flow. Nothing hangs on it: who won't have it hears the flow all the same.
   */
  tellHeld(held: boolean): void {
    if (this.role === 'thirdParty') void this.leg.setHold?.(held)
  }

  /** Which of the two lines they hear and speak by now. */
  get ear(): Leg {
    return this.#ear
  }

  set ear(line: Leg) {
    this.#ear = line
    this.#participant?.close()
    this.#participant = undefined
  }

  close(): void {
    this.hold?.abort(new Error('the party has left'))
    this.#participant?.close()
  }
}
