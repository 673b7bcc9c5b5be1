// A recogniser behind a WebSocket, as Vosk's server has it: settings in JSON, then samples as they come, then
// `{"eof": 1}`; back come objects with "text" for what was understood, "partial" for what may be.
import type { Clock, Timer } from '../clock.ts'
import type { Decoded, Decoder, ExpectedSpeech, Recogniser, WebSocketRecogniserDefinition } from './recogniser.ts'
import { SpeechFault } from './speech-fault.ts'
import { StreamResampler } from './stream-resampler.ts'
import { littleEndian } from './utterance.ts'

/** Of all answers to one utterance. */
const longestAnswers = 1024 * 1024
/** The last text is there, and the server keeps the connection: more is not waited for long. */
const graceMs = 300

export class WebSocketRecogniser implements Recogniser {
  readonly name: string
  readonly languages: readonly string[]
  readonly expectedOnly = false
  readonly #definition: WebSocketRecogniserDefinition
  readonly #clock: Clock
  readonly #open = new Set<Connection>()
  #utterances = 0

  constructor(definition: WebSocketRecogniserDefinition, clock: Clock) {
    this.name = definition.name
    this.languages = definition.languages
    this.#definition = definition
    this.#clock = clock
  }

  open({ expected }: { expected: ExpectedSpeech }, signal: AbortSignal): Decoder {
    if (this.#open.size >= this.#definition.concurrency)
      throw new SpeechFault(`${this.name} is busy: ${this.#open.size} utterances at once are the most`)
    this.#utterances++
    const connection = new Connection(this.#definition, this.#clock, expected, signal, () => {
      this.#open.delete(connection)
    })
    this.#open.add(connection)
    return connection
  }

  counters(): Record<string, number> {
    return { utterances: this.#utterances, running: this.#open.size, waiting: 0 }
  }
}

class Connection implements Decoder {
  readonly #definition: WebSocketRecogniserDefinition
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #onOver: () => void
  readonly #socket: WebSocket
  readonly #resampler: StreamResampler
  readonly #unsent: (string | Uint8Array<ArrayBuffer>)[] = []
  readonly #texts: string[] = []
  readonly #confidences: number[] = []
  readonly #decoded = Promise.withResolvers<Decoded>()
  #answerCharacters = 0
  #isOpen = false
  #isEnded = false
  #isOver = false
  #timer: Timer | undefined
  #grace: Timer | undefined

  constructor(
    definition: WebSocketRecogniserDefinition,
    clock: Clock,
    expected: ExpectedSpeech,
    signal: AbortSignal,
    onOver: () => void,
  ) {
    this.#definition = definition
    this.#clock = clock
    this.#signal = signal
    this.#onOver = onOver
    this.#resampler = new StreamResampler(definition.sampleRate)
    // Whoever never calls `finish` has no use for the fault.
    this.#decoded.promise.catch(() => undefined)
    const phrases =
      expected.phrases.length > 0 && !expected.digits ? { phrase_list: [...expected.phrases, '[unk]'] } : {}
    this.#unsent.push(JSON.stringify({ config: { sample_rate: definition.sampleRate, words: true, ...phrases } }))
    signal.addEventListener('abort', this.#abort, { once: true })
    this.#socket = new WebSocket(definition.url)
    this.#socket.addEventListener('open', () => {
      this.#isOpen = true
      this.#flush()
    })
    this.#socket.addEventListener('message', ({ data }) => this.#hear(data))
    this.#socket.addEventListener('error', () => this.#fail('the connection failed'))
    this.#socket.addEventListener('close', () => {
      if (this.#isEnded && this.#texts.length > 0) this.#finish()
      else this.#fail('it closed the connection')
    })
  }

  feed(samples: Int16Array): void {
    if (this.#isOver) return
    const ready = this.#resampler.push(samples)
    if (ready.length > 0) this.#send(littleEndian(ready))
  }

  finish(): Promise<Decoded> {
    if (!this.#isOver && !this.#isEnded) {
      this.#isEnded = true
      const rest = this.#resampler.end()
      if (rest.length > 0) this.#send(littleEndian(rest))
      this.#send('{"eof" : 1}')
      const { timeoutS } = this.#definition
      this.#timer = this.#clock.after(timeoutS * 1000, () => this.#fail(`it took more than ${timeoutS} s`))
    }
    return this.#decoded.promise
  }

  close(): void {
    this.#over(() => this.#decoded.reject(new SpeechFault('the utterance was given up')))
  }

  readonly #abort = () => this.#over(() => this.#decoded.reject(this.#signal.reason))

  #send(message: string | Uint8Array<ArrayBuffer>): void {
    this.#unsent.push(message)
    if (this.#isOpen) this.#flush()
  }

  #flush(): void {
    for (const message of this.#unsent.splice(0)) this.#socket.send(message)
  }

  #hear(data: unknown): void {
    if (this.#isOver) return
    if (typeof data !== 'string') return this.#fail('it gave something else than text')
    this.#answerCharacters += data.length
    if (this.#answerCharacters > longestAnswers) return this.#fail(`it gave more than ${longestAnswers} characters`)
    const answer = objectOf(data)
    if (!answer) return this.#fail('it gave something else than JSON')
    const { text, result } = answer
    if (typeof text !== 'string') return
    this.#texts.push(text)
    if (Array.isArray(result)) for (const word of result) this.#noteConfidence(word)
    if (!this.#isEnded) return
    // The server may close now, or go on with what it had not yet answered.
    this.#grace?.cancel()
    this.#grace = this.#clock.after(graceMs, () => this.#finish())
  }

  #noteConfidence(word: unknown): void {
    const confidence = typeof word === 'object' && word !== null && 'conf' in word ? word.conf : undefined
    if (typeof confidence === 'number' && confidence >= 0 && confidence <= 1) this.#confidences.push(confidence)
  }

  #finish(): void {
    const text = this.#texts.join(' ').replaceAll('[unk]', ' ').replace(/\s+/g, ' ').trim()
    const sum = this.#confidences.reduce((total, confidence) => total + confidence, 0)
    const confidence = this.#confidences.length > 0 ? { confidence: sum / this.#confidences.length } : {}
    this.#over(() => this.#decoded.resolve({ text, ...confidence }))
  }

  #fail(what: string): void {
    this.#over(() => this.#decoded.reject(new SpeechFault(`${this.#definition.name}: ${what}`)))
  }

  #over(settle: () => void): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#timer?.cancel()
    this.#grace?.cancel()
    this.#signal.removeEventListener('abort', this.#abort)
    this.#socket.close()
    this.#onOver()
    settle()
  }
}

function objectOf(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
