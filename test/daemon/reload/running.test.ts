// The whole daemon as a process: its files are changed, broken and mended under it.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { callControl } from '../../../daemon/api/control-client.ts'
import { type ReloadReport, reloadReport } from '../../../daemon/api/reports.ts'
import { Daemon } from '../../support/daemon.ts'
import { makeTestInstance } from '../../support/instance.ts'

t.test('an owner edits the files of a running box', async (t) => {
  const instance = await makeTestInstance()
  const daemon = await Daemon.start({ instance })
  t.teardown(async () => {
    await daemon.remove()
    instance.remove()
  })
  const queues = join(instance.directory, 'queues.yaml')
  const whole = readFileSync(queues, 'utf8')
  const reload = async (): Promise<ReloadReport> => reloadReport.parse(await callControl(daemon.socket, 'reload'))
  const faults = async () => (await daemon.status()).faults.map(({ code }) => code)

  await t.test('a new queue is there without a restart', async (t) => {
    appendFileSync(queues, '  - { name: Sales, hours: Always }\n')
    t.match(await reload(), { outcome: 'reloaded', changes: [{ kind: 'queue', name: 'Sales', what: 'added' }] })
    t.same(
      (await daemon.status()).queues.map(({ name }) => name),
      ['Support', 'Sales'],
    )
  })

  await t.test('SIGHUP does the same', async (t) => {
    writeFileSync(queues, whole)
    process.kill(daemon.pid, 'SIGHUP')
    await daemon.shows('one queue is left', ({ queues }) => queues.length === 1)
    t.match(daemon.log, /queue Sales removed/)
  })

  await t.test('broken files are refused, and nothing changes', async (t) => {
    writeFileSync(queues, whole.replace('hours: Always', 'hours: Alwyas'))
    t.match(await reload(), { outcome: 'refused', faults: [{ severity: 'error', file: /queues\.yaml$/ }] })
    t.match(await daemon.status(), { state: 'running', queues: [{ name: 'Support' }] })
  })

  await t.test('the power goes: the box starts with what was last in force, and says so', async (t) => {
    await daemon.kill()
    await daemon.restart()
    t.same(await faults(), ['CFG-LAST-GOOD'])
    t.match(await daemon.status(), { state: 'running', queues: [{ name: 'Support' }] })
  })

  await t.test('mended and reloaded, the fault is gone', async (t) => {
    writeFileSync(queues, whole)
    t.match(await reload(), { outcome: 'reloaded' })
    t.same(await faults(), [])
  })
})
