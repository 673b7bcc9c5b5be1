// porting.yaml as commands change it: a port added or moved one step, comments kept, its rules looked at under the lock.
import { join } from 'node:path'
import { type Document, isMap, isSeq, YAMLSeq } from 'yaml'
import { ConfigDocument } from '../config/document.ts'
import { editYaml } from '../config/edit-yaml.ts'
import { type Port, portingSchema } from '../config/porting-schema.ts'
import { schemaFaults } from '../config/schema-faults.ts'

const beginning = `# yaml-language-server: $schema=../schema/porting.json
# Numbers on their way from one carrier to another. cordboard port edits this file.

ports:
`

export class PortingFile {
  readonly #file: string

  constructor(directory: string) {
    this.#file = join(directory, 'porting.yaml')
  }

  /** Throws when a port of that id is there already. */
  add(ports: readonly Port[]): void {
    this.#edit((document, present) => {
      const list = listOf(document)
      for (const port of ports) {
        if (present.some(({ id }) => id === port.id)) throw new Error(`there is a port ${port.id} already`)
        list.add(document.createNode(port))
      }
    })
  }

  /** `step` gets the port as the file has it now, and returns the next one, or what is to be told instead. */
  change<Refusal extends object>(
    id: string,
    step: (port: Port, all: readonly Port[]) => { port: Port } | Refusal,
  ): { port: Port } | Refusal | undefined {
    return this.#edit((document, ports) => {
      const at = ports.findIndex((port) => port.id === id)
      const port = ports[at]
      if (!port) return undefined
      const result = step(port, ports)
      if ('port' in result) replace(document, at, port, result.port)
      return result
    })
  }

  #edit<Result>(edit: (document: Document, ports: readonly Port[]) => Result): Result {
    return editYaml({
      file: this.#file,
      initial: beginning,
      edit: (document) => edit(document, this.#portsOf(String(document))),
      check: (text) => void this.#portsOf(text),
    })
  }

  #portsOf(text: string): readonly Port[] {
    const document = new ConfigDocument(this.#file, text)
    const value = document.value
    const isEmpty = typeof value === 'object' && value !== null && 'ports' in value && value.ports === null
    const parsed = portingSchema.safeParse(isEmpty ? {} : value)
    if (parsed.success) return parsed.data.ports
    const [fault] = [...document.faults, ...schemaFaults(document, portingSchema, parsed.error.issues)]
    throw new Error(`${this.#file} has errors: ${fault?.message ?? 'see cordboard check'}`)
  }
}

function listOf(document: Document): YAMLSeq {
  const list = document.get('ports')
  if (isSeq(list)) return list
  const fresh = new YAMLSeq()
  document.set('ports', fresh)
  return fresh
}

/** Only what differs is written, so that comments beside the rest stay. */
function replace(document: Document, at: number, before: Port, after: Port): void {
  const entry = listOf(document).items[at]
  if (!isMap(entry)) throw new Error('the entry is written as an alias: change it by hand')
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Port>
  for (const key of keys) {
    if (after[key] === undefined) entry.delete(key)
    else if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) entry.set(key, document.createNode(after[key]))
  }
}
