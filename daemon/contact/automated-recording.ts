// The recording of a caller and the box alone (IVRRecordingBehavior): the caller on the left channel, what they hear on
// the right. From the block that switches it on until somebody talks with the caller, or the contact is over.
import type { PortId } from '../media/port.ts'
import type { ContactLife } from './contact-life.ts'
import { ContactRecording } from './contact-recording.ts'

export class AutomatedRecording {
  readonly #life: ContactLife
  #running: ContactRecording | undefined
  #isHidden = false

  constructor(life: ContactLife) {
    this.#life = life
  }

  /** The flow has switched it on or off, or the contact has moved on. */
  follow(): void {
    const port = this.#port
    const running = this.#running
    if (port !== undefined && !running) {
      this.#running = new ContactRecording(this.#life, 'IVR', { left: port, sentTo: port })
      if (this.#isHidden) this.#running.hide(true)
    } else if (port === undefined && running) {
      this.#running = undefined
      this.#life.addWork(running.end())
    }
  }

  /** What is keyed in is to be encrypted: it must not be found in a recording either. */
  hide(hidden: boolean): void {
    this.#isHidden = hidden
    this.#running?.hide(hidden)
  }

  get #port(): PortId | undefined {
    const { data, isUnderWay, conversation, source } = this.#life
    // With a transfer by an agent it is the agent who hears the flow.
    return data.recording.ivr && isUnderWay && !source ? conversation.customer?.leg.portId : undefined
  }
}
