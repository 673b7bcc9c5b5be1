// Days by the calendar, and which of them an override of the hours is about.
import type { HoursOverride } from '../config/hours-schema.ts'

export const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
export type Day = (typeof days)[number]

const dayMs = 86_400_000

/** A date without a zone; `month` from 1. */
export class CalendarDay {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly weekday: Day

  constructor(year: number, month: number, day: number, weekday: Day) {
    this.year = year
    this.month = month
    this.day = day
    this.weekday = weekday
  }

  static parse(date: string): CalendarDay {
    return CalendarDay.#at(Date.parse(`${date}T00:00:00Z`))
  }

  static #at(utcMs: number): CalendarDay {
    const date = new Date(utcMs)
    return new CalendarDay(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), days[date.getUTCDay()]!)
  }

  before(): CalendarDay {
    return CalendarDay.#at(this.#utcMs - dayMs)
  }

  /** `YYYY-MM-DD`: dates compare as text. */
  toString(): string {
    return new Date(this.#utcMs).toISOString().slice(0, 10)
  }

  get daysInMonth(): number {
    return new Date(Date.UTC(this.year, this.month, 0)).getUTCDate()
  }

  /** Whole weeks, from Mondays on. */
  get week(): number {
    // 1970-01-01 was a Thursday.
    return Math.floor((this.#utcMs / dayMs + 3) / 7)
  }

  get #utcMs(): number {
    return Date.UTC(this.year, this.month - 1, this.day)
  }
}

export function isDayOf({ from, till, recurs }: HoursOverride, day: CalendarDay): boolean {
  const date = day.toString()
  if (date < from || date > till) return false
  if (!recurs) return true
  const begun = CalendarDay.parse(from)
  if (passed(recurs.every, begun, day) % recurs.interval !== 0) return false
  const { months, days: daysOfMonth, weekdays, occurrence } = recurs
  if (months && !months.includes(day.month)) return false
  // A yearly or monthly day that is not named is that of the beginning.
  const named = daysOfMonth ?? (weekdays || recurs.every === 'week' ? undefined : [begun.day])
  if (named && !named.includes(day.day) && !(named.includes(-1) && day.day === day.daysInMonth)) return false
  if (recurs.every === 'year' && !months && day.month !== begun.month) return false
  const wanted = weekdays ?? (recurs.every === 'week' ? [begun.weekday] : undefined)
  if (wanted && !wanted.includes(day.weekday)) return false
  return occurrence === undefined || isOccurrence(occurrence, day)
}

function passed(every: 'week' | 'month' | 'year', from: CalendarDay, day: CalendarDay): number {
  if (every === 'week') return day.week - from.week
  if (every === 'year') return day.year - from.year
  return (day.year - from.year) * 12 + day.month - from.month
}

function isOccurrence(occurrence: number, day: CalendarDay): boolean {
  return occurrence === -1 ? day.day + 7 > day.daysInMonth : Math.ceil(day.day / 7) === occurrence
}
