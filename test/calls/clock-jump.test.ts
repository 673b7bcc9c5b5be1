// The whole daemon while the clock of the machine is set a day ahead, and back: a talk goes on, callers are answered and
// reach their agent, and no duration and no figure is impossible. The clock is faked for the daemon alone (libfaketime).
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { callControl } from '../../daemon/api/control-client.ts'
import { metricsReport } from '../../daemon/api/reports.ts'
import { AutoPhones, agentAt, callerAccount } from '../support/auto-phones.ts'
import { Daemon } from '../support/daemon.ts'
import { freePorts } from '../support/free-ports.ts'
import { makeTestInstance } from '../support/instance.ts'

const library = readdirSync('/usr/lib')
  .map((folder) => join('/usr/lib', folder, 'faketime/libfaketimeMT.so.1'))
  .find((file) => existsSync(file))
const dayS = 86_400

t.test('a day ahead, and back', { skip: library ? false : 'not run: libfaketime is not installed' }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-clock-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'clock')
  const setBy = (seconds: number) => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`)
  setBy(0)
  const phonesPort = await freePorts(1)
  const instance = await makeTestInstance({
    agents: [callerAccount, agentAt(phonesPort, { userName: 'ann', afterContactWorkS: 0 })],
    lines: 0,
  })
  t.teardown(() => instance.remove())
  const daemon = await Daemon.start({
    instance,
    env: {
      LD_PRELOAD: library!,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      // As on a machine whose clock is set: what runs by the monotonic clock does not notice.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  })
  t.teardown(() => daemon.remove())
  const phones = await AutoPhones.open(instance, phonesPort)
  t.teardown(() => phones.close())

  for (const [what, seconds] of [
    ['a day ahead', dayS],
    ['back', 0],
    ['a day back', -dayS],
  ] as const) {
    phones.call('442079460004')
    await daemon.contactIs('joined', { withinMs: 10_000 })
    setBy(seconds)
    await daemon.shows(`the clock to be set ${what}`, ({ startedAt, uptimeS, contacts }) => {
      t.match(contacts, [{ state: 'joined' }], 'the talk goes on')
      t.ok(uptimeS >= 0)
      return seconds <= 0 || Date.parse(startedAt) + uptimeS * 1000 > Date.now() + (dayS - 60) * 1000
    })
    phones.callers.hangUp()
    await daemon.shows('the call to be over', ({ contacts }) => contacts.length === 0)
  }

  const records = await daemon.records()
  t.equal(records.length, 3)
  for (const { Cordboard: box, Queue: queue, Agent: agent, ...record } of records) {
    t.equal(box.state, 'completed')
    t.ok((record.DisconnectTimestamp ?? '') >= record.InitiationTimestamp, 'it does not end before it began')
    for (const seconds of [queue?.Duration, agent?.AgentInteractionDuration])
      t.ok(seconds !== undefined && seconds >= 0)
  }
  const range = { from: new Date(Date.now() - 3 * dayS * 1000), to: new Date(Date.now() + 3 * dayS * 1000) }
  const params = { by: [], from: range.from.toISOString(), to: range.to.toISOString() }
  const metrics = metricsReport.parse(await callControl(daemon.socket, 'metrics', params)).rows[0]?.metrics ?? {}
  t.match(metrics, { CONTACTS_CREATED: 3, CONTACTS_HANDLED: 3 })
  t.same(
    Object.entries(metrics).filter(([, value]) => !(value >= 0)),
    [],
    'no figure is negative',
  )
  t.same((await daemon.status()).faults, [])
  await daemon.stop()
})
