// After a kill, the events that are missing are made from the record: figures count the contact once, as far as it came.
import t from 'tap'
import type { ContactRecord } from '../../../daemon/contact/contact-record.ts'
import * as build from '../../../daemon/contact/record-builder.ts'
import type { ContactEvent, ContactEventType } from '../../../daemon/events/events.ts'
import { Cells } from '../../../daemon/metrics/cells.ts'
import { type ContactTrack, nextTrack } from '../../../daemon/metrics/contact-track.ts'
import { Reckoner } from '../../../daemon/metrics/reckoner.ts'
import { report } from '../../../daemon/metrics/report.ts'
import { untoldEvents } from '../../../daemon/metrics/untold.ts'
import { over, talking } from '../store/records.ts'

const startMs = Date.UTC(2026, 0, 5, 12)
const ended = (record: ContactRecord) =>
  build.disconnected(record, { reason: 'OTHER', endReason: 'daemonInterrupted', atEpochMs: startMs + 90_000 })

const all: readonly ContactEventType[] = [
  'INITIATED',
  'CONNECTED_TO_SYSTEM',
  'QUEUED',
  'CONNECTED_TO_AGENT',
  'DISCONNECTED',
  'COMPLETED',
]

/** What of the contact was told before the kill: the first `count` of all events. */
function told(record: ContactRecord, count: number): { events: ContactEvent[]; track: ContactTrack | undefined } {
  const events = untoldEvents(record, undefined)
    .slice(0, count)
    .map((event, at) => ({ ...event, sequence: at + 1 }) as ContactEvent)
  let track: ContactTrack | undefined
  for (const event of events) track = nextTrack(track, event)
  return { events, track }
}

t.test('whatever was told before, the rest follows, and the figures count the contact once', async (t) => {
  const record = ended(talking('c1', startMs))
  for (let count = 0; count < all.length; count++) {
    const { events, track } = told(record, count)
    const missing = untoldEvents(record, track)
    t.same(
      missing.map(({ type }) => type),
      all.slice(count),
      `${count} events were told`,
    )
    const cells = new Cells()
    const reckoner = new Reckoner(cells)
    for (const event of [
      ...events,
      ...missing.map((one, at) => ({ ...one, sequence: count + at + 1 }) as ContactEvent),
    ])
      reckoner.take(event)
    const day = { fromMs: startMs - 86_400_000, toMs: startMs + 86_400_000 }
    const [row] = report(cells.values(), { ...day, interval: 'total', by: [], timeZone: 'UTC' })
    t.match(row?.metrics, {
      CONTACTS_CREATED: 1,
      CONTACTS_QUEUED: 1,
      CONTACTS_QUEUED_BY_ENQUEUE: 1,
      CONTACTS_HANDLED: 1,
      CONTACTS_ABANDONED: 0,
    })
    t.same([...reckoner.contacts()], [], 'nothing is left open')
  }
})

t.test('a contact that goes on is left alone', async (t) => {
  t.same(untoldEvents(talking('c1', startMs), undefined), [])
})

t.test('the last word of a contact that was told to its end but one', async (t) => {
  const record = over('c1', startMs)
  const { track } = told(record, all.length - 1)
  t.same(
    untoldEvents(record, track).map(({ type }) => type),
    ['COMPLETED'],
  )
})
