// The store of contact records: what is saved is found, whatever the disk has been through.

import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import type { ContactRecord } from '../../../daemon/contact/contact-record.ts'
import { databaseVersion, migrate } from '../../../daemon/database/migrations.ts'
import { syncAfterMs } from '../../../daemon/database/wal-sync.ts'
import { createFaults } from '../../../daemon/health/faults.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { contactMigrations } from '../../../daemon/store/contact-migrations.ts'
import {
  type DurableContactStore,
  openContactStore,
  openContactStoreReadOnly,
} from '../../../daemon/store/contact-store.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { until } from '../../support/wait.ts'
import { arrived, folder, noonMs, over, talking, waiting } from './records.ts'

class Shelf {
  readonly clock = new MockClock()
  readonly faults = createFaults(this.clock)
  readonly file: string
  store: DurableContactStore

  constructor(test: Test, prepare: (file: string) => void = () => undefined) {
    this.file = join(folder(test), 'contacts.db')
    prepare(this.file)
    this.store = this.open()
  }

  open(): DurableContactStore {
    return openContactStore(this.file, { clock: this.clock, log: silentLog, faults: this.faults })
  }

  reopen(): void {
    this.store.close()
    this.store = this.open()
  }

  /** Names beside the database's own. */
  aside(): string[] {
    return readdirSync(join(this.file, '..')).filter((name) => name.includes('broken') && !/-(wal|shm)$/.test(name))
  }

  /** Another program's hand in the file. */
  meddle(sql: string): void {
    const database = new DatabaseSync(this.file)
    database.exec(sql)
    database.close()
  }
}

/** A story about one shelf; in the end it is closed and nothing of it may be left. */
function story(
  name: string,
  tell: (test: Test, shelf: Shelf) => void | Promise<void>,
  prepare?: (file: string) => void,
): void {
  t.test(name, async (test) => {
    const shelf = new Shelf(test, prepare)
    try {
      await tell(test, shelf)
    } finally {
      shelf.store.close()
    }
    test.equal(shelf.clock.liveTimers, 0, 'no timer is left')
  })
}

const ids = (records: ContactRecord[]) => records.map((record) => record.ContactId)

story('a saved record is found, the same to the last attribute', (t, { store }) => {
  store.save(over('c1'))
  t.same(store.find('c1'), over('c1'))
  t.equal(store.find('c2'), undefined)
})

story('a record saved again replaces the one before', (t, { store }) => {
  store.save(waiting('c1'))
  store.save(over('c1'))
  t.equal(store.count(), 1)
  t.equal(store.find('c1')?.Cordboard.state, 'completed')
})

story('records outlive the process that saved them', (t, shelf) => {
  shelf.store.save(over('c1'))
  shelf.reopen()
  t.same(shelf.store.find('c1'), over('c1'))
})

story('the newest come first, and those of one second by their arrival', (t, { store }) => {
  store.save(over('old', noonMs - 60_000))
  store.save(over('a', noonMs))
  store.save(over('b', noonMs))
  store.save(over('new', noonMs + 60_000))
  t.same(ids(store.list()), ['new', 'b', 'a', 'old'])
})

story('pages follow each other by the last contact seen, without gap or overlap', (t, { store }) => {
  for (const [index, id] of ['a', 'b', 'c', 'd', 'e'].entries())
    store.save(over(id, noonMs + Math.floor(index / 2) * 1000))
  const first = ids(store.list({ limit: 2 }))
  const second = ids(store.list({ limit: 2, before: first[1]! }))
  const third = ids(store.list({ limit: 2, before: second[1]! }))
  t.same([first, second, third], [['e', 'd'], ['c', 'b'], ['a']])
})

story('a list may end before a moment, and before an unknown contact there is nothing', (t, { store }) => {
  store.save(over('a', noonMs))
  store.save(over('b', noonMs + 1000))
  t.same(ids(store.list({ before: '2026-01-05T12:00:01Z' })), ['a'])
  t.same(ids(store.list({ before: 'nobody' })), [])
})

