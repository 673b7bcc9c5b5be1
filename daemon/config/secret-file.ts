// A secret in a file of its own, on one line, so that the configuration can be shown to anybody. What a file says never
// enters a fault or a log; nor does its path, for a secret has been written there by mistake before.
import { resolve } from 'node:path'
import type { Fault } from '../fault.ts'
import type { ConfigCode } from './codes.ts'
import type { ConfigDocument, FaultOptions } from './document.ts'
import type { Path } from './place.ts'
import { readText } from './read-file.ts'

export interface SecretFile {
  document: ConfigDocument
  /** Where the file is named. */
  path: Path
  /** As written there. */
  file: string
  /** Of the instance: relative paths begin here. */
  directory: string
  /** `The password file of agent "anna"`. */
  owner: string
  /** `password`. */
  what: string
  longestBytes: number
  /** `optional`: a missing file is a warning. */
  secrets: 'required' | 'optional'
  codes: Record<'missing' | 'unreadable' | 'empty' | 'form' | 'exposed', ConfigCode>
}

export interface ReadSecret {
  /** Absent when there is none that could be used. */
  text?: string
  faults: Fault[]
}

export function readSecretFile(secret: SecretFile): ReadSecret {
  const { document, path, file, directory, owner, what, longestBytes, secrets, codes } = secret
  const faults: Fault[] = []
  const add = (faultCode: ConfigCode, wrong: string, mend: string, options?: FaultOptions) =>
    void faults.push(document.fault(faultCode, path, `${owner} ${wrong}.`, mend, options))
  const read = readText(resolve(directory, file), longestBytes)
  if ('problem' in read) {
    const severity = secrets === 'optional' && read.problem === 'missing' ? 'warning' : 'error'
    if (read.problem === 'missing')
      add(
        codes.missing,
        'does not exist',
        `Write the ${what} into it, on one line, readable for the daemon only. Relative paths begin at the directory of the instance.`,
        { severity },
      )
    else if (read.problem === 'unreadable')
      add(codes.unreadable, `can't be read (${read.reason})`, 'Make it readable for the daemon.')
    else add(codes.form, 'is no file with one line of text', `Write the ${what} into it, and nothing else.`)
    return { faults }
  }
  if ((read.mode & 0o007) !== 0)
    add(codes.exposed, 'can be read by others', 'Take their rights away: chmod o= FILE.', { severity: 'warning' })
  const text = read.text.replace(/\r?\n$/, '')
  if (text === '') add(codes.empty, 'is empty', `Write the ${what} into it.`)
  else if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) || text.trim() !== text)
    add(
      codes.form,
      `has more than one line, or spaces around the ${what}`,
      `Write the ${what} into it, on one line, and nothing else.`,
    )
  else return { text, faults }
  return { faults }
}
