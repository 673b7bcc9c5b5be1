// Who hears a contact's flow, when that may change in the middle of it: the agent who transfers leaves, and the caller
// hears the rest; one is put on hold, and the other answers. What was being said begins anew for whoever comes.
import type { Asked, AskOptions, Collected, CollectOptions, DigitBuffer, Participant, Speech } from '../flow/host.ts'

export class MovableParticipant implements Participant {
  #hearer: Participant
  #moved = new AbortController()
  readonly #onSecret: (underWay: boolean) => void

  /** `onSecret`: what is keyed in is a secret from now on, or no more. */
  constructor(hearer: Participant, onSecret: (underWay: boolean) => void = () => undefined) {
    this.#hearer = hearer
    this.#onSecret = onSecret
  }

  moveTo(hearer: Participant): void {
    if (hearer === this.#hearer) return
    this.#hearer = hearer
    const before = this.#moved
    this.#moved = new AbortController()
    before.abort(new Error('the flow is heard by another party now'))
  }

  get digitBuffer(): DigitBuffer | undefined {
    return this.#hearer.digitBuffer
  }

  play(speech: Speech[], signal: AbortSignal): Promise<void> {
    return this.#withWhoeverHears(signal, (hearer, until) => hearer.play(speech, until))
  }

  playRepeatedly(speech: Speech[], interruptAfterMs: number | undefined, signal: AbortSignal): Promise<void> {
    return this.#withWhoeverHears(signal, (hearer, until) => hearer.playRepeatedly(speech, interruptAfterMs, until))
  }

  async collect(options: CollectOptions, signal: AbortSignal): Promise<Collected> {
    if (options.secret) this.#onSecret(true)
    try {
      return await this.#withWhoeverHears(signal, (hearer, until) => hearer.collect(options, until))
    } finally {
      if (options.secret) this.#onSecret(false)
    }
  }

  ask(options: AskOptions, signal: AbortSignal): Promise<Asked> {
    return this.#withWhoeverHears(signal, (hearer, until) =>
      hearer.ask ? hearer.ask(options, until) : hearer.collect(options, until),
    )
  }

  async #withWhoeverHears<T>(
    signal: AbortSignal,
    work: (hearer: Participant, until: AbortSignal) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      const moved = this.#moved.signal
      try {
        return await work(this.#hearer, AbortSignal.any([signal, moved]))
      } catch (fault) {
        if (signal.aborted || !moved.aborted) throw fault
      }
    }
  }
}

/** Several who hear the same; the first of them answers for all. */
export function chorus(hearers: readonly [Participant, ...Participant[]]): Participant {
  const [first, ...others] = hearers
  const all = async (work: (hearer: Participant) => Promise<void>) => {
    await Promise.all(hearers.map(work))
  }
  /** The others hear the question as long as it is not answered. */
  const answered = async <T>(prompt: Speech[], signal: AbortSignal, answer: () => Promise<T>): Promise<T> => {
    const done = new AbortController()
    const until = AbortSignal.any([signal, done.signal])
    const told = Promise.allSettled(others.map((hearer) => hearer.play(prompt, until)))
    try {
      return await answer()
    } finally {
      done.abort(new Error('the entry is over'))
      await told
    }
  }
  return {
    play: (speech, signal) => all((hearer) => hearer.play(speech, signal)),
    playRepeatedly: (speech, afterMs, signal) => all((hearer) => hearer.playRepeatedly(speech, afterMs, signal)),
    collect: (options, signal) => answered(options.prompt, signal, () => first.collect(options, signal)),
    ask: (options, signal) =>
      answered(options.prompt, signal, () => (first.ask ?? first.collect).call(first, options, signal)),
    ...(first.digitBuffer && { digitBuffer: first.digitBuffer }),
  }
}
