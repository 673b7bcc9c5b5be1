// The voice of the box. Text is looked for on the shelf (in the audio thread already), in the cache (on disk), and at
// last spoken by the speech program; equal texts asked for at the same time are spoken once.
//
//   say ─▶ shelf ─▶ cache ─▶ gate ─▶ espeak-ng ─▶ 8 kHz ─▶ trim, level ─▶ shelf ─▶ prompt id ─▶ Audio.play
import { createHash } from 'node:crypto'
import { type Clock, SystemClock } from '../clock.ts'
import { type FlowVoice, ParticipantError } from '../flow/host.ts'
import type { Log } from '../log/log.ts'
import type { Audio } from '../loop/audio.ts'
import { SpeechProgramError } from './espeak.ts'
import { Gate, GateFullError } from './gate.ts'
import { PromptShelf } from './prompt-shelf.ts'
import { SpeechCache } from './speech-cache.ts'
import { type SpeechText, speechText } from './speech-text.ts'
import { SsmlError } from './ssml.ts'
import { synthesise } from './synthesis.ts'
import type { Voice } from './voice.ts'
import { type EspeakVoice, espeakVoice, isKnownVoice } from './voices.ts'

export interface VoiceOptions {
  audio: Pick<Audio, 'addPrompt' | 'removePrompt'>
  /** Prompts of the instance by name: 8 kHz linear mono. */
  prompts: ReadonlyMap<string, { name: string; samples: Int16Array }>
  /** Made when it does not exist. */
  cacheDirectory: string
  log: Pick<Log, 'warn'>
  clock?: Clock
  /** The speech program, for tests of a missing or mad one. */
  program?: string
  limits?: Partial<VoiceLimits>
}

export interface VoiceLimits {
  /** Speech programs at once. */
  running: number
  /** Texts that wait for one. */
  waiting: number
  programTimeoutMs: number
  shelfBytes: number
  cacheBytes: number
}

export const voiceLimits: Readonly<VoiceLimits> = {
  running: 2,
  waiting: 64,
  programTimeoutMs: 20_000,
  shelfBytes: 32 * 1024 * 1024,
  cacheBytes: 256 * 1024 * 1024,
}

export interface VoiceService extends Voice {
  /** Keeps a prompt that `say` gave from being put away while it is played. Release it by calling the result. */
  hold(promptId: string): () => void
  counters(): Record<string, number>
  /** Ends every speech program, finishes writing, and takes all prompts back from the audio thread. */
  close(): Promise<void>
}

/** What is being spoken now, for all who asked for it. */
interface InFlight {
  made: Promise<void>
  stop: AbortController
  waiting: number
}

/** Part of the cache's key: raise it when the same text shall sound different. */
const soundVersion = 'espeak-ng/1'

export function createVoice(options: VoiceOptions): VoiceService {
  return new EspeakVoiceService(options)
}

class EspeakVoiceService implements VoiceService {
  readonly #options: VoiceOptions
  readonly #limits: VoiceLimits
  readonly #clock: Clock
  readonly #gate: Gate
  readonly #shelf: PromptShelf
  readonly #cache: SpeechCache
  readonly #inFlight = new Map<string, InFlight>()
  readonly #counters = { said: 0, fromShelf: 0, fromCache: 0, spoken: 0, failed: 0, cacheFaults: 0, unknownVoices: 0 }
  readonly #promptIds = new Map<string, string>()
  readonly #unknownVoices = new Set<string>()
  readonly #writes = new Set<Promise<void>>()

