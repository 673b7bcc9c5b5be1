// What can't stop the daemon: flows that go round, actions that hang, parties that leave, two callers in one flow.
import t from 'tap'
import { runFlow } from '../../../daemon/flow/run-flow.ts'
import { MockClock, settle } from '../../support/mock-clock.ts'
import { FakeHost, type FakeParticipant } from './fake-host.ts'
import { type Block, bye, check, end, flowOf, say, testResources } from './flow-text.ts'
import { run } from './run-support.ts'

t.test('a flow that goes round without waiting is stopped, and says so', async (t) => {
  const round = [check('a', '$.Channel', { VOICE: 'b' }), check('b', '$.Channel', { VOICE: 'a' })]
  const host = new FakeHost()
  host.log = () => undefined
  t.same((await run(round, { host })).end, {
    type: 'failed',
    identifier: 'a',
    reason: 'goes round: 10000 blocks in a row waited for nothing',
  })
})

t.test('a flow that goes round with prompts that fail at once is stopped by its budget', async (t) => {
  const { end: ended } = await run([say('a', 'x', 'b'), say('b', 'x', 'a')], { limits: { blocks: 500 } })
  t.match(ended, { type: 'failed', reason: 'more than 500 blocks in one run' })
})

t.test('an endless flow does not starve the daemon, and an abort ends it', async (t) => {
  const round = [check('a', '$.Channel', { VOICE: 'a' })]
  const caller = new AbortController()
  const host = new FakeHost()
  host.log = () => undefined
  const running = run(round, { host, signal: caller.signal, limits: { blocks: 1e9, blocksWithoutWaiting: 1e9 } })
  for (let turn = 0; turn < 20; turn++) await settle()
  caller.abort(new Error('hung up'))
  t.same((await running).end, { type: 'left' })
})

t.test('the party leaves: the flow ends when the prompt has stopped', async (t) => {
  const caller = new AbortController()
  const host = new FakeHost()
  host.participant!.endless = true
  const clock = new MockClock()
  const running = run([say('hello', 'x', 'bye'), bye], { host, signal: caller.signal, clock })
  await settle()
  t.equal(clock.liveTimers, 1, 'the time limit of the prompt')
  caller.abort(new Error('hung up'))
  const { end: ended, path } = await running
  t.same(ended, { type: 'left' })
  t.same(path, ['hello'])
  t.equal(clock.liveTimers, 0)
})

t.test('a flow whose party has left before it starts runs no block', async (t) => {
  const { end: ended, path } = await run([say('hello', 'x', 'bye'), bye], { signal: AbortSignal.abort() })
  t.same([ended, path], [{ type: 'left' }, []])
})

function deaf(host: FakeHost): FakeParticipant {
  const participant = host.participant!
  participant.play = () => new Promise(() => undefined)
  return participant
}

t.test('an action that ignores the abort holds the run up for the grace only', async (t) => {
  const caller = new AbortController()
  const host = new FakeHost()
  deaf(host)
  const clock = new MockClock()
  const running = run([say('hello', 'x', 'bye'), bye], { host, signal: caller.signal, clock })
  await settle()
  caller.abort()
  await clock.advance(2000)
  t.same((await running).end, { type: 'left' })
  t.equal(clock.liveTimers, 0)
})

t.test('an action that hangs is cut off and takes its error branch', async (t) => {
  const host = new FakeHost()
  host.participant!.endless = true
  const clock = new MockClock()
  const running = run([say('hello', 'x', 'end', { NoMatchingError: 'bye' }), bye, end], {
    host,
    clock,
    limits: { actionMs: 60_000 },
  })
  await clock.advance(59_000)
  t.equal(host.logged.length, 0)
  await clock.advance(1000)
  const { path } = await running
  t.same(path, ['hello', 'bye'])
  t.match(host.logged[0]?.Results, /not finished within 60 s/)
  t.equal(clock.liveTimers, 0)
})

t.test('an action that hangs and can not be stopped takes its error branch, and is told as a defect', async (t) => {
  const host = new FakeHost()
  deaf(host)
  const defects: string[] = []
  Object.assign(host, {
    reportDefect: (identifier: string, reason: string) => defects.push(`${identifier}: ${reason}`),
  })
  const clock = new MockClock()
  const running = run([say('hello', 'x', 'bye', { NoMatchingError: 'bye' }), bye], {
    host,
    clock,
    limits: { actionMs: 60_000 },
  })
  await clock.advance(62_000)
  t.same((await running).path, ['hello', 'bye'])
  t.same(defects, ['hello: the action was stopped and did not stop'])
})

t.test('loop prompts may last for hours', async (t) => {
  const caller = new AbortController()
  const clock = new MockClock()
  const host = new FakeHost()
  const block: Block = { id: 'wait', type: 'MessageParticipantIteratively', parameters: { Messages: [{ Text: 'x' }] } }
  const running = run([block], { host, clock, signal: caller.signal })
  await clock.advance(4 * 3_600_000)
  t.equal(host.logged.length, 0, 'still waiting')
  caller.abort()
  t.same((await running).end, { type: 'left' })
})

t.test('two callers in one flow do not meet', async (t) => {
  const loop: Block = {
    id: 'loop',
    type: 'Loop',
    parameters: { LoopCount: '2' },
    conditions: { ContinueLooping: 'say', DoneLooping: 'bye' },
  }
  const flow = flowOf([loop, say('say', 'x', 'loop'), bye])
  const [ann, bob] = [new FakeHost(), new FakeHost()]
  const start = (host: FakeHost) =>
    runFlow({
      flow,
      host,
      flows: new Map(),
      resources: testResources,
      signal: new AbortController().signal,
      clock: new MockClock(),
    })
  await Promise.all([start(ann), start(bob)])
  t.same(
    [ann.participant?.heard, bob.participant?.heard],
    [
      ['x', 'x'],
      ['x', 'x'],
    ],
  )
})
