// numbers.yaml as commands change it: one entry at a time, comments kept, rules looked at under the lock.
import { join } from 'node:path'
import { type Document, isMap, YAMLMap, YAMLSeq } from 'yaml'
import { ConfigDocument } from '../config/document.ts'
import { editYaml } from '../config/edit-yaml.ts'
import { type ClaimedNumber, numbersSchema } from '../config/schema.ts'
import { schemaFaults } from '../config/schema-faults.ts'
import { mayClaim, mustBeClaimed, type NumberBook, type Refused } from './claims.ts'

/** Keys that commands set; null takes one away. */
export type NumberChange = { [Key in 'description' | 'flow' | 'queue']?: string | null }

export class NumbersFile {
  readonly #file: string

  constructor(directory: string) {
    this.#file = join(directory, 'numbers.yaml')
  }

  claim(number: ClaimedNumber, limit: number): Refused | undefined {
    return this.#edit((document, book) => {
      const refused = mayClaim(book, number.number, limit)
      if (!refused) listAt(document, 'numbers').add(entryOf(document, number))
      return refused
    })
  }

  change(number: string, change: NumberChange): Refused | undefined {
    return this.#edit((document, book) => {
      const refused = mustBeClaimed(book, number)
      if (refused) return refused
      const entry = listAt(document, 'numbers').items[book.numbers.findIndex((one) => one.number === number)]
      if (!isMap(entry)) throw new Error('the entry is written as an alias: change it by hand')
      for (const [key, value] of Object.entries(change))
        if (value === null) entry.delete(key)
        else if (value !== undefined) entry.set(key, value)
      return undefined
    })
  }

  /** `at`: ISO time. */
  release(number: string, at: string): Refused | undefined {
    return this.#edit((document, book) => {
      const refused = mustBeClaimed(book, number)
      if (refused) return refused
      listAt(document, 'numbers').delete(book.numbers.findIndex((one) => one.number === number))
      listAt(document, 'released').add(entryOf(document, { number, at }))
      return undefined
    })
  }

  #edit(edit: (document: Document, book: NumberBook) => Refused | undefined): Refused | undefined {
    const check = (text: string) => void this.#bookOf(text)
    return editYaml({
      file: this.#file,
      edit: (document) => edit(document, this.#bookOf(String(document))),
      check,
    })
  }

  #bookOf(text: string): NumberBook {
    const document = new ConfigDocument(this.#file, text)
    const parsed = numbersSchema.safeParse(document.value)
    if (parsed.success) return parsed.data
    const [fault] = [...document.faults, ...schemaFaults(document, numbersSchema, parsed.error.issues)]
    throw new Error(`${this.#file} has errors: ${fault?.message ?? 'see cordboard check'}`)
  }
}

/** The list under the key, begun if it is not there. */
function listAt(document: Document, key: string): YAMLSeq {
  const list = document.get(key)
  if (list instanceof YAMLSeq) {
    // `numbers: []` grows into lines, as people write them.
    list.flow = false
    return list
  }
  const fresh = new YAMLSeq()
  document.set(key, fresh)
  return fresh
}

function entryOf(document: Document, values: Record<string, unknown>): YAMLMap {
  const entry = new YAMLMap()
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue
    const node = document.createNode(value)
    // Without quotes YAML takes a number for an amount.
    if (key === 'number' && 'type' in node) node.type = 'QUOTE_DOUBLE'
    entry.add({ key: document.createNode(key), value: node })
  }
  return entry
}
