import t from 'tap'
import type { Answers } from '../../../daemon/author/answers.ts'
import { traceVersion } from '../../../daemon/author/trace.ts'
import { type Block, bye, check, end, flowOf, say } from '../flow/flow-text.ts'
import { presses, trace } from './author-support.ts'

const menu: Block = {
  id: 'menu',
  type: 'GetParticipantInput',
  parameters: { Text: 'Press 1.', StoreInput: 'False', InputTimeLimitSeconds: '5' },
  conditions: { 1: 'chosen' },
  errors: { NoMatchingCondition: 'bye', InputTimeLimitExceeded: 'late', NoMatchingError: 'bye' },
}
const chosen: Block = {
  id: 'chosen',
  type: 'UpdateContactAttributes',
  parameters: { Attributes: { pressed: 'one' } },
  next: 'bye',
  errors: { NoMatchingError: 'bye' },
}
const late = say('late', 'Too late.', 'bye')

t.test('the trace tells block, what it did, and the branch it was left by', async (t) => {
  const { lines, end } = await trace(flowOf([menu, chosen, late, bye]), presses('1'))
  t.same(lines.slice(1), [
    '▸ menu  (GetParticipantInput)',
    'says: Press 1.',
    'pressed: 1',
    '→ Equals 1: chosen',
    '▸ chosen  (UpdateContactAttributes)',
    'attribute pressed = one',
    '→ next: bye',
    '▸ bye  (DisconnectParticipant)',
    '■ disconnect (at bye, 3 blocks)',
  ])
  t.same(end, { type: 'disconnect' })
})

t.test('for machines: the fields of each event', async (t) => {
  const { events } = await trace(flowOf([menu, chosen, late, bye]), presses('1'))
  t.match(events[0], {
    atMs: 0,
    event: 'start',
    version: traceVersion,
    flow: 'test',
    type: 'CONTACT_FLOW',
    channel: 'VOICE',
    at: '2026-01-05T10:00:00.000Z',
  })
  t.match(events[1], { event: 'block', flow: 'test', block: 'menu', type: 'GetParticipantInput', name: 'GetUserInput' })
  t.match(events[2], { event: 'spoken', text: 'Press 1.', ssml: false })
  t.match(events[3], { event: 'collected', digits: '1' })
  t.match(events[4], { event: 'branch', branch: 'Equals 1', to: 'chosen' })
  t.match(events.at(-1), { event: 'end', end: 'disconnect', flow: 'test', block: 'bye', reason: '', blocks: 3 })
})

t.test('nobody presses anything: the time of prompt and input passes, without being waited for', async (t) => {
  const startedMs = performance.now()
  const { lines, lastedMs } = await trace(flowOf([menu, chosen, late, bye]))
  t.match(lines.join('\n'), /nothing pressed in time\n→ InputTimeLimitExceeded: late \(nothing was pressed\)/)
  t.ok(lastedMs > 5000 && lastedMs < 8000, `${lastedMs} ms of simulated time`)
  t.ok(performance.now() - startedMs < 2000)
})

t.test('speech with tags is read without them, and its pauses take their time', async (t) => {
  const speech: Block = {
    id: 'speech',
    type: 'MessageParticipant',
    parameters: { SSML: '<speak>Fish &amp; <emphasis>chips</emphasis><break time="2s"/></speak>' },
    next: 'bye',
  }
  const { lines, lastedMs } = await trace(flowOf([speech, bye]))
  t.equal(lines[2], 'says: Fish & chips')
  t.ok(lastedMs >= 2000 && lastedMs < 4000)
})

t.test('the start of the contact is that of its clock', async (t) => {
  const at = Date.UTC(2026, 5, 1, 6, 0, 0)
  const { events } = await trace(flowOf([say('hello', 'Hello.', 'bye'), bye]), {}, { startEpochMs: at })
  t.match(events[0], { at: '2026-06-01T06:00:00.000Z' })
  t.equal(events[1]?.atMs, 0)
})

t.test(
  'loop prompts: the interrupt comes in its time, and without one the caller stays until somebody answers',
  async (t) => {
    const loop = (rest: Partial<Block>, parameters = {}): Block => ({
      id: 'music',
      type: 'MessageParticipantIteratively',
      parameters: { Messages: [{ Text: 'Please hold.' }], ...parameters },
      ...rest,
    })
    const interrupted = flowOf(
      [loop({ conditions: { MessagesInterrupted: 'end' } }, { InterruptFrequencySeconds: '30' }), end],
      { type: 'customerQueue' },
    )
    const one = await trace(interrupted)
    t.equal(one.lastedMs, 30_000)
    t.same(one.end, { type: 'ended' })
    const other = await trace(flowOf([loop({})], { type: 'customerQueue' }))
    t.match(other, { end: { type: 'left' }, reason: 'stays until somebody answers', leftTimers: 0 })
    t.match(other.lines.at(-1), /^■ left: .*\(at music, 1 blocks\)$/)
  },
)

t.test('a flow that never ends is ended: by the caller’s patience, or by the number of its blocks', async (t) => {
  const round = flowOf([say('again', 'Again.', 'again')])
  const patient = await trace(round, {}, { limits: { patienceMs: 60_000 } })
  t.match(patient, { end: { type: 'left' }, reason: 'the caller gives up after 1 minutes', leftTimers: 0 })
  const short = await trace(round, {}, { limits: { blocks: 10 } })
  t.match(short, { end: { type: 'failed', reason: 'more than 10 blocks in one run' }, leftTimers: 0 })
  const circle = flowOf([check('a', '$.Channel', { VOICE: 'a' }, { errors: { NoMatchingCondition: 'a' } })])
  t.match((await trace(circle)).end, { type: 'failed', reason: /goes round/ })
})

