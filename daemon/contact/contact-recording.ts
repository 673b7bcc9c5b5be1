// One recording of a contact: begun, followed in the contact's record, and completed.
import type { RecordedChannels, Recording } from '../loop/audio.ts'
import type { ContactLife } from './contact-life.ts'
import type { RecordedPart } from './contact-record.ts'

export class ContactRecording {
  readonly #life: ContactLife
  readonly #recording: Recording
  readonly #file: string

  constructor(life: ContactLife, part: RecordedPart, channels: RecordedChannels) {
    this.#life = life
    const { recording, file } = life.world.record(life.id, channels, part)
    this.#recording = recording
    this.#file = file
    life.record.recordingStarted(file, part)
  }

  tap(channels: RecordedChannels): void {
    this.#recording.tap(channels)
  }

  /** Silence from here on, or no more. */
  hide(hidden: boolean): void {
    if (hidden) this.#recording.pause()
    else this.#recording.resume()
  }

  /** Rejects when the disk would not have it. */
  async end(): Promise<void> {
    try {
      await this.#recording.stop()
      this.#life.record.recordingStopped(this.#file, 'written')
    } catch (fault) {
      this.#life.record.recordingStopped(this.#file, 'failed')
      throw fault
    }
  }
}
