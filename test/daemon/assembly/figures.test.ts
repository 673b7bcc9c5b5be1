// Events and figures of a box whose databases were broken, or whose last word was cut off: everything is counted, once.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { buildFigures, type Figures, tellUntold } from '../../../daemon/assembly/figures.ts'
import type { ContactRecord } from '../../../daemon/contact/contact-record.ts'
import type { ContactEventType } from '../../../daemon/events/events.ts'
import { createFaults } from '../../../daemon/health/faults.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { createRouting } from '../../../daemon/routing/router.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { folder, noonMs, over } from '../store/records.ts'

const garbage = Buffer.alloc(8192, 'no database')

/** The part of a daemon that keeps figures, on a storage folder; `stop` as at a daemon's end. */
function office(t: Test, storage: string) {
  const clock = new MockClock(noonMs + 3_600_000)
  const routing = createRouting({
    ...{ queues: [], routingProfiles: [], agents: [], maximumContacts: 1, offerTimeoutS: 20, missedPauseS: 0 },
    clock,
    log: silentLog,
  })
  const instance = { outletSecrets: {}, box: { events: {} } }
  const of = { instance, clock, log: silentLog, faults: createFaults(clock) }
  const stops: (() => unknown)[] = []
  const figures = buildFigures(of, storage, routing, (_part, stop) => stops.push(stop))
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one()
    routing.close()
    t.equal(clock.liveTimers, 0)
  }
  t.teardown(() => stops.length > 0 && stop())
  return { figures, stop, created: () => createdIn(figures) }
}

function createdIn({ metrics }: Figures): number | undefined {
  const day = { fromMs: noonMs - 86_400_000, toMs: noonMs + 86_400_000 }
  return metrics.report({ ...day, interval: 'total', by: [], timeZone: 'UTC' })[0]?.metrics.CONTACTS_CREATED
}

function tell({ bus }: Figures, contactId: string, ...types: ContactEventType[]): void {
  for (const type of types)
    bus.emit({
      kind: 'contact',
      type,
      atEpochMs: noonMs,
      contactId,
      initialContactId: contactId,
      channel: 'VOICE',
      initiationMethod: 'INBOUND',
    })
}

for (const broken of ['metrics.db', 'events.db'])
  t.test(`${broken} is broken: the box starts, and goes on counting`, async (t) => {
    const storage = folder(t)
    const before = office(t, storage)
    tell(before.figures, 'c1', 'INITIATED', 'COMPLETED')
    t.equal(before.created(), 1)
    await before.stop()
    writeFileSync(join(storage, broken), garbage)
    const after = office(t, storage)
    t.equal(after.created(), 1, 'what was counted')
    tell(after.figures, 'c2', 'INITIATED', 'COMPLETED')
    t.equal(after.created(), 2, 'and what comes')
    await after.stop()
  })

const recordsOf = (...records: ContactRecord[]) => ({
  find: (id: string) => records.find(({ ContactId }) => ContactId === id),
  list: () => [...records].reverse(),
})

t.test('killed before the first event was on disk: the contact is counted', async (t) => {
  const { figures, created, stop } = office(t, folder(t))
  tellUntold(figures, recordsOf(over('c1')))
  t.equal(created(), 1)
  tellUntold(figures, recordsOf(over('c1')))
  t.equal(created(), 1, 'once')
  await stop()
})

t.test('killed in the middle: who was told of in part, and who not at all', async (t) => {
  const { figures, created, stop } = office(t, folder(t))
  tell(figures, 'told', 'INITIATED', 'COMPLETED')
  tell(figures, 'in part', 'INITIATED', 'CONNECTED_TO_SYSTEM')
  tellUntold(figures, recordsOf(over('long ago', noonMs - 60_000), over('told'), over('in part'), over('not at all')))
  t.equal(created(), 3)
  await stop()
})
