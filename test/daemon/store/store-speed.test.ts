// The store with a hundred thousand contacts: reading a page must not notice, nor may a search by anything. Figures are
// printed; limits have room for a slow machine that runs other tests at the same time.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import type { ContactRecord } from '../../../daemon/contact/contact-record.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { openContactStore, openContactStoreReadOnly } from '../../../daemon/store/contact-store.ts'
import type { ContactQuery } from '../../../daemon/store/contact-table.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { folder, noonMs, over, talking } from './records.ts'

const contacts = 100_000

/** Milliseconds the work takes, the quickest first. */
function takenMs(work: () => void, times: number): number[] {
  const taken = Array.from({ length: times }, () => {
    const startMs = performance.now()
    work()
    return performance.now() - startMs
  })
  return taken.sort((a, b) => a - b)
}

function medianMs(work: () => void, times = 15): number {
  return takenMs(work, times)[Math.floor(times / 2)]!
}

/** One in fifty has another agent, one in a thousand another queue, one in ten thousand another number. */
function varied(contact: number): ContactRecord {
  const record = over(`c${contact}`, noonMs + contact * 1000)
  const { Agent: agent, Queue: queue } = record
  return {
    ...record,
    Agent: agent && { ...agent, Username: contact % 50 === 0 ? 'bob' : agent.Username },
    Queue: queue && { ...queue, Name: contact % 1000 === 0 ? 'claims' : queue.Name },
    CustomerEndpoint: {
      Address: contact % 10_000 === 0 ? '+441632960777' : '+441632960001',
      Type: 'TELEPHONE_NUMBER',
    },
  }
}

/** In one transaction: filling by single commits would take minutes of syncing. */
function fill(file: string): void {
  const database = new DatabaseSync(file)
  const insert = database.prepare(
    'INSERT INTO contacts (contact_id, initiated_ms, finished, record) VALUES (?, ?, 1, ?)',
  )
  database.exec('BEGIN')
  for (let contact = 0; contact < contacts; contact++) {
    insert.run(`c${contact}`, noonMs + contact * 1000, JSON.stringify(varied(contact)))
  }
  database.exec('COMMIT')
  database.close()
}

const file = join(folder(t), 'contacts.db')
const open = () => openContactStore(file, { clock: new MockClock(), log: silentLog })
open().close()
fill(file)

t.test(`with ${contacts} contacts a page, a find and a save are as quick as with few`, async (t) => {
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

const timeS = (second: number) => noonMs + second * 1000
/** With how many there are to be found among the newest hundred that match. */
const searches: [what: string, query: Omit<ContactQuery, 'limit'>, found: number][] = [
  ['nothing', {}, 100],
  ['a number that many have', { number: '960001' }, 100],
  ['a number that few have', { number: '960777' }, 10],
  ['a number that nobody has', { number: '5550' }, 0],
  ['an agent', { agent: 'bob' }, 100],
  ['an agent who does not exist', { agent: 'nobody' }, 0],
  ['a queue', { queue: 'claims' }, 100],
  ['a reason', { reason: 'CUSTOMER_DISCONNECT' }, 100],
  ['a reason that never was', { reason: 'TELECOM_BUSY' }, 0],
  ['a channel', { channel: 'TASK' }, 0],
  ['a method', { method: 'INBOUND' }, 100],
  ['an hour', { fromMs: timeS(50_000), toMs: timeS(53_600) }, 100],
  [
    'all at once',
    { number: '960777', agent: 'bob', queue: 'claims', method: 'INBOUND', fromMs: timeS(1), toMs: timeS(99_000) },
    9,
  ],
]

t.test(`with ${contacts} contacts a search by anything takes less than 100 ms`, async (t) => {
  const store = openContactStoreReadOnly(file)
  const times = Number(process.env.SEARCH_TIMES ?? 15)
  for (const [what, query, found] of searches) {
    const taken = takenMs(() => store.search({ ...query, limit: 100 }), times)
    const [p50, p99] = [0.5, 0.99].map((share) => taken[Math.min(times - 1, Math.floor(share * times))]!)
    t.comment(`${what}: p50 ${p50!.toFixed(1)} ms, p99 ${p99!.toFixed(1)} ms`)
    t.ok(p50! < 100, what)
    t.equal(store.search({ ...query, limit: 100 }).length, found)
  }
  store.close()
})
