// What a carrier has to give: numbers from a file or an HTTP endpoint, as CSV with headings or as JSON. Each is checked;
// those that are none are left out, and told.
import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { kindOfNumber, type NumberKind } from '../carrier/caller-id.ts'
import { describeE164, readE164 } from './number-text.ts'

export interface OfferedNumber {
  number: string
  carrier: string
  kind: NumberKind
  country?: string
  formatted: string
  /** In the carrier's words: a town, an exchange. */
  area?: string
}

export interface InventorySource {
  carrier: string
  file?: string | undefined
  url?: string | undefined
}

export interface Inventory {
  offers: OfferedNumber[]
  /** What is wrong with it, one sentence each. */
  problems: string[]
}

const longestBytes = 20_000_000
const answerWithinMs = 10_000

const row = z.object({
  number: z.coerce.string(),
  kind: z.enum(['did', 'tollFree', 'uifn']).optional(),
  area: z.string().optional(),
})
const listing = z.union([z.array(row), z.object({ numbers: z.array(row) }).transform(({ numbers }) => numbers)])

/** Never rejects: a carrier that can't be asked is a problem of its inventory. `country`: of national numbers in it. */
export async function readInventory(source: InventorySource, directory: string, country: string): Promise<Inventory> {
  try {
    const text = source.url === undefined ? await fromFile(source.file ?? '', directory) : await fromUrl(source.url)
    return offersOf(text, source.carrier, country)
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : String(fault)
    return { offers: [], problems: [`The inventory of ${source.carrier} can’t be read: ${why}.`] }
  }
}

export function offersOf(text: string, carrier: string, country: string): Inventory {
  const inventory: Inventory = { offers: [], problems: [] }
  for (const { number, kind, area } of listing.parse(rowsOf(text))) {
    const read = readE164(number, country)
    if ('problem' in read) inventory.problems.push(`${carrier} offers ${JSON.stringify(number)}: ${read.problem}.`)
    else
      inventory.offers.push({
        number: read.e164,
        carrier,
        kind: kindOfNumber({ number: read.e164, kind }),
        ...describeE164(read.e164),
        ...(area !== undefined && area !== '' && { area }),
      })
  }
  return inventory
}

function rowsOf(text: string): unknown {
  if (/^\s*[[{]/.test(text)) return JSON.parse(text)
  const rows: Record<string, string>[] = parse(text, {
    columns: true,
    comment: '#',
    comment_no_infix: true,
    trim: true,
    skip_empty_lines: true,
  })
  return rows.map(({ kind, ...rest }) => ({ ...rest, ...(kind !== undefined && kind !== '' && { kind }) }))
}

async function fromFile(file: string, directory: string): Promise<string> {
  const path = isAbsolute(file) ? file : join(directory, file)
  const { size } = await stat(path)
  if (size > longestBytes) throw new Error(`${path} has ${size} bytes, ${longestBytes} are the most`)
  return await readFile(path, 'utf8')
}

async function fromUrl(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs), redirect: 'error' })
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  const bytes = await response.bytes()
  if (bytes.length > longestBytes) throw new Error(`${url} answers more than ${longestBytes} bytes`)
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}
