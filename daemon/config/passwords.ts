// Agents' SIP passwords, each in a file of its own, so that the configuration can be shown to anybody. What a file says
// never enters a fault or a log; nor does its path, for a password has been written there by mistake before.
import { resolve } from 'node:path'
import type { Fault } from '../fault.ts'
import { type ConfigCode, code } from './codes.ts'
import type { ConfigDocument, FaultOptions } from './document.ts'
import { findTexts, valueAt } from './place.ts'
import { readText } from './read-file.ts'
import { ownerName } from './references.ts'

export interface Passwords {
  /** By the agent's place in the list. */
  byIndex: Map<number, string>
  faults: Fault[]
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
    const add = (faultCode: ConfigCode, what: string, mend: string, options?: FaultOptions) =>
      void faults.push(agents.fault(faultCode, path, `${owner} ${what}.`, mend, options))
    const read = readText(resolve(directory, value), longestFileBytes)
    if ('problem' in read) {
      const severity = secrets === 'optional' && read.problem === 'missing' ? 'warning' : 'error'
      if (read.problem === 'missing')
        add(
          code.passwordMissing,
          'does not exist',
          'Write the password into it, on one line, readable for the daemon only. Relative paths begin at the directory of the instance.',
          { severity },
        )
      else if (read.problem === 'unreadable')
        add(code.passwordUnreadable, `can't be read (${read.reason})`, 'Make it readable for the daemon.')
      else add(code.passwordForm, 'is no file with one line of text', 'Write the password into it, and nothing else.')
      continue
    }
    if ((read.mode & 0o007) !== 0)
      add(code.passwordExposed, 'can be read by others', 'Take their rights away: chmod o= FILE.', {
        severity: 'warning',
      })
    const password = read.text.replace(/\r?\n$/, '')
    const userName = valueAt(agents.value, ['agents', path[1] ?? 0, 'userName'])
    if (password === '') add(code.passwordEmpty, 'is empty', 'Write the password into it.')
    else if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(password) || password.trim() !== password)
      add(
        code.passwordForm,
        'has more than one line, or spaces around the password',
        'Write the password into it, on one line, and nothing else.',
      )
    else if (isWeak(password, typeof userName === 'string' ? userName : ''))
      add(code.passwordWeak, 'has a weak password', `Take ${shortest} or more characters that nobody guesses.`)
    else byIndex.set(Number(path[1]), password)
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
