// The dictionary of a model (CMU's: a word and its sounds a line, other pronunciations as `word(2)`), from which each
// grammar takes its own few words: the program starts ten times faster without the other 130,000.
import { readFile } from 'node:fs/promises'

const longestBytes = 64 * 1024 * 1024
const newline = 0x0a
const parenthesis = 0x28
const mostPronunciations = 9

export class Pronunciations {
  readonly #text: Buffer
  readonly #found = new Map<string, string>()

  constructor(text: Buffer) {
    this.#text = text
  }

  static async load(file: string): Promise<Pronunciations> {
    const text = await readFile(file)
    if (text.length > longestBytes) throw new Error(`the dictionary ${file} has more than ${longestBytes} bytes`)
    return new Pronunciations(Buffer.concat([Buffer.from('\n'), text, Buffer.from('\n')]))
  }

  has(word: string): boolean {
    return this.linesOf(word) !== ''
  }

  /** Every line of the word, each with its end; empty when there is none. */
  linesOf(word: string): string {
    let lines = this.#found.get(word)
    if (lines === undefined) {
      lines = this.#find(word)
      this.#found.set(word, lines)
      // Words come from flows: they are few, but nothing holds them to it.
      if (this.#found.size > 10_000) this.#found.clear()
    }
    return lines
  }

  #find(word: string): string {
    const start = this.#text.indexOf(`\n${word} `)
    if (start < 0) return ''
    let end = this.#endOfLine(start + 1)
    for (let number = 2; number <= mostPronunciations; number++) {
      const next = end + word.length
      const isMore = this.#text[next] === parenthesis && this.#text.toString('utf8', end, next) === word
      if (!isMore) break
      end = this.#endOfLine(end)
    }
    return this.#text.toString('utf8', start + 1, end)
  }

  /** Behind it. */
  #endOfLine(at: number): number {
    return this.#text.indexOf(newline, at) + 1
  }
}
