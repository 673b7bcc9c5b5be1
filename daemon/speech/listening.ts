// One caller listened to: frames out of whatever pieces the line gives, the ear (ear.ts) on each, and the utterance with
// the moment before it, for no word begins as loud as it is heard.
import type { Clock, Timer } from '../clock.ts'
import { type EarRules, earFrameSamples, earStep, levelDbm0Of, quietEar } from './ear.ts'
import type { AudioSource } from './recogniser.ts'

export type Heard = 'speech' | 'noSpeech' | 'noSound'

export interface ListeningOptions {
  rules: EarRules
  /** While it is pending the time does not run. */
  promptEnded: Promise<void> | undefined
  clock: Clock
  onSpeechStarted: () => void
  /** Frames of the utterance, from before its first word; the frame is lent for the call. */
  onFrame: (frame: Int16Array) => void
}

/** Frames before `speechStarted` that belong to the utterance: the time it took to tell, and 300 ms. */
const leadFrames = 25
/** A line that gives no sound at all for so much longer than it could take is dead. */
const deadLineMs = 5000

export class Listening {
  /** Never rejects. */
  readonly over: Promise<Heard>
  readonly #options: ListeningOptions
  readonly #lead = Array.from({ length: leadFrames }, () => new Int16Array(earFrameSamples))
  readonly #frame = new Int16Array(earFrameSamples)
  readonly #end: (heard: Heard) => void
  #leadNext = 0
  #leadCount = 0
  #filled = 0
  #state = quietEar
  #promptPlays: boolean
  #isOver = false
  #unsubscribe: (() => void) | undefined
  #timer: Timer | undefined

  constructor(source: AudioSource, options: ListeningOptions) {
    this.#options = options
    this.#promptPlays = options.promptEnded !== undefined
    const { promise, resolve } = Promise.withResolvers<Heard>()
    this.over = promise
    this.#end = resolve
    if (options.promptEnded) void options.promptEnded.then(() => this.#begin())
    else this.#begin()
    this.#unsubscribe = source((samples) => this.#take(samples))
    // A source may have given all it has at once.
    if (this.#isOver) this.#unsubscribe()
  }

  /** Idempotent. */
  stop(): void {
    this.#settle('noSpeech')
  }

  #begin(): void {
    if (this.#isOver) return
    this.#promptPlays = false
    const { startTimeoutMs, maximumMs, endSilenceMs } = this.#options.rules
    const longestMs = startTimeoutMs + maximumMs + endSilenceMs + deadLineMs
    this.#timer = this.#options.clock.after(longestMs, () => this.#settle('noSound'))
  }

  #take(samples: Int16Array): void {
    for (let at = 0; at < samples.length && !this.#isOver; ) {
      const count = Math.min(earFrameSamples - this.#filled, samples.length - at)
      this.#frame.set(samples.subarray(at, at + count), this.#filled)
      this.#filled += count
      at += count
      if (this.#filled === earFrameSamples) this.#takeFrame()
    }
  }

  #takeFrame(): void {
    this.#filled = 0
    const { rules, onFrame, onSpeechStarted } = this.#options
    const wasSpeaking = this.#state.phase === 'speaking'
    const { state, event } = earStep(this.#state, levelDbm0Of(this.#frame), this.#promptPlays, rules)
    this.#state = state
    if (wasSpeaking) onFrame(this.#frame)
    else this.#keepLead()
    if (event === 'speechStarted') {
      // The prompt is stopped for it: what is heard from here on is the caller.
      onSpeechStarted()
      this.#giveLead()
    } else if (event !== undefined) this.#settle(event === 'speechEnded' ? 'speech' : 'noSpeech')
  }

  #keepLead(): void {
    this.#lead[this.#leadNext]!.set(this.#frame)
    this.#leadNext = (this.#leadNext + 1) % leadFrames
    this.#leadCount = Math.min(this.#leadCount + 1, leadFrames)
  }

  #giveLead(): void {
    const first = this.#leadNext + leadFrames - this.#leadCount
    for (let i = 0; i < this.#leadCount; i++) this.#options.onFrame(this.#lead[(first + i) % leadFrames]!)
  }

  #settle(heard: Heard): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#timer?.cancel()
    this.#unsubscribe?.()
    this.#end(heard)
  }
}
