// Times of the day and the week, as carriers.yaml writes them. Pure; in the instance's time zone.

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export type Day = (typeof days)[number]

export interface LocalTime {
  day: Day
  /** `HH:MM`. */
  time: string
}

export interface OpeningTime {
  days?: readonly Day[] | undefined
  from: string
  to: string
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Zones are those of one configuration: a few. */
export function localTime(epochMs: number, timeZone: string): LocalTime {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(timeZone, format)
  }
  const [weekday = '', time = ''] = format.format(epochMs).replace(',', '').split(' ')
  return { day: weekday.toLowerCase() as Day, time }
}

/** Over midnight when `to` is not after `from`. */
export function isWithin(time: string, from: string, to: string): boolean {
  return from < to ? time >= from && time < to : time >= from || time < to
}

/** Without times: always. What goes over midnight belongs to the day it begins on. */
export function isOpen(times: readonly OpeningTime[] | undefined, { day, time }: LocalTime): boolean {
  return times === undefined || times.some((one) => covers(one, day, time))
}

function covers({ days: on, from, to }: OpeningTime, day: Day, time: string): boolean {
  if (!isWithin(time, from, to)) return false
  const beganYesterday = to <= from && time < to
  return on?.includes(beganYesterday ? before(day) : day) ?? true
}

function before(day: Day): Day {
  return days[(days.indexOf(day) + 6) % 7]!
}
