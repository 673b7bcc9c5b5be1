// What lies in an instance's directory: which files are looked for, which are missing, which nobody will read.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from '../fault.ts'
import { code } from './codes.ts'
import { fileNames } from './configuration.ts'
import { fault } from './document.ts'
import { errorCode } from './read-file.ts'
import { closest } from './suggest.ts'

export const folders = { flows: 'json', prompts: 'wav' } as const
export type Folder = keyof typeof folders

const otherFolders = ['secrets', 'schema', 'functions', 'rates', 'inventory', 'porting', 'campaigns', 'tests']
/** More files than this in one folder are not looked at: no instance has them, a wrong directory may. */
const mostEntries = 2000

export interface Listing {
  /** File names, sorted. */
  flows: string[]
  prompts: string[]
  faults: Fault[]
}

/** `directory` as the person named it. Faults: the directory itself, and files that have no meaning in it. */
export function listInstance(directory: string): Listing | { faults: Fault[] } {
  const entries = entriesOf(directory)
  if ('reason' in entries) {
    const missing = entries.reason === 'ENOENT'
    const message = missing ? 'There is no such directory.' : `The directory can't be read (${entries.reason}).`
    const mend = 'Name the directory that holds box.yaml.'
    return { faults: [fault({ file: directory }, code.directoryMissing, message, mend)] }
  }
  const known = [...fileNames.map((name) => `${name}.yaml`), ...Object.keys(folders), ...otherFolders]
  const faults = entries.names
    .filter((name) => !known.includes(name) && !/^README/i.test(name))
    .map((name) => {
      const near =
        closest(name.replace(/\.yml$/, '.yaml'), known) ?? known.find((it) => it === name.replace(/\.yml$/, '.yaml'))
      const mend = near ? `Rename it to ${near} if that is meant.` : 'Remove it, or hide it by a dot before its name.'
      return fault({ file: join(directory, name) }, code.unknownFile, 'Nothing reads this file.', mend, 'warning')
    })
  const listed = { flows: listFolder(directory, 'flows', faults), prompts: listFolder(directory, 'prompts', faults) }
  return { ...listed, faults }
}

/** File names of the folder that have its ending; the others become warnings. A folder that is not there is empty. */
function listFolder(directory: string, folder: Folder, faults: Fault[]): string[] {
  const entries = entriesOf(join(directory, folder))
  if ('reason' in entries) {
    if (entries.reason !== 'ENOENT') {
      const message = `The folder can't be read (${entries.reason}).`
      faults.push(
        fault({ file: join(directory, folder) }, code.fileUnreadable, message, 'Make it readable for the daemon.'),
      )
    }
    return []
  }
  const ending = `.${folders[folder]}`
  const files: string[] = []
  for (const name of entries.names) {
    if (name.endsWith(ending)) files.push(name)
    else if (!/^README/i.test(name)) {
      const wrongCase = name.toLowerCase().endsWith(ending)
      const other = folder === 'prompts' ? 'Convert it to 8 kHz WAV' : 'Export it as JSON'
      const mend = wrongCase ? `Write the ending of its name as ${ending}.` : `${other}, or remove it.`
      const file = join(directory, folder, name)
      faults.push(fault({ file }, code.unknownFile, 'Nothing reads this file.', mend, 'warning'))
    }
  }
  return files
}

function entriesOf(path: string): { names: string[] } | { reason: string } {
  try {
    const names = readdirSync(path).filter((name) => !name.startsWith('.') && !name.endsWith('~'))
    if (names.length > mostEntries) return { reason: `${names.length} entries, ${mostEntries} are the most` }
    return { names: names.sort() }
  } catch (error) {
    return { reason: errorCode(error) }
  }
}
