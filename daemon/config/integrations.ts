// What a schema can't say of functions, bots and aliases: files that must be there, slots and keys that must fit, aliases
// that would stand for nothing or for two things.
import { accessSync, constants, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Fault } from '../fault.ts'
import { programPath } from '../functions/runner.ts'
import { code } from './codes.ts'
import { type Configuration, kindWords, type NamedKind, namesOf } from './configuration.ts'
import type { ConfigDocument } from './document.ts'
import { child, findAll, findTexts, type Path, valueAt } from './place.ts'
import { errorCode } from './read-file.ts'
import { ownerName } from './references.ts'
import { suggestion } from './suggest.ts'

export function integrationFaults(configuration: Configuration, directory: string): Fault[] {
  const functions = configuration.documents.get('functions')
  const bots = configuration.documents.get('bots')
  const aliases = configuration.documents.get('aliases')
  return [
    ...(functions ? urlFaults(functions, 'functions.*.url') : []),
    ...(bots ? urlFaults(bots, 'bots.*.url') : []),
    ...(functions
      ? [...moduleFaults(functions, directory), ...programFaults(functions, 'functions', 'function', directory)]
      : []),
    ...(bots ? [...utteranceFaults(bots), ...slotFaults(bots), ...unreachableIntents(bots)] : []),
    ...(aliases ? aliasFaults(aliases, configuration) : []),
  ]
}

/** Never shows the address: it may hold a secret. */
export function urlFaults(document: ConfigDocument, pattern: string): Fault[] {
  return findTexts(document.value, pattern).flatMap(({ path, value }) => {
    if (!/^(https?|wss?):/.test(value)) return []
    if (!URL.canParse(value)) {
      const mend = 'Write it like https://host.example/path.'
      return [document.fault(code.wrongForm, path, '"url" is no address that could be asked.', mend)]
    }
    const { username, password } = new URL(value)
    if (username === '' && password === '') return []
    const mend = 'Send it as a header: `headers:` with name Authorization and a file with its value.'
    return [document.fault(code.urlWithPassword, path, '"url" has a user name or a password in it.', mend)]
  })
}

function moduleFaults(document: ConfigDocument, directory: string): Fault[] {
  return findTexts(document.value, 'functions.*.file').flatMap(({ path, value }) => {
    const problem = problemOf(resolve(directory, value), constants.R_OK)
    if (problem === undefined) return []
    const message = `The file of ${ownerName(document.value, path.slice(0, 2), 'function')} ${problem}.`
    return [document.fault(code.functionFile, path, message, 'Relative paths begin at the directory of the instance.')]
  })
}

/** `list` is the key that holds those whose programs these are, `kind` what one of them is called. */
export function programFaults(document: ConfigDocument, list: string, kind: string, directory: string): Fault[] {
  return findTexts(document.value, `${list}.*.command.*`).flatMap(({ path, value }) => {
    if (path.at(-1) !== 0 || value === '') return []
    const owner = ownerName(document.value, path.slice(0, 2), kind)
    if (value.includes('/')) {
      const problem = problemOf(resolve(directory, value), constants.X_OK)
      if (problem === undefined) return []
      const message = `The program of ${owner} ${problem}.`
      const mend = 'Relative paths begin at the directory of the instance; chmod +x makes a file a program.'
      return [document.fault(code.functionFile, path, message, mend)]
    }
    if (programPath.split(':').some((folder) => problemOf(join(folder, value), constants.X_OK) === undefined)) return []
    const message = `The program ${JSON.stringify(value)} of ${owner} is not on this machine.`
    const mend = `Install it, or name it by its path; it is looked for in ${programPath}.`
    return [document.fault(code.programNotFound, path, message, mend, { severity: 'warning' })]
  })
}

/** What is wrong with a file that is to be read; undefined when nothing is. */
export function missingFile(file: string): string | undefined {
  return problemOf(file, constants.R_OK)
}

/** As a person would say it; undefined when there is a file that may be used so. */
function problemOf(file: string, access: number): string | undefined {
  try {
    if (!statSync(file).isFile()) return 'is no file'
    accessSync(file, access)
    return undefined
  } catch (fault) {
    const reason = errorCode(fault)
    if (reason === 'ENOENT' || reason === 'ENOTDIR') return 'does not exist'
    if (reason === 'EACCES') return access === constants.X_OK ? "can't be run" : "can't be read"
    return `can't be used (${reason})`
  }
}

