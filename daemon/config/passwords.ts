// Agents' SIP passwords, each in a file of its own.
import type { Fault } from '../fault.ts'
import { code } from './codes.ts'
import type { ConfigDocument } from './document.ts'
import { findTexts, valueAt } from './place.ts'
import { ownerName } from './references.ts'
import { readSecretFile } from './secret-file.ts'

export interface Passwords {
  /** By the agent's place in the list. */
  byIndex: Map<number, string>
  faults: Fault[]
}

const codes = {
  missing: code.passwordMissing,
  unreadable: code.passwordUnreadable,
  empty: code.passwordEmpty,
  form: code.passwordForm,
  exposed: code.passwordExposed,
}
const longestFileBytes = 1024
const shortest = 8
/** A stranger who guesses a password makes calls at the owner's cost; these are guessed first. */
const commonParts = ['password', 'passwort', '12345678', 'qwerty', 'cordboard', 'letmein', 'changeme']

export function readPasswords(agents: ConfigDocument, directory: string, secrets: 'required' | 'optional'): Passwords {
  const byIndex = new Map<number, string>()
  const faults: Fault[] = []
  for (const { path, value } of findTexts(agents.value, 'agents.*.phone.passwordFile')) {
    const owner = `The password file of ${ownerName(agents.value, path.slice(0, 2), 'agent')}`
    const read = readSecretFile({
      document: agents,
      path,
      file: value,
      directory,
      owner,
      what: 'password',
      longestBytes: longestFileBytes,
      secrets,
      codes,
    })
    faults.push(...read.faults)
    const password = read.text
    if (password === undefined) continue
    const userName = valueAt(agents.value, ['agents', path[1] ?? 0, 'userName'])
    if (isWeak(password, typeof userName === 'string' ? userName : '')) {
      const mend = `Take ${shortest} or more characters that nobody guesses.`
      faults.push(agents.fault(code.passwordWeak, path, `${owner} has a weak password.`, mend))
    } else byIndex.set(Number(path[1]), password)
  }
  return { byIndex, faults }
}

function isWeak(password: string, userName: string): boolean {
  const plain = password.toLowerCase()
  if (password.length < shortest || new Set(plain).size < 4) return true
  // What remains without the guessable part must be a password of its own.
  return [...commonParts, userName.toLowerCase()].some(
    (part) => part.length >= 3 && plain.includes(part) && plain.replace(part, '').length < shortest,
  )
}
