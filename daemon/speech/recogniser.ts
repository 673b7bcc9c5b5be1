// Who understands what callers say. A listener (listening.ts) finds the words in the sound; a recogniser turns them into
// text; which one, by language, is the configuration's.

export interface ExpectedSpeech {
  /** What may be said, in plain words. Empty: anything. */
  phrases: readonly string[]
  /** Digits spoken one by one may be said too. */
  digits?: { minimum: number; maximum: number }
}

export interface RecognitionRequest {
  expected: ExpectedSpeech
  /** e.g. `en-US`. */
  language: string
  /** Wait for the first word. */
  startTimeoutMs: number
  /** Silence that ends the utterance. */
  endSilenceMs: number
  /** Longest utterance. */
  maximumMs: number
  /** While it is pending a prompt plays: the wait has not begun, and only what is much louder than its echo counts. */
  promptEnded?: Promise<void>
  /** The caller has begun to speak; a prompt that still plays is to be stopped. */
  onSpeechStarted?: () => void
}

export type Recognition =
  /** `confidence` is 0 to 1; undefined when the recogniser does not tell. */
  | { outcome: 'heard'; text: string; confidence?: number }
  | { outcome: 'noSpeech' }
  /** Somebody spoke, but nothing that was understood. */
  | { outcome: 'noMatch' }
  /** No recogniser for the language, or none that could do it. */
  | { outcome: 'failed'; reason: string }

/** What the far end says, 8 kHz linear, in pieces of any length, silence included; until the result is called. */
export type AudioSource = (listener: (samples: Int16Array) => void) => () => void

export interface Recognisers {
  /** Whether anybody understands the language, and what is expected to be said in it. */
  understands(language: string, expected?: ExpectedSpeech): boolean
  /** Rejects only with the signal's reason. */
  recognise(request: RecognitionRequest, source: AudioSource, signal: AbortSignal): Promise<Recognition>
  counters(): Record<string, number>
  /** Ends what is under way as failed. */
  close(): Promise<void>
}

export interface Decoded {
  /** Empty: nothing was understood. */
  text: string
  confidence?: number
}

/** One utterance on its way to text. */
export interface Decoder {
  /** The next samples, 8 kHz linear; copies what it keeps. */
  feed(samples: Int16Array): void
  /** That was all. Rejects with SpeechFault, or with the signal's reason once nothing runs on. */
  finish(): Promise<Decoded>
  /** Gives up what is under way. Idempotent. */
  close(): void
}

export interface Recogniser {
  readonly name: string
  /** Languages or their beginnings; empty: all. */
  readonly languages: readonly string[]
  /** Understands nothing but what is expected. */
  readonly expectedOnly: boolean
  /** Throws SpeechFault for what it can't understand at all. */
  open(request: { expected: ExpectedSpeech; language: string }, signal: AbortSignal): Decoder
  counters(): Record<string, number>
}

interface Common {
  name: string
  /** Languages or their beginnings, e.g. `en` or `en-GB`; empty: all. */
  languages: readonly string[]
  /** Longest wait for the text once the caller has finished. */
  timeoutS: number
  /** Utterances at once; a few more wait. */
  concurrency: number
}

/** PocketSphinx's batch program with its English model, as Debian has them: phrases and digits only. */
export interface PocketSphinxDefinition extends Common {
  kind: 'pocketsphinx'
  program: string
  /** Folder of the acoustic model. */
  model: string
  dictionary: string
  /** Words that are no phrase are refused, at the price of phrases that are. */
  strict: boolean
}

/** As whisper.cpp's server: a form with a WAV file, JSON with the text. */
export interface HttpRecogniserDefinition extends Common {
  kind: 'http'
  url: string
  headers: Readonly<Record<string, string>>
}

/** As Vosk's server: samples as they come, JSON with the text. */
export interface WebSocketRecogniserDefinition extends Common {
  kind: 'websocket'
  url: string
  sampleRate: 8000 | 16000
}

export type RecogniserDefinition = PocketSphinxDefinition | HttpRecogniserDefinition | WebSocketRecogniserDefinition
