// What is heard on a line while a call out is made, as inputs of its machine: dial tone, ring tone, a voice.
import type { Audio, Listening } from '../loop/audio.ts'
import type { PortId } from '../media/port.ts'
import type { LineInput } from './line-states.ts'
import type { LineSettings } from './lines.ts'
import { dialReadyTone, ringbackTone } from './tone-patterns.ts'
import { VoiceDetector } from './voice-detector.ts'

/** Ring tone that is not heard again within its period, and a third of it more, has stopped. */
const ringbackSlack = 1.35

export class CallProgress {
  readonly #settings: LineSettings
  readonly #audio: Pick<Audio, 'listen'>
  #voice: Listening | undefined

  constructor(settings: LineSettings, audio: Pick<Audio, 'listen'>) {
    this.#settings = settings
    this.#audio = audio
  }

  /** Undefined: a tone that says something else than how a call out goes. */
  inputOf(tone: string): LineInput | undefined {
    if (tone === dialReadyTone) return { type: 'dialToneHeard' }
    if (tone !== ringbackTone) return undefined
    return { type: 'ringbackHeard', nextWithinMs: this.#settings.ringbackPeriodMs * ringbackSlack }
  }

  /** `heard` may be called again and again while somebody speaks. */
  listen(portId: PortId, heard: () => void): void {
    const frequencies = this.#settings.callTones.flatMap(({ pattern }) =>
      pattern.flatMap(({ frequenciesHz }) => frequenciesHz),
    )
    const detector = new VoiceDetector(frequencies)
    this.#voice = this.#audio.listen(portId, (samples) => {
      if (detector.hears(samples)) heard()
    })
  }

  stop(): void {
    this.#voice?.stop()
    this.#voice = undefined
  }
}
