// Contacts of a campaign from a CSV file: every row is judged, and every bad one told by its line.
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { timeOfDayRange } from '../config/hours-schema.ts'
import { readE164 } from '../numbers/number-text.ts'

export interface ListedContact {
  /** E.164. */
  number: string
  /** tz database name; absent: as the number tells. */
  timeZone?: string | undefined
  /** `HH:MM-HH:MM`, by the contact's clock; absent: as the campaign says. */
  hours?: string | undefined
  /** The other columns: attributes of the contact. */
  attributes: Readonly<Record<string, string>>
}

export interface BadRow {
  /** Of the file, the heading being line 1. */
  line: number
  problem: string
}

export interface ReadList {
  contacts: ListedContact[]
  bad: BadRow[]
}

const ownColumns = ['number', 'timeZone', 'hours']
const mostColumns = 50
const longestAttribute = 1024

const timeZones: ReadonlySet<string> = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC'])

/** As csv-parse gives it with `info`. */
const parsedRow = z.object({ record: z.record(z.string(), z.string()), info: z.object({ lines: z.number() }) })

/** `country`: of national numbers. What is no CSV at all is one bad row. */
export function readContactList(text: string, country: string): ReadList {
  const list: ReadList = { contacts: [], bad: [] }
  const lineOfNumber = new Map<string, number>()
  for (const { line, row } of rowsOf(text, list.bad)) {
    const read = readRow(row, country)
    if ('problem' in read) {
      list.bad.push({ line, problem: read.problem })
      continue
    }
    const before = lineOfNumber.get(read.number)
    if (before !== undefined) {
      list.bad.push({ line, problem: `${read.number} is there twice: first on line ${before}` })
      continue
    }
    lineOfNumber.set(read.number, line)
    list.contacts.push(read)
  }
  list.bad.sort((one, other) => one.line - other.line)
  return list
}

/** One number a line, with or without a heading `number`; further columns are for people. */
export function readDoNotCall(text: string, country: string): { numbers: Set<string>; bad: BadRow[] } {
  const numbers = new Set<string>()
  const bad: BadRow[] = []
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const [cell = ''] = written.split(/[,;]/)
    const number = cell.replaceAll('"', '').trim()
    if (number === '' || number.startsWith('#') || (index === 0 && number.toLowerCase() === 'number')) continue
    const read = readE164(number, country)
    if ('problem' in read) bad.push({ line: index + 1, problem: `${number}: ${read.problem}` })
    else numbers.add(read.e164)
  }
  return { numbers, bad }
}

function* rowsOf(text: string, bad: BadRow[]): Iterable<{ line: number; row: Record<string, string> }> {
  let records: unknown[]
  try {
    records = parse(text, {
      bom: true,
      columns: (heading: string[]) => heading.map((name) => name.trim()),
      trim: true,
      skip_empty_lines: true,
      relax_column_count_less: true,
      skip_records_with_error: true,
      on_skip: (fault) => void bad.push({ line: Number(fault?.lines ?? 0), problem: fault?.message ?? 'it is no CSV' }),
      info: true,
    })
  } catch (fault) {
    const line = fault instanceof Error && 'lines' in fault && typeof fault.lines === 'number' ? fault.lines : 1
    bad.push({ line, problem: fault instanceof Error ? fault.message : String(fault) })
    return
  }
  for (const record of records) {
    const read = parsedRow.safeParse(record)
    if (read.success) yield { line: read.data.info.lines, row: read.data.record }
  }
}

function readRow(row: Record<string, string>, country: string): ListedContact | { problem: string } {
  const { number: written, timeZone, hours, ...rest } = row
  if (written === undefined)
    return { problem: `there is no column "number"; there are: ${Object.keys(row).join(', ')}` }
  if (written === '') return { problem: 'it has no number' }
  const number = readE164(written, country)
  if ('problem' in number) return { problem: `${written}: ${number.problem}` }
  if (timeZone && !timeZones.has(timeZone)) return { problem: `there is no time zone ${JSON.stringify(timeZone)}` }
  const range = hours ? timeOfDayRange.safeParse(hours) : undefined
  if (range && (!range.success || range.data.slice(0, 5) >= range.data.slice(6)))
    return { problem: `the hours ${JSON.stringify(hours)} are not like 09:30-12:00` }
  const problem = attributeProblem(rest)
  if (problem !== undefined) return { problem }
  return { number: number.e164, ...(timeZone && { timeZone }), ...(hours && { hours }), attributes: rest }
}

function attributeProblem(attributes: Record<string, string>): string | undefined {
  const names = Object.keys(attributes)
  if (names.length > mostColumns) return `more than ${mostColumns + ownColumns.length} columns`
  const unusable = names.find((name) => name === '' || name === '__proto__' || /[$.]/.test(name))
  if (unusable !== undefined) return `a column can't be called ${JSON.stringify(unusable)}: $ and . are for references`
  const long = names.find((name) => (attributes[name] ?? '').length > longestAttribute)
  return long === undefined ? undefined : `${long} has more than ${longestAttribute} characters`
}