story('a list is never endless: a hundred unless more is asked for, a thousand at most', (t, { store }) => {
  for (let contact = 0; contact < 1_001; contact++) store.save(over(`c${contact}`))
  t.equal(store.list().length, 100)
  t.equal(store.list({ limit: 1_000_000 }).length, 1_000)
  t.equal(store.list({ limit: -5 }).length, 0)
})

story('unfinished are those without a disconnect, the oldest first', (t, { store }) => {
  store.save(talking('c2', noonMs + 5_000))
  store.save(waiting('c1', noonMs))
  store.save(over('c3', noonMs))
  t.same(ids(store.unfinished()), ['c1', 'c2'])
  store.save(over('c1'))
  t.same(ids(store.unfinished()), ['c2'])
})

story('records are for the daemon and root only, side files too', (t, { file, store }) => {
  store.save(over('c1'))
  for (const suffix of ['', '-wal', '-shm'])
    t.equal(statSync(file + suffix).mode & 0o777, 0o600, `contacts.db${suffix}`)
})

story('a file that others could read is closed to them', (t, shelf) => {
  shelf.store.close()
  chmodSync(shelf.file, 0o644)
  shelf.reopen()
  t.equal(statSync(shelf.file).mode & 0o777, 0o600)
})

story('a commit is on the disk, not only in its cache', (t, { file, store }) => {
  store.save(over('c1'))
  const database = new DatabaseSync(file, { readOnly: true })
  t.equal(database.prepare('PRAGMA journal_mode').get()?.journal_mode, 'wal')
  database.close()
})

story('unknown fields of a newer daemon are kept', (t, { store }) => {
  const record = Object.assign(over('c1'), { QualityMetrics: { Agent: { Audio: { QualityScore: 4.1 } } } })
  store.save(record)
  t.same(store.find('c1'), record)
})

for (const [what, text] of [
  ['is not JSON', '{"ContactId": "c1", '],
  ['lacks fields', '{"ContactId": "c1"}'],
  ['has a negative duration', JSON.stringify(over('c1')).replace('"Duration":10', '"Duration":-10')],
  ['has a date that is none', JSON.stringify(over('c1')).replace('2026-01-05T12:01:00Z', 'yesterday')],
] as const)
  story(`a stored record that ${what} is left out and counted, and hides no other`, (t, shelf) => {
    shelf.store.save(over('c1'))
    shelf.store.save(over('c2'))
    shelf.meddle(`UPDATE contacts SET record = '${text}' WHERE contact_id = 'c1'`)
    t.same(ids(shelf.store.list()), ['c2'])
    t.equal(shelf.store.find('c1'), undefined)
    t.equal(shelf.store.counters().unreadable, 2)
  })

const wreck = (file: string) => writeFileSync(file, 'not a database, but long enough to look like one. '.repeat(99))

story(
  'a file that is no database is moved aside, and the phone works',
  (t, shelf) => {
    shelf.store.save(over('c1'))
    t.equal(shelf.store.count(), 1)
    t.equal(shelf.aside().length, 1)
    t.match(shelf.faults.list(), [{ code: 'STORE-BROKEN', where: shelf.file }])
  },
  wreck,
)

story('a database cut short is moved aside when it shows', (t, shelf) => {
  for (let contact = 0; contact < 200; contact++) shelf.store.save(over(`c${contact}`))
  shelf.store.close()
  truncateSync(shelf.file, Math.floor(statSync(shelf.file).size / 2 / 4096) * 4096)
  shelf.store = shelf.open()
  for (let contact = 200; contact < 300; contact++) shelf.store.save(over(`c${contact}`))
  t.ok(shelf.store.find('c299'))
  t.equal(shelf.aside().length, 1)
})

story('a database that breaks in mid-life takes no record with it', (t, shelf) => {
  shelf.store.save(talking('c1'))
  shelf.store.close()
  const wrecked = openSync(shelf.file, 'r+')
  writeSync(wrecked, Buffer.alloc(4096, 0xa5), 0, 4096, 4096)
  closeSync(wrecked)
  shelf.store = shelf.open()
  t.equal(shelf.aside().length, 0, 'nothing shows at the start')
  shelf.store.save(over('c2'))
  t.ok(shelf.store.find('c2'))
  t.equal(shelf.aside().length, 1)
  t.match(shelf.faults.list(), [{ code: 'STORE-BROKEN' }])
})

