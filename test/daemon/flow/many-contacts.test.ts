// Many contacts at once: what they cost, and that what goes wrong in one is not felt by the others. One flow in the
// voice and in the chat channel.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import type { FlowEnd } from '../../../daemon/flow/host.ts'
import { runFlow } from '../../../daemon/flow/run-flow.ts'
import { MockClock, settle } from '../../support/mock-clock.ts'
import { FakeHost } from './fake-host.ts'
import { type Block, bye, check, end, flowOf, say, testResources } from './flow-text.ts'
import { run } from './run-support.ts'

const contacts = 1000
const invoke = (id: string, next: string, rest: Partial<Block> = {}): Block => ({
  id,
  type: 'InvokeLambdaFunction',
  parameters: {
    LambdaFunctionARN: 'lookup',
    InvocationTimeLimitSeconds: '8',
    ResponseValidation: { ResponseType: 'JSON' },
  },
  next,
  errors: { NoMatchingError: 'end' },
  ...rest,
})

/** Waits in a prompt, after a function has answered with data of its own. */
const flow = flowOf([
  {
    id: 'set',
    type: 'UpdateContactAttributes',
    parameters: { Attributes: { from: '$.CustomerEndpoint.Address', note: 'a call on $.Channel' } },
    next: 'ask',
  },
  invoke('ask', 'loop'),
  {
    id: 'loop',
    type: 'Loop',
    parameters: { LoopCount: '3' },
    conditions: { ContinueLooping: 'wait', DoneLooping: 'bye' },
  },
  say('wait', 'Please wait, $.External.user.name', 'loop', { NoMatchingError: 'end' }),
  bye,
  end,
])

t.test(`${contacts} contacts at once`, async (t) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const held = () => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const begin = async (hosts: FakeHost[], signal: AbortSignal): Promise<Promise<FlowEnd>[]> => {
    const running = hosts.map((host) => {
      host.participant!.endless = true
      const result = { user: { name: 'Ada', note: 'x'.repeat(1000) } }
      Object.assign(host, { invokeFunction: async () => ({ ok: true, result: structuredClone(result) }) })
      return runFlow({ flow, host, flows: new Map(), resources: testResources, signal, clock: new MockClock() })
    })
    for (let turn = 0; turn < 10; turn++) await settle()
    return running
  }
  const warm = new AbortController()
  const warmed = await begin([new FakeHost()], warm.signal)
  warm.abort()
  await Promise.all(warmed)

  const before = held()
  const leaving = new AbortController()
  const hosts = Array.from({ length: contacts }, () => new FakeHost())
  const running = await begin(hosts, leaving.signal)
  const megabytes = (held() - before) / 1024 / 1024
  t.ok(
    hosts.every((host) => host.participant?.heard.length === 1),
    'all of them are in the prompt',
  )
  t.comment(`${contacts} contacts hold ${megabytes.toFixed(1)} MB of heap, test hosts and their data included`)
  t.ok(megabytes < 100, `${megabytes.toFixed(1)} MB`)
  leaving.abort(new Error('hung up'))
  const ends = await Promise.all(running)
  t.ok(ends.every(({ type }) => type === 'left'))
})

const wrong: [what: string, misbehave: (signal: AbortSignal) => Promise<never>][] = [
  ['throws', () => Promise.reject(new TypeError('a bug'))],
  [
    'throws at once',
    () => {
      throw new RangeError('a bug')
    },
  ],
  ['throws what is no fault', () => Promise.reject('text')],
  [
    'hangs',
    (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  ],
  ['hangs and can not be stopped', () => new Promise(() => undefined)],
]
for (const [what, misbehave] of wrong)
  t.test(`a block that ${what} takes its error branch, and others are not harmed`, async (t) => {
    const clock = new MockClock()
    const blocks = [invoke('ask', 'hello'), say('hello', 'sorry', 'bye'), bye, { ...end, id: 'end' }]
    const start = (host: FakeHost) => run(blocks, { host, clock })
    const [bad, good] = [new FakeHost(), new FakeHost()]
    Object.assign(bad, {
      invokeFunction: (_name: string, _event: unknown, { signal }: { signal: AbortSignal }) => misbehave(signal),
    })
    Object.assign(good, { invokeFunction: async () => ({ ok: true, result: {} }) })
    const failing = start(bad)
    t.same((await start(good)).path, ['ask', 'hello', 'bye'], 'the other contact, meanwhile')
    await clock.advance(20_000)
    t.same((await failing).path, ['ask', 'end'])
    t.equal(clock.liveTimers, 0)
  })

t.test('one flow goes the same way in a call and in a chat', async (t) => {
  const blocks = [
    say('hello', 'Hello', 'ask', { NoMatchingError: 'end' }),
    invoke('ask', 'which'),
    check('which', '$.External.kind', { order: 'bot' }, { errors: { NoMatchingCondition: 'end' } }),
    {
      id: 'bot',
      type: 'ConnectParticipantWithLexBot',
      parameters: { Text: 'What would you like?', LexV2Bot: { AliasArn: 'orders' } },
      conditions: { Order: 'queue' },
      next: 'end',
      errors: { NoMatchingCondition: 'end', NoMatchingError: 'end' },
    },
    {
      id: 'queue',
      type: 'UpdateContactTargetQueue',
      parameters: { QueueId: 'Sales' },
      next: 'to',
      errors: { NoMatchingError: 'end' },
    },
    {
      id: 'to',
      type: 'TransferContactToQueue',
      next: 'end',
      errors: { QueueAtCapacity: 'end', NoMatchingError: 'end' },
    },
    end,
  ]
  const gone = await Promise.all(
    (['VOICE', 'CHAT'] as const).map(async (channel) => {
      const host = new FakeHost()
      host.channel = channel
      Object.assign(host, {
        invokeFunction: async () => ({ ok: true, result: { kind: 'order' } }),
        askBot: async () => ({ outcome: 'intent', intentName: 'Order', slots: {}, sessionAttributes: {} }),
      })
      const { path, end: ended } = await run(blocks, { host })
      return { path, ended, heard: host.participant?.heard }
    }),
  )
  t.same(gone[0]?.path, ['hello', 'ask', 'which', 'bot', 'queue', 'to'])
  t.same(gone[0], gone[1])
})
