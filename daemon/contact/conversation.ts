// The people of one customer's chain of contacts, and the room they are in: who talks, who is on hold and hears what, and
// what becomes of the rest when somebody leaves. Segments (contact-life.ts) come and go; the conversation stays.
import type { Conference } from '../bridge/conference.ts'
import type { Leg, LegEnd } from '../leg/leg.ts'
import type { CampaignSide } from './campaign-side.ts'
import type { ContactLife } from './contact-life.ts'
import type { DisconnectReason } from './contact-record.ts'
import type { ContactRegistry } from './contact-registry.ts'
import type { ContactWorld } from './contact-world.ts'
import { afterLeaving } from './conversation-rules.ts'
import { customerEndReason } from './end-reasons.ts'
import { Party } from './party.ts'
import { SecondLines } from './second-line.ts'

export type Presence = 'listen' | 'whisper' | 'barge'

export class Conversation {
  readonly world: ContactWorld
  readonly registry: ContactRegistry
  /** Of a customer whom a campaign calls. */
  campaign: CampaignSide | undefined
  readonly #room: Conference
  readonly #parties = new Map<Leg, Party>()
  /** Segments that are not over, oldest first. */
  readonly #segments = new Set<ContactLife>()
  /** Supervisors' visits. */
  readonly #visits = new Set<ContactLife>()
  readonly #secondLines = new SecondLines(this)
  #customer: Party | undefined
  #customerEnd: LegEnd | undefined
  #finished = false

  constructor(world: ContactWorld, registry: ContactRegistry) {
    this.world = world
    this.registry = registry
    this.#room = world.conference()
  }

  /** The customer, while on the line. */
  get customer(): Party | undefined {
    return this.#customer
  }