  constructor(options: VoiceOptions) {
    this.#options = options
    this.#limits = { ...voiceLimits, ...options.limits }
    this.#clock = options.clock ?? new SystemClock()
    this.#gate = new Gate(this.#limits.running, this.#limits.waiting)
    this.#shelf = new PromptShelf(options.audio, this.#limits.shelfBytes)
    this.#cache = new SpeechCache({
      directory: options.cacheDirectory,
      maximumBytes: this.#limits.cacheBytes,
      onFault: (what, fault) => {
        this.#counters.cacheFaults++
        options.log.warn({ what, reason: reasonOf(fault) }, 'the speech cache has a fault')
      },
    })
    for (const [name, prompt] of options.prompts) {
      const promptId = `prompt:${name}`
      options.audio.addPrompt(promptId, prompt.samples)
      this.#promptIds.set(name, promptId)
    }
  }

  prompt(name: string): string | undefined {
    return this.#promptIds.get(name)
  }

  async say(text: string, how: { ssml: boolean; voice: FlowVoice; signal: AbortSignal }): Promise<string> {
    how.signal.throwIfAborted()
    this.#counters.said++
    const speech = this.#read(text, how.ssml)
    const voice = espeakVoice(how.voice)
    this.#noteUnknown(how.voice)
    const key = keyOf(speech, voice)
    const promptId = `speech:${key}`
    if (this.#shelf.use(promptId)) {
      this.#counters.fromShelf++
      return promptId
    }
    await this.#join(key, promptId, speech, voice, how.signal)
    return promptId
  }

  hold(promptId: string): () => void {
    return this.#shelf.hold(promptId)
  }

  counters(): Record<string, number> {
    return {
      ...this.#counters,
      running: this.#gate.running,
      waiting: this.#gate.waiting,
      shelfPrompts: this.#shelf.size,
      shelfBytes: this.#shelf.bytes,
      held: this.#shelf.held,
      cacheFiles: this.#cache.files,
      cacheBytes: this.#cache.bytes,
    }
  }

  async close(): Promise<void> {
    const open = [...this.#inFlight.values()]
    for (const { stop } of open) stop.abort(new Error('the voice is closed'))
    await Promise.allSettled(open.map(({ made }) => made))
    await Promise.all(this.#writes)
    this.#shelf.clear()
    for (const promptId of this.#promptIds.values()) this.#options.audio.removePrompt(promptId)
    this.#promptIds.clear()
  }

  #read(text: string, ssml: boolean): SpeechText {
    try {
      return speechText(text, ssml)
    } catch (fault) {
      this.#counters.failed++
      if (fault instanceof SsmlError)
        throw new ParticipantError('speechFailed', `the SSML is not sound: ${fault.message}`)
      throw fault
    }
  }

  /** Waits for the text to be on the shelf, together with all others who want it. The last to leave stops it. */
  #join(key: string, promptId: string, speech: SpeechText, voice: EspeakVoice, signal: AbortSignal): Promise<void> {
    let flight = this.#inFlight.get(key)
    if (!flight || flight.stop.signal.aborted) {
      const stop = new AbortController()
      const made = this.#make(key, promptId, speech, voice, stop.signal)
      const started: InFlight = { made, stop, waiting: 0 }
      const over = () => {
        if (this.#inFlight.get(key) === started) this.#inFlight.delete(key)
      }
      made.then(over, over)
      this.#inFlight.set(key, started)
      flight = started
    }
    const { made, stop } = flight
    flight.waiting++
    const joined = flight
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (--joined.waiting > 0) {
          reject(signal.reason)
          return
        }
        // Nobody listens any more: end the program first, then go.
        stop.abort(signal.reason)
        made.then(
          () => reject(signal.reason),
          () => reject(signal.reason),
        )
      }
      signal.addEventListener('abort', leave, { once: true })
      made.then(
        () => {
          signal.removeEventListener('abort', leave)
          resolve()
        },
        (fault: unknown) => {
          signal.removeEventListener('abort', leave)
          reject(signal.aborted ? signal.reason : this.#asParticipantError(fault))
        },
      )
    })
  }

  async #make(
    key: string,
    promptId: string,
    speech: SpeechText,
    voice: EspeakVoice,
    signal: AbortSignal,
  ): Promise<void> {
    const kept = await this.#cache.read(key)
    if (kept) {
      this.#counters.fromCache++
      this.#shelf.put(promptId, kept)
      return
    }
    const program = {
      program: this.#options.program ?? 'espeak-ng',
      clock: this.#clock,
      timeoutMs: this.#limits.programTimeoutMs,
    }
    const samples = await this.#gate.pass(signal, () => synthesise(speech, voice, program, signal))
    this.#counters.spoken++
    this.#shelf.put(promptId, samples)
    // The caller need not wait for the disk; faults are counted inside.
    const write = this.#cache.write(key, samples)
    this.#writes.add(write)
    void write.finally(() => this.#writes.delete(write))
  }

  #asParticipantError(fault: unknown): unknown {
    this.#counters.failed++
    if (!(fault instanceof SpeechProgramError || fault instanceof GateFullError)) return fault
    this.#options.log.warn({ reason: fault.message }, 'a text could not be spoken')
    return new ParticipantError('speechFailed', fault.message)
  }

  /** Once a name: a flow says it in every call. */
  #noteUnknown(voice: FlowVoice): void {
    if (isKnownVoice(voice.voiceId) || this.#unknownVoices.has(voice.voiceId)) return
    this.#counters.unknownVoices++
    if (this.#unknownVoices.size >= 100) return
    this.#unknownVoices.add(voice.voiceId)
    const fields = { voice: voice.voiceId, language: voice.languageCode }
    this.#options.log.warn(fields, 'a flow names a voice that is not known; the language is spoken instead')
  }
}

function keyOf(speech: SpeechText, voice: EspeakVoice): string {
  return createHash('sha256')
    .update(JSON.stringify([soundVersion, voice, speech]))
    .digest('hex')
}

function reasonOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
