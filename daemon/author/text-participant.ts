// The party on the line of a simulated contact: hears speech as text, presses what the answers say.
import type { Collected, CollectOptions, DigitBuffer, Participant, Speech } from '../flow/host.ts'
import { masked } from '../flow/secrets.ts'
import type { Answers } from './answers.ts'
import { readKeys } from './key-entry.ts'
import { readableText, speechMs } from './readable-speech.ts'
import type { SimulatedClock } from './simulated-clock.ts'
import type { TraceStep } from './trace.ts'

/** Digits that type-ahead keeps; more are lost. */
const bufferDigits = 30

export interface TextParticipantOptions {
  clock: SimulatedClock
  answers: Answers
  promptMs(promptId: string): number
  step(step: TraceStep): void
}

export class TextParticipant implements Participant {
  readonly #options: TextParticipantOptions
  #buffering = false
  #buffered = ''

  readonly digitBuffer: DigitBuffer

  constructor(options: TextParticipantOptions) {
    this.#options = options
    const participant = this
    this.digitBuffer = {
      start: () => {
        participant.#buffering = true
      },
      stop: () => {
        const left = participant.#buffered
        participant.#buffering = false
        participant.#buffered = ''
        return left
      },
      get length() {
        return participant.#buffered.length
      },
    }
  }

  async play(speech: Speech[], signal: AbortSignal): Promise<void> {
    await this.#options.clock.wait(this.#say(speech), signal)
  }

  async playRepeatedly(speech: Speech[], interruptAfterMs: number | undefined, signal: AbortSignal): Promise<void> {
    this.#say(speech)
    if (interruptAfterMs === undefined) await aborted(signal)
    else await this.#options.clock.wait(interruptAfterMs, signal)
  }

  async collect(options: CollectOptions, signal: AbortSignal): Promise<Collected> {
    const { clock, answers, step } = this.#options
    let keys = this.#buffered
    this.#buffered = ''
    if (keys === '') {
      const windowMs = this.#say(options.prompt) + options.firstDigitTimeoutMs
      const { maximumDigits, terminator } = options
      const asked = answers.digits?.({ maximumDigits, terminator, windowMs }, signal)
      if (asked) keys = (await asked) ?? ''
      else await clock.wait(windowMs, signal)
    }
    const { digits, rest, complete } = readKeys(keys, options)
    if (keys !== '' && !complete) await clock.wait(options.interDigitTimeoutMs, signal)
    const lost = this.#keep(rest)
    if (digits === '') {
      step({ event: 'timeout' })
      return { outcome: 'timeout' }
    }
    const shown = (keyed: string) => (options.secret ? masked : keyed)
    step({ event: 'collected', digits: shown(digits), ...(lost !== '' && { lost: shown(lost) }) })
    return { outcome: 'digits', digits }
  }

  /** Returns what nobody will ever ask for. */
  #keep(rest: string): string {
    if (!this.#buffering) return rest
    this.#buffered = rest.slice(0, bufferDigits)
    return rest.slice(bufferDigits)
  }

  /** Returns how long it takes to say. */
  #say(speech: readonly Speech[]): number {
    const { step, promptMs } = this.#options
    let durationMs = 0
    for (const one of speech) {
      if (one.kind === 'prompt') step({ event: 'played', prompt: one.promptId })
      else step({ event: 'spoken', text: readableText(one), ssml: one.ssml })
      durationMs += speechMs(one, promptMs)
    }
    return durationMs
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
