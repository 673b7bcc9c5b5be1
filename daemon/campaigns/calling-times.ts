// When a contact may be called, by the contact's own clock. A number tells its country, and most countries have one time
// zone; where it has several, and the list does not say which, all of them must be within the calling times.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { isOpen, localTime, type OpeningTime } from '../carrier/opening-times.ts'
import type { Campaign } from '../config/campaigns-schema.ts'

export interface WhenToCall {
  number: string
  /** tz database name; undefined: as the number tells. */
  timeZone: string | undefined
  /** `HH:MM-HH:MM`; undefined: as the campaign says. */
  hours: string | undefined
}

const quarterMs = 15 * 60_000
/** Every week has a day on which it is open. */
const longestQuarters = 8 * 24 * 4

const byCountry = new Map<string, readonly string[]>()
/** By zones and times: until when the answer for this quarter of an hour holds. */
const nextOpenings = new Map<string, { quarter: number; nextMs: number }>()
const mostOpenings = 2000

/** `otherwise`: of numbers without a country. */
export function timeZonesOf({ number, timeZone }: WhenToCall, otherwise: string): readonly string[] {
  if (timeZone !== undefined) return [timeZone]
  const country = parsePhoneNumberFromString(number)?.country
  if (country === undefined) return [otherwise]
  const known = byCountry.get(country)
  if (known) return known
  // ECMA-402; not among the declarations of TypeScript yet.
  const locale: Intl.Locale & { getTimeZones?(): string[] | undefined } = new Intl.Locale(`und-${country}`)
  const zones = locale.getTimeZones?.() ?? []
  const used = zones.length === 0 ? [otherwise] : zones
  byCountry.set(country, used)
  return used
}

/** Undefined: now. Else the wall clock at which to look again; the contact may not be called before. */
export function quietUntil(
  when: WhenToCall,
  times: Campaign['callingTimes'],
  otherwise: string,
  epochMs: number,
): number | undefined {
  const zones = timeZonesOf(when, otherwise)
  const [from = times.from, to = times.to] = when.hours?.split('-') ?? []
  const opening: OpeningTime = { days: times.days, from, to }
  if (isOpenIn(zones, opening, epochMs)) return undefined
  const key = JSON.stringify([zones, opening])
  const quarter = Math.floor(epochMs / quarterMs)
  const known = nextOpenings.get(key)
  if (known?.quarter === quarter) return known.nextMs
  const nextMs = nextOpening(zones, opening, quarter)
  if (nextOpenings.size >= mostOpenings) nextOpenings.clear()
  nextOpenings.set(key, { quarter, nextMs })
  return nextMs
}

function isOpenIn(zones: readonly string[], opening: OpeningTime, epochMs: number): boolean {
  return zones.every((zone) => isOpen([opening], localTime(epochMs, zone)))
}

/** At a quarter of an hour; times that begin between two are seen at the next one. */
function nextOpening(zones: readonly string[], opening: OpeningTime, quarter: number): number {
  for (let ahead = 1; ahead < longestQuarters; ahead++) {
    const atMs = (quarter + ahead) * quarterMs
    if (isOpenIn(zones, opening, atMs)) return atMs
  }
  return (quarter + longestQuarters) * quarterMs
}
