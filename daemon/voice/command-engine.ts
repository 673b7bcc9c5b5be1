// An engine that is a program of the user's choice, run once for each piece of a text.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { FlowVoice } from '../flow/host.ts'
import { runProgram } from '../speech/run-program.ts'
import { SpeechFault } from '../speech/speech-fault.ts'
import type { CommandEngineDefinition, PreparedSpeech, SpeechEngine, Utterance } from './engine.ts'
import { plainText, pollyMarkup } from './markup-for-engines.ts'
import { readSound } from './sound-answer.ts'
import type { SsmlEvent } from './ssml.ts'

/** Five minutes at 48 kHz: far more than a piece of a text. */
const maximumBytes = 5 * 60 * 48_000 * 2
/** A flow's own words become an argument only when they can be nothing but a name. */
const safeName = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/

export class CommandEngine implements SpeechEngine {
  readonly name: string
  readonly makesPauses: boolean
  readonly #definition: CommandEngineDefinition
  readonly #clock: Clock

  constructor(definition: CommandEngineDefinition, clock: Clock) {
    this.name = definition.name
    this.makesPauses = definition.ssml
    this.#definition = definition
    this.#clock = clock
  }

  prepare(events: readonly SsmlEvent[], voice: FlowVoice, as: string | undefined): PreparedSpeech {
    const { ssml, sampleRate } = this.#definition
    const words = plainText(events)
    const text = ssml ? pollyMarkup(events) : words
    const command = this.#definition.command.map((part) =>
      part
        .replaceAll('{voice}', () => as ?? this.#safe(voice.voiceId))
        .replaceAll('{language}', () => this.#safe(voice.languageCode)),
    )
    const key = [command, text, sampleRate]
    return words === '' ? { key } : { key, speak: (signal) => this.#run(command, text, signal) }
  }

  async #run(command: readonly string[], text: string, signal: AbortSignal): Promise<Utterance> {
    if (!command.some((part) => part.includes('{file}'))) return this.#ask(command, text, signal)
    const folder = await mkdtemp(join(tmpdir(), 'cordboard-speech-'))
    try {
      const file = join(folder, 'text')
      await writeFile(file, text, { mode: 0o600 })
      const filled = command.map((part) => part.replaceAll('{file}', () => file))
      return await this.#ask(filled, '', signal)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async #ask(command: readonly string[], input: string, signal: AbortSignal): Promise<Utterance> {
    const [program = '', ...args] = command
    const timeoutMs = this.#definition.timeoutS * 1000
    const output = await runProgram({ program, args, input, clock: this.#clock, timeoutMs, maximumBytes }, signal)
    return readSound(output, program, this.#definition.sampleRate)
  }

  #safe(name: string): string {
    if (safeName.test(name)) return name
    throw new SpeechFault(`${this.name} can't be asked for a voice or language of that name`)
  }
}
