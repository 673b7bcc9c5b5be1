// espeak-ng, the voice every box has. Run as a program and not linked because it is GPL; its arguments come from our own
// tables, never from a flow's text.
import type { Clock } from '../clock.ts'
import type { FlowVoice } from '../flow/host.ts'
import { runProgram } from '../speech/run-program.ts'
import type { PreparedSpeech, SpeechEngine, Utterance } from './engine.ts'
import { type EspeakText, espeakText } from './espeak-markup.ts'
import { readSound } from './sound-answer.ts'
import type { SsmlEvent } from './ssml.ts'
import { type EspeakVoice, espeakVoice } from './voices.ts'

export interface EspeakOptions {
  program: string
  clock: Clock
  timeoutMs: number
}

/** 20 minutes of speech. */
const maximumBytes = 20 * 60 * 22_050 * 2
const ownRateHz = 22_050

export class EspeakEngine implements SpeechEngine {
  readonly name = 'espeak-ng'
  readonly makesPauses = true
  readonly #options: EspeakOptions

  constructor(options: EspeakOptions) {
    this.#options = options
  }

  prepare(events: readonly SsmlEvent[], voice: FlowVoice): PreparedSpeech {
    const own = espeakVoice(voice)
    const speech = espeakText(events, own)
    const key = [own, speech]
    return speech.text === '' ? { key } : { key, speak: (signal) => this.#run(speech, own, signal) }
  }

  async #run(speech: EspeakText, voice: EspeakVoice, signal: AbortSignal): Promise<Utterance> {
    const { program, clock, timeoutMs } = this.#options
    const settings = ['-v', voice.name, '-p', String(voice.pitch), '-s', String(voice.wordsPerMinute)]
    const args = [...settings, '-b', '1', '-z', ...(speech.markup ? ['-m'] : []), '--stdin', '--stdout']
    const mend = 'Install the package espeak-ng.'
    const run = { program, args, input: speech.text, clock, timeoutMs, maximumBytes, mend }
    const output = await runProgram(run, signal)
    // Nothing at all when nothing could be said, e.g. of an emoji.
    return output.length === 0 ? { samples: new Int16Array(0), rateHz: ownRateHz } : readSound(output, program)
  }
}
