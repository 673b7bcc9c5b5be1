// The store with a hundred thousand contacts: reading a page must not notice. Figures are printed; limits have room
// for a slow machine that runs other tests at the same time.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { silentLog } from '../../../daemon/log/log.ts'
import { openContactStore } from '../../../daemon/store/contact-store.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { folder, noonMs, over, talking } from './records.ts'

const contacts = 100_000

/** Median of the milliseconds the work takes. */
function medianMs(work: () => void, times = 15): number {
  const taken = Array.from({ length: times }, () => {
    const startMs = performance.now()
    work()
    return performance.now() - startMs
  })
  return taken.sort((a, b) => a - b)[Math.floor(times / 2)]!
}

/** In one transaction: filling by single commits would take minutes of syncing. */
function fill(file: string): void {
  const database = new DatabaseSync(file)
  const insert = database.prepare(
    'INSERT INTO contacts (contact_id, initiated_ms, finished, record) VALUES (?, ?, 1, ?)',
  )
  database.exec('BEGIN')
  for (let contact = 0; contact < contacts; contact++) {
    const at = noonMs + contact * 1000
    insert.run(`c${contact}`, at, JSON.stringify(over(`c${contact}`, at)))
  }
  database.exec('COMMIT')
  database.close()
}

t.test(`with ${contacts} contacts a page, a find and a save are as quick as with few`, async (t) => {
  const file = join(folder(t), 'contacts.db')
  const open = () => openContactStore(file, { clock: new MockClock(), log: silentLog })
  open().close()
  fill(file)
  const startMs = performance.now()
  const store = open()
  store.save(talking('alive', noonMs))
  const figures = {
    open: performance.now() - startMs,
    newest: medianMs(() => store.list({ limit: 100 })),
    middleByTime: medianMs(() => store.list({ limit: 100, before: new Date(noonMs + 5e7).toISOString() })),
    middleByContact: medianMs(() => store.list({ limit: 100, before: 'c50000' })),
    find: medianMs(() => store.find('c77777')),
    unfinished: medianMs(() => store.unfinished()),
    count: medianMs(() => store.count()),
    save: medianMs(() => store.save(talking('alive', noonMs)), 100),
  }
  for (const [what, ms] of Object.entries(figures)) t.comment(`${what}: ${ms.toFixed(2)} ms`)
  t.ok(figures.open < 500, 'opening reads no table')
  for (const what of ['newest', 'middleByTime', 'middleByContact'] as const)
    t.ok(figures[what] < 50, `${what}: a page of 100 takes ${figures[what].toFixed(1)} ms`)
  t.ok(figures.find < 5 && figures.unfinished < 5, 'single records are found by their index')
  t.ok(figures.count < 100, 'counting reads the smallest index')
  t.equal(store.list({ limit: 1, before: 'c50000' })[0]?.ContactId, 'c49999')
  t.equal(store.count(), contacts + 1)
  t.equal(store.unfinished().length, 1)
  store.close()
})
