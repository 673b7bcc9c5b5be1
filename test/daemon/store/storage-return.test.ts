// A disk that failed at the start and works again: records and recordings kept in memory come home.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import type { ContactRecord } from '../../../daemon/contact/contact-record.ts'
import { createFaults } from '../../../daemon/health/faults.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { openContactStore, openContactStoreReadOnly } from '../../../daemon/store/contact-store.ts'
import { storageUnwritable } from '../../../daemon/store/storage-place.ts'
import { bringHome, StorageReturn } from '../../../daemon/store/storage-return.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { until } from '../../support/wait.ts'
import { folder, noonMs, over, talking } from './records.ts'

const minuteMs = 60_000

/** A box whose records are in memory, and the disk they belong on, which is a file that nothing can be put into yet. */
function boxWithoutDisk(t: Test) {
  const home = folder(t)
  const [from, to] = [join(home, 'memory'), join(home, 'disk')]
  mkdirSync(from)
  writeFileSync(to, 'no folder')
  const clock = new MockClock(noonMs)
  const of = { from, to, clock, log: silentLog }
  const faults = createFaults(clock)
  faults.raise(storageUnwritable(to, new Error('read-only file system')))
  const store = openContactStore(join(from, 'contacts.db'), of)
  return { ...of, faults, store, codes: () => faults.list().map(({ code }) => code) }
}

function recorded(contactId: string, from: string): ContactRecord {
  const location = join(from, 'recordings', '2026', `${contactId}.wav`)
  mkdirSync(dirname(location), { recursive: true })
  writeFileSync(location, `sound of ${contactId}`)
  const record = over(contactId)
  const recording = {
    Location: location,
    Status: 'AVAILABLE' as const,
    StorageType: 'LOCAL' as const,
    MediaStreamType: 'AUDIO' as const,
    ParticipantType: 'All' as const,
    StartTimestamp: record.InitiationTimestamp,
  }
  return { ...record, Recordings: [recording] }
}

function onDisk(to: string): ContactRecord[] {
  const store = openContactStoreReadOnly(join(to, 'contacts.db'))
  try {
    return store.list()
  } finally {
    store.close()
  }
}

/** What stood in the way becomes a folder, as a disk that is mounted again does. */
function mend(to: string): void {
  rmSync(to)
  mkdirSync(to)
}

t.test('finished contacts come to the disk while the daemon runs, those that go on when it stops', async (t) => {
  const box = boxWithoutDisk(t)
  const { from, to, clock, store } = box
  store.save(recorded('one', from))
  store.save(talking('two'))
  const coming = new StorageReturn(box)
  await clock.advance(minuteMs)
  t.same(box.codes(), ['STORAGE-UNWRITABLE'], 'the disk still fails')
  mend(to)
  await until('the first to be brought', async () => {
    await clock.advance(minuteMs)
    return existsSync(join(to, 'contacts.db')) && box.codes().length === 0
  })
  const location = join(to, 'recordings', '2026', 'one.wav')
  t.match(onDisk(to), [{ ContactId: 'one', Recordings: [{ Location: location }] }])
  t.equal(readFileSync(location, 'utf8'), 'sound of one')
  store.save(over('two'))
  store.close()
  await coming.close()
  t.same(
    onDisk(to)
      .map(({ ContactId }) => ContactId)
      .sort(),
    ['one', 'two'],
  )
  t.equal(existsSync(from), false, 'and memory is free')
  t.equal(clock.liveTimers, 0)
})

t.test('a daemon that was killed: the next one brings all, the call that was cut off as well', async (t) => {
  const { from, to, clock, log, store } = boxWithoutDisk(t)
  store.save(recorded('one', from))
  store.save(talking('two'))
  // What a kill leaves: the log of the database beside it, and a recording no record tells of yet.
  writeFileSync(join(from, 'recordings', '2026', 'two.wav'), 'half')
  mend(to)
  await bringHome({ from, to, clock, log })
  t.equal(onDisk(to).length, 2)
  t.same(readdirSync(join(to, 'recordings', '2026')).sort(), ['one.wav', 'two.wav'])
  t.equal(existsSync(from), false)
  await bringHome({ from, to, clock, log })
  t.equal(onDisk(to).length, 2, 'nothing is left to bring')
  store.close()
})

t.test('a disk that still fails loses nothing', async (t) => {
  const box = boxWithoutDisk(t)
  const { from, store } = box
  store.save(over('one'))
  store.close()
  const coming = new StorageReturn(box)
  await coming.close()
  t.same(box.codes(), ['STORAGE-UNWRITABLE'])
  t.equal(onDisk(from).length, 1)
  t.equal(box.clock.liveTimers, 0)
})
