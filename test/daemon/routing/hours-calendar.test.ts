// 24 months of hours in 40 time zones: open and closed as an independent calendar library has it, every quarter of an hour
// around each change of the clocks, and every 31 hours in between (`CALENDAR_STEP_H=7`: so often, and twice as long).
import { DateTime, IANAZone } from 'luxon'
import t from 'tap'
import type { HoursOfOperation } from '../../../daemon/config/schema.ts'
import { isOpen } from '../../../daemon/routing/hours.ts'

const zones = [
  ...['Africa/Cairo', 'Africa/Casablanca', 'Africa/Johannesburg', 'Africa/Lagos', 'America/Adak', 'America/Anchorage'],
  ...['America/Argentina/Buenos_Aires', 'America/Asuncion', 'America/Bogota', 'America/Caracas', 'America/Chicago'],
  ...['America/Denver', 'America/Halifax', 'America/Havana', 'America/Los_Angeles', 'America/Mexico_City'],
  ...[
    'America/New_York',
    'America/Nuuk',
    'America/Phoenix',
    'America/Santiago',
    'America/Sao_Paulo',
    'America/St_Johns',
  ],
  ...[
    'Antarctica/Troll',
    'Asia/Beirut',
    'Asia/Dubai',
    'Asia/Jerusalem',
    'Asia/Kathmandu',
    'Asia/Kolkata',
    'Asia/Tehran',
  ],
  ...['Asia/Tokyo', 'Atlantic/Azores', 'Australia/Adelaide', 'Australia/Lord_Howe', 'Australia/Sydney', 'EST5EDT'],
  ...['Europe/Berlin', 'Europe/Dublin', 'Europe/London', 'Pacific/Auckland', 'Pacific/Chatham'],
]
const week: HoursOfOperation['week'] = {
  monday: ['09:00-12:30', '13:15-17:45'],
  tuesday: ['00:00-24:00'],
  wednesday: ['22:00-02:30'],
  thursday: [],
  friday: ['10:00-00:00'],
  saturday: ['01:30-03:15', '23:30-00:00'],
  sunday: ['00:00-01:00', '01:15-02:45', '03:00-08:00'],
}
const overrides: HoursOfOperation['overrides'] = [
  {
    name: 'Christmas',
    kind: 'closed',
    from: '2025-12-25',
    till: '2030-01-01',
    times: ['00:00-24:00'],
    recurs: { every: 'year', interval: 1 },
  },
  {
    name: 'last Monday',
    kind: 'closed',
    from: '2026-01-01',
    till: '2027-12-31',
    times: ['14:00-16:00'],
    recurs: { every: 'month', interval: 1, weekdays: ['monday'], occurrence: -1 },
  },
  {
    name: 'first Thursday',
    kind: 'open',
    from: '2026-01-01',
    till: '2027-12-31',
    times: ['08:00-20:00'],
    recurs: { every: 'month', interval: 2, weekdays: ['thursday'], occurrence: 1 },
  },
  { name: 'summer', kind: 'temporary', from: '2026-07-20', till: '2026-08-09', times: ['11:00-15:00'] },
]
const weekdays = ['', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

function minutesOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number)
  return hours! * 60 + minutes!
}

/** By luxon's fields of the date alone. */
function calendarSays(at: DateTime): boolean {
  const minutes = at.hour * 60 + at.minute
  const inside = (text: string, overnightRest: boolean) => {
    const [from, written] = text.split('-').map(minutesOf) as [number, number]
    const till = written === 0 ? 1440 : written
    if (overnightRest) return till < from && minutes < till
    return minutes >= from && (till < from || minutes < till)
  }
  const nominal = DateTime.utc(at.year, at.month, at.day)
  const hit = (timesOf: (day: DateTime) => readonly string[]) =>
    timesOf(nominal).some((text) => inside(text, false)) ||
    timesOf(nominal.minus({ days: 1 })).some((text) => inside(text, true))
  const isChristmas = (day: DateTime) => day.month === 12 && day.day === 25
  const isLastMonday = (day: DateTime) =>
    day.weekday === 1 && day.plus({ days: 7 }).month !== day.month && day.year >= 2026
  const isFirstThursday = (day: DateTime) =>
    day.weekday === 4 && day.day <= 7 && day.month % 2 === 1 && day.year >= 2026
  const isSummer = (day: DateTime) => day >= DateTime.utc(2026, 7, 20) && day <= DateTime.utc(2026, 8, 9)
  if (hit((day) => (isChristmas(day) ? ['00:00-24:00'] : []))) return false
  if (hit((day) => (isLastMonday(day) ? ['14:00-16:00'] : []))) return false
  if (hit((day) => (isFirstThursday(day) ? ['08:00-20:00'] : []))) return true
  return hit((day) => (isSummer(day) ? ['11:00-15:00'] : week[weekdays[day.weekday as 1]]))
}

const hourMs = 3_600_000
const fromMs = Date.UTC(2026, 0, 1)
const tillMs = Date.UTC(2028, 0, 1)
/** No divisor of a day or a week. */
const stepMs = Number(process.env.CALENDAR_STEP_H ?? 31) * hourMs

/** Step by step, so that all times of day come, and each quarter of an hour of two days around each change of the clocks. */
function momentsIn(zone: string): number[] {
  const { offset } = { offset: (ms: number) => IANAZone.create(zone).offset(ms) }
  const moments: number[] = []
  for (let ms = fromMs; ms < tillMs; ms += stepMs) moments.push(ms + 7 * 60_000)
  for (let ms = fromMs; ms < tillMs; ms += 24 * hourMs)
    if (offset(ms) !== offset(ms + 24 * hourMs))
      for (let near = ms - 12 * hourMs; near < ms + 36 * hourMs; near += hourMs / 4) moments.push(near)
  return moments
}

t.test(`${zones.length} zones, 24 months`, async (t) => {
  let asked = 0
  for (const timeZone of zones) {
    const hours: HoursOfOperation = { name: 'all', timeZone, week, overrides }
    const wrong = momentsIn(timeZone).filter((ms) => {
      asked++
      return isOpen(hours, ms) !== calendarSays(DateTime.fromMillis(ms, { zone: timeZone }))
    })
    t.same(
      wrong.slice(0, 3).map((ms) => DateTime.fromMillis(ms, { zone: timeZone }).toISO()),
      [],
      timeZone,
    )
  }
  t.comment(`${asked} moments`)
  t.equal(zones.length, 40)
})