t.test('without an instance, what a flow names is taken as it is named, and told once', async (t) => {
  const arn = 'arn:aws:connect:eu-west-2:111122223333:instance/i/queue/q-1'
  const queue: Block = {
    id: 'queue',
    type: 'UpdateContactTargetQueue',
    parameters: { QueueId: arn },
    next: 'hours',
    errors: { NoMatchingError: 'bye' },
  }
  const hours: Block = {
    id: 'hours',
    type: 'CheckHoursOfOperation',
    conditions: { True: 'send', False: 'bye' },
    errors: { NoMatchingError: 'bye' },
    next: 'bye',
  }
  const send: Block = {
    id: 'send',
    type: 'TransferContactToQueue',
    next: 'bye',
    errors: { QueueAtCapacity: 'queue again', NoMatchingError: 'bye' },
  }
  const again: Block = { ...queue, id: 'queue again', next: 'bye' }
  const metadata = { ActionMetadata: { queue: { parameters: { QueueId: { displayName: 'Support' } } } } }
  const flow = flowOf([queue, hours, send, again, bye], metadata)
  const free = await trace(flow)
  t.same(
    free.lines.filter((line) => line.startsWith('!')),
    ['! no queue Support is at hand: taken as it is named'],
  )
  t.same(free.end, { type: 'queued' })
  const full = await trace(flow, { hasRoom: (name) => name !== 'Support' })
  t.match(full.lines.join('\n'), /→ QueueAtCapacity: queue again/)
  const closed = await trace(flow, { isOpen: () => false })
  t.match(closed.lines.join('\n'), /hours of Support: closed\n→ Equals False: bye/)
})

t.test('a flow that is not at hand is entered and over; a module comes back', async (t) => {
  const transfer: Block = {
    id: 'transfer',
    type: 'TransferToFlow',
    parameters: { ContactFlowId: 'Elsewhere' },
    errors: { NoMatchingError: 'bye' },
    next: 'bye',
  }
  const left = await trace(flowOf([transfer, bye]))
  t.match(left.lines.join('\n'), /→ flow: not at hand\n▸ not at hand {2}\(EndFlowExecution\)\n■ ended/)
  const invoke: Block = {
    id: 'invoke',
    type: 'InvokeFlowModule',
    parameters: { FlowModuleId: 'Module' },
    errors: { NoMatchingError: 'bye' },
    next: 'bye',
  }
  const back = await trace(flowOf([invoke, bye]))
  t.match(back.lines.join('\n'), /→ module: not at hand\n▸ not at hand .*\n→ return: bye\n▸ bye/)
})

t.test('a module runs by itself', async (t) => {
  const blocks = [say('hello', 'Hello.', 'back'), { id: 'back', type: 'EndFlowModuleExecution' }]
  const { lines, end } = await trace(flowOf(blocks, { type: 'module' }))
  t.same(lines.slice(1), [
    '▸ hello  (MessageParticipant)',
    'says: Hello.',
    '→ next: back',
    '▸ back  (EndFlowModuleExecution)',
    '■ ended (at back, 2 blocks)',
  ])
  t.same(end, { type: 'ended' })
})

t.test('functions are answered from outside, or fail', async (t) => {
  const invoke: Block = {
    id: 'look up',
    type: 'InvokeLambdaFunction',
    parameters: {
      LambdaFunctionARN: 'arn:aws:lambda:eu-west-2:111122223333:function:look-up:live',
      InvocationTimeLimitSeconds: '3',
    },
    next: 'say',
    errors: { NoMatchingError: 'bye' },
  }
  const flow = flowOf([invoke, say('say', 'Hello $.External.name.', 'bye'), bye])
  const answers: Answers = {
    functionAnswer: async (name) => (name === 'look-up' ? { ok: true, result: { name: 'Ada' } } : undefined),
  }
  t.match((await trace(flow, answers)).lines.join('\n'), /says: Hello Ada\./)
  const failed = await trace(flow)
  t.match(failed.lines.join('\n'), /→ NoMatchingError: bye \(.*nobody answers for the function look-up/)
})

t.test('chat: the same flow, another channel; input by keys is not for it', async (t) => {
  const chat = await trace(flowOf([menu, chosen, late, bye]), presses('1'), { channel: 'CHAT' })
  t.match(chat.lines.join('\n'), /→ NoMatchingError: bye \(not for the channel CHAT\)/)
})

t.test('the caller leaves in the middle of a block', async (t) => {
  const answers: Answers = { begin: ({ clock, leave }) => void clock.after(500, () => leave('the caller hung up')) }
  const { end, reason, lastedMs, leftTimers, lines } = await trace(flowOf([menu, chosen, late, bye]), answers)
  t.same(
    { end, reason, lastedMs, leftTimers },
    { end: { type: 'left' }, reason: 'the caller hung up', lastedMs: 500, leftTimers: 0 },
  )
  t.equal(lines.at(-1), '■ left: the caller hung up (at menu, 1 blocks)')
})
