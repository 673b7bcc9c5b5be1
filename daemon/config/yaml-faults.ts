// What is wrong with a file as YAML, in words for somebody who doesn't know the grammar's terms.
import { type Document, isScalar, visit, type YAMLError } from 'yaml'
import type { Fault } from '../fault.ts'
import { type ConfigCode, code } from './codes.ts'

interface Place {
  file: string
  line: number
  column: number
}

/** One slip breaks the grammar in many places; the first few lines that break tell enough. */
const mostSyntaxFaults = 5

export function yamlFaults(document: Document, placeOf: (offset: number) => Place): Fault[] {
  const faults: Fault[] = []
  const lines = new Set<number>()
  const add = (place: Place, faultCode: ConfigCode, message: string, mend: string) => {
    if (lines.has(place.line)) return
    lines.add(place.line)
    faults.push({ ...place, code: faultCode, severity: 'error', message, mend })
  }
  for (const error of document.errors) {
    if (faults.length === mostSyntaxFaults) break
    const openQuote = /^Missing closing/.test(error.message) ? openQuoteBefore(document, error.pos[0]) : undefined
    if (openQuote !== undefined) {
      const message = 'A quote is opened here and never closed.'
      add(placeOf(openQuote), code.yamlSyntax, message, 'Close it at the end of the text.')
    } else add(placeOf(error.pos[0]), ...inWords(error))
  }
  if (faults.length > 0) return faults
  for (const warning of document.warnings) {
    const mend = 'Remove the tag (the word that begins with !); texts that begin with ! need quotes.'
    add(placeOf(warning.pos[0]), code.yamlTag, 'Tags are not used in the configuration.', mend)
  }
  visit(document, {
    Map(_, map) {
      const first = new Map<string, number>()
      for (const { key } of map.items) {
        if (!isScalar(key) || !key.range) continue
        const name = String(key.value)
        const place = placeOf(key.range[0])
        const line = first.get(name)
        if (line === undefined) first.set(name, place.line)
        else {
          const mend = `Keep one of the two; the first is on line ${line}.`
          faults.push({ ...place, code: code.duplicateKey, severity: 'error', message: duplicate(name), mend })
        }
      }
    },
  })
  return faults
}

/** Where the text in quotes begins that the file ended in: the parser tells its end only. */
function openQuoteBefore(document: Document, offset: number): number | undefined {
  let start: number | undefined
  visit(document, {
    Scalar(_, { type, range }) {
      if (type?.startsWith('QUOTE_') && range && range[0] <= offset) start = range[0]
    },
  })
  return start
}

const duplicate = (name: string) => `The key ${JSON.stringify(name)} is written twice in the same place.`

function inWords(error: YAMLError): [ConfigCode, string, string] {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return [code.tabIndent, 'A tab indents this line.', 'Indent with spaces: YAML allows no tabs there.']
    case 'BAD_INDENT':
      return syntax(error, 'Give the items of one list, and the keys of one map, the same indent.')
    case 'MULTILINE_IMPLICIT_KEY':
    case 'MISSING_CHAR':
      return syntax(error, 'Look for a missing colon, quote, comma or bracket here or on the line before.')
    case 'BLOCK_AS_IMPLICIT_KEY':
      return syntax(error, 'Put texts that contain ": " into quotes, and check the indent of this line.')
    case 'BAD_SCALAR_START':
      return syntax(error, 'Put the text into quotes.')
    case 'BAD_DQ_ESCAPE':
      return syntax(error, 'Write \\\\ for one backslash, or use single quotes.')
    case 'MULTIPLE_DOCS':
      return syntax(error, 'Remove the line "---": one file is one document.')
    case 'NON_STRING_KEY':
      return syntax(error, 'Write the key as plain text followed by a colon.')
    case 'RESOURCE_EXHAUSTION':
      return [code.tooDeep, 'The values are nested too deeply.', 'Look for brackets that are never closed.']
    default:
      return syntax(error, 'Check quotes, colons and indents here and on the line before.')
  }
}

function syntax(error: YAMLError, mend: string): [ConfigCode, string, string] {
  // The library's sentence names the grammar's rule; what follows a colon is quoted from the file, and stays there.
  const [sentence = 'unknown'] = error.message.split(/:? "|: |\n/)
  return [code.yamlSyntax, `This is not YAML: ${sentence.replace(/[.:]$/, '')}.`, mend]
}
