// Figures of queues in flows: what is compared, what is loaded, and the console's milliseconds.
import t from 'tap'
import type { QueueMetrics } from '../../../../daemon/flow/abilities.ts'
import { runFlow } from '../../../../daemon/flow/run-flow.ts'
import { MockClock } from '../../../support/mock-clock.ts'
import { FakeHost } from '../fake-host.ts'
import { type Block, bye, end, flowOf, say, testResources } from '../flow-text.ts'
import { run } from '../run-support.ts'
import { can, checkTable, table } from './action-table.ts'

const metrics: QueueMetrics = {
  name: 'Support',
  arn: 'arn:queue/q-support',
  size: 3,
  oldestContactAgeSeconds: 240,
  agents: { online: 5, available: 0, staffed: 2, afterContactWork: 1, busy: 1, missed: 0, nonProductive: 3 },
  contact: { position: 2 },
}
const telling = (host: FakeHost) => can(host, { queueMetrics: () => metrics })
const nothing = (host: FakeHost) => can(host, { queueMetrics: () => undefined })
const some = ['NumberGreaterThan 0']

table('CheckMetricData', [
  {
    what: 'staffed',
    parameters: { MetricType: 'NumberOfAgentsStaffed' },
    conditions: some,
    given: telling,
    leads: '= NumberGreaterThan 0',
    result: '2',
  },
  {
    what: 'available',
    parameters: { MetricType: 'NumberOfAgentsAvailable' },
    conditions: some,
    given: telling,
    leads: 'NoMatchingCondition',
  },
  {
    what: 'online',
    parameters: { MetricType: 'NumberOfAgentsOnline' },
    conditions: some,
    given: telling,
    leads: '= NumberGreaterThan 0',
  },
  {
    what: 'waiting',
    parameters: { MetricType: 'NumberOfContactsInQueue' },
    conditions: ['NumberLessOrEqualTo 2', '3'],
    given: telling,
    leads: '= 3',
  },
  {
    what: 'the oldest, in seconds',
    parameters: { MetricType: 'OldestContactInQueueAgeSeconds' },
    conditions: ['NumberLessThan 300'],
    given: telling,
    leads: '= NumberLessThan 300',
    result: '240',
  },
  {
    what: 'of another queue',
    parameters: { MetricType: 'NumberOfContactsInQueue', QueueId: 'Sales' },
    conditions: ['3'],
    given: telling,
    leads: '= 3',
  },
  {
    what: 'of an agent',
    parameters: { MetricType: 'NumberOfAgentsAvailable', AgentId: 'anna' },
    conditions: some,
    given: telling,
    leads: 'NoMatchingCondition',
  },
  {
    what: 'of a queue that is not there',
    parameters: { MetricType: 'NumberOfContactsInQueue', QueueId: 'x' },
    given: telling,
    leads: 'NoMatchingError',
  },
  { what: 'a metric that is none', parameters: { MetricType: 'Mood' }, given: telling, leads: 'NoMatchingError' },
  { what: 'no queue', parameters: { MetricType: 'NumberOfAgentsOnline' }, given: nothing, leads: 'NoMatchingError' },
  {
    what: 'not here',
    parameters: { MetricType: 'NumberOfAgentsOnline' },
    leads: 'NoMatchingError',
    result: /metrics of queues/,
  },
])
checkTable('CheckMetricData', [
  [{ MetricType: 'NumberOfAgentsStaffed' }, undefined, some],
  [{ MetricType: 'NumberOfContactsInQueue', QueueId: 'Sales' }, undefined, ['5', 'NumberLessThan 9']],
  [{ MetricType: 'NumberOfAgentsStaffed' }, /^warning .*NumberGreaterThan "0"/, ['NumberGreaterThan 3']],
  [{ MetricType: 'NumberOfContactsInQueue' }, /does not compare numbers/, ['TextContains 3']],
  [{ MetricType: 'Mood' }, /MetricType is "Mood"/],
  [{}, /MetricType is missing/],
])

t.test('the console shows seconds and writes milliseconds', async (t) => {
  const check: Block = {
    id: 'check',
    type: 'CheckMetricData',
    parameters: { MetricType: 'OldestContactInQueueAgeSeconds' },
    conditions: { 'NumberLessThan 300000': 'end' },
    errors: { NoMatchingCondition: 'bye', NoMatchingError: 'bye' },
    next: 'bye',
  }
  const conditionMetadata = [{ id: '1', operator: { name: 'Is less than', value: 'LessThan' }, value: '300' }]
  const ended = async (ageSeconds: number, metadata: Record<string, unknown>) => {
    const host = new FakeHost()
    can(host, { queueMetrics: () => ({ ...metrics, oldestContactAgeSeconds: ageSeconds }) })
    const flow = flowOf([check, bye, end], metadata)
    const signal = new AbortController().signal
    return (await runFlow({ flow, host, flows: new Map(), resources: testResources, signal, clock: new MockClock() }))
      .type
  }
  const shown = { ActionMetadata: { check: { conditionMetadata } } }
  t.equal(await ended(299, shown), 'ended')
  t.equal(await ended(301, shown), 'disconnect')
  t.equal(await ended(301, {}), 'ended', 'by hand: as it is written')
})

table('GetMetricData', [
  { what: 'of the working queue', parameters: {}, given: telling, leads: 'next' },
  { what: 'of a channel', parameters: { QueueId: 'Sales', QueueChannel: 'voice' }, given: telling, leads: 'next' },
  {
    what: 'of a channel that is none',
    parameters: { QueueChannel: 'Smoke' },
    given: telling,
    leads: 'NoMatchingError',
  },
  { what: 'no data', parameters: {}, given: nothing, leads: 'NoMatchingError' },
  { what: 'not here', parameters: {}, leads: 'NoMatchingError' },
])
checkTable('GetMetricData', [
  [{ QueueId: 'Sales', QueueChannel: 'Chat' }, undefined],
  [{ AgentId: 'anna', QueueId: 'Sales' }, /exclude each other/],
  [{ QueueChannel: 'Smoke' }, /QueueChannel is "Smoke"/],
])

t.test('figures are said; what is not known is nothing', async (t) => {
  const host = new FakeHost()
  telling(host)
  const text =
    '$.Metrics.Queue.Name $.Metrics.Queue.Size $.Metrics.Queue.OldestContactAge $.Metrics.Agents.Online.Count ' +
    '$.Metrics.Agents.NonProductive.Count $.Metrics.Contact.PositionInQueue [$.Metrics.Queue.EstimatedWaitTime]'
  const get: Block = { id: 'get', type: 'GetMetricData', next: 'say', errors: { NoMatchingError: 'bye' } }
  await run([get, say('say', text, 'bye'), bye], { host })
  t.same(host.participant?.heard, ['Support 3 240 5 3 2 []'])
})
