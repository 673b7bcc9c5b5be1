// The recording of caller and agent talking, if the flow asked for one: agent on the right channel, everybody else on the
// left, as analytics expect it. Who is on hold is not recorded; the other side is (flow types facts, 7).
import type { PortId } from '../media/port.ts'
import type { ContactLife } from './contact-life.ts'
import { ContactRecording } from './contact-recording.ts'
import type { Party } from './party.ts'

export class Talk {
  readonly #life: ContactLife
  readonly #recording: ContactRecording | undefined

  constructor(life: ContactLife) {
    this.#life = life
    const { agent, customer } = life.data.recording
    if (agent || customer) this.#recording = new ContactRecording(life, 'All', this.#channels())
  }

  /** Somebody went on hold, came off it, or left. */
  follow(): void {
    this.#recording?.tap(this.#channels())
  }

  /** Completes the recording; rejects when the disk would not have it. */
  async end(): Promise<void> {
    await this.#recording?.end()
  }

  #channels(): { left?: PortId; right?: PortId } {
    const { data, conversation, other } = this.#life
    if (data.recording.paused) return {}
    const port = (party: Party | undefined) => (party && conversation.isTalking(party) ? party.ear.portId : undefined)
    const outsider = conversation.parties.find((party) => party.role === 'thirdParty' && conversation.isTalking(party))
    const left = data.recording.customer ? (port(conversation.customer) ?? port(outsider)) : undefined
    const right = data.recording.agent ? port(other) : undefined
    return { ...(left !== undefined && { left }), ...(right !== undefined && { right }) }
  }
}
