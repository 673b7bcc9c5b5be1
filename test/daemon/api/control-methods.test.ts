import { test } from 'tap'
import { type ControlParts, createControlMethods } from '../../../daemon/api/control-methods.ts'
import { agentsReport, contactsReport, legsReport, queuesReport, statusReport } from '../../../daemon/api/reports.ts'
import type { ContactRecord } from '../../../daemon/contact/contact-record.ts'
import { createFaults } from '../../../daemon/health/faults.ts'
import type { AgentView } from '../../../daemon/routing/routing.ts'
import type { LinkView } from '../../../daemon/sip/endpoint.ts'
import { MockClock } from '../../support/mock-clock.ts'

const noContacts = { routingProfile: 'Everyone', contacts: [], slots: { free: {}, together: false } }

/** A box with one line, one queue and the agents Ann (available) and Bob (offline). */
function box(change: Partial<ControlParts> = {}) {
  const clock = new MockClock(Date.UTC(2026, 0, 5, 10))
  const faults = createFaults(clock)
  const asked: unknown[] = []
  const agents: AgentView[] = [
    {
      userName: 'ann',
      status: 'Available',
      reachable: true,
      activity: 'available',
      contactIds: [],
      ...noContacts,
      sinceEpochMs: clock.epochMs(),
    },
    {
      userName: 'bob',
      status: 'Offline',
      reachable: false,
      activity: 'offline',
      contactIds: [],
      ...noContacts,
      sinceEpochMs: clock.epochMs(),
    },
  ]
  const sinceEpochMs = clock.epochMs()
  const link: LinkView = {
    carrier: 'telco',
    link: 'north',
    state: 'down',
    reason: 'timeout',
    sinceEpochMs,
    calls: 0,
    channels: 30,
  }
  const methods = createControlMethods({
    clock,
    instance: { name: 'Acme', directory: '/etc/cordboard' },
    startedEpochMs: clock.epochMs(),
    state: () => 'running',
    routing: {
      agents: () => agents,
      queues: () => [{ name: 'Sales', enabled: true, waiting: 2, oldestAgeS: 14, available: 1, staffed: 1, online: 1 }],
      setStatus(agent, status) {
        const found = agents.find((each) => each.userName === agent)
        if (found) found.status = status
        return found !== undefined
      },
    },
    lines: {
      views: () => [
        {
          name: 'front',
          number: '+15550100',
          device: '/dev/cordboard/board1',
          state: 'idle',
          battery: 'present',
          details: { model: 'board1' },
          counters: { rings: 3 },
        },
      ],
    },
    contacts: { views: () => [{ contactId: 'c1', state: 'queued', describe: 'line:front' }] },
    store: {
      list(query) {
        asked.push(query)
        return [{ ContactId: 'c0' } as ContactRecord]
      },
    },
    faults,
    counters: async () => ({ audio: { ticks: 50 } }),
    links: () => [link],
    bans: () => [{ address: '203.0.113.7', offence: 'scanner', leftMs: 59_001 }],
    agents: { perform: () => ({ ok: true }), offeredQuickConnects: () => [] },
    describeLegs: () => ['line:front ◀▶ sip:ann'],
    ...change,
  })
  const call = async (method: string, params?: unknown) => methods[method]?.(params)
  return { clock, faults, asked, methods, call }
}

test('status tells the whole box, and is what its report says', async (t) => {
  const { call, clock, faults } = box()
  faults.raise({ code: 'LINE-ABSENT', where: 'front', message: 'The board is gone.', mend: 'Plug it in.' })
  await clock.advance(61_500)
  const status = statusReport.parse(await call('status'))
  t.match(status, {
    version: 1,
    state: 'running',
    instance: { name: 'Acme' },
    startedAt: '2026-01-05T10:00:00.000Z',
    uptimeS: 61,
    lines: [{ name: 'front', counters: { rings: 3 } }],
    links: [{ carrier: 'telco', link: 'north', state: 'down', reason: 'timeout', since: '2026-01-05T10:00:00.000Z' }],
    agents: [{ userName: 'ann', since: '2026-01-05T10:00:00.000Z' }, { userName: 'bob' }],
    bans: [{ address: '203.0.113.7', offence: 'scanner', leftS: 60 }],
    queues: [{ name: 'Sales', enabled: true, waiting: 2 }],
    contacts: [{ contactId: 'c1', state: 'queued' }],
    faults: [{ code: 'LINE-ABSENT', since: '2026-01-05T10:00:00.000Z', count: 1 }],
    counters: { audio: { ticks: 50 } },
  })
})

test('agents, queues and legs are what their reports say', async (t) => {
  const { call } = box()
  t.equal(agentsReport.parse(await call('agents')).agents.length, 2)
  t.equal(queuesReport.parse(await call('queues')).queues[0]?.waiting, 2)
  t.same(legsReport.parse(await call('describeLegs')).legs, ['line:front ◀▶ sip:ann'])
})

test('an agent’s status is set, and the answer shows it', async (t) => {
  const { call } = box()
  const report = agentsReport.parse(await call('setAgentStatus', { agent: 'bob', status: 'Available' }))
  t.match(report.agents, [{ userName: 'bob', status: 'Available' }])
  t.equal(report.agents.length, 1)
})

test('an unknown agent is refused by name', async (t) => {
  await t.rejects(box().call('setAgentStatus', { agent: 'eve', status: 'Offline' }), {
    code: 'notFound',
    message: 'There is no agent "eve".',
  })
})

const badParams: [method: string, params: unknown, message: RegExp][] = [
  ['setAgentStatus', undefined, /params/],
  ['setAgentStatus', { agent: 'ann' }, /status/],
  ['setAgentStatus', { agent: 'ann', status: 7 }, /status/],
  ['setAgentStatus', { agent: 'ann', status: 'Offline', extra: 1 }, /extra/],
  ['contacts', { limit: 0 }, /limit/],
  ['contacts', { limit: '5' }, /limit/],
  ['contacts', [], /params/],
]
for (const [method, params, message] of badParams)
  test(`wrong parameters are refused and named: ${method} ${JSON.stringify(params)}`, async (t) => {
    await t.rejects(box().call(method, params), { code: 'badParams', message })
  })

test('contacts come from the store, fifty unless told', async (t) => {
  const { call, asked } = box()
  contactsReport.parse(await call('contacts'))
  await call('contacts', { limit: 5, before: 'c9' })
  t.same(asked, [{ limit: 50 }, { limit: 5, before: 'c9' }])
})

test('reload is a method only where the box can reload', async (t) => {
  t.notOk('reload' in box().methods)
  let reloads = 0
  const reload = async () => {
    reloads++
    return { outcome: 'unchanged', changes: [], warnings: [] } as const
  }
  const { call } = box({ reload })
  t.same(await call('reload'), { version: 1, outcome: 'unchanged', changes: [], warnings: [] })
  t.equal(reloads, 1)
})
