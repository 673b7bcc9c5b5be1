// A leg's party as a flow knows it: somebody who is spoken to and who presses digits. Between the flow's words (host.ts)
// and the audio thread's (audio.ts).
import type { Clock, Timer } from '../clock.ts'
import {
  type Asked,
  type AskOptions,
  type Collected,
  type CollectOptions,
  type FlowVoice,
  type Participant,
  ParticipantError,
  type Speech,
} from '../flow/host.ts'
import type { Leg } from '../leg/leg.ts'
import type { Audio, Playback, PlayItem, PlayOutcome } from '../loop/audio.ts'
import type { Recognisers } from '../speech/recogniser.ts'
import { beginCollect, type CollectInput, type CollectState, type CollectStep, collectStep } from './collect-machine.ts'
import type { VoiceService } from './create-voice.ts'
import { TypeAhead } from './type-ahead.ts'
import type { Voice } from './voice.ts'

export interface VoiceParticipantOptions {
  leg: Leg
  audio: Pick<Audio, 'play' | 'listen'>
  voice: Voice & Partial<Pick<VoiceService, 'hold'>>
  /** The contact's voice at the moment something is said. */
  contactVoice: () => FlowVoice
  clock: Clock
  /** Absent: nobody understands what is said. */
  recognisers?: Pick<Recognisers, 'understands' | 'recognise'>
}

export interface VoiceParticipant extends Participant {
  ask(options: AskOptions, signal: AbortSignal): Promise<Asked>
  /** Digits pressed while no flow asked for any, and none was to be kept: they are lost. */
  readonly discardedDigits: number
  /** Stops listening to the leg. What still plays is stopped by its own signal. */
  close(): void
}

export function createVoiceParticipant(options: VoiceParticipantOptions): VoiceParticipant {
  return new LegParticipant(options)
}

/** A port that closes tells so a moment before or after its leg does; the flow's end shall name the leg. */
const leavingMs = 1000

interface Prepared {
  items: PlayItem[]
  release(): void
}

class LegParticipant implements VoiceParticipant {
  discardedDigits = 0
  readonly digitBuffer = new TypeAhead()
  readonly #options: VoiceParticipantOptions
  readonly #unsubscribe: () => void
  #onDigit: ((digit: string) => void) | undefined

