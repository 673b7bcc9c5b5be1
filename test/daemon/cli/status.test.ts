import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { ControlError } from '../../../daemon/api/protocol.ts'
import type { AgentsReport, StatusReport } from '../../../daemon/api/reports.ts'
import { shortFolder, startServer } from '../api/control-support.ts'
import { cordboard } from './cli-support.ts'

const ann = {
  userName: 'ann',
  status: 'Available',
  reachable: true,
  activity: 'onContact',
  since: '2026-01-05T10:00:00.000Z',
  contactIds: ['c1'],
}

const fault = {
  code: 'LINE-ABSENT',
  where: 'front',
  message: 'The board is gone.',
  mend: 'Plug it in.',
  since: '2026-01-05T09:00:00.000Z',
  count: 3,
}

const status: StatusReport = {
  version: 1,
  state: 'running',
  instance: { name: 'Acme', directory: '/etc/cordboard' },
  pid: 42,
  startedAt: '2026-01-05T08:00:00.000Z',
  uptimeS: 7265,
  lines: [
    {
      name: 'front',
      number: '+442079460001',
      device: '/dev/cordboard/b1',
      state: 'talking',
      battery: 'present',
      details: { model: 'FXO-1', firmware: '1.4', driftPpm: 57, delayUpMs: 58, delayDownMs: 47 },
      counters: {},
    },
  ],
  bans: [],
  links: [
    {
      carrier: 'telco',
      link: 'north',
      state: 'down',
      reason: 'timeout',
      since: '2026-01-05T10:00:00.000Z',
      calls: 0,
      channels: 30,
    },
  ],
  agents: [ann],
  queues: [{ name: 'Sales', enabled: true, waiting: 12, oldestAgeS: 75, available: 0, staffed: 1, online: 1 }],
  contacts: [{ contactId: 'c1', state: 'connected', describe: 'line:front ◀▶ sip:ann' }],
  faults: [],
  counters: { audio: { ticks: 5000, lateTicks: 0 } },
}

/** A running daemon as the tool sees it. */
async function daemon(t: Test, answer: StatusReport = status) {
  const asked: unknown[] = []
  const { path } = await startServer(t, {
    methods: {
      status: () => answer,
      agents: (): AgentsReport => ({ version: 1, agents: [ann] }),
      setAgentStatus(params): AgentsReport {
        asked.push(params)
        return { version: 1, agents: [{ ...ann, status: 'Offline' }] }
      },
    },
  })
  return { path, asked }
}

test('status for people: aligned, complete, exit 0', async (t) => {
  const { path } = await daemon(t)
  const { exitCode, out, err } = await cordboard('status', '--socket', path)
  t.equal(exitCode, 0)
  t.equal(err, '')
  t.equal(
    out,
    `Acme (/etc/cordboard): running for 2:01:05, pid 42

Lines
  name   number         state    battery  device             hardware
  front  +442079460001  talking  present  /dev/cordboard/b1  FXO-1, 1.4, clock +57 ppm, delay 58 ms in, 47 ms out

Links
  carrier  link   state           calls  channels  since
  telco    north  down (timeout)      0        30  2026-01-05T10:00:00.000Z

Queues
  name   state  waiting  oldest  available  staffed  online
  Sales  open        12  1:15            0        1       1

Agents
  user  status     activity   since                     phone      contact
  ann   Available  onContact  2026-01-05T10:00:00.000Z  reachable  c1

Contacts
  id  state      path
  c1  connected  line:front ◀▶ sip:ann

Faults: none`,
  )
})

test('a standing fault is told with its mend, and is exit 1', async (t) => {
  const { path } = await daemon(t, { ...status, faults: [fault] })
  const { exitCode, out } = await cordboard('status', '--socket', path)
  t.equal(exitCode, 1)
  t.match(out, 'Faults\n  LINE-ABSENT front: The board is gone. Plug it in. (since 2026-01-05T09:00:00.000Z, 3 times)')
})

test('hosts that are not heard are told, with what they did', async (t) => {
  const { path } = await daemon(t, { ...status, bans: [{ address: '203.0.113.7', offence: 'scanner', leftS: 61 }] })
  const { out } = await cordboard('status', '--socket', path)
  t.match(out, 'Banned hosts\n  address      for      until in\n  203.0.113.7  scanner  1:01')
})

