// Files of scripts: found, read, held against the schema; faults with line and column like those of the configuration.
import { readdirSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { ConfigDocument } from '../config/document.ts'
import { readFault } from '../config/flows.ts'
import { errorCode, readText } from '../config/read-file.ts'
import { schemaFaults } from '../config/schema-faults.ts'
import type { Fault } from '../fault.ts'
import { type ScriptFile, scriptFileSchema } from './script-schema.ts'

const longestScriptBytes = 1_000_000
const mostFiles = 2000

export interface LoadedScripts {
  file: string
  /** Absent when any fault is an error. */
  scripts?: ScriptFile
  faults: Fault[]
  /** Line and column of a step of a script. */
  place(script: number, step: number | undefined): { line: number; column: number }
}

export function loadScripts(file: string): LoadedScripts {
  const read = readText(file, longestScriptBytes)
  const nowhere = () => ({ line: 1, column: 1 })
  if ('problem' in read) {
    const fault = { ...readFault(file, read.problem, longestScriptBytes) }
    return {
      file,
      faults: [read.problem === 'missing' ? { ...fault, mend: 'Check the path.' } : fault],
      place: nowhere,
    }
  }
  const document = new ConfigDocument(file, read.text)
  const place: LoadedScripts['place'] = (script, step) =>
    document.place(step === undefined ? ['tests', script, 'name'] : ['tests', script, 'steps', step])
  if (document.value === undefined) return { file, faults: document.faults, place }
  const parsed = scriptFileSchema.safeParse(document.value)
  if (parsed.success) return { file, scripts: parsed.data, faults: document.faults, place }
  return {
    file,
    faults: [...document.faults, ...schemaFaults(document, scriptFileSchema, parsed.error.issues)],
    place,
  }
}

/** A path that a script file names, seen from where the file is. */
export function besideScript(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path)
}

/** Files as they are, the `*.yaml` of folders, sorted. Undefined: nothing is there. */
export function scriptFiles(operand: string): string[] | undefined {
  try {
    if (!statSync(operand).isDirectory()) return [operand]
    const names = readdirSync(operand).filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.'))
    return names
      .sort()
      .slice(0, mostFiles)
      .map((name) => join(operand, name))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    return [operand]
  }
}
