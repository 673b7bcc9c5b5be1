// Is it open? Asked of shops in several zones, most of all on the nights when their clocks change.
import t, { type Test } from 'tap'
import type { HoursOfOperation } from '../../../daemon/config/schema.ts'
import { isOpen } from '../../../daemon/routing/hours.ts'

type Week = HoursOfOperation['week']

const closedWeek: Week = {
  monday: [],
  tuesday: [],
  wednesday: [],
  thursday: [],
  friday: [],
  saturday: [],
  sunday: [],
}
const shop = (timeZone: string, week: Partial<Week>): HoursOfOperation => ({
  name: 'shop',
  timeZone,
  week: { ...closedWeek, ...week },
})
const utc = (text: string) => Date.parse(`${text}Z`)

/** Asks at each moment (UTC) and compares the answers, so that a failure shows the whole day. */
function answers(test: Test, hours: HoursOfOperation, expected: Record<string, boolean>): void {
  test.same(Object.fromEntries(Object.keys(expected).map((moment) => [moment, isOpen(hours, utc(moment))])), expected)
}

t.test('a range begins with its first minute and ends before its last', async (t) => {
  answers(t, shop('UTC', { monday: ['09:00-17:00'] }), {
    '2026-01-05T08:59:59.999': false,
    '2026-01-05T09:00:00': true,
    '2026-01-05T16:59:59.999': true,
    '2026-01-05T17:00:00': false,
  })
})

t.test('lunch is closed between two ranges', async (t) => {
  answers(t, shop('UTC', { monday: ['09:00-12:30', '13:30-17:00'] }), {
    '2026-01-05T12:29:00': true,
    '2026-01-05T12:30:00': false,
    '2026-01-05T13:29:00': false,
    '2026-01-05T13:30:00': true,
  })
})

t.test('a day without ranges is closed', async (t) => {
  answers(t, shop('UTC', { monday: ['00:00-24:00'] }), {
    '2026-01-04T23:59:00': false,
    '2026-01-05T00:00:00': true,
    '2026-01-05T23:59:59': true,
    '2026-01-06T00:00:00': false,
  })
})

t.test('an end at 00:00 is the end of the day, as Amazon Connect writes it', async (t) => {
  answers(t, shop('UTC', { monday: ['10:00-00:00'] }), {
    '2026-01-05T09:59:00': false,
    '2026-01-05T23:59:00': true,
    '2026-01-06T00:00:00': false,
  })
})

t.test('a range that ends before it begins runs into the next day', async (t) => {
  answers(t, shop('UTC', { sunday: ['22:00-06:00'] }), {
    '2026-01-04T05:00:00': false,
    '2026-01-04T22:00:00': true,
    '2026-01-05T05:59:00': true,
    '2026-01-05T06:00:00': false,
    '2026-01-05T22:30:00': false,
  })
})

t.test('the day is the one in the zone of the shop, not in UTC', async (t) => {
  answers(t, shop('Pacific/Auckland', { monday: ['08:00-18:00'] }), {
    '2026-01-04T18:59:00': false,
    '2026-01-04T19:00:00': true,
    '2026-01-05T04:59:00': true,
    '2026-01-05T05:00:00': false,
  })
})

t.test('London opens at nine by its own clock in winter and in summer', async (t) => {
  const london = shop('Europe/London', { monday: ['09:00-17:00'] })
  answers(t, london, { '2026-03-23T08:30:00': false, '2026-03-23T09:00:00': true })
  answers(t, london, { '2026-03-30T08:00:00': true, '2026-03-30T16:00:00': false })
})

t.test('Berlin skips two to three in spring: a range in that hour never comes', async (t) => {
  answers(t, shop('Europe/Berlin', { sunday: ['02:00-03:00'] }), {
    '2026-03-29T00:59:59': false,
    '2026-03-29T01:00:00': false,
    '2026-03-29T01:30:00': false,
    '2026-03-22T01:30:00': true,
  })
})

t.test('Berlin skips two to three in spring: a range around it is an hour shorter', async (t) => {
  answers(t, shop('Europe/Berlin', { sunday: ['01:00-04:00'] }), {
    '2026-03-28T23:59:59': false,
    '2026-03-29T00:00:00': true,
    '2026-03-29T01:59:59': true,
    '2026-03-29T02:00:00': false,
  })
})

t.test('New York repeats one to two in autumn: both hours are open', async (t) => {
  answers(t, shop('America/New_York', { sunday: ['01:00-02:00'] }), {
    '2026-11-01T04:59:59': false,
    '2026-11-01T05:30:00': true,
    '2026-11-01T06:30:00': true,
    '2026-11-01T07:00:00': false,
  })
})

t.test('Lord Howe moves its clocks by half an hour', async (t) => {
  answers(t, shop('Australia/Lord_Howe', { sunday: ['01:30-02:00'] }), {
    '2026-04-04T14:29:00': false,
    '2026-04-04T14:30:00': true,
    '2026-04-04T15:15:00': true,
    '2026-04-04T15:30:00': false,
  })
})

t.test('Cairo skips midnight itself: Friday opens at one', async (t) => {
  answers(t, shop('Africa/Cairo', { friday: ['00:00-24:00'] }), {
    '2026-04-23T21:59:59': false,
    '2026-04-23T22:00:00': true,
    '2026-04-24T20:59:59': true,
    '2026-04-24T21:00:00': false,
  })
})

t.test('Phoenix keeps its clocks, and EST5EDT is a zone like any other', async (t) => {
  answers(t, shop('America/Phoenix', { monday: ['09:00-10:00'] }), {
    '2026-01-05T16:30:00': true,
    '2026-07-06T16:30:00': true,
  })
  answers(t, shop('EST5EDT', { monday: ['09:00-10:00'] }), {
    '2026-01-05T14:30:00': true,
    '2026-07-06T14:30:00': false,
    '2026-07-06T13:30:00': true,
  })
})

t.test('a zone that does not exist is told, not taken for closed', async (t) => {
  t.throws(() => isOpen(shop('Europe/Atlantis', { monday: ['09:00-17:00'] }), utc('2026-01-05T10:00:00')), {
    name: 'RangeError',
  })
})