test('counters on demand', async (t) => {
  const { path } = await daemon(t)
  t.notMatch((await cordboard('status', '--socket', path)).out, /lateTicks/)
  const { out } = await cordboard('status', '--socket', path, '--counters')
  t.match(out, 'Counters of audio\n  name       value\n  ticks       5000\n  lateTicks      0')
})

test('an empty box says so in each section', async (t) => {
  const empty = { ...status, lines: [], links: [], agents: [], queues: [], contacts: [] }
  const { path } = await daemon(t, empty)
  const { out } = await cordboard('status', '--socket', path)
  t.match(out, 'Lines: none\n\nLinks: none\n\nQueues: none\n\nAgents: none\n\nContacts: none\n\nFaults: none')
})

test('status for machines is the report, word for word', async (t) => {
  const { path } = await daemon(t, { ...status, faults: [fault] })
  const { exitCode, out } = await cordboard('status', '--socket', path, '--json')
  t.equal(exitCode, 1)
  t.same(JSON.parse(out), { ...status, faults: [fault] })
})

test('a caller’s name can’t move the reader’s cursor', async (t) => {
  const contacts = [{ contactId: 'c1', state: 'queued', describe: 'line from \u001b[2J\r\nEve' }]
  const { path } = await daemon(t, { ...status, contacts })
  const { out } = await cordboard('status', '--socket', path)
  t.match(out, 'line from ?[2J??Eve')
  t.notMatch(out, '\u001b')
})

test('no daemon: exit 1, with what to do', async (t) => {
  const path = join(shortFolder(t), 'none.sock')
  for (const args of [['status'], ['agent', 'list'], ['agent', 'set', 'ann', 'Offline']]) {
    const { exitCode, err } = await cordboard(...args, '--socket', path)
    t.equal(exitCode, 1)
    t.match(err, /No daemon listens on .*none\.sock .*systemctl start cordboard/)
  }
})

test('a daemon of another version: exit 1, with what to do', async (t) => {
  const { path } = await startServer(t, { methods: { status: () => ({ version: 2 }) } })
  const { exitCode, err } = await cordboard('status', '--socket', path)
  t.equal(exitCode, 1)
  t.match(err, /not what this tool expects \(version: .*\)\. Restart the daemon/)
})

test('something that is no daemon: exit 1', async (t) => {
  const path = join(shortFolder(t), 'other.sock')
  const other = createServer((socket) => void socket.end('220 mail ready\n'))
  await new Promise<void>((resolve) => other.listen(path, resolve))
  t.teardown(() => other.close())
  const { exitCode, err } = await cordboard('status', '--socket', path)
  t.equal(exitCode, 1)
  t.match(err, /does not speak our protocol/)
})

test('agent list', async (t) => {
  const { path } = await daemon(t)
  const table = await cordboard('agent', 'list', '--socket', path)
  t.equal(table.exitCode, 0)
  t.match(table.out, /^user {2}status .*\nann {3}Available {2}onContact/)
  const { out } = await cordboard('agent', 'list', '--json', '--socket', path)
  t.same(JSON.parse(out), { version: 1, agents: [ann] })
})

test('agent set asks the daemon, in any letter case, and shows the agent', async (t) => {
  const { path, asked } = await daemon(t)
  const { exitCode, out } = await cordboard('agent', 'set', 'ann', 'offline', '--socket', path)
  t.equal(exitCode, 0)
  t.same(asked, [{ agent: 'ann', status: 'Offline' }])
  t.match(out, /ann {3}Offline/)
})

test('agent set of an unknown agent: exit 1 with the daemon’s words', async (t) => {
  const { path } = await startServer(t, {
    methods: {
      setAgentStatus() {
        throw new ControlError('notFound', 'There is no agent "eve".', 'See agent list.')
      },
    },
  })
  const { exitCode, err } = await cordboard('agent', 'set', 'eve', 'Offline', '--socket', path)
  t.equal(exitCode, 1)
  t.equal(err, 'cordboard: There is no agent "eve". See agent list.')
})
