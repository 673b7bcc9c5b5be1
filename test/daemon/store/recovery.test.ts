// The next start after a kill: every contact that was alive gets an end, and no figure that is not true.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ContactRecord } from '../../../daemon/contact/contact-record.ts'
import { connectedToAgent, offered, recordingStarted } from '../../../daemon/contact/record-builder.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { openContactStore } from '../../../daemon/store/contact-store.ts'
import type { RepairedRecording } from '../../../daemon/store/recording-repair.ts'
import { closeInterrupted, firstDayToRepair } from '../../../daemon/store/recovery.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { arrived, folder, noonMs, over, talking, waiting } from './records.ts'

const restartMs = noonMs + 3_600_000

/** Saves the records, "kills" the daemon, and closes what it left. */
function restart(
  test: Test,
  saved: ContactRecord[],
  recordingsRepaired: RepairedRecording[] = [],
  { epochMs = restartMs, aliveUntilMs = 0 } = {},
) {
  const store = openContactStore(join(folder(test), 'contacts.db'), { clock: new MockClock(), log: silentLog })
  test.teardown(() => store.close())
  for (const record of saved) store.save(record)
  const closed = closeInterrupted(store, { epochMs, aliveUntilMs, recordingsRepaired })
  return { store, closed, record: closed[0]! }
}

const recorded = (contactId: string) => recordingStarted(talking(contactId), '/rec/c1.wav', noonMs + 20_000)

t.test('a contact in its flow ends when it was known last, by the box’s own fault', async (t) => {
  const { record } = restart(t, [arrived('c1', noonMs)])
  t.match(record, {
    DisconnectTimestamp: '2026-01-05T12:00:00Z',
    DisconnectReason: 'OTHER',
    LastUpdateTimestamp: '2026-01-05T13:00:00Z',
    Cordboard: { state: 'completed', preDisconnectState: 'inFlow', interrupted: true, endReason: 'daemonInterrupted' },
  })
})

t.test('what is returned is what is stored, and nothing is left to close', async (t) => {
  const { store, record } = restart(t, [waiting('c1')])
  t.same(store.find('c1'), record)
  t.same(store.unfinished(), [])
  t.same(closeInterrupted(store, { epochMs: restartMs, aliveUntilMs: 0, recordingsRepaired: [] }), [])
})

t.test('contacts that were over are not touched', async (t) => {
  const { store, closed } = restart(t, [over('c1'), waiting('c2')])
  t.equal(closed.length, 1)
  t.same(store.find('c1'), over('c1'))
})

t.test('a waiting contact leaves its queue at its end', async (t) => {
  const { record } = restart(t, [waiting('c1')], [], { aliveUntilMs: noonMs + 45_000 })
  t.match(record.Queue, { DequeueTimestamp: '2026-01-05T12:00:45Z', Duration: 35 })
  t.equal(record.Agent, null)
})

t.test('a contact that rang at an agent was not connected to one', async (t) => {
  const { record } = restart(t, [offered(waiting('c1'), noonMs + 15_000)])
  t.equal(record.Agent, null)
  t.equal(record.AgentConnectionAttempts, 1)
  t.equal(record.Queue?.Duration, 5)
})

t.test('a talk counts up to the last sign of life', async (t) => {
  const { record } = restart(t, [talking('c1')], [], { aliveUntilMs: noonMs + 80_000 })
  t.equal(record.Agent?.AgentInteractionDuration, 60)
})

t.test('a recording proves that the talk went on beyond the last sign of life', async (t) => {
  const { record } = restart(t, [recorded('c1')], [{ file: '/rec/c1.wav', durationMs: 95_500, repaired: true }])
  t.equal(record.DisconnectTimestamp, '2026-01-05T12:01:55Z')
  t.equal(record.Agent?.AgentInteractionDuration, 95)
  t.match(record.Recordings, [{ Status: 'AVAILABLE', StopTimestamp: '2026-01-05T12:01:55Z' }])
})

t.test('a recording is known by the end of its path, too', async (t) => {
  const relative = recordingStarted(talking('c1'), '2026/c1.wav', noonMs + 20_000)
  const { record } = restart(t, [relative], [{ file: '/rec/2026/c1.wav', durationMs: 3_000, repaired: false }])
  t.match(record.Recordings, [{ Status: 'AVAILABLE', StopTimestamp: '2026-01-05T12:00:23Z' }])
})

t.test('a recording without a file, or without sound, is not offered to anybody', async (t) => {
  t.match(restart(t, [recorded('c1')]).record.Recordings, [{ Status: 'NULL' }])
  const empty = [{ file: '/rec/c1.wav', durationMs: 0, repaired: true }]
  t.match(restart(t, [recorded('c1')], empty).record.Recordings, [{ Status: 'NULL' }])
})

t.test('a clock that lost the time with the power does not matter to what is known from before', async (t) => {
  const { record } = restart(t, [recorded('c1')], [{ file: '/rec/c1.wav', durationMs: 95_000, repaired: true }], {
    epochMs: 0,
  })
  t.equal(record.DisconnectTimestamp, '2026-01-05T12:01:55Z')
  t.equal(record.Agent?.AgentInteractionDuration, 95)
  t.equal(record.LastUpdateTimestamp, '2026-01-05T12:01:55Z')
})

t.test('a record whose last save lies before its own stamps still has no negative figure', async (t) => {
  const setBack = connectedToAgent(
    waiting('c1'),
    { arn: 'arn:agent/ann', userName: 'ann', routingProfile: { arn: 'arn:profile/basic', name: 'basic' } },
    noonMs - 500_000,
  )
  const { record } = restart(t, [setBack])
  t.equal(record.Queue?.Duration, 0)
  t.equal(record.Agent?.AgentInteractionDuration, 0)
  t.ok(record.DisconnectTimestamp! >= record.InitiationTimestamp)
})

t.test(
  'recordings are looked at from the day before the oldest contact that was alive, whatever the clock says',
  async (t) => {
    const { store } = restart(t, [over('c1', noonMs - 40 * 86_400_000), over('c2')])
    t.equal(firstDayToRepair(store, restartMs), '2026-01-04')
    t.equal(firstDayToRepair(store, restartMs + 365 * 86_400_000), '2026-01-04', 'set ahead')
    t.equal(firstDayToRepair(store, 0), '1969-12-31', 'lost with the power')
    store.save(talking('c3', noonMs - 5 * 86_400_000))
    t.equal(firstDayToRepair(store, restartMs), '2025-12-30')
  },
)
