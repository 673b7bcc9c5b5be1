// The voice of the box. Each piece of a text is looked for on the shelf (in the audio thread already), in the cache (on
// disk), and at last spoken by an engine; equal texts asked for at the same time are spoken once.
//
//   text ─▶ pieces ─▶ shelf ─▶ cache ─▶ gate ─▶ engine ─▶ 8 kHz ─▶ trim, level ─▶ shelf ─▶ prompt id ─▶ Audio.play
//                                                  └─ fails ─▶ espeak-ng
import { createHash } from 'node:crypto'
import { type Clock, SystemClock } from '../clock.ts'
import { type FlowVoice, ParticipantError } from '../flow/host.ts'
import type { Log } from '../log/log.ts'
import type { Audio } from '../loop/audio.ts'
import { GateFullError } from '../speech/gate.ts'
import { reasonOf, SpeechFault } from '../speech/speech-fault.ts'
import type { EngineDefinition, VoiceRule } from './engine.ts'
import { EngineDesk, type Station } from './engine-desk.ts'
import { Flights } from './flights.ts'
import { PromptShelf } from './prompt-shelf.ts'
import { SpeechCache } from './speech-cache.ts'
import { cutIntoPieces, type SpeechPiece } from './speech-pieces.ts'
import { readSsml, SsmlError, type SsmlEvent } from './ssml.ts'
import { type Plan, planSpeech, speakPlan } from './synthesis.ts'
import type { SpokenPiece, Voice } from './voice.ts'
import { isKnownVoice } from './voices.ts'

export interface VoiceOptions {
  audio: Pick<Audio, 'addPrompt' | 'removePrompt'>
  /** Prompts of the instance by name: 8 kHz linear mono. */
  prompts: ReadonlyMap<string, { name: string; samples: Int16Array }>
  /** Made when it does not exist. */
  cacheDirectory: string
  log: Pick<Log, 'warn' | 'info'>
  clock?: Clock
  /** Engines beside espeak-ng, and which voices they have. */
  engines?: readonly EngineDefinition[]
  rules?: readonly VoiceRule[]
  /** espeak-ng itself, for tests of a missing or mad one. */
  program?: string
  limits?: Partial<VoiceLimits>
}

export interface VoiceLimits {
  /** espeak-ng's programs at once. */
  running: number
  /** Pieces that wait for one engine. */
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
  pieces(text: string, options: { ssml: boolean; voice: FlowVoice }): readonly SpokenPiece[]
  keep(name: string, samples: Int16Array): void
  /** Keeps a prompt that was said from being put away while it is played. Release it by calling the result. */
  hold(promptId: string): () => void
  /** For what is said from now on. A prompt that is gone can still be heard by calls in progress until the next change. */
  reconfigure(change: Pick<VoiceOptions, 'prompts' | 'engines' | 'rules'>): void
  counters(): Record<string, number>
  /** Ends every engine's work, finishes writing, and takes all prompts back from the audio thread. */
  close(): Promise<void>
}

/** Part of the cache's key: raise it when the same text shall sound different. */
const soundVersion = 2

export function createVoice(options: VoiceOptions): VoiceService {
  return new BoxVoice(options)
}

class BoxVoice implements VoiceService {
  #options: VoiceOptions
  #desk: EngineDesk
  readonly #shelf: PromptShelf
  readonly #cache: SpeechCache
  readonly #flights = new Flights<void>()
  readonly #counters = { said: 0, fromShelf: 0, fromCache: 0, spoken: 0, failed: 0, cacheFaults: 0, unknownVoices: 0 }
  readonly #promptIds = new Map<string, string>()
  /** Prompts that the configuration no longer has. */
  #gone: string[] = []
  readonly #unknownVoices = new Set<string>()
  readonly #writes = new Set<Promise<void>>()

