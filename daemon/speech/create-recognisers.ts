// Understands callers: listens until they have finished, and asks the recognisers for the language, one after the other,
// what it was. One that failed is asked last for a while.
//
//   AudioSource ─▶ ear ─▶ utterance ─▶ recogniser ─▶ text
//                                          └─ fails ─▶ the next one
import { type Clock, SystemClock } from '../clock.ts'
import type { Log } from '../log/log.ts'
import { HttpRecogniser } from './http-recogniser.ts'
import { Listening } from './listening.ts'
import { PocketSphinx } from './pocketsphinx.ts'
import type {
  AudioSource,
  Decoder,
  ExpectedSpeech,
  Recogniser,
  RecogniserDefinition,
  Recognisers,
  Recognition,
  RecognitionRequest,
} from './recogniser.ts'
import { reasonOf, SpeechFault, UnsuitedFault } from './speech-fault.ts'
import { Utterance } from './utterance.ts'
import { WebSocketRecogniser } from './websocket-recogniser.ts'

export interface RecognisersOptions {
  /** In the order they are tried. */
  definitions: readonly RecogniserDefinition[]
  log: Pick<Log, 'warn' | 'info'>
  clock?: Clock
}

interface Place {
  recogniser: Recogniser
  isResting: boolean
  restsUntilMs: number
}

/** Callers listened to at once. */
const mostListenings = 500
const restMs = 30_000

export function createRecognisers(options: RecognisersOptions): Recognisers {
  return new BoxRecognisers(options)
}

class BoxRecognisers implements Recognisers {
  readonly #log: Pick<Log, 'warn' | 'info'>
  readonly #clock: Clock
  readonly #places: readonly Place[]
  readonly #closing = new AbortController()
  readonly #open = new Set<Promise<Recognition>>()
  readonly #counters = { asked: 0, heard: 0, noSpeech: 0, noMatch: 0, failed: 0, recogniserFaults: 0 }

