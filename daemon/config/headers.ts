// Headers that functions, bots, engines and recognisers behind HTTP endpoints are asked with: their values are
// secrets, in files of their own.
import type { Fault } from '../fault.ts'
import { code } from './codes.ts'
import type { ConfigDocument } from './document.ts'
import { findTexts, valueAt } from './place.ts'
import { ownerName } from './references.ts'
import { readSecretFile } from './secret-file.ts'

export interface Headers {
  /** By the place of whatever has them in its list. */
  byIndex: Map<number, Record<string, string>>
  faults: Fault[]
}

const codes = {
  missing: code.headerMissing,
  unreadable: code.headerUnreadable,
  empty: code.headerEmpty,
  form: code.headerForm,
  exposed: code.headerExposed,
}
/** Tokens are longer than passwords. */
const longestFileBytes = 16 * 1024

const kinds = {
  functions: 'function',
  bots: 'bot',
  engines: 'engine',
  recognisers: 'recogniser',
  promptSources: 'prompt source',
} as const

/** `list` is the key that holds them. */
export function readHeaders(
  document: ConfigDocument | undefined,
  list: keyof typeof kinds,
  directory: string,
  secrets: 'required' | 'optional',
): Headers {
  const headers: Headers = { byIndex: new Map(), faults: [] }
  if (!document) return headers
  for (const { path, value } of findTexts(document.value, `${list}.*.headers.*.valueFile`)) {
    const name = valueAt(document.value, [...path.slice(0, -1), 'name'])
    const read = readSecretFile({
      document,
      path,
      file: value,
      directory,
      owner: `The file of header ${JSON.stringify(name ?? '')} of ${ownerName(document.value, path.slice(0, 2), kinds[list])}`,
      what: 'value',
      longestBytes: longestFileBytes,
      secrets,
      codes,
    })
    headers.faults.push(...read.faults)
    if (read.text === undefined || typeof name !== 'string') continue
    const index = Number(path[1])
    headers.byIndex.set(index, { ...headers.byIndex.get(index), [name]: read.text })
  }
  return headers
}
