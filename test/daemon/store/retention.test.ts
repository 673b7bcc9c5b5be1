// What is no longer kept goes: by age, by size, and before the disk is full, the oldest recordings first.
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { retentionSchema } from '../../../daemon/config/record-keeping-schema.ts'
import { createFaults } from '../../../daemon/health/faults.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { Retention } from '../../../daemon/store/retention.ts'
import { MockClock } from '../../support/mock-clock.ts'

const dayMs = 86_400_000
const plenty = 1024 ** 4

function housekeeping(t: Test, settings: object, freeBytes = () => plenty) {
  const storage = t.testdir()
  const clock = new MockClock()
  const faults = createFaults(clock)
  const asked: string[] = []
  const retention = new Retention({
    storage,
    settings: () => retentionSchema.parse(settings),
    records: { forget: (before) => asked.push(`records ${(clock.epochMs() - before) / dayMs}`) * 0 },
    events: { forget: (before) => asked.push(`events ${(clock.epochMs() - before) / dayMs}`) * 0 },
    metrics: { forget: (before) => asked.push(`metrics ${(clock.epochMs() - before) / dayMs}`) * 0 },
    clock,
    log: silentLog,
    faults,
    freeBytes,
  })
  const file = (name: string, ageDays: number, bytes = 1_000) => {
    const path = join(storage, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, Buffer.alloc(bytes))
    const seconds = (clock.epochMs() - ageDays * dayMs) / 1000
    utimesSync(path, seconds, seconds)
    return () => existsSync(path)
  }
  t.teardown(() => retention.close())
  return { retention, clock, faults, asked, file }
}

t.test('each kind has its own age', async (t) => {
  const { retention, asked, file } = housekeeping(t, { recordsDays: 3, eventsDays: 2, metricsDays: 5, flowLogsDays: 4 })
  const [oldLog, newLog] = [file('flow-logs/a.jsonl', 5), file('flow-logs/b.jsonl', 3)]
  const [oldAside, newAside] = [file('contacts.db.broken-1', 31), file('contacts.db.broken-2', 29)]
  const database = file('contacts.db', 400)
  retention.run()
  t.same(asked, ['records 3', 'events 2', 'metrics 5'])
  t.same([oldLog(), newLog(), oldAside(), newAside(), database()], [false, true, false, true, true])
})

t.test('recordings beyond the size go, the oldest first, and the folder of an empty day', async (t) => {
  const { retention, file } = housekeeping(t, { recordingsMaximumGB: 0.001 })
  const oldest = file('recordings/2026-01-01/a.wav', 3, 500_000)
  const middle = file('recordings/2026-01-02/b.wav', 2, 500_000)
  const newest = file('recordings/2026-01-03/c.wav', 1, 500_000)
  retention.run()
  t.same([oldest(), middle(), newest()], [false, true, true])
})

t.test(
  'before the disk is full the oldest recordings go, and a fault tells of the gap until there is room',
  async (t) => {
    let free = 99 * 1024 ** 2
    const { retention, faults, file } = housekeeping(t, { freeMinimumMB: 100 }, () => free)
    const oldest = file('recordings/a.wav', 3, 1024 ** 2)
    const newest = file('recordings/b.wav', 1, 1024 ** 2)
    retention.run()
    t.same([oldest(), newest()], [false, true])
    t.match(faults.list(), [{ code: 'DISK-LOW', message: /1 of the oldest recordings/ }])
    free = plenty
    retention.run()
    t.same(faults.list(), [])
    t.equal(newest(), true)
  },
)

t.test('a kind that can’t be tidied keeps no other from it', async (t) => {
  const { file, clock } = housekeeping(t, {})
  const recording = file('recordings/a.wav', 800)
  const failing = new Retention({
    storage: t.testdirName,
    settings: () => retentionSchema.parse({}),
    records: {
      forget() {
        throw new Error('disk I/O error')
      },
    },
    events: { forget: () => 0 },
    metrics: { forget: () => 0 },
    clock,
    log: silentLog,
    faults: createFaults(clock),
    freeBytes: () => plenty,
  })
  failing.run()
  failing.close()
  t.equal(recording(), false)
  t.equal(failing.counters().failed, 1)
})

t.test('it looks around by itself, and stops when told', async (t) => {
  const { retention, clock, asked } = housekeeping(t, {})
  await clock.advance(60_000 + 600_000)
  t.equal(asked.length, 6)
  retention.close()
  t.equal(clock.liveTimers, 0)
})