  constructor(options: VoiceParticipantOptions) {
    this.#options = options
    this.#unsubscribe = options.leg.on((event) => {
      if (event.type !== 'digitReceived') return
      if (this.#onDigit) this.#onDigit(event.digit)
      else this.#pressedAhead(event.digit)
    })
  }

  close(): void {
    this.#unsubscribe()
    this.#onDigit = undefined
    this.digitBuffer.stop()
  }

  async play(speech: Speech[], signal: AbortSignal): Promise<void> {
    const prepared = await this.#prepare(speech, signal)
    try {
      if (prepared.items.length > 0) await this.#hear(this.#start(prepared.items), signal)
    } finally {
      prepared.release()
    }
  }

  async playRepeatedly(speech: Speech[], interruptAfterMs: number | undefined, signal: AbortSignal): Promise<void> {
    const prepared = await this.#prepare(speech, signal)
    let timer: Timer | undefined
    try {
      // A list of nothing is silence for as long as it lasts.
      const items: PlayItem[] = prepared.items.length > 0 ? prepared.items : [{ kind: 'silence', durationMs: 1000 }]
      const playback = this.#start(items, { repeat: true })
      if (interruptAfterMs !== undefined) timer = this.#options.clock.after(interruptAfterMs, () => playback.stop())
      await this.#hear(playback, signal)
    } finally {
      timer?.cancel()
      prepared.release()
    }
  }

  async collect(options: CollectOptions, signal: AbortSignal): Promise<Collected> {
    return await this.#enter(options, signal, async (entry) => {
      // A digit that comes while the prompt is still being made is pressed early, not lost.
      await this.#prompt(entry, options.prompt, signal)
      return await entry.collected
    })
  }

  async ask(options: AskOptions, signal: AbortSignal): Promise<Asked> {
    const { speech } = options
    const { recognisers, contactVoice } = this.#options
    const { languageCode: language } = contactVoice()
    if (!recognisers?.understands(language, speech)) return await this.collect(options, signal)
    const keyPressed = new AbortController()
    // The listener tells of nothing being said: the time to begin is one, for keys and words.
    const keys = { ...options, firstDigitTimeoutMs: speech.startTimeoutMs }
    return await this.#enter(keys, signal, async (entry) => {
      entry.onTouched = () => keyPressed.abort(new Error('a key was pressed'))
      const prompt = this.#prompt(entry, options.prompt, signal)
      // The listener only wants to know when: its fault is looked at below.
      const promptEnded = prompt.catch(() => undefined)
      if (!speech.interruptsPrompt) await prompt
      const heard = this.#recognise(recognisers, language, speech, {
        ...(speech.interruptsPrompt && { promptEnded }),
        onSpeechStarted: () => entry.input({ type: 'promptInterrupted' }),
        signal: AbortSignal.any([signal, keyPressed.signal]),
      })
      // Its fault is looked at once the prompt is over.
      heard.catch(() => undefined)
      try {
        await prompt
        if (entry.isTouched) return await entry.collected
        return await heard
      } catch (fault) {
        if (!keyPressed.signal.aborted || signal.aborted) throw fault
        return await entry.collected
      } finally {
        keyPressed.abort(new Error('the answer is there'))
      }
    })
  }

  async #recognise(
    recognisers: Pick<Recognisers, 'recognise'>,
    language: string,
    speech: AskOptions['speech'],
    turn: { promptEnded?: Promise<void>; onSpeechStarted: () => void; signal: AbortSignal },
  ): Promise<Asked> {
    const { audio, leg } = this.#options
    const { portId } = leg
    if (portId === undefined) return { outcome: 'failed', detail: 'the call has no audio' }
    const { phrases, digits, startTimeoutMs, endSilenceMs, maximumMs } = speech
    const { signal, ...rest } = turn
    const heard = await recognisers.recognise(
      { expected: { phrases, ...(digits && { digits }) }, language, startTimeoutMs, endSilenceMs, maximumMs, ...rest },
      (listener) => {
        const listening = audio.listen(portId, listener)
        return () => listening.stop()
      },
      signal,
    )
    switch (heard.outcome) {
      case 'heard': {
        const { text, confidence } = heard
        return { outcome: 'spoken', text, ...(confidence !== undefined && { confidence }) }
      }
      case 'noSpeech':
        return { outcome: 'timeout' }
      case 'noMatch':
        return { outcome: 'notUnderstood' }
      case 'failed':
        return { outcome: 'failed', detail: heard.reason }
    }
  }

  /** Keys go to the entry until `answer` settles; those typed ahead are the first. */
  async #enter<Answer>(
    rules: CollectOptions,
    signal: AbortSignal,
    answer: (entry: Entry) => Promise<Answer>,
  ): Promise<Answer> {
    if (this.#onDigit) throw new Error('an entry is being collected already')
    const entry = new Entry(rules, this.#options.clock)
    this.#onDigit = (digit) => {
      // What comes after the last digit of an entry is the beginning of the next one.
      if (entry.phase === 'done') this.#pressedAhead(digit)
      else entry.press(digit)
    }
    while (this.digitBuffer.length > 0 && entry.phase !== 'done') this.#onDigit(this.digitBuffer.take() ?? '')
    const leave = () => entry.leave(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    try {
      return await answer(entry)
    } finally {
      signal.removeEventListener('abort', leave)
      this.#onDigit = undefined
      entry.close()
    }
  }

  #pressedAhead(digit: string): void {
    if (!this.digitBuffer.keep(digit)) this.discardedDigits++
  }

  /** Plays the prompt of an entry until it ends or is interrupted; settles when it has stopped sounding. */
  async #prompt(entry: Entry, prompt: readonly Speech[], signal: AbortSignal): Promise<void> {
    // A digit that was pressed ahead is there already: the prompt need not even be made.
    const prepared = await this.#prepare(entry.phase === 'prompting' ? prompt : [], signal)
    try {
      if (prepared.items.length > 0 && entry.phase === 'prompting') {
        const playback = this.#start(prepared.items)
        entry.stopPrompt = () => playback.stop()
        await this.#hear(playback, signal)
      }
    } finally {
      prepared.release()
    }
    entry.input({ type: 'promptEnded' })
  }

  /** Prompt ids of all that is to be said, in order; each kept until released. Rejects with the first fault. */
  async #prepare(speech: readonly Speech[], signal: AbortSignal): Promise<Prepared> {
    signal.throwIfAborted()
    const releases: (() => void)[] = []
    const release = () => {
      for (const letGo of releases) letGo()
    }
    const made = await Promise.allSettled(
      speech.map(async (one): Promise<PlayItem | undefined> => {
        const promptId = await this.#promptId(one, signal)
        if (promptId === undefined) return undefined
        releases.push(this.#options.voice.hold?.(promptId) ?? (() => undefined))
        return { kind: 'prompt', promptId }
      }),
    )
    const items: PlayItem[] = []
    for (const result of made) {
      if (result.status === 'rejected') {
        release()
        throw result.reason
      }
      if (result.value) items.push(result.value)
    }
    return { items, release }
  }

  async #promptId(speech: Speech, signal: AbortSignal): Promise<string | undefined> {
    const { voice, contactVoice } = this.#options
    if (speech.kind === 'text') {
      if (speech.text.trim() === '') return undefined
      return voice.say(speech.text, { ssml: speech.ssml, voice: contactVoice(), signal })
    }
    const promptId = voice.prompt(speech.promptId)
    if (promptId === undefined) throw new ParticipantError('promptMissing', `there is no prompt ${speech.promptId}`)
    return promptId
  }

  #start(items: PlayItem[], options?: { repeat: boolean }): Playback {
    const { audio, leg } = this.#options
    if (leg.portId === undefined) return { ended: Promise.resolve<PlayOutcome>('portClosed'), stop: () => undefined }
    return audio.play(leg.portId, items, options)
  }

  /** Waits for the end of a playback. An abort stops it first, then rejects. */
  async #hear(playback: Playback, signal: AbortSignal): Promise<void> {
    const stop = () => playback.stop()
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    const outcome = await playback.ended
    signal.removeEventListener('abort', stop)
    signal.throwIfAborted()
    if (outcome === 'unknownPrompt') throw new ParticipantError('promptMissing', 'the audio thread lacks the prompt')
    if (outcome === 'portClosed') {
      await this.#leaving(signal)
      throw new Error('the audio port has closed')
    }
  }

  /** Rejects with the signal's reason if it comes in time. */
  #leaving(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(leavingMs, () => {
        signal.removeEventListener('abort', left)
        resolve()
      })
      const left = () => {
        timer.cancel()
        reject(signal.reason)
      }
      if (signal.aborted) left()
      else signal.addEventListener('abort', left, { once: true })
    })
  }
}

