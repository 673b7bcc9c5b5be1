// Whoever changes something through the control socket stands in the audit log, by the kernel's word.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openAuditLog } from '../../../daemon/api/audit-log.ts'
import { callControl } from '../../../daemon/api/control-client.ts'
import { createControlServer } from '../../../daemon/api/control-server.ts'
import { ControlError } from '../../../daemon/api/protocol.ts'
import { SystemClock } from '../../../daemon/clock.ts'
import { createFaults } from '../../../daemon/health/faults.ts'
import { silentLog } from '../../../daemon/log/log.ts'

t.test('changes are noted', async (t) => {
  const folder = t.testdir()
  const clock = new SystemClock()
  const file = join(folder, 'audit.jsonl')
  const path = join(folder, 'control.sock')
  const server = createControlServer({
    path,
    log: silentLog,
    audit: openAuditLog(file, { clock, log: silentLog, faults: createFaults(clock) }),
    methods: {
      status: () => ({}),
      setAgentStatus(params) {
        if (JSON.stringify(params).includes('zoe')) throw new ControlError('notFound', 'There is no agent.', 'Look.')
        return {}
      },
    },
  })
  await server.start()
  await callControl(path, 'status')
  await callControl(path, 'setAgentStatus', { agent: 'ann', status: 'Offline' })
  await t.rejects(callControl(path, 'setAgentStatus', { agent: 'zoe', status: 'Offline' }))
  await server.stop()
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const origin = { from: 'control socket', uid: process.getuid?.(), pid: process.pid }
  t.match(lines, [
    { at: /^\d{4}-/, method: 'setAgentStatus', params: { agent: 'ann', status: 'Offline' }, origin, outcome: 'done' },
    { params: { agent: 'zoe' }, origin, outcome: 'refused', reason: /no agent/ },
  ])
  t.equal(lines.length, 2)
})

t.test('a log that can’t be written raises a fault, and stops nothing', async (t) => {
  const folder = t.testdir({ blocked: 'a file where a folder should be' })
  const clock = new SystemClock()
  const faults = createFaults(clock)
  const audit = openAuditLog(join(folder, 'blocked', 'audit.jsonl'), { clock, log: silentLog, faults })
  audit.write({ method: 'reload', params: null, origin: { from: 'control socket' }, outcome: 'done' })
  t.match(faults.list(), [{ code: 'AUDIT-UNWRITABLE' }])
})
