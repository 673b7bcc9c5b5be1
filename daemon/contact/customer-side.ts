// The side of one contact that its flows are for: runs the flow or queue flow, and knows who hears it: the customer, or
// the agent who transfers, until that agent leaves.
import type { FlowEnd, Participant } from '../flow/host.ts'
import { AutomatedRecording } from './automated-recording.ts'
import type { ContactLife } from './contact-life.ts'
import { MovableParticipant } from './movable-participant.ts'
import type { Party } from './party.ts'

export class CustomerSide {
  readonly #life: ContactLife
  /** Absent: nobody hears the flows (tasks, a disconnect flow after the caller hung up). */
  readonly #front: MovableParticipant | undefined
  readonly recording: AutomatedRecording
  #flow: AbortController | undefined
  #isCold = false

  constructor(life: ContactLife, front: Party | undefined) {
    this.#life = life
    this.recording = new AutomatedRecording(life)
    this.#front = front && new MovableParticipant(front.participant, (secret) => this.recording.hide(secret))
  }

  /** The agent who transfers left before anybody was reached. */
  get isCold(): boolean {
    return this.#isCold
  }

  /** Who talks to whom the contact is for: the agent who transfers, else the customer. */
  get talker(): Party | undefined {
    const { conversation, source } = this.#life
    return source && this.#sourceIsThere ? source : conversation.customer
  }

  answer(): void {
    const { customer } = this.#life.conversation
    if (!customer) return
    this.#life.addWork(
      customer.leg.answer().then((answered) => {
        if (answered) this.#life.handle({ type: 'customerAnswered' })
      }),
    )
  }

  runFlow(flowId: string | undefined, ended: (end: FlowEnd) => void): void {
    if (flowId === undefined) return
    const controller = new AbortController()
    this.#flow = controller
    const { flows, moves } = this.#life
    this.#life.addWork(
      flows.run(flowId, this.#life.hostFor(this.#front, moves), controller.signal).then((end) => {
        if (this.#flow === controller) this.#flow = undefined
        if (end.type !== 'left') ended(end)
      }),
    )
  }

  stopFlow(reason: string): void {
    this.#flow?.abort(new Error(reason))
  }

  /** The agent who transfers has left: the customer hears the rest, or goes on waiting for who was called by name. */
  sourceLeft(): void {
    const { conversation, isUnderWay, source } = this.#life
    const { customer } = conversation
    if (!source || !customer || !isUnderWay || this.#sourceIsThere || this.#isCold) return
    this.#isCold = true
    if (this.#flow) conversation.setApart(customer)
    else conversation.hold(customer, 'flow')
    this.#front?.moveTo(customer.participant)
  }

  /** A transfer ends the type-ahead (flow language facts, GetParticipantInput). */
  forgetDigits(): void {
    this.#front?.digitBuffer?.stop()
  }

  /** Whoever hears the flows from here on. */
  heardBy(hearer: Participant): void {
    this.#front?.moveTo(hearer)
  }

  /** Who hears the customer whisper: a customer comes off hold for it. */
  comeToFront(): Participant | undefined {
    const { customer } = this.#life.conversation
    if (customer && !this.#sourceIsThere) this.#life.conversation.setApart(customer)
    return this.#front
  }

  get #sourceIsThere(): boolean {
    const { source, conversation } = this.#life
    return source !== undefined && conversation.parties.includes(source)
  }
}
