// The two lines of an agent's phone in one conversation: behind the first are customer and all others, behind the second
// those whom the agent consults. The agent has one ear, at the line that was taken up last; a line that the phone holds
// keeps the people behind it on hold. With neither held, all talk: the phone's conference key is the box's conference.
import type { Leg, LegEvent } from '../leg/leg.ts'
import type { ContactLife } from './contact-life.ts'
import type { Conversation } from './conversation.ts'
import type { Party } from './party.ts'

export class SecondLines {
  readonly #conversation: Conversation

  constructor(conversation: Conversation) {
    this.#conversation = conversation
  }

  lineChanged(agent: Party, line: Leg, event: LegEvent): void {
    if (!this.#isThere(agent)) return
    if (event.type === 'heldByFarEnd') this.#held(agent, line)
    else if (event.type === 'resumedByFarEnd') this.#resumed(agent, line)
    else if (line !== agent.secondLine) return
    else if (event.type === 'answered') this.#conversation.moveEar(agent, line)
    else if (event.type === 'ended') this.#ended(agent)
  }

  /** Somebody was let into the talk: of no use to an agent who has gone back to the first line meanwhile. */
  joined(party: Party): void {
    const agent = party.segment.source
    if (!agent?.secondLine || !isConsulted(party, agent)) return
    if (agent.heldLines.has(agent.secondLine)) this.#conversation.hold(party, agent)
  }

  /** Whom an agent has consulted is gone: the second line is of no use any more. */
  segmentOver(segment: ContactLife): void {
    const { source } = segment
    if (!source?.secondLine || this.#conversation.segments.some((one) => one.source === source)) return
    segment.addWork(source.secondLine.hangUp('hangUp'))
  }

  #held(agent: Party, line: Leg): void {
    agent.heldLines.add(line)
    for (const other of this.#behind(agent, line))
      if (other.joined && other.role !== 'supervisor') this.#conversation.hold(other, agent)
  }

  #resumed(agent: Party, line: Leg): void {
    agent.heldLines.delete(line)
    this.#conversation.moveEar(agent, line)
    this.#release(agent, line)
  }

  /** The agent has hung up the second line: whom they reached by it, or were about to, is let go. */
  #ended(agent: Party): void {
    const line = agent.secondLine
    this.#conversation.moveEar(agent, agent.leg)
    for (const segment of this.#conversation.segments) {
      if (segment.source !== agent) continue
      if (segment.isUnderWay)
        segment.handle({ type: 'dismissed', reason: 'TELECOM_ORIGINATOR_CANCEL', endReason: 'cancelled' })
      else segment.addWork(segment.other?.leg.hangUp('hangUp') ?? Promise.resolve())
    }
    agent.secondLine = undefined
    if (line) agent.heldLines.delete(line)
    // A phone that has not held the first line is back on it at once.
    if (!agent.heldLines.has(agent.leg)) this.#release(agent, agent.leg)
  }

  #release(agent: Party, line: Leg): void {
    for (const other of this.#behind(agent, line)) if (other.heldBy === agent) this.#conversation.resume(other)
  }

  #behind(agent: Party, line: Leg): Party[] {
    return this.#conversation.parties.filter(
      (other) => other !== agent && isConsulted(other, agent) === (line === agent.secondLine),
    )
  }

  #isThere(agent: Party): boolean {
    return !agent.leaving && this.#conversation.parties.includes(agent)
  }
}

function isConsulted(party: Party, agent: Party): boolean {
  return agent.secondLine !== undefined && party.role !== 'customer' && party.segment.source === agent
}
