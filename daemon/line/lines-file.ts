// lines.yaml as commands change it: what was learnt of one line, comments kept.
import { join } from 'node:path'
import { type Document, isMap, isSeq, type YAMLMap } from 'yaml'
import { ConfigDocument } from '../config/document.ts'
import { editYaml } from '../config/edit-yaml.ts'
import { linesSchema } from '../config/lines-schema.ts'
import { schemaFaults } from '../config/schema-faults.ts'
import type { LineProfile } from './line-learner.ts'

/** Writes the profile to its line. Throws when the file has no such line, or has errors. */
export function writeProfile(directory: string, line: string, { tones, hangUp }: LineProfile): void {
  const file = join(directory, 'lines.yaml')
  editYaml({
    file,
    edit: (document) => {
      const entry = entryOf(document, line)
      if (!entry) throw new Error(`${file} has no line ${JSON.stringify(line)}`)
      for (const [name, tone] of Object.entries(tones)) {
        const value = document.createNode(tone)
        if (isMap(value)) for (const { value: list } of value.items) if (isSeq(list)) list.flow = true
        entry.setIn(['tones', name], value)
      }
      if (hangUp?.includes('tone')) entry.set('toneHangUp', true)
      // Where the exchange breaks the loop, that says more than a polarity which may turn for other reasons.
      if (hangUp?.includes('polarity') && !hangUp.includes('currentLoss'))
        entry.set('polarity', ['answer', 'both'].includes(String(entry.get('polarity'))) ? 'both' : 'hangUp')
    },
    check: (text) => check(file, text),
  })
}

function entryOf(document: Document, name: string): YAMLMap | undefined {
  const boards = document.get('boards')
  for (const board of isSeq(boards) ? boards.items : []) {
    const lines = isMap(board) ? board.get('lines') : undefined
    const found = isSeq(lines) ? lines.items.find((line) => isMap(line) && line.get('name') === name) : undefined
    if (isMap(found)) return found
  }
  return undefined
}

function check(file: string, text: string): void {
  const document = new ConfigDocument(file, text)
  const parsed = linesSchema.safeParse(document.value)
  if (parsed.success) return
  const [fault] = [...document.faults, ...schemaFaults(document, linesSchema, parsed.error.issues)]
  throw new Error(`${file} has errors: ${fault?.message ?? 'see cordboard check'}`)
}