/** One entry: the machine's state, its one timer, and the promise of its result. */
class Entry {
  readonly collected: Promise<Collected>
  stopPrompt: (() => void) | undefined
  /** The first key was pressed. */
  onTouched: (() => void) | undefined
  isTouched = false
  readonly #rules: CollectOptions
  readonly #clock: Clock
  #state: CollectState = { phase: 'prompting', entry: '' }
  #timer: Timer | undefined
  #finish!: (collected: Collected) => void
  #fail!: (reason: unknown) => void

  constructor(rules: CollectOptions, clock: Clock) {
    this.#rules = rules
    this.#clock = clock
    this.collected = new Promise((resolve, reject) => {
      this.#finish = resolve
      this.#fail = reject
    })
    // An abort fails the entry and its prompt; the prompt is awaited first, because it has to stop sounding.
    this.collected.catch(() => undefined)
    this.#apply(beginCollect(rules, rules.prompt.length > 0))
  }

  get phase(): CollectState['phase'] {
    return this.#state.phase
  }

  input(input: CollectInput): void {
    this.#apply(collectStep(this.#state, input, this.#rules))
  }

  press(digit: string): void {
    this.isTouched = true
    this.onTouched?.()
    this.input({ type: 'digitPressed', digit })
  }

  leave(reason: unknown): void {
    this.#fail(reason)
  }

  close(): void {
    this.#timer?.cancel()
  }

  #apply(step: CollectStep): void {
    this.#state = step.state
    for (const effect of step.effects) {
      switch (effect.type) {
        case 'stopPrompt':
          this.stopPrompt?.()
          break
        case 'setTimer':
          this.#timer?.cancel()
          this.#timer = this.#clock.after(effect.afterMs, () => this.input({ type: 'timedOut' }))
          break
        case 'finish':
          this.#timer?.cancel()
          this.#finish(effect.collected)
          break
      }
    }
  }
}
