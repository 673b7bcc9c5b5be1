// Many numbers at once: a CSV file with a line for each number becomes ports, one for each losing carrier, account and
// country, as carriers want them.
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { describeE164, readE164 } from '../numbers/number-text.ts'

const cell = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text === '' ? undefined : text))

const row = z.object({
  number: z.string().min(1),
  losingCarrier: z.string().min(1),
  account: cell,
  company: cell,
  address: cell,
  contact: cell,
  carrier: cell,
})

/** What a port is begun with. */
export interface PortRequest {
  numbers: string[]
  losingCarrier: string
  account: string | undefined
  company: string | undefined
  address: string | undefined
  contact: string | undefined
  /** The winning one; undefined: the only one there is. */
  carrier: string | undefined
}

/** `country`: of national numbers. Throws with the line that is wrong. */
export function portRequests(text: string, country: string): PortRequest[] {
  const rows: unknown[] = parse(text, {
    columns: true,
    comment: '#',
    comment_no_infix: true,
    trim: true,
    skip_empty_lines: true,
  })
  const requests = new Map<string, PortRequest>()
  for (const [index, each] of rows.entries()) {
    const where = `Line ${index + 2}`
    const read = row.safeParse(each)
    if (!read.success)
      throw new Error(
        `${where}: ${read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
      )
    const { number: written, ...rest } = read.data
    const number = readE164(written, country)
    if ('problem' in number) throw new Error(`${where}: ${written}: ${number.problem}`)
    const key = JSON.stringify([rest.losingCarrier, rest.account, rest.carrier, describeE164(number.e164).country])
    const request = requests.get(key) ?? { ...rest, numbers: [] }
    if (request.numbers.includes(number.e164)) throw new Error(`${where}: ${written} is there twice`)
    request.numbers.push(number.e164)
    requests.set(key, request)
  }
  return [...requests.values()]
}
