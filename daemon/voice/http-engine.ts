// An engine behind an HTTP endpoint: Amazon Polly's SynthesizeSpeech, whoever offers it, or one that takes the bare text.
import type { Clock } from '../clock.ts'
import type { FlowVoice } from '../flow/host.ts'
import { post } from '../speech/post.ts'
import type { HttpEngineDefinition, PreparedSpeech, SpeechEngine, Utterance } from './engine.ts'
import { plainText, pollyMarkup } from './markup-for-engines.ts'
import { readSound } from './sound-answer.ts'
import type { SsmlEvent } from './ssml.ts'

/** Five minutes at 48 kHz. */
const maximumBytes = 5 * 60 * 48_000 * 2
const pollyEngines = ['standard', 'neural', 'long-form', 'generative']

interface Request {
  url: string
  contentType: string
  body: string
}

export class HttpEngine implements SpeechEngine {
  readonly name: string
  readonly makesPauses: boolean
  readonly #definition: HttpEngineDefinition
  readonly #clock: Clock

  constructor(definition: HttpEngineDefinition, clock: Clock) {
    this.name = definition.name
    this.makesPauses = definition.ssml
    this.#definition = definition
    this.#clock = clock
  }

  prepare(events: readonly SsmlEvent[], voice: FlowVoice, as: string | undefined): PreparedSpeech {
    const words = plainText(events)
    const request = this.#request(this.#definition.ssml ? pollyMarkup(events) : words, voice, as ?? voice.voiceId)
    const key = [request, this.#definition.sampleRate]
    return words === '' ? { key } : { key, speak: (signal) => this.#ask(request, signal) }
  }

  #request(text: string, voice: FlowVoice, voiceId: string): Request {
    const { form, ssml, sampleRate } = this.#definition
    const url = this.#definition.url
      .replaceAll('{voice}', () => encodeURIComponent(voiceId))
      .replaceAll('{language}', () => encodeURIComponent(voice.languageCode))
    if (form === 'text')
      return { url, contentType: ssml ? 'application/ssml+xml' : 'text/plain; charset=utf-8', body: text }
    const engine = voice.engine.toLowerCase()
    const body = {
      Text: text,
      TextType: ssml ? 'ssml' : 'text',
      VoiceId: voiceId,
      OutputFormat: 'pcm',
      SampleRate: String(sampleRate),
      LanguageCode: voice.languageCode,
      ...(pollyEngines.includes(engine) && { Engine: engine }),
    }
    return { url, contentType: 'application/json', body: JSON.stringify(body) }
  }

  async #ask({ url, contentType, body }: Request, signal: AbortSignal): Promise<Utterance> {
    const { headers, timeoutS, sampleRate } = this.#definition
    const asked = {
      url,
      headers: { 'content-type': contentType, ...headers },
      body,
      clock: this.#clock,
      timeoutMs: timeoutS * 1000,
      maximumBytes,
    }
    const { contentType: answered, body: sound } = await post(asked, signal)
    // An error page with status 200 must not be played as noise.
    const isRaw = answered === '' || /^(audio\/(x-)?(pcm|l16|raw)|application\/octet-stream)\b/i.test(answered)
    return readSound(sound, this.name, isRaw ? sampleRate : undefined)
  }
}