  constructor({ definitions, log, clock = new SystemClock() }: RecognisersOptions) {
    this.#log = log
    this.#clock = clock
    this.#places = definitions.map((definition) => ({
      recogniser: recogniserOf(definition, clock, log),
      isResting: false,
      restsUntilMs: -Infinity,
    }))
  }

  understands(language: string, expected?: ExpectedSpeech): boolean {
    const isOpen = expected?.phrases.length === 0 && !expected.digits
    return this.#for(language).some(({ recogniser }) => !(isOpen && recogniser.expectedOnly))
  }

  async recognise(request: RecognitionRequest, source: AudioSource, signal: AbortSignal): Promise<Recognition> {
    signal.throwIfAborted()
    this.#counters.asked++
    const places = this.#for(request.language)
    if (this.#closing.signal.aborted) return this.#count({ outcome: 'failed', reason: 'recognition is closed' })
    if (places.length === 0)
      return this.#count({ outcome: 'failed', reason: `there is no recogniser for the language ${request.language}` })
    if (this.#open.size >= mostListenings)
      return this.#count({ outcome: 'failed', reason: `more than ${mostListenings} callers are listened to already` })
    const over = this.#listen(places, request, source, AbortSignal.any([signal, this.#closing.signal]))
    this.#open.add(over)
    try {
      return this.#count(await over)
    } catch (fault) {
      signal.throwIfAborted()
      if (this.#closing.signal.aborted) return this.#count({ outcome: 'failed', reason: 'recognition is closed' })
      throw fault
    } finally {
      this.#open.delete(over)
    }
  }

  counters(): Record<string, number> {
    const each = this.#places.map(({ recogniser }) => recogniser.counters())
    const sum = (name: string) => each.reduce((total, counters) => total + (counters[name] ?? 0), 0)
    return {
      ...this.#counters,
      listening: this.#open.size,
      running: sum('running'),
      waiting: sum('waiting'),
      unknownPhrases: sum('unknownPhrases'),
      recognisersResting: this.#places.filter(({ isResting }) => isResting).length,
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('recognition is closed'))
    await Promise.allSettled(this.#open)
  }

  /** Those that rest come last. */
  #for(language: string): Place[] {
    const wanted = language.toLowerCase()
    const fit = this.#places.filter(({ recogniser: { languages } }) =>
      languages.length === 0
        ? true
        : languages.some((one) => wanted === one.toLowerCase() || wanted.startsWith(`${one.toLowerCase()}-`)),
    )
    const nowMs = this.#clock.monotonicMs()
    const rests = (place: Place) => place.restsUntilMs > nowMs
    return [...fit.filter((place) => !rests(place)), ...fit.filter(rests)]
  }

  async #listen(
    places: readonly Place[],
    request: RecognitionRequest,
    source: AudioSource,
    signal: AbortSignal,
  ): Promise<Recognition> {
    const utterance = new Utterance()
    // The first recogniser hears the words as they come; the others only if it fails.
    let first: Attempt | undefined
    const listening = new Listening(source, {
      rules: request,
      promptEnded: request.promptEnded,
      clock: this.#clock,
      onSpeechStarted: () => {
        first = this.#attempt(places[0]!, request, signal)
        request.onSpeechStarted?.()
      },
      onFrame: (frame) => {
        utterance.add(frame)
        first?.decoder?.feed(frame)
      },
    })
    const leave = () => listening.stop()
    signal.addEventListener('abort', leave, { once: true })
    try {
      const heard = await listening.over
      signal.throwIfAborted()
      if (heard === 'noSpeech') return { outcome: 'noSpeech' }
      if (heard === 'noSound') return { outcome: 'failed', reason: 'no sound came from the line' }
      return await this.#understand(places, first, utterance, request, signal)
    } finally {
      signal.removeEventListener('abort', leave)
      first?.decoder?.close()
    }
  }

  async #understand(
    places: readonly Place[],
    first: Attempt | undefined,
    utterance: Utterance,
    request: RecognitionRequest,
    signal: AbortSignal,
  ): Promise<Recognition> {
    let reason = ''
    for (const [index, place] of places.entries()) {
      const attempt = (index === 0 && first) || this.#attempt(place, request, signal)
      if (index > 0) attempt.decoder?.feed(utterance.all())
      try {
        if (!attempt.decoder) throw attempt.fault
        const { text, confidence } = await attempt.decoder.finish()
        this.#noteSuccess(place)
        if (text === '') return { outcome: 'noMatch' }
        return { outcome: 'heard', text, ...(confidence !== undefined && { confidence }) }
      } catch (fault) {
        signal.throwIfAborted()
        if (!(fault instanceof SpeechFault)) throw fault
        reason = fault.message
        this.#noteFault(place, fault)
      } finally {
        attempt.decoder?.close()
      }
    }
    return { outcome: 'failed', reason }
  }

  #attempt(place: Place, request: RecognitionRequest, signal: AbortSignal): Attempt {
    try {
      return { decoder: place.recogniser.open(request, signal) }
    } catch (fault) {
      return { fault }
    }
  }

  #noteFault(place: Place, fault: unknown): void {
    this.#counters.recogniserFaults++
    if (fault instanceof UnsuitedFault) return
    place.restsUntilMs = this.#clock.monotonicMs() + restMs
    if (place.isResting) return
    place.isResting = true
    this.#log.warn({ recogniser: place.recogniser.name, reason: reasonOf(fault) }, 'a recogniser fails')
  }

  #noteSuccess(place: Place): void {
    if (!place.isResting) return
    place.isResting = false
    place.restsUntilMs = -Infinity
    this.#log.info({ recogniser: place.recogniser.name }, 'a recogniser works again')
  }

  #count(recognition: Recognition): Recognition {
    this.#counters[recognition.outcome]++
    return recognition
  }
}

interface Attempt {
  decoder?: Decoder
  fault?: unknown
}

function recogniserOf(definition: RecogniserDefinition, clock: Clock, log: Pick<Log, 'warn'>): Recogniser {
  switch (definition.kind) {
    case 'pocketsphinx':
      return new PocketSphinx({ definition, clock, log })
    case 'http':
      return new HttpRecogniser(definition, clock)
    case 'websocket':
      return new WebSocketRecogniser(definition, clock)
  }
}
