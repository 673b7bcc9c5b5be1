// One YAML file: its value, and the line and column of everything in it.
//
//   bytes ─▶ text ─▶ guard against depth ─▶ YAML document ─▶ value, or faults with their places
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { Fault, Severity } from '../fault.ts'
import { type ConfigCode, code } from './codes.ts'
import { formatPath, type Path } from './place.ts'
import { yamlFaults } from './yaml-faults.ts'

/** Where in a file a fault is shown: at the value, or at the key that holds it. */
export type At = 'value' | 'key'

export interface FaultOptions {
  at?: At
  severity?: Severity
}

export class ConfigDocument {
  /** As the person named it. */
  readonly file: string
  /** Plain data; undefined when the file could not be read as YAML. */
  readonly value: unknown
  /** What is wrong with it as YAML. */
  readonly faults: Fault[]
  readonly #document: Document | undefined
  readonly #lines = new LineCounter()

  constructor(file: string, text: string) {
    this.file = file
    const deepAt = tooDeepAt(text)
    if (deepAt !== undefined) {
      const { line, column } = positionIn(text, deepAt)
      const mend = 'No configuration is deeper than a few levels: look for a bracket that is never closed.'
      this.faults = [fault({ file, line, column }, code.tooDeep, 'The values are nested too deeply.', mend)]
      return
    }
    const document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      stringKeys: true,
      resolveKnownTags: false,
      // Duplicates are looked for below: the library compares every key with every other.
      uniqueKeys: false,
      logLevel: 'error',
    })
    this.faults = yamlFaults(document, (offset) => ({ file, ...this.#position(offset) }))
    if (this.faults.some(({ severity }) => severity === 'error')) return
    try {
      // An empty file is an empty map: then each missing key is told by its name.
      this.value = document.toJS({ maxAliasCount: 100 }) ?? {}
      this.#document = document
    } catch (error) {
      const what = `The aliases (*name) can't be followed: ${error instanceof Error ? error.message : String(error)}.`
      this.faults.push(fault({ file, line: 1, column: 1 }, code.yamlAlias, what, 'Write the values out.'))
    }
  }

  /** A fault at a value of this file; where the path leads nowhere, at the nearest value around it. */
  fault(faultCode: ConfigCode, path: Path, message: string, mend: string, options: FaultOptions = {}): Fault {
    const place = { file: this.file, ...this.place(path, options.at), path: formatPath(path) }
    return fault(place, faultCode, message, mend, options.severity)
  }

  place(path: Path, at: At = 'value'): { line: number; column: number } {
    let node: unknown = this.#document?.contents
    let offset = startOf(node) ?? 0
    for (const part of path) {
      if (isAlias(node) && this.#document) node = node.resolve(this.#document)
      let key: unknown
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part))
        key = pair?.key
        node = pair?.value
      } else if (isSeq(node) && typeof part === 'number') node = node.items[part]
      else node = undefined
      const keyStart = startOf(key)
      // An empty value has no place of its own: its key stands for it.
      const empty = isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1]
      const start = (at === 'key' || empty ? keyStart : undefined) ?? startOf(node) ?? keyStart
      if (start === undefined) break
      offset = start
    }
    return this.#position(offset)
  }

  #position(offset: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
}

interface Place {
  file: string
  line?: number
  column?: number
  path?: string
}

/** A fault at a place already known, e.g. a whole file. */
export function fault(place: Place, faultCode: ConfigCode, message: string, mend: string, severity?: Severity): Fault {
  return { ...place, code: faultCode, severity: severity ?? 'error', message, mend }
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0]
}

const deepestFlow = 32
const deepestRun = /(?:(?:[-?:][ \t]+|[[{][ \t]*)){32}|^ {200}/m

/**
 * Offset at which the text nests deeper than any configuration. The parser's time grows with the square of the depth
 * (a megabyte of `? ` takes it minutes), so this looks first. Brackets in texts and comments count too, but balance.
 */
function tooDeepAt(text: string): number | undefined {
  const run = deepestRun.exec(text)
  if (run) return run.index
  let depth = 0
  for (const { 0: bracket, index } of text.matchAll(/[[\]{}]/g)) {
    if (bracket === ']' || bracket === '}') depth = Math.max(0, depth - 1)
    else if (++depth > deepestFlow) return index
  }
  return undefined
}

function positionIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
