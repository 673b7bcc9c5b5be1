import t from 'tap'
import { quietUntil, timeZonesOf } from '../../../daemon/campaigns/calling-times.ts'

const times = { from: '09:00', to: '20:00', days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const }
const weekdays = { ...times, days: [...times.days] }

/** `at`: UTC, in the week from Monday, 5 January 2026. Undefined: may be called. */
function quiet(number: string, at: string, of: { timeZone?: string; hours?: string } = {}): string | undefined {
  const until = quietUntil(
    { number, timeZone: of.timeZone, hours: of.hours },
    weekdays,
    'Europe/London',
    Date.parse(`2026-${at}Z`),
  )
  return until === undefined ? undefined : new Date(until).toISOString().slice(5, 16)
}

const cases: [what: string, number: string, at: string, until: string | undefined, of?: object][] = [
  ['London at ten', '+442079460123', '01-05T10:00', undefined],
  ['London at half past eight', '+442079460123', '01-05T08:30', '01-05T09:00'],
  ['London at eight in the evening', '+442079460123', '01-05T20:00', '01-06T09:00'],
  ['London on Sunday', '+442079460123', '01-11T12:00', '01-12T09:00'],
  ['London on Saturday night', '+442079460123', '01-10T22:00', '01-12T09:00'],
  ['Berlin at nine', '+4930123456', '01-05T08:00', undefined],
  ['London, before and after the clocks change', '+442079460123', '03-30T08:00', undefined],
  ['New York, told so, at nine', '+12125550123', '01-05T14:00', undefined, { timeZone: 'America/New_York' }],
  ['a number of the USA: not before nine on Hawaii', '+12125550123', '01-05T14:00', '01-05T19:00'],
  ['a contact with hours of its own', '+442079460123', '01-05T10:00', '01-05T14:30', { hours: '14:30-15:00' }],
  ['within them', '+442079460123', '01-05T14:59', undefined, { hours: '14:30-15:00' }],
  ['a freephone number of no country: by the box’s clock', '+80012345678', '01-05T08:59', '01-05T09:00'],
]
for (const [what, number, at, until, of] of cases)
  t.test(what, async (t) => {
    t.equal(quiet(number, at, of), until)
  })

t.test('a number tells its time zones', async (t) => {
  const zones = (number: string) => timeZonesOf({ number, timeZone: undefined, hours: undefined }, 'UTC')
  t.same(zones('+442079460123'), ['Europe/London'])
  t.ok(zones('+12125550123').includes('America/New_York') && zones('+12125550123').includes('Pacific/Honolulu'))
  t.same(zones('+80012345678'), ['UTC'])
})
