// PocketSphinx: what was said is held against a grammar of the expected phrases, by a program that runs for one utterance
// (some 50 ms for a second of speech) and then is gone. Speech lies in a folder of the daemon's own, and only so long.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { Gate, GateFullError } from './gate.ts'
import { type Grammar, grammarOf, soundDictionary, understood } from './grammar.ts'
import { Pronunciations } from './pronunciations.ts'
import type { Decoded, Decoder, ExpectedSpeech, PocketSphinxDefinition, Recogniser } from './recogniser.ts'
import { runProgram } from './run-program.ts'
import { reasonOf, SpeechFault, UnsuitedFault } from './speech-fault.ts'
import { atRecogniserRate, littleEndian, Utterance } from './utterance.ts'

export interface PocketSphinxOptions {
  definition: PocketSphinxDefinition
  clock: Clock
  log: { warn(fields: object, message: string): void }
}

const waiting = 16
const mend = 'Install the packages pocketsphinx and pocketsphinx-en-us.'
/** It prints nothing but faults; the text is in a file. */
const maximumBytes = 1024 * 1024
/** Cost of each further sound when words may be none of the phrases; found by trial, see the tests. */
const soundPenalty = '1e-4'

export class PocketSphinx implements Recogniser {
  readonly name: string
  readonly languages: readonly string[]
  readonly expectedOnly = true
  readonly #options: PocketSphinxOptions
  readonly #gate: Gate
  readonly #told = new Set<string>()
  readonly #counters = { utterances: 0, unknownPhrases: 0 }
  #pronunciations: Promise<Pronunciations> | undefined

  constructor(options: PocketSphinxOptions) {
    this.name = options.definition.name
    this.languages = options.definition.languages
    this.#options = options
    this.#gate = new Gate(options.definition.concurrency, waiting)
  }

  open({ expected }: { expected: ExpectedSpeech }, signal: AbortSignal): Decoder {
    if (expected.phrases.length === 0 && !expected.digits)
      throw new UnsuitedFault('PocketSphinx understands expected phrases only, and none are')
    const utterance = new Utterance()
    // Read while the caller speaks.
    const grammar = this.#grammar(expected)
    // `finish` tells of it, if it is ever asked for.
    grammar.catch(() => undefined)
    return {
      feed: (samples) => utterance.add(samples),
      finish: async () => this.#pass(await grammar, utterance.all(), signal),
      close: () => undefined,
    }
  }

  counters(): Record<string, number> {
    return { ...this.#counters, running: this.#gate.running, waiting: this.#gate.waiting }
  }

  async #grammar(expected: ExpectedSpeech): Promise<Grammar & { dictionary: string }> {
    const { dictionary: file, strict } = this.#options.definition
    this.#pronunciations ??= Pronunciations.load(file)
    let known: Pronunciations
    try {
      known = await this.#pronunciations
    } catch (fault) {
      this.#pronunciations = undefined
      throw new SpeechFault(`the dictionary can't be read: ${reasonOf(fault)}. ${mend}`)
    }
    const grammar = grammarOf(expected, (word) => known.has(word), strict)
    if (!grammar) throw new UnsuitedFault('no expected phrase has only words that are in the dictionary')
    this.#tell(grammar.unknownPhrases)
    const words = [...grammar.words].map((word) => known.linesOf(word)).join('')
    return { ...grammar, dictionary: strict ? words + soundDictionary() : words }
  }

  async #pass(grammar: Grammar & { dictionary: string }, samples: Int16Array, signal: AbortSignal): Promise<Decoded> {
    this.#counters.utterances++
    try {
      return await this.#gate.pass(signal, () => this.#decode(grammar, samples, signal))
    } catch (fault) {
      throw fault instanceof GateFullError ? new SpeechFault(`PocketSphinx is busy: ${fault.message}`) : fault
    }
  }

  async #decode(
    { jsgf, dictionary }: Grammar & { dictionary: string },
    samples: Int16Array,
    signal: AbortSignal,
  ): Promise<Decoded> {
    const { program, model, timeoutS, strict } = this.#options.definition
    const folder = await mkdtemp(join(tmpdir(), 'cordboard-heard-'))
    try {
      const sound = littleEndian(atRecogniserRate(samples))
      const write = (name: string, content: string | Buffer) => writeFile(join(folder, name), content, { mode: 0o600 })
      await Promise.all([
        write('grammar', jsgf),
        write('dictionary', dictionary),
        write('utterances', 'u\n'),
        write('u.raw', sound),
      ])
      const settings: Record<string, string> = {
        hmm: model,
        dict: join(folder, 'dictionary'),
        jsgf: join(folder, 'grammar'),
        ctl: join(folder, 'utterances'),
        cepdir: folder,
        cepext: '.raw',
        adcin: 'yes',
        hyp: join(folder, 'text'),
        logfn: '/dev/null',
        ...(strict && { wip: soundPenalty, bestpath: 'no' }),
      }
      const args = Object.entries(settings).flatMap(([name, value]) => [`-${name}`, value])
      const timeoutMs = timeoutS * 1000
      await runProgram({ program, args, clock: this.#options.clock, timeoutMs, maximumBytes, mend }, signal)
      // One line: the words, then the name of the utterance and its score in parentheses.
      const line = await readFile(join(folder, 'text'), 'utf8').catch((fault: unknown) => {
        throw new SpeechFault(`${program} wrote no text (${reasonOf(fault)}): is the model ${model} there? ${mend}`)
      })
      return { text: understood(line.replace(/\([^()]*\)\s*$/, '')) }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** Once a phrase: it is asked for in every call. */
  #tell(phrases: readonly string[]): void {
    for (const phrase of phrases) {
      this.#counters.unknownPhrases++
      if (this.#told.has(phrase) || this.#told.size >= 100) continue
      this.#told.add(phrase)
      const message = 'a phrase can not be recognised: a word of it is not in the dictionary'
      this.#options.log.warn({ recogniser: this.name, phrase }, message)
    }
  }
}