story('a database of a newer version is not touched but moved aside', (t, shelf) => {
  shelf.store.save(over('c1'))
  shelf.meddle('PRAGMA user_version = 99')
  shelf.reopen()
  t.equal(shelf.store.count(), 0)
  t.equal(shelf.aside().length, 1)
  const old = new DatabaseSync(join(shelf.file, '..', shelf.aside()[0]!))
  t.equal(databaseVersion(old), 99)
  old.close()
})

story('two broken databases of one moment keep their own names', (t, shelf) => {
  for (const text of ['first wreck '.repeat(99), 'second wreck '.repeat(99)]) {
    shelf.store.close()
    writeFileSync(shelf.file, text)
    shelf.store = shelf.open()
  }
  t.equal(shelf.aside().length, 2)
})

story('a disk that is full: save says so, keeps the record, and writes it once there is room', async (t, shelf) => {
  shelf.store.save(arrived('c1'))
  shelf.meddle("CREATE TRIGGER full BEFORE INSERT ON contacts BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
  t.throws(() => shelf.store.save(over('c2')), { code: 'STORE-UNWRITABLE' })
  t.same(shelf.store.find('c2'), over('c2'), 'still known')
  t.match(shelf.faults.list(), [{ code: 'STORE-UNWRITABLE' }])
  t.equal(shelf.store.counters().unsaved, 1)
  await shelf.clock.advance(5_000)
  t.equal(shelf.store.counters().unsaved, 1, 'tried again in vain')
  shelf.meddle('DROP TRIGGER full')
  await shelf.clock.advance(5_000)
  t.equal(shelf.store.counters().unsaved, 0)
  t.same(shelf.faults.list(), [])
  shelf.reopen()
  t.same(shelf.store.find('c2'), over('c2'))
})

story('records that wait for the disk are written at the latest when the store closes', (t, shelf) => {
  shelf.meddle("CREATE TRIGGER full BEFORE INSERT ON contacts BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
  t.throws(() => shelf.store.save(over('c1')))
  shelf.meddle('DROP TRIGGER full')
  shelf.reopen()
  t.ok(shelf.store.find('c1'))
})

story('records that wait for the disk are bounded: the one waiting longest is given up, and counted', (t, shelf) => {
  shelf.meddle("CREATE TRIGGER full BEFORE INSERT ON contacts BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
  for (let contact = 0; contact < 1_001; contact++) t.throws(() => shelf.store.save(over(`c${contact}`)))
  t.match(shelf.store.counters(), { unsaved: 1_000, lost: 1 })
  t.equal(shelf.store.find('c0'), undefined)
})

story('what was saved is brought to the disk itself soon after, many changes at once', async (t, shelf) => {
  shelf.store.save(arrived('c1'))
  shelf.store.save(over('c1'))
  await shelf.clock.advance(syncAfterMs - 1)
  t.equal(shelf.store.counters().synced, undefined)
  await shelf.clock.advance(1)
  await until('the sync', () => shelf.store.counters().synced === 1)
  shelf.store.save(arrived('c2'))
  await shelf.clock.advance(syncAfterMs)
  await until('the next', () => shelf.store.counters().synced === 2)
  await shelf.clock.advance(10_000)
  t.match(shelf.store.counters(), { synced: 2, saved: 3 }, 'and no more where nothing changes')
})

story('a disk that does not confirm is told, until it does', async (t, shelf) => {
  const log = `${shelf.file}-wal`
  shelf.store.save(arrived('c1'))
  renameSync(log, `${log}.gone`)
  await shelf.clock.advance(syncAfterMs)
  await until('the fault', () => shelf.faults.list()[0]?.code === 'STORE-UNSYNCED')
  renameSync(`${log}.gone`, log)
  shelf.store.save(over('c1'))
  await shelf.clock.advance(syncAfterMs)
  await until('the fault to be over', () => shelf.faults.list().length === 0)
  t.match(shelf.store.counters(), { syncFailed: 1, synced: 1 })
})

story('a closed store says so, and may be closed again', (t, { store }) => {
  store.close()
  store.close()
  t.throws(() => store.save(over('c1')), { code: 'STORE-CLOSED' })
})

t.test('a place that cannot be used stops the start with what to do', async (t) => {
  const directory = join(folder(t), 'contacts.db')
  mkdirSync(directory)
  const clock = new MockClock()
  t.throws(() => openContactStore(directory, { clock, log: silentLog }), {
    code: 'STORE-UNREACHABLE',
    message: /Check that the directory/,
  })
})

t.test('a missing folder is made', async (t) => {
  const file = join(folder(t), 'var', 'lib', 'contacts.db')
  const store = openContactStore(file, { clock: new MockClock(), log: silentLog })
  store.close()
  t.ok(existsSync(file))
})

story('a tool reads beside the running daemon, and sees what it saved last', (t, shelf) => {
  shelf.store.save(over('c1'))
  const reader = openContactStoreReadOnly(shelf.file)
  shelf.store.save(over('c2', noonMs + 1000))
  t.same(ids(reader.list()), ['c2', 'c1'])
  t.equal(reader.count(), 2)
  reader.close()
})

story('a tool reads what a stopped daemon left, and leaves it usable', (t, shelf) => {
  shelf.store.save(talking('c1'))
  shelf.store.close()
  const reader = openContactStoreReadOnly(shelf.file)
  t.same(ids(reader.unfinished()), ['c1'])
  reader.close()
  shelf.store = shelf.open()
  shelf.store.save(over('c1'))
  t.equal(shelf.store.unfinished().length, 0)
})

t.test('a tool on an instance that never ran is told so, and makes no file', async (t) => {
  const file = join(folder(t), 'contacts.db')
  t.throws(() => openContactStoreReadOnly(file), { code: 'STORE-UNREACHABLE', message: /daemon has run/ })
  t.equal(existsSync(file), false)
})

t.test('a tool does not repair: a broken file is told and left where it is', async (t) => {
  const file = join(folder(t), 'contacts.db')
  writeFileSync(file, 'wreck '.repeat(999))
  t.throws(() => openContactStoreReadOnly(file), { code: 'STORE-BROKEN' })
  t.ok(existsSync(file))
})

t.test('migrations run once, in order, and a step that fails leaves nothing behind', async (t) => {
  const database = new DatabaseSync(':memory:')
  const steps = ['CREATE TABLE one (a)', 'ALTER TABLE one ADD COLUMN b']
  migrate(database, steps.slice(0, 1))
  t.equal(databaseVersion(database), 1)
  migrate(database, steps)
  migrate(database, steps)
  t.equal(databaseVersion(database), 2)
  t.throws(() => migrate(database, [...steps, 'CREATE TABLE two (a); CREATE TABLE one (a)']))
  t.equal(databaseVersion(database), 2)
  t.same(database.prepare('SELECT name FROM sqlite_schema').all(), [{ name: 'one' }])
  database.close()
})

t.test('records of the version before are taken over, and are found by what they say', async (t) => {
  const file = join(folder(t), 'contacts.db')
  const before = new DatabaseSync(file)
  migrate(before, contactMigrations.slice(0, 1))
  const insert = before.prepare('INSERT INTO contacts (contact_id, initiated_ms, finished, record) VALUES (?, ?, 1, ?)')
  insert.run('c1', noonMs, JSON.stringify(over('c1')))
  insert.run('c2', noonMs, 'no record')
  before.close()
  t.throws(() => openContactStoreReadOnly(file), /older version.*Start the daemon once/)
  openContactStore(file, { clock: new MockClock(), log: silentLog }).close()
  const store = openContactStoreReadOnly(file)
  const found = (query: object) => store.search({ ...query, limit: 10 }).map(({ ContactId }) => ContactId)
  t.same(found({ agent: 'ann', queue: 'sales', method: 'INBOUND', number: '960001' }), ['c1'])
  t.same(found({ agent: 'bob' }), [])
  t.equal(store.count(), 2, 'nothing is dropped')
  store.close()
})
