// Hours of operation: is it open at a moment? Read on the clock on the wall of the hours' own zone, so that daylight
// saving time is the zone's business: a range that the clocks skip never comes, one that they repeat comes twice.
//
// Overrides go before the week, moment by moment: closed, then open, then temporary hours (routing facts, 3).
import type { HoursOverride } from '../config/hours-schema.ts'
import type { HoursOfOperation } from '../config/schema.ts'
import { CalendarDay, type Day, isDayOf } from './calendar.ts'

/** Making a formatter costs some 30 µs, using one about 1 µs. Zones come from the configuration, so they are few. */
const formatters = new Map<string, Intl.DateTimeFormat>()
const maximumFormatters = 600

/**
 * Ranges run from their start up to, but not including, their end; `24:00`, and `00:00` as an end, are the end of the
 * day. A range whose end comes before its start runs past midnight into the next day. Throws RangeError when the zone
 * is not in the tz database, which the configuration's check rules out.
 */
export function isOpen(hours: HoursOfOperation, epochMs: number): boolean {
  const { today, minutes } = wallClock(hours.timeZone, epochMs)
  const yesterday = today.before()
  const holds = (override: HoursOverride) => covers(timesOn(override, today), timesOn(override, yesterday), minutes)
  const overrides = hours.overrides ?? []
  const of = (kind: HoursOverride['kind']) => overrides.filter((override) => override.kind === kind)
  if (of('closed').some(holds)) return false
  if (of('open').some(holds)) return true
  const ordinary = (day: CalendarDay) => {
    const temporary = of('temporary').filter((override) => isDayOf(override, day))
    return temporary.length > 0 ? temporary.flatMap(({ times }) => times) : hours.week[day.weekday]
  }
  return covers(ordinary(today), ordinary(yesterday), minutes)
}

function timesOn(override: HoursOverride, day: CalendarDay): readonly string[] {
  return isDayOf(override, day) ? override.times : []
}

function covers(today: readonly string[], yesterday: readonly string[], minutes: number): boolean {
  return (
    today.map(parseRange).some((range) => {
      const overnight = range.end < range.start
      return minutes >= range.start && (overnight || minutes < range.end)
    }) || yesterday.map(parseRange).some((range) => range.end < range.start && minutes < range.end)
  )
}

function wallClock(timeZone: string, epochMs: number): { today: CalendarDay; minutes: number } {
  const parts: Record<string, string> = {}
  for (const { type, value } of formatter(timeZone).formatToParts(epochMs)) parts[type] = value
  const number = (name: string) => Number(parts[name])
  const weekday = (parts.weekday ?? '').toLowerCase() as Day
  return {
    today: new CalendarDay(number('year'), number('month'), number('day'), weekday),
    minutes: number('hour') * 60 + number('minute'),
  }
}

function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  if (formatters.size >= maximumFormatters) formatters.clear()
  formatters.set(timeZone, made)
  return made
}

function parseRange(text: string): { start: number; end: number } {
  const [start = '', end = ''] = text.split('-')
  const endMinutes = minutesOf(end)
  return { start: minutesOf(start), end: endMinutes === 0 ? 24 * 60 : endMinutes }
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
}