function utteranceFaults(document: ConfigDocument): Fault[] {
  return findTexts(document.value, 'bots.*.intents.*.utterances.*').flatMap(({ path, value }) => {
    const intent = valueAt(document.value, path.slice(0, 4))
    const slots = new Set(findTexts(intent, 'slots.*.name').map((slot) => slot.value))
    return [...value.matchAll(/\{([^}]*)\}/g)]
      .map(([, written = '']) => written.trim())
      .filter((name) => !slots.has(name))
      .map((name) => {
        const owner = ownerName(document.value, path.slice(0, 4), 'intent')
        const message = `The utterance has the slot ${JSON.stringify(name)}, which ${owner} does not have.`
        const mend = `${suggestion(name, slots, 'slots')} Correct the name, or add it to slots.`
        return document.fault(code.unknownSlot, path, message, mend)
      })
  })
}

function slotFaults(document: ConfigDocument): Fault[] {
  return findAll(document.value, 'bots.*.intents.*.slots.*').flatMap(({ path, value }) => {
    const owner = ownerName(document.value, path, 'Slot')
    const choices = child(value, 'choices')
    if (
      child(value, 'type') === 'choice' &&
      (choices === undefined || (Array.isArray(choices) && choices.length === 0))
    )
      return [
        document.fault(
          code.choicesMissing,
          path,
          `${owner} has no choices.`,
          'Add `choices:` with at least one value.',
        ),
      ]
    const minimum = child(value, 'minimumDigits') ?? 1
    const maximum = child(value, 'maximumDigits') ?? 30
    if (typeof minimum !== 'number' || typeof maximum !== 'number' || minimum <= maximum) return []
    const message = `${owner} has at least ${minimum} digits, but at most ${maximum}.`
    const mend = 'Write the smaller number as "minimumDigits", the larger as "maximumDigits".'
    return [document.fault(code.digitsReversed, path, message, mend)]
  })
}

function unreachableIntents(document: ConfigDocument): Fault[] {
  return findAll(document.value, 'bots.*.intents.*').flatMap(({ path, value }) => {
    const isEmpty = (key: string) => {
      const list = child(value, key)
      return list === undefined || (Array.isArray(list) && list.length === 0)
    }
    const fallback = child(valueAt(document.value, path.slice(0, 2)), 'fallbackIntent') ?? 'FallbackIntent'
    if (!isEmpty('utterances') || !isEmpty('dtmf') || child(value, 'name') === fallback) return []
    const message = `${ownerName(document.value, path, 'Intent')} has neither utterances nor keys: nobody gets there.`
    const mend = 'Add `utterances:` or `dtmf:`.'
    return [document.fault(code.intentUnreachable, path, message, mend, { severity: 'warning' })]
  })
}

function aliasFaults(document: ConfigDocument, configuration: Configuration): Fault[] {
  const firsts = new Map<string, Path>()
  return findTexts(document.value, 'aliases.*.arn').flatMap(({ path, value }) => {
    const kind = child(valueAt(document.value, path.slice(0, 2)), 'kind')
    if (typeof kind !== 'string') return []
    const written = JSON.stringify(value)
    const key = JSON.stringify([kind, value])
    const first = firsts.get(key)
    if (first) {
      const message = `The ${kind} ${written} has two aliases: the first on line ${document.place(first).line}.`
      return [document.fault(code.duplicateAlias, path, message, 'It stands for one thing: keep one of them.')]
    }
    firsts.set(key, path)
    if (!isNamedKind(kind) || !namesOf(configuration, kind)?.has(value)) return []
    const message = `${written} is the name of a ${kindWords[kind].one} here: the alias has no effect.`
    const mend = 'Remove it; flows that write this name mean the one that has it.'
    return [document.fault(code.aliasWithoutEffect, path, message, mend, { severity: 'warning' })]
  })
}

function isNamedKind(kind: string): kind is NamedKind {
  return Object.hasOwn(kindWords, kind)
}