  constructor(options: VoiceOptions) {
    this.#options = options
    const limits = { ...voiceLimits, ...options.limits }
    this.#desk = newDesk(options)
    this.#shelf = new PromptShelf(options.audio, limits.shelfBytes)
    this.#cache = new SpeechCache({
      directory: options.cacheDirectory,
      maximumBytes: limits.cacheBytes,
      onFault: (what, fault) => {
        this.#counters.cacheFaults++
        options.log.warn({ what, reason: reasonOf(fault) }, 'the speech cache has a fault')
      },
    })
    this.#addPrompts(options.prompts)
  }

  prompt(name: string): string | undefined {
    const kept = keptId(name)
    return this.#promptIds.get(name) ?? (this.#shelf.use(kept) ? kept : undefined)
  }

  keep(name: string, samples: Int16Array): void {
    this.#shelf.put(keptId(name), samples)
  }

  async say(text: string, how: { ssml: boolean; voice: FlowVoice; signal: AbortSignal }): Promise<string> {
    how.signal.throwIfAborted()
    const [piece] = this.#cut(text, how, false)
    return this.#say(piece!, how.voice, how.signal)
  }

  pieces(text: string, how: { ssml: boolean; voice: FlowVoice }): SpokenPiece[] {
    return this.#cut(text, how, true).map((piece) => ({ say: (signal) => this.#say(piece, how.voice, signal) }))
  }

  hold(promptId: string): () => void {
    return this.#shelf.hold(promptId)
  }

  reconfigure(change: Pick<VoiceOptions, 'prompts' | 'engines' | 'rules'>): void {
    this.#options = { ...this.#options, ...change }
    // What waits at an engine of the desk before is still served by it.
    this.#desk = newDesk(this.#options)
    this.#removePrompts(this.#gone)
    this.#gone = [...this.#promptIds.keys()].filter((name) => !change.prompts.has(name))
    this.#addPrompts(change.prompts)
  }

  #addPrompts(prompts: VoiceOptions['prompts']): void {
    for (const [name, prompt] of prompts) {
      const promptId = `prompt:${name}`
      this.#options.audio.addPrompt(promptId, prompt.samples)
      this.#promptIds.set(name, promptId)
    }
  }

  #removePrompts(names: Iterable<string>): void {
    for (const name of names) {
      const promptId = this.#promptIds.get(name)
      if (promptId !== undefined) this.#options.audio.removePrompt(promptId)
      this.#promptIds.delete(name)
    }
  }

  counters(): Record<string, number> {
    return {
      ...this.#counters,
      ...this.#desk.counters(),
      shelfPrompts: this.#shelf.size,
      shelfBytes: this.#shelf.bytes,
      held: this.#shelf.held,
      cacheFiles: this.#cache.files,
      cacheBytes: this.#cache.bytes,
    }
  }

  async close(): Promise<void> {
    await this.#flights.stop(new Error('the voice is closed'))
    await Promise.all(this.#writes)
    this.#shelf.clear()
    this.#removePrompts([...this.#promptIds.keys()])
  }

  #cut(text: string, how: { ssml: boolean; voice: FlowVoice }, atSentences: boolean): SpeechPiece[] {
    this.#noteUnknown(how.voice)
    const events: SsmlEvent[] = how.ssml ? this.#read(text) : [{ type: 'text', text }]
    return cutIntoPieces(events, { atPauses: false, atSentences })
  }

  #read(text: string): SsmlEvent[] {
    try {
      return readSsml(text)
    } catch (fault) {
      this.#counters.failed++
      if (fault instanceof SsmlError)
        throw new ParticipantError('speechFailed', `the SSML is not sound: ${fault.message}`)
      throw fault
    }
  }

  async #say(piece: SpeechPiece, voice: FlowVoice, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted()
    this.#counters.said++
    const station = this.#desk.stationFor(voice)
    try {
      return await this.#sayBy(station, piece, voice, signal)
    } catch (fault) {
      if (station === this.#desk.builtIn || !isEngineFault(fault)) throw this.#asParticipantError(fault)
      this.#desk.noteFault(station, fault)
    }
    try {
      return await this.#sayBy(this.#desk.builtIn, piece, voice, signal)
    } catch (fault) {
      throw this.#asParticipantError(fault)
    }
  }

  async #sayBy(station: Station, piece: SpeechPiece, voice: FlowVoice, signal: AbortSignal): Promise<string> {
    const plan = planSpeech(piece, station.engine, voice, station.as)
    const key = keyOf(plan)
    const promptId = `speech:${key}`
    if (this.#shelf.use(promptId)) this.#counters.fromShelf++
    else await this.#flights.join(key, signal, (stop) => this.#make(key, promptId, plan, station, stop))
    return promptId
  }

  async #make(key: string, promptId: string, plan: Plan, station: Station, signal: AbortSignal): Promise<void> {
    const kept = await this.#cache.read(key)
    if (kept) {
      this.#counters.fromCache++
      this.#shelf.put(promptId, kept)
      return
    }
    const samples = await speakPlan(plan, (speak) => station.gate.pass(signal, speak), signal)
    this.#desk.noteSuccess(station)
    this.#counters.spoken++
    this.#shelf.put(promptId, samples)
    // The caller need not wait for the disk; faults are counted inside.
    const write = this.#cache.write(key, samples)
    this.#writes.add(write)
    void write.finally(() => this.#writes.delete(write))
  }

  #asParticipantError(fault: unknown): unknown {
    if (!isEngineFault(fault)) return fault
    this.#counters.failed++
    this.#options.log.warn({ reason: fault.message }, 'a text could not be spoken')
    return new ParticipantError('speechFailed', fault.message)
  }

  /** Once a name: a flow says it in every call. */
  #noteUnknown(voice: FlowVoice): void {
    if (isKnownVoice(voice.voiceId) || this.#unknownVoices.has(voice.voiceId)) return
    if (this.#options.rules?.some((rule) => rule.voice?.toLowerCase() === voice.voiceId.toLowerCase())) return
    this.#counters.unknownVoices++
    if (this.#unknownVoices.size >= 100) return
    this.#unknownVoices.add(voice.voiceId)
    const fields = { voice: voice.voiceId, language: voice.languageCode }
    this.#options.log.warn(fields, 'a flow names a voice that is not known; the language is spoken instead')
  }
}

function newDesk(options: VoiceOptions): EngineDesk {
  const limits = { ...voiceLimits, ...options.limits }
  return new EngineDesk({
    engines: options.engines ?? [],
    rules: options.rules ?? [],
    log: options.log,
    clock: options.clock ?? new SystemClock(),
    espeak: {
      program: options.program ?? 'espeak-ng',
      timeoutMs: limits.programTimeoutMs,
      running: limits.running,
    },
    waiting: limits.waiting,
  })
}

function keptId(name: string): string {
  return `kept:${name}`
}

function isEngineFault(fault: unknown): fault is SpeechFault | GateFullError {
  return fault instanceof SpeechFault || fault instanceof GateFullError
}

function keyOf(plan: Plan): string {
  return createHash('sha256')
    .update(JSON.stringify([soundVersion, plan.key]))
    .digest('hex')
}
