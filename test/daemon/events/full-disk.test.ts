// A disk that is full: events and figures are kept in memory, a fault tells, and all of it is on the disk
// once there is room. Needs to mount a small tmpfs; says "not run" where that is not allowed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { EventStore } from '../../../daemon/events/event-store.ts'
import type { CentreEvent } from '../../../daemon/events/events.ts'
import { createFaults } from '../../../daemon/health/faults.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { Cells } from '../../../daemon/metrics/cells.ts'
import { MetricsStore } from '../../../daemon/metrics/metrics-store.ts'
import { MockClock } from '../../support/mock-clock.ts'

/** The folder of a disk of 2 MB; undefined: not allowed here. */
function smallDisk(t: Test): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'tmpfs', folder])
  if (mounted.status !== 0) {
    rmSync(folder, { recursive: true })
    t.comment('not run: a tmpfs cannot be mounted here')
    return undefined
  }
  t.teardown(() => {
    spawnSync('umount', [folder])
    rmSync(folder, { recursive: true })
  })
  return folder
}

const event = (sequence: number): CentreEvent => ({
  kind: 'contact',
  type: 'INITIATED',
  sequence,
  atEpochMs: sequence,
  contactId: `contact ${sequence} ${'x'.repeat(400)}`,
  initialContactId: '',
  channel: 'VOICE',
  initiationMethod: 'INBOUND',
})

t.test('a full disk loses no event, and says so until it has room', async (t) => {
  const disk = smallDisk(t)
  if (disk === undefined) return
  const clock = new MockClock()
  const faults = createFaults(clock)
  const store = new EventStore(join(disk, 'events.db'), { clock, log: silentLog, faults })
  const ballast = join(disk, 'ballast')
  t.throws(() => writeFileSync(ballast, Buffer.alloc(4 * 1024 * 1024)), /ENOSPC/)
  for (let sequence = 1; sequence <= 2_000; sequence++) store.add(event(sequence))
  await clock.advance(1_000)
  t.match(faults.list(), [{ code: 'EVENTS-UNWRITABLE' }])
  rmSync(ballast)
  await clock.advance(6_000)
  t.same(faults.list(), [])
  t.same(
    store.after(0, 10_000).map(({ sequence }) => sequence),
    Array.from({ length: 2_000 }, (_, at) => at + 1),
  )
  store.close()
  t.equal(clock.liveTimers, 0)
})

t.test('figures that a full disk does not take are neither lost nor doubled', async (t) => {
  const disk = smallDisk(t)
  if (disk === undefined) return
  const store = new MetricsStore(join(disk, 'metrics.db'), { clock: new MockClock(), log: silentLog })
  const cells = new Cells()
  const state = { sequence: 1, contacts: [], agents: [] }
  const of = {
    queue: 'sales',
    agent: '',
    routingProfile: '',
    channel: 'VOICE',
    initiationMethod: 'INBOUND',
    flow: '',
  } as const
  cells.add(0, of, { created: 1 })
  store.save(cells.values(), state)
  const ballast = join(disk, 'ballast')
  t.throws(() => writeFileSync(ballast, Buffer.alloc(4 * 1024 * 1024)), /ENOSPC/)
  const many = new Cells()
  for (let agent = 0; agent < 5_000; agent++) many.add(0, { ...of, agent: `agent ${agent}` }, { created: 1 })
  t.throws(() => store.save(many.values(), state))
  t.equal(store.between(0, 1).length, 1, 'all or nothing')
  rmSync(ballast)
  store.save(many.values(), state)
  t.equal(store.between(0, 1).length, 5_001)
  store.close()
})
