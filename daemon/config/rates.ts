// Price lists of carriers: CSV files of prefix and price, as carriers send them. Read with the instance.
import { isAbsolute, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { Fault } from '../fault.ts'
import { code } from './codes.ts'
import type { ConfigDocument } from './document.ts'
import { findTexts } from './place.ts'
import { readText } from './read-file.ts'
import { ownerName } from './references.ts'

export interface Rate {
  /** Digits, without plus sign. */
  prefix: string
  /** Of a minute. */
  price: number
}

export interface RateLists {
  /** By the carrier's place in its list. */
  byCarrier: Map<number, Rate[]>
  faults: Fault[]
}

const longestBytes = 20_000_000
const mostRates = 500_000

export function readRates(document: ConfigDocument | undefined, directory: string): RateLists {
  const lists: RateLists = { byCarrier: new Map(), faults: [] }
  if (!document) return lists
  for (const { path, value } of findTexts(document.value, 'carriers.*.rates')) {
    const read = readText(isAbsolute(value) ? value : join(directory, value), longestBytes)
    const rates = 'problem' in read ? `it can't be read (${read.problem})` : ratesOf(read.text)
    if (typeof rates !== 'string') lists.byCarrier.set(Number(path[1]), rates)
    else {
      const message = `The price list ${JSON.stringify(value)} of ${ownerName(document.value, path.slice(0, 2), 'Carrier')} is of no use: ${rates}.`
      const mend = 'Write one line for each prefix: 4420,0.0065. Lines that begin with # are left out.'
      lists.faults.push(document.fault(code.ratesFile, path, message, mend))
    }
  }
  return lists
}

/** What is wrong with it, in words, when it is no list. A first line without digits is taken for headings. */
export function ratesOf(text: string): Rate[] | string {
  let rows: string[][]
  try {
    rows = parse(text, {
      comment: '#',
      comment_no_infix: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
    })
  } catch (fault) {
    return fault instanceof Error ? fault.message : String(fault)
  }
  if (rows.length > mostRates) return `${rows.length} lines are more than ${mostRates}`
  const rates: Rate[] = []
  for (const [index, [prefix = '', price = '']] of rows.entries()) {
    if (index === 0 && !/[0-9]/.test(prefix)) continue
    if (!/^\+?[0-9]{1,15}$/.test(prefix)) return `${JSON.stringify(prefix)} in line ${index + 1} is no prefix`
    if (!/^[0-9]+(\.[0-9]+)?$/.test(price)) return `${JSON.stringify(price)} in line ${index + 1} is no price`
    rates.push({ prefix: prefix.replace('+', ''), price: Number(price) })
  }
  return rates
}
