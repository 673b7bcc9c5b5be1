// Caller and agent talking: the bridge between their legs and, if the flow asked for it, the recording.
import type { Bridge } from '../bridge/bridge.ts'
import type { RecordingBehavior } from '../flow/host.ts'
import type { Leg } from '../leg/leg.ts'
import type { Recording } from '../loop/audio.ts'
import type { ContactRecorder } from './contact-recorder.ts'
import type { ContactWorld } from './contact-world.ts'

export class Talk {
  readonly #bridge: Bridge | undefined
  readonly #recording: Recording | undefined
  readonly #recorder: ContactRecorder

  constructor(of: {
    world: ContactWorld
    contactId: string
    customer: Leg
    agent: Leg
    behavior: RecordingBehavior
    recorder: ContactRecorder
  }) {
    const { world, contactId, customer, agent, behavior } = of
    this.#recorder = of.recorder
    this.#bridge = world.bridge(customer, agent)
    if (!behavior.agent && !behavior.customer) return
    // Agent on the right channel, everybody else on the left, as analytics expect it.
    const left = behavior.customer ? customer.portId : undefined
    const right = behavior.agent ? agent.portId : undefined
    const { recording, file } = world.record(contactId, { left, right })
    this.#recording = recording
    this.#recorder.recordingStarted(file)
  }

  /** Takes the legs apart and completes the recording; rejects when the disk would not have it. */
  async end(): Promise<void> {
    this.#bridge?.end()
    if (!this.#recording) return
    try {
      await this.#recording.stop()
      this.#recorder.recordingStopped('written')
    } catch (fault) {
      this.#recorder.recordingStopped('failed')
      throw fault
    }
  }
}
