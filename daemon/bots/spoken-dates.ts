// Dates as callers say, type or key them, to ISO: "tomorrow", "next Friday", "the third of March", "3/4/2027".
import { ordinal, spokenDigits } from './number-words.ts'

const dayMs = 86_400_000
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]

export interface DateContext {
  /** Today where the box stands, ISO. */
  today: string
  /** `en-US` and the like write the month first. */
  locale: string
}

/** ISO date; undefined when the words hold none. A date without a year is the next one to come. */
export function spokenDate(words: readonly string[], context: DateContext): string | undefined {
  return relativeDate(words, context) ?? writtenDate(words, context) ?? monthAndDay(words, context)
}

/** Keys: eight of them, in the order the locale writes dates, or year first. */
export function keyedDate(keys: string, context: DateContext): string | undefined {
  if (!/^[0-9]{8}$/.test(keys)) return undefined
  const [first, second, year] = [keys.slice(0, 2), keys.slice(2, 4), keys.slice(4)]
  const local = monthFirst(context.locale) ? isoDate(year, first, second) : isoDate(year, second, first)
  const usual = local !== undefined && Number(year) >= 1900 && Number(year) < 2200
  return usual ? local : isoDate(keys.slice(0, 4), keys.slice(4, 6), keys.slice(6))
}

function relativeDate(words: readonly string[], { today }: DateContext): string | undefined {
  const said = new Set(words)
  if (said.has('today')) return today
  if (said.has('tomorrow')) return daysFrom(today, said.has('after') ? 2 : 1)
  if (said.has('yesterday')) return daysFrom(today, said.has('before') ? -2 : -1)
  const weekday = weekdays.findIndex((day) => said.has(day))
  if (weekday === -1) return undefined
  const now = new Date(today).getUTCDay()
  return daysFrom(today, ((weekday - now + 6) % 7) + 1)
}

/** `2027-03-01`, `1/3/2027`, `1.3.27`. */
function writtenDate(words: readonly string[], { locale }: DateContext): string | undefined {
  for (const word of words) {
    const iso = /^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$/.exec(word)
    if (iso) return isoDate(iso[1], iso[2], iso[3])
    const local = /^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})$/.exec(word)
    if (local) {
      const year = local[3]?.length === 2 ? `20${local[3]}` : local[3]
      return monthFirst(locale) ? isoDate(year, local[1], local[2]) : isoDate(year, local[2], local[1])
    }
  }
  return undefined
}

function monthAndDay(words: readonly string[], { today }: DateContext): string | undefined {
  const at = words.findIndex((word) => months.includes(word))
  if (at === -1) return undefined
  const month = months.indexOf(words[at] ?? '') + 1
  const before = words.slice(0, at).filter((word) => word !== 'of' && word !== 'the')
  const after = words.slice(at + 1).filter((word) => word !== 'the')
  for (const [day, rest] of dayCandidates(before, after)) {
    const year = yearOf(rest)
    if (year !== undefined) return isoDate(year, String(month), String(day))
    const thisYear = isoDate(today.slice(0, 4), String(month), String(day))
    if (thisYear !== undefined && thisYear >= today) return thisYear
    return isoDate(String(Number(today.slice(0, 4)) + 1), String(month), String(day))
  }
  return undefined
}

/** Days of a month that the words right before or after its name may mean, longest first, with what follows them. */
function* dayCandidates(before: readonly string[], after: readonly string[]): Generator<[number, readonly string[]]> {
  for (const length of [2, 1]) {
    const day = before.length >= length ? ordinal(before.slice(-length)) : undefined
    if (day !== undefined && day >= 1 && day <= 31) yield [day, after]
  }
  for (const length of [2, 1]) {
    const day = after.length >= length ? ordinal(after.slice(0, length)) : undefined
    if (day !== undefined && day >= 1 && day <= 31) yield [day, after.slice(length)]
  }
}

/** `2027`, `twenty twenty seven`, `two thousand and twenty seven`. */
function yearOf(words: readonly string[]): string | undefined {
  const figures = spokenDigits(words.filter((word) => word !== 'and'))
  if (/^(19|20|21)[0-9]{2}$/.test(figures)) return figures
  if (words[0] === 'two' && words[1] === 'thousand') {
    const rest = spokenDigits(words.slice(2))
    return rest.length <= 2 ? `20${rest.padStart(2, '0')}` : undefined
  }
  return undefined
}

function isoDate(year: string | undefined, month: string | undefined, day: string | undefined): string | undefined {
  if (year === undefined || month === undefined || day === undefined) return undefined
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const time = Date.parse(`${iso}T00:00:00Z`)
  // The 31st of June is no date, whatever the calendar of the language makes of it.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(iso) ? iso : undefined
}

function daysFrom(iso: string, days: number): string {
  return new Date(Date.parse(`${iso}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10)
}

function monthFirst(locale: string): boolean {
  return /^en[-_](US|PH)$|^en$/i.test(locale)
}
