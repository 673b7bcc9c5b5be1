// The flows and prompts of the shipped instance: sound, and what a caller meets in them.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { loadPrompt } from '../../../daemon/config/prompt.ts'
import { formatFault } from '../../../daemon/fault.ts'
import { checkFlow } from '../../../daemon/flow/check-flow.ts'
import type { Flow } from '../../../daemon/flow/flow.ts'
import type { Collected, FlowEnd } from '../../../daemon/flow/host.ts'
import { loadFlow } from '../../../daemon/flow/load-flow.ts'
import { createFlowResources } from '../../../daemon/flow/resources.ts'
import { runFlow } from '../../../daemon/flow/run-flow.ts'
import { MockClock, settle } from '../../support/mock-clock.ts'
import { FakeHost } from './fake-host.ts'

const instance = join(import.meta.dirname, '../../../config/instance')
const ref = (name: string) => ({ id: name, name, arn: `arn:${name}` })
const names = (file: string, key: string): string[] =>
  parse(readFileSync(join(instance, `${file}.yaml`), 'utf8'))[key].map((one: { name: string }) => one.name)

const loaded = readdirSync(join(instance, 'flows')).map((file) =>
  loadFlow(readFileSync(join(instance, 'flows', file), 'utf8'), `flows/${file}`),
)
const flows = new Map<string, Flow>(loaded.flatMap(({ flow }) => (flow ? [[flow.id, flow]] : [])))
const promptFiles = readdirSync(join(instance, 'prompts'))
const resources = createFlowResources({
  queues: names('queues', 'queues').map(ref),
  hours: names('hours', 'hours').map(ref),
  prompts: promptFiles.map((file) => ref(file.replace(/\.wav$/, ''))),
  flows: flows.values(),
})

t.test('no fault, no warning', async (t) => {
  const faults = loaded.flatMap((one) => [...one.faults, ...(one.flow ? checkFlow(one.flow, resources) : [])])
  t.same(faults.map(formatFault), [])
  t.same([...flows.keys()].sort(), [
    'after-hours',
    'default-agent-hold',
    'default-agent-transfer',
    'default-agent-whisper',
    'default-customer-hold',
    'default-customer-queue',
    'default-customer-whisper',
    'default-outbound',
    'default-queue-transfer',
    'main',
  ])
})

t.test('prompts are telephone WAV files, and small', async (t) => {
  for (const file of promptFiles) {
    const path = join(instance, 'prompts', file)
    const read = loadPrompt(path, file)
    t.ok('prompt' in read && read.prompt.samples.length > 1000, file)
    t.ok(statSync(path).size < 300_000, `${file} is below 300 kB`)
  }
})

async function call(
  flowId: string,
  answers: Collected[],
  given?: (host: FakeHost) => void,
): Promise<{ host: FakeHost; end: FlowEnd }> {
  const host = new FakeHost()
  host.knownQueues = ['Support', 'Sales']
  host.participant!.answers = answers
  given?.(host)
  const signal = new AbortController().signal
  const end = await runFlow({ flow: flows.get(flowId)!, host, flows, resources, signal, clock: new MockClock() })
  return { host, end }
}
const press = (digits: string): Collected => ({ outcome: 'digits', digits })
const nothing: Collected = { outcome: 'timeout' }

t.test('a caller presses 1 and waits for support', async (t) => {
  const { host, end } = await call('main', [press('1')])
  t.same(end, { type: 'queued' })
  t.equal(host.queueId, 'Support')
  t.equal(host.attributes.department, 'Support')
  t.same(host.participant?.heard, [
    'Hello, and thank you for calling.',
    '<welcome>',
    'For support, press 1. For sales, press 2.',
    '<please-hold>',
  ])
  t.same(host.recordings, [{ agent: true, customer: true, ivr: false }])
  t.same(
    host.voiceChanges.map(({ voiceId }) => voiceId),
    ['Amy'],
  )
  t.same(host.hooks, [
    ['CustomerQueue', 'default-customer-queue'],
    ['AgentWhisper', 'default-agent-whisper'],
    ['CustomerWhisper', 'default-customer-whisper'],
  ])
  t.same(host.hoursAsked, [undefined], 'the hours of the queue')
  t.equal(host.logged[0]?.ContactFlowModuleType, 'SetLoggingBehavior')
})

