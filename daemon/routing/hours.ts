// Hours of operation: is it open at a moment? Read on the clock on the wall of the hours' own zone, so that daylight
// saving time is the zone's business: a range that the clocks skip never comes, one that they repeat comes twice.
import type { HoursOfOperation } from '../config/schema.ts'

type Day = keyof HoursOfOperation['week']

const days: readonly Day[] = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** Making a formatter costs some 30 µs, using one about 1 µs. Zones come from the configuration, so they are few. */
const formatters = new Map<string, Intl.DateTimeFormat>()
const maximumFormatters = 600

/**
 * Ranges run from their start up to, but not including, their end; `24:00`, and `00:00` as an end, are the end of the
 * day. A range whose end comes before its start runs past midnight into the next day. Throws RangeError when the zone
 * is not in the tz database, which the configuration's check rules out.
 */
export function isOpen(hours: HoursOfOperation, epochMs: number): boolean {
  const { day, minutes } = wallClock(hours.timeZone, epochMs)
  const today = hours.week[days[day]!]
  const yesterday = hours.week[days[(day + 6) % 7]!]
  return (
    today.map(parseRange).some((range) => {
      const overnight = range.end < range.start
      return minutes >= range.start && (overnight || minutes < range.end)
    }) || yesterday.map(parseRange).some((range) => range.end < range.start && minutes < range.end)
  )
}

function wallClock(timeZone: string, epochMs: number): { day: number; minutes: number } {
  let weekday = ''
  let hour = 0
  let minute = 0
  for (const part of formatter(timeZone).formatToParts(epochMs)) {
    if (part.type === 'weekday') weekday = part.value.toLowerCase()
    else if (part.type === 'hour') hour = Number(part.value)
    else if (part.type === 'minute') minute = Number(part.value)
  }
  return { day: days.indexOf(weekday as Day), minutes: hour * 60 + minute }
}

function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
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
