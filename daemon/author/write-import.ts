// The writing part of an import: each file whole or not at all, nothing overwritten that the plan does not name.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readText } from '../config/read-file.ts'
import { withAliases } from './alias-file.ts'
import type { ImportPlan } from './import-flows.ts'

const longestAliasBytes = 1_000_000

export interface Written {
  /** Paths, in the order of the plan. */
  flows: string[]
  /** Absent when there was nothing to add. */
  aliases?: string
}

/** Aliases that could not be added: the file there is no file of aliases. Nothing has been written then. */
export class AliasFileError extends Error {}

/** Throws AliasFileError; system errors as they come. */
export function writeImport({ flows, aliases }: ImportPlan, directory: string): Written {
  const aliasPath = join(directory, 'aliases.yaml')
  const aliasText = aliases.length === 0 ? undefined : withAliases(aliasesAt(aliasPath), aliases)
  if (aliases.length > 0 && aliasText === undefined) throw new AliasFileError(`${aliasPath} is no file of aliases.`)
  const written: Written = { flows: [] }
  mkdirSync(join(directory, 'flows'), { recursive: true })
  for (const { name, text } of flows) {
    if (name === undefined || text === undefined) continue
    const path = join(directory, 'flows', `${name}.json`)
    writeWhole(path, text)
    written.flows.push(path)
  }
  if (aliasText !== undefined) {
    writeWhole(aliasPath, aliasText)
    written.aliases = aliasPath
  }
  return written
}

function aliasesAt(path: string): string | undefined {
  const read = readText(path, longestAliasBytes)
  if ('text' in read) return read.text
  if (read.problem === 'missing') return undefined
  throw new AliasFileError(`${path} can't be read.`)
}

/** Whoever reads the file meanwhile sees the old one or the new one. A name with a dot in front is no flow. */
function writeWhole(path: string, text: string): void {
  const slash = path.lastIndexOf('/')
  const temporary = `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.new`
  writeFileSync(temporary, text)
  renameSync(temporary, path)
}
