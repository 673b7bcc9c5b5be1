// What makes speech: espeak-ng on the box, or whatever else the configuration names. One engine, one file.
import type { FlowVoice } from '../flow/host.ts'
import type { SsmlEvent } from './ssml.ts'

export interface Utterance {
  /** Mono. */
  samples: Int16Array
  rateHz: number
}

/** A text made ready for one engine. */
export interface PreparedSpeech {
  /** All that decides on the sound, for the cache's key: plain data. */
  key: readonly unknown[]
  /** Absent when there is nothing to say. Rejects with SpeechFault, or with the signal's reason once nothing runs on. */
  speak?: (signal: AbortSignal) => Promise<Utterance>
}

export interface SpeechEngine {
  readonly name: string
  /** Pauses between words are the engine's own work; else it is given the words between them. */
  readonly makesPauses: boolean
  /** `as`: what the engine calls the voice. Throws SpeechFault for what it can't be asked. */
  prepare(events: readonly SsmlEvent[], voice: FlowVoice, as: string | undefined): PreparedSpeech
}

interface EngineLimits {
  /** Longest wait for one piece of a text; then espeak-ng says it. */
  timeoutS: number
  /** Pieces at once; more wait for their turn. */
  concurrency: number
}

/** A program, e.g. Piper: text on its standard input, or in the file that stands for `{file}`; sound on its output. */
export interface CommandEngineDefinition extends EngineLimits {
  name: string
  kind: 'command'
  /** Program and arguments; `{voice}`, `{language}` and `{file}` in them are filled in. */
  command: readonly string[]
  /** The text is SSML; else it is plain. */
  ssml: boolean
  /** The output is raw: mono, 16-bit, little-endian, at this rate. Absent: WAV. */
  sampleRate?: number | undefined
}

export interface HttpEngineDefinition extends EngineLimits {
  name: string
  kind: 'http'
  /** `{voice}` and `{language}` in it are filled in. */
  url: string
  /** `polly`: JSON as Amazon Polly's SynthesizeSpeech takes it. `text`: the text itself. The answer is WAV or raw. */
  form: 'polly' | 'text'
  ssml: boolean
  /** Asked for (`polly`), and of raw answers. */
  sampleRate: number
  headers: Readonly<Record<string, string>>
}

export type EngineDefinition = CommandEngineDefinition | HttpEngineDefinition

/** Which engine says what: the first rule that fits. None fits: espeak-ng. */
export interface VoiceRule {
  /** Name as flows write it; absent: every name. */
  voice?: string | undefined
  /** Language or its beginning, e.g. `en` or `en-GB`; absent: every language. */
  language?: string | undefined
  /** Name of the engine. */
  engine: string
  /** What the engine calls the voice; absent: as flows do. */
  as?: string | undefined
}

export function ruleFor(rules: readonly VoiceRule[], { voiceId, languageCode }: FlowVoice): VoiceRule | undefined {
  const name = voiceId.toLowerCase()
  const language = languageCode.toLowerCase()
  return rules.find((rule) => {
    if (rule.voice !== undefined && rule.voice.toLowerCase() !== name) return false
    const wanted = rule.language?.toLowerCase()
    return wanted === undefined || language === wanted || language.startsWith(`${wanted}-`)
  })
}
