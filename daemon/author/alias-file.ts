// aliases.yaml: what ARNs, ids and names of another instance stand for here. Added to as text, so that whatever else
// stands in the file, comments too, stays as it is.
import { type Document, isMap, isSeq, parseDocument } from 'yaml'
import { findAll, isRecord } from '../config/place.ts'
import type { ResourceKind } from '../flow/parameters.ts'
import type { ResourceAlias } from '../flow/resources.ts'

export interface Alias {
  arn: string
  kind: ResourceKind
  /** Of the resource here. */
  name: string
}

const kinds: readonly ResourceKind[] = ['queue', 'prompt', 'flow', 'hours', 'agent', 'function', 'bot']

const newFile = `# What ARNs, ids and names of another instance stand for here. \`cordboard flow import\` adds what it could settle.
aliases: []
`

/** Those whose shape is right. */
export function knownAliases(value: unknown): ResourceAlias[] {
  return findAll(value, 'aliases.*').flatMap(({ value: alias }) => {
    if (!isRecord(alias)) return []
    const { arn, kind, name } = alias
    const known = kinds.find((one) => one === kind)
    return typeof arn === 'string' && typeof name === 'string' && known ? [{ kind: known, foreign: arn, id: name }] : []
  })
}

/** The text of the file with these added; undefined when it is no file of aliases. `text` undefined: a new file. */
export function withAliases(text: string | undefined, added: readonly Alias[]): string | undefined {
  const source = text === undefined || text.trim() === '' ? newFile : text
  const document: Document = parseDocument(source)
  if (document.errors.length > 0) return undefined
  // A file of comments only is one without aliases, too.
  if (document.contents === null) document.contents = document.createNode({})
  if (!isMap(document.contents)) return undefined
  let list = document.get('aliases')
  if (list === undefined || list === null) {
    list = document.createNode([])
    document.set('aliases', list)
  }
  if (!isSeq(list)) return undefined
  list.flow = false
  for (const { arn, kind, name } of added) list.add(document.createNode({ arn, kind, name }))
  return document.toString({ lineWidth: 0 })
}
