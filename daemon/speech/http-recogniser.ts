// A recogniser behind an HTTP endpoint, as whisper.cpp's server has it (and services of that shape): the utterance as a
// WAV file of 16 kHz in a form, the text in JSON.
import type { Clock } from '../clock.ts'
import { Gate, GateFullError } from './gate.ts'
import { post } from './post.ts'
import type { Decoded, Decoder, ExpectedSpeech, HttpRecogniserDefinition, Recogniser } from './recogniser.ts'
import { SpeechFault } from './speech-fault.ts'
import { atRecogniserRate, recogniserHz, Utterance, wavOf } from './utterance.ts'

const waiting = 16
const maximumBytes = 1024 * 1024
/** What a model is told beforehand: enough to know the words, too little to make it drift. */
const hintCharacters = 400

export class HttpRecogniser implements Recogniser {
  readonly name: string
  readonly languages: readonly string[]
  readonly expectedOnly = false
  readonly #definition: HttpRecogniserDefinition
  readonly #clock: Clock
  readonly #gate: Gate
  #utterances = 0

  constructor(definition: HttpRecogniserDefinition, clock: Clock) {
    this.name = definition.name
    this.languages = definition.languages
    this.#definition = definition
    this.#clock = clock
    this.#gate = new Gate(definition.concurrency, waiting)
  }

  open(request: { expected: ExpectedSpeech; language: string }, signal: AbortSignal): Decoder {
    const utterance = new Utterance()
    return {
      feed: (samples) => utterance.add(samples),
      finish: () => this.#pass(utterance.all(), request, signal),
      close: () => undefined,
    }
  }

  counters(): Record<string, number> {
    return { utterances: this.#utterances, running: this.#gate.running, waiting: this.#gate.waiting }
  }

  async #pass(
    samples: Int16Array,
    request: { expected: ExpectedSpeech; language: string },
    signal: AbortSignal,
  ): Promise<Decoded> {
    this.#utterances++
    try {
      return await this.#gate.pass(signal, () => this.#ask(samples, request, signal))
    } catch (fault) {
      throw fault instanceof GateFullError ? new SpeechFault(`${this.name} is busy: ${fault.message}`) : fault
    }
  }

  async #ask(
    samples: Int16Array,
    { expected, language }: { expected: ExpectedSpeech; language: string },
    signal: AbortSignal,
  ): Promise<Decoded> {
    const form = new FormData()
    const wav = new Blob([wavOf(atRecogniserRate(samples), recogniserHz)], { type: 'audio/wav' })
    form.append('file', wav, 'utterance.wav')
    form.append('response_format', 'json')
    form.append('language', language.split('-')[0]?.toLowerCase() ?? '')
    const hint = expected.phrases.join(', ').slice(0, hintCharacters)
    if (hint !== '') form.append('prompt', hint)
    const { url, headers, timeoutS } = this.#definition
    const { body } = await post(
      { url, headers, body: form, clock: this.#clock, timeoutMs: timeoutS * 1000, maximumBytes },
      signal,
    )
    return { text: spokenText(body.toString('utf8'), this.name) }
  }
}

/** Whisper tells sounds in brackets: `[BLANK_AUDIO]`, `(coughs)`. They are no words. */
function spokenText(json: string, who: string): string {
  let answer: unknown
  try {
    answer = JSON.parse(json)
  } catch {
    throw new SpeechFault(`${who} gave something else than JSON`)
  }
  const text = typeof answer === 'object' && answer !== null && 'text' in answer ? answer.text : undefined
  if (typeof text !== 'string') throw new SpeechFault(`${who} gave JSON without "text"`)
  return text
    .replace(/\[[^\]]*\]|\([^)]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
