// The do-not-call list of an instance: campaigns/do-not-call.csv, one number a line, edited by hand or by
// `cordboard campaign block`. Read again whenever it has changed: a number that is added is not called any more.
import { appendFileSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readDoNotCall } from './contact-list.ts'

const longestBytes = 64 * 1024 * 1024

export function doNotCallFile(directory: string): string {
  return join(directory, 'campaigns', 'do-not-call.csv')
}

export class DoNotCall {
  readonly #file: string
  readonly #country: () => string
  #read: { changed: string; numbers: ReadonlySet<string> } | undefined

  constructor(directory: string, country: () => string) {
    this.#file = doNotCallFile(directory)
    this.#country = country
  }

  /** Throws when there is a list and it can't be read, or has a line that is no number: then nobody can tell. */
  has(number: string): boolean {
    const stat = statSync(this.#file, { throwIfNoEntry: false })
    if (!stat) return false
    const changed = `${stat.mtimeMs} ${stat.size} ${stat.ino}`
    if (this.#read?.changed !== changed) this.#read = { changed, numbers: this.#numbers(stat.size) }
    return this.#read.numbers.has(number)
  }

  #numbers(bytes: number): ReadonlySet<string> {
    if (bytes > longestBytes) throw new Error(`${this.#file} is larger than ${longestBytes} bytes`)
    const { numbers, bad } = readDoNotCall(readFileSync(this.#file, 'utf8'), this.#country())
    if (bad[0]) throw new Error(`${this.#file}, line ${bad[0].line}: ${bad[0].problem}`)
    return numbers
  }
}

/** Those that were not there yet are added, with the day. */
export function addToDoNotCall(directory: string, numbers: readonly string[], country: string): string[] {
  const file = doNotCallFile(directory)
  const present = new DoNotCall(directory, () => country)
  const added = numbers.filter((number) => !present.has(number))
  mkdirSync(dirname(file), { recursive: true })
  const isNew = !statSync(file, { throwIfNoEntry: false })?.size
  const endsOpen = !isNew && !readFileSync(file, 'utf8').endsWith('\n')
  const today = new Date().toISOString().slice(0, 10)
  const lines = added.map((number) => `${number},${today}\n`).join('')
  if (lines !== '') appendFileSync(file, `${isNew ? 'number,since\n' : endsOpen ? '\n' : ''}${lines}`, { mode: 0o640 })
  return added
}
