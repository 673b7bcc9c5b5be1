// Events as JSON lines for programs that follow a file: `events.jsonl`, and older ones as `events.1.jsonl` and so on.
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { CentreEvent } from './events.ts'

export interface JsonLinesOptions {
  directory: string
  maximumBytes: number
  /** Beside the one written to. */
  keptFiles: number
}

/** Throws what the file system throws: the outlet that uses it waits and tries again. */
export class JsonLinesFile {
  readonly #of: JsonLinesOptions

  constructor(options: JsonLinesOptions) {
    this.#of = options
  }

  write(events: readonly CentreEvent[]): void {
    const { directory, maximumBytes } = this.#of
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const file = this.#file(0)
    const text = events.map((event) => `${JSON.stringify(event)}\n`).join('')
    const size = existsSync(file) ? statSync(file).size : 0
    if (size > 0 && size + text.length > maximumBytes) this.#rotate()
    appendFileSync(file, text, { mode: 0o600 })
  }

  #rotate(): void {
    rmSync(this.#file(this.#of.keptFiles), { force: true })
    for (let number = this.#of.keptFiles - 1; number >= 0; number--)
      if (existsSync(this.#file(number))) renameSync(this.#file(number), this.#file(number + 1))
  }

  #file(number: number): string {
    return join(this.#of.directory, number === 0 ? 'events.jsonl' : `events.${number}.jsonl`)
  }
}