t.test('a caller presses 2 after a wrong key', async (t) => {
  const { host, end } = await call('main', [press('7'), press('2')])
  t.same([end.type, host.queueId], ['queued', 'Sales'])
  t.match(host.participant?.heard.join('|'), /nothing behind this key/)
})

t.test('a caller who presses nothing is asked three times, then let go', async (t) => {
  const { host, end } = await call('main', [nothing, nothing, nothing])
  t.same(end, { type: 'disconnect' })
  t.equal(host.participant?.asked.length, 3)
  t.match(host.participant?.heard.at(-1), /Goodbye/)
})

t.test('after hours', async (t) => {
  const { host, end } = await call('main', [press('2')], (host) => {
    host.open = false
  })
  t.same(end, { type: 'disconnect' })
  t.match(host.participant?.heard.at(-1), /closed/)
  t.equal(host.logged.at(-1)?.ContactFlowName, 'After hours')
})

t.test('all busy, and a queue that is gone', async (t) => {
  const busy = await call('main', [press('1')], (host) => {
    host.room = 'atCapacity'
  })
  t.match(busy.host.participant?.heard.at(-1), /lines are busy/)
  const gone = await call('main', [press('1')], (host) => {
    host.knownQueues = []
  })
  t.match(gone.host.participant?.heard.at(-1), /something went wrong/)
  t.same([busy.end.type, gone.end.type], ['disconnect', 'disconnect'])
})

t.test('in the queue: a message, then music until somebody answers', async (t) => {
  const host = new FakeHost()
  const caller = new AbortController()
  const flow = flows.get('default-customer-queue')!
  const running = runFlow({ flow, host, flows, resources, signal: caller.signal, clock: new MockClock() })
  await settle()
  t.match(host.participant?.heard[0], /in the order/)
  t.same([...new Set(host.participant?.heard.slice(1))], ['<music-on-hold>'])
  caller.abort()
  t.same(await running, { type: 'left' })
})

t.test('whispers', async (t) => {
  const agent = await call('default-agent-whisper', [], (host) => {
    host.queueId = 'Support'
  })
  t.same([agent.host.participant?.heard, agent.end], [['name of Support'], { type: 'ended' }])
  const customer = await call('default-customer-whisper', [])
  t.same([customer.host.participant?.heard, customer.end], [['<beep>'], { type: 'ended' }])
})

t.test('an agent brings in a colleague: told so, then the colleague is rung', async (t) => {
  const { host, end } = await call('default-agent-transfer', [], (host) => {
    Object.assign(host, { transferToAgent: () => 'transferred' })
  })
  t.same(host.participant?.heard, ['Transferring now.'])
  t.same(end, { type: 'ended' })
})

t.test(
  'an agent brings in a queue: it is open, somebody works there, there is room; else the agent is told',
  async (t) => {
    const staffed = (count: number) => (host: FakeHost) =>
      Object.assign(host, {
        queueMetrics: () => ({ name: 'Sales', arn: 'arn', size: 0, agents: { staffed: count } }),
      })
    const told = async (given: (host: FakeHost) => void) => {
      const { host, end } = await call('default-queue-transfer', [], given)
      return [end.type, ...(host.participant?.heard ?? [])]
    }
    t.same(await told((host) => staffed(1)(Object.assign(host, { queueId: 'Sales' }))), ['queued'])
    t.same(await told(staffed(0)), ['disconnect', 'Nobody works in this queue now.'])
    t.same(await told((host) => staffed(1)(Object.assign(host, { room: 'atCapacity' }))), [
      'disconnect',
      'This queue is full.',
    ])
    t.same(await told((host) => Object.assign(host, { open: false })), ['disconnect', 'This queue is closed now.'])
  },
)

t.test('a customer whom an agent calls is told that nothing is recorded', async (t) => {
  const { host, end } = await call('default-outbound', [])
  t.same(host.participant?.heard, ['This call is not being recorded.'])
  t.same(end, { type: 'ended' })
})