  get parties(): readonly Party[] {
    return [...this.#parties.values()]
  }

  get segments(): readonly ContactLife[] {
    return [...this.#segments]
  }

  get visits(): readonly ContactLife[] {
    return [...this.#visits]
  }

  open(segment: ContactLife): void {
    if (segment.kind === 'monitor') {
      this.#visits.add(segment)
      return
    }
    this.#segments.add(segment)
    // With an agent's transfer the customer goes on being the agent's, for now.
    if (this.#customer && !segment.source) this.#customer.segment = segment
  }

  /** The customer's leg, ringing or being dialled; what becomes of it is the conversation's from here on. */
  setCustomer(leg: Leg, segment: ContactLife): Party {
    const party = this.#add('customer', leg.remote.address ?? '', leg, segment)
    this.#customer = party
    leg.on((event) => {
      if (event.type === 'answered' || event.type === 'earlyMediaStarted') this.#room.refresh()
      else if (event.type === 'ended') this.#customerLeft(party, event.end)
    })
    return party
  }

  add(role: 'agent' | 'thirdParty' | 'supervisor', name: string, leg: Leg, segment: ContactLife): Party {
    const party = this.#add(role, name, leg, segment)
    if (role === 'agent') this.registry.tellAgentLeg(name, leg)
    leg.on((event) => {
      if (event.type === 'answered' || event.type === 'earlyMediaStarted') this.#room.refresh()
      else if (party.role === 'agent') this.#secondLines.lineChanged(party, leg, event)
    })
    return party
  }

  /** A second call of the agent's phone, still ringing: once it is answered, they hear and speak by it. */
  takeSecondLine(agent: Party, line: Leg): void {
    agent.secondLine = line
    this.registry.tellAgentLeg(agent.name, line)
    line.on((event) => this.#secondLines.lineChanged(agent, line, event))
  }

  /** The agent hears and speaks by this line of theirs from now on, flows they hear included. */
  moveEar(agent: Party, line: Leg): void {
    if (agent.ear === line) return
    this.#room.remove(agent.ear)
    agent.ear = line
    this.#place(agent)
    for (const segment of this.#segments)
      if (segment.source === agent && segment.isUnderWay) segment.customerSide.heardBy(agent.participant)
    for (const { other, presence, visited } of this.#visits)
      if (other?.joined && visited?.other === agent) this.place(other, presence, agent)
  }

  /** Lets a party into the talk; the front of a segment that was joined comes off hold besides. */
  join(party: Party): void {
    party.joined = true
    this.resume(party)
    this.#place(party)
    this.#secondLines.joined(party)
  }

  /** `to` hears what the party's far end already sends, though nobody has answered. */
  announce(party: Party, to: Party): void {
    this.#room.seat(party.leg, { as: 'announcing', to: to.ear })
  }

  /** Where a supervisor sits: unheard, heard by the agent, heard by all. */
  place(supervisor: Party, presence: Presence, agent: Party | undefined): void {
    if (presence === 'whisper' && agent) this.#room.seat(supervisor.leg, { as: 'whispering', to: agent.ear })
    else this.#room.seat(supervisor.leg, { as: presence === 'barge' ? 'talking' : 'listening' })
  }

  /** A supervisor stays as the customer's agent. */
  promote(visit: ContactLife): void {
    if (!visit.other || !this.#visits.delete(visit)) return
    this.#segments.add(visit)
    visit.other.role = 'agent'
    this.join(visit.other)
  }

  /** Out of the talk, but still there: hears the flow, or waits. */
  setApart(party: Party): void {
    party.joined = false
    this.#endHoldFlow(party)
    if (party.heldBy !== undefined) party.tellHeld(false)
    party.heldBy = undefined
    this.#place(party)
  }

  /** Hears the hold flow. False: is held already, or has left. */
  hold(party: Party, by: Party | 'flow'): boolean {
    if (party.heldBy !== undefined || !this.parties.includes(party)) return false
    party.heldBy = by
    this.#place(party)
    party.tellHeld(true)
    const { segment } = party
    const controller = new AbortController()
    party.hold = controller
    segment.runHoldFlow(party, controller.signal)
    this.#tellHold(party, 'held', by)
    return true
  }

  /** False: is not held. */
  resume(party: Party): boolean {
    if (party.heldBy === undefined) return false
    const by = party.heldBy
    this.#endHoldFlow(party)
    party.heldBy = undefined
    this.#place(party)
    party.tellHeld(false)
    this.#tellHold(party, 'resumed', by)
    return true
  }

  isTalking(party: Party): boolean {
    return this.#room.placeOf(party.ear)?.as === 'talking'
  }

  /** Takes the party out; resolves when the leg is released. */
  async remove(party: Party, reason: string): Promise<void> {
    if (!this.#parties.delete(party.leg)) return
    if (party === this.#customer) this.#customer = undefined
    party.close()
    this.#room.remove(party.ear)
    for (const other of this.parties) if (other.heldBy === party) this.resume(other)
    this.#retap()
    await Promise.all([party.leg.hangUp(reason), party.secondLine?.hangUp(reason)])
  }

  /** A segment is over: what becomes of the others, and of the customer. Resolves when what had to go is released. */
  async segmentOver(
    segment: ContactLife,
    ended: { reason: DisconnectReason; endReason: string; final: boolean },
  ): Promise<void> {
    this.#visits.delete(segment)
    if (!this.#segments.delete(segment)) return
    this.#secondLines.segmentOver(segment)
    const underWay = this.segments.filter((one) => one.isUnderWay)
    if (this.#customer) {
      const last = this.segments.at(-1)
      if (last) this.#customer.segment = last
    }
    if (this.#segments.size > 0) {
      const afterwards = ended.final ? 'over' : afterLeaving(this.parties, underWay.length)
      if (afterwards !== 'over') return
      const reason = this.#customerEnd ? customerEndReason(this.#customerEnd) : ended.reason
      for (const other of this.segments) other.handle({ type: 'dismissed', reason, endReason: ended.endReason })
      return
    }
    // The flow let the caller go; a disconnect flow then has nobody to speak to.
    if (ended.reason === 'CONTACT_FLOW_DISCONNECT' && this.#customer) await this.remove(this.#customer, ended.endReason)
    await this.#finish(segment, ended)
  }

  /** Of everybody who talks. */
  audioPaths(): Promise<string[]> {
    const talking = this.parties.filter((party) => this.isTalking(party))
    return Promise.all(talking.map(({ ear }) => this.world.describePath(ear)))
  }

  describe(): string {
    return this.parties
      .map((party) => `${party.role} ${party.leg.describe()}${party.heldBy ? ' on hold' : ''}`)
      .join(this.parties.some((party) => this.isTalking(party)) ? ' ◀▶ ' : ' | ')
  }

  #add(role: Party['role'], name: string, leg: Leg, segment: ContactLife): Party {
    const participantOf = (party: Party) => this.world.participant(party.ear, () => party.segment.data.voice)
    const party = new Party({ role, name, leg, segment, participantOf })
    leg.on((event) => {
      if (event.type === 'ended' && leg.mediaQuality) party.segment.record.mediaMeasured(party.role, leg.mediaQuality)
    })
    this.#parties.set(leg, party)
    this.#place(party)
    return party
  }

  #place(party: Party): void {
    if (!this.parties.includes(party)) return
    this.#room.seat(party.ear, { as: party.joined && party.heldBy === undefined ? 'talking' : 'apart' })
    this.#retap()
  }

  #retap(): void {
    for (const segment of this.#segments) segment.talkChanged()
  }

  #endHoldFlow(party: Party): void {
    party.hold?.abort(new Error('off hold'))
    party.hold = undefined
  }

  #tellHold(party: Party, what: 'held' | 'resumed', by: Party | 'flow'): void {
    for (const segment of this.#segments) segment.holdChanged(party, what, by)
  }

  #customerLeft(party: Party, end: LegEnd): void {
    if (party !== this.#customer) return
    this.#customer = undefined
    this.#customerEnd = end
    this.#parties.delete(party.leg)
    party.close()
    this.#room.remove(party.leg)
    // Those there are now: an end may begin the disconnect flow, which has nothing to do with it.
    const { segments } = this
    for (const segment of segments) if (segment.isUnderWay) segment.customerLeft(end)
    if (afterLeaving(this.parties, 0) === 'goesOn') {
      this.#retap()
      for (const other of this.parties) this.resume(other)
      return
    }
    for (const segment of segments) segment.customerLeft(end)
  }

  async #finish(last: ContactLife, ended: { endReason: string; final: boolean }): Promise<void> {
    if (this.#finished) return
    const follows = ended.final ? undefined : last.disconnectFlow
    if (follows !== undefined && this.registry.beginDisconnect(last, follows)) return
    this.#finished = true
    for (const visit of this.visits) visit.handle({ type: 'dismissed', reason: 'OTHER', endReason: ended.endReason })
    await Promise.all(this.parties.map((party) => this.remove(party, ended.endReason)))
    this.#room.end()
  }
}
