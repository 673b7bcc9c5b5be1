// The whole daemon on a disk that is full, and on one that fails and turns read-only: calls go on, `status` tells what is
// wrong and what to do, and with room again everything that happened is on the disk. A box that starts on a failed disk
// takes calls as well, and what it keeps of them comes to the disk when that is mended.
import t, { type Test } from 'tap'
import { callControl } from '../../daemon/api/control-client.ts'
import { metricsReport } from '../../daemon/api/reports.ts'
import { AutoPhones, agentAt, callerAccount } from '../support/auto-phones.ts'
import { Daemon } from '../support/daemon.ts'
import { freePorts } from '../support/free-ports.ts'
import { makeTestInstance } from '../support/instance.ts'
import { type SmallDisk, smallDisk } from '../support/small-disk.ts'

async function boxOn(t: Test, disk: SmallDisk) {
  const phonesPort = await freePorts(1)
  const instance = await makeTestInstance({
    agents: [callerAccount, agentAt(phonesPort, { userName: 'ann', afterContactWorkS: 0 })],
    lines: 0,
  })
  t.teardown(() => instance.remove())
  const daemon = await Daemon.start({ instance, storage: disk.folder })
  t.teardown(() => daemon.remove())
  const phones = await AutoPhones.open(instance, phonesPort)
  t.teardown(() => phones.close())
  const call = async () => {
    phones.call('442079460004')
    await daemon.contactIs('joined', { withinMs: 10_000 })
    phones.callers.hangUp()
    await daemon.shows('the call to be over', ({ contacts }) => contacts.length === 0)
  }
  const faults = async () => (await daemon.status()).faults
  return { daemon, call, faults }
}

const faultsOfDisk = ['EVENTS-UNWRITABLE', 'STORE-UNWRITABLE']

t.test('the disk is full', async (t) => {
  const disk = smallDisk(t, 24)
  if (!disk) {
    t.comment('not run: no disk can be mounted here')
    return
  }
  const { daemon, call, faults } = await boxOn(t, disk)
  await call()
  t.same(await faults(), [])
  disk.fill()
  await call()
  await call()
  await daemon.shows('what is wrong with the disk', ({ faults }) =>
    faultsOfDisk.every((code) => faults.some((fault) => fault.code === code)),
  )
  for (const { message, mend } of await faults()) t.match(`${message} ${mend}`, /disk/i)
  disk.empty()
  await daemon.shows('the disk to be well', ({ faults }) => !faults.some(({ code }) => faultsOfDisk.includes(code)), {
    withinMs: 15_000,
  })
  await call()
  const records = await daemon.records()
  t.same(
    records.map(({ Cordboard }) => Cordboard.state),
    ['completed', 'completed', 'completed', 'completed'],
    'no record is lost',
  )
  const metrics = metricsReport.parse(await callControl(daemon.socket, 'metrics', { by: [] }))
  t.match(metrics.rows[0]?.metrics, { CONTACTS_CREATED: 4, CONTACTS_HANDLED: 4 })
  await daemon.stop()
})

t.test('the disk fails, and is read-only from then on', async (t) => {
  const disk = smallDisk(t, 24)
  if (!disk) {
    t.comment('not run: no disk can be mounted here')
    return
  }
  const { daemon, call, faults } = await boxOn(t, disk)
  await call()
  disk.turnReadOnly()
  await call()
  await call()
  await daemon.shows('what is wrong with the disk', ({ faults }) =>
    faultsOfDisk.every((code) => faults.some((fault) => fault.code === code)),
  )
  for (const { message, mend } of await faults()) t.match(`${message} ${mend}`, /disk/i)
  const metrics = metricsReport.parse(await callControl(daemon.socket, 'metrics', { by: [] }))
  t.match(metrics.rows[0]?.metrics, { CONTACTS_CREATED: 3 }, 'figures go on')

  await daemon.kill()
  await daemon.restart()
  t.match(await faults(), [{ code: 'STORAGE-UNWRITABLE', where: disk.folder, mend: /moved to it/ }])
  await call()
  const kept = await daemon.records()
  t.match(kept, [{ Cordboard: { state: 'completed' } }], 'kept in memory')
  t.same(
    (await faults()).map(({ code }) => code),
    ['STORAGE-UNWRITABLE'],
  )
  disk.turnWritable()
  await daemon.stop()
  await daemon.restart()
  t.same(await faults(), [])
  const [home, before] = await daemon.records()
  t.match(home, { ContactId: kept[0]?.ContactId }, 'what was kept in memory is on the disk')
  t.match(home?.Recordings, [{ Location: new RegExp(`^${disk.folder}/`) }])
  t.match(before, { Cordboard: { state: 'completed' } }, 'and what was there before the disk failed')
})
