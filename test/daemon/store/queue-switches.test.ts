// Queues that were closed by command are closed after a restart, and after a reload; queues.yaml says how they begin.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { restoreQueueSwitches } from '../../../daemon/assembly/phones.ts'
import { createFaults } from '../../../daemon/health/faults.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { createRouting } from '../../../daemon/routing/router.ts'
import { openQueueSwitches } from '../../../daemon/store/queue-switches.ts'
import { MockClock } from '../../support/mock-clock.ts'

const clock = new MockClock()
const terms = {
  queues: [{ name: 'sales' }, { name: 'night', enabled: false }],
  routingProfiles: [],
  agents: [],
  maximumContacts: 10,
  offerTimeoutS: 20,
  missedPauseS: 30,
  customStatuses: [],
}

function started(file: string, faults = createFaults(clock)) {
  const switches = openQueueSwitches(file, { log: silentLog, faults })
  const routing = createRouting({ ...terms, clock, log: silentLog })
  restoreQueueSwitches(routing, switches)
  const queues = () => Object.fromEntries(routing.queues().map(({ name, enabled }) => [name, enabled]))
  const turn = (queue: string, enabled: boolean) => {
    if (routing.setQueueEnabled(queue, enabled)) switches.keep(queue, enabled)
  }
  return { routing, switches, queues, turn, faults }
}

t.test('closed and opened by command, over a restart and a reload', async (t) => {
  const file = join(t.testdir(), 'queues.json')
  const first = started(file)
  t.same(first.queues(), { sales: true, night: false }, 'as queues.yaml says')
  first.turn('sales', false)
  first.turn('night', true)
  first.routing.close()
  const second = started(file)
  t.same(second.queues(), { sales: false, night: true })
  second.routing.reconfigure(terms)
  t.same(second.queues(), { sales: false, night: true })
  second.turn('sales', true)
  second.routing.close()
  t.same(started(file).queues(), { sales: true, night: true })
})

t.test('without a command, a reload has what queues.yaml says now', async (t) => {
  const { routing, queues } = started(join(t.testdir(), 'queues.json'))
  routing.reconfigure({ ...terms, queues: [{ name: 'sales', enabled: false }, { name: 'night' }] })
  t.same(queues(), { sales: false, night: true })
})

t.test('a queue that is gone is forgotten', async (t) => {
  const file = join(t.testdir(), 'queues.json')
  writeFileSync(file, '{"sales": false, "gone": false}')
  t.same(started(file).queues(), { sales: false, night: false })
  t.same(JSON.parse(readFileSync(file, 'utf8')), { sales: false })
})

t.test('a file that is none: queues are as queues.yaml says', async (t) => {
  const file = join(t.testdir(), 'queues.json')
  writeFileSync(file, 'sales: closed')
  t.same(started(file).queues(), { sales: true, night: false })
})

t.test('a disk that does not take it is told, and clear again when it does', async (t) => {
  const folder = t.testdir()
  const file = join(folder, 'queues.json')
  const { turn, queues, faults } = started(file)
  mkdirSync(`${file}.new`)
  turn('sales', false)
  t.match(faults.list(), [{ code: 'QUEUES-UNWRITABLE', where: file }])
  t.equal(queues().sales, false, 'in force all the same')
  rmdirSync(`${file}.new`)
  turn('sales', false)
  t.same(faults.list(), [])
})
