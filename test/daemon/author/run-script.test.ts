import t from 'tap'
import { runScript, type ScriptResult } from '../../../daemon/author/run-script.ts'
import { scriptSchema } from '../../../daemon/author/script-schema.ts'
import { placeholderWorld } from '../../../daemon/author/world.ts'
import type { Flow } from '../../../daemon/flow/flow.ts'
import { type Block, bye, flowOf, say } from '../flow/flow-text.ts'

const flow = flowOf([
  {
    id: 'hook',
    type: 'UpdateContactEventHooks',
    parameters: { EventHooks: { CustomerQueue: 'Music' } },
    next: 'menu',
    errors: { NoMatchingError: 'bye' },
  },
  {
    id: 'menu',
    type: 'GetParticipantInput',
    parameters: { Text: 'Press 1 for support.', StoreInput: 'False', InputTimeLimitSeconds: '5' },
    conditions: { 1: 'chosen' },
    errors: { NoMatchingCondition: 'wrong', InputTimeLimitExceeded: 'bye', NoMatchingError: 'bye' },
  },
  say('wrong', 'That is nothing.', 'menu'),
  {
    id: 'chosen',
    type: 'UpdateContactAttributes',
    parameters: { Attributes: { department: 'support' } },
    next: 'queue',
    errors: { NoMatchingError: 'bye' },
  },
  {
    id: 'queue',
    type: 'UpdateContactTargetQueue',
    parameters: { QueueId: 'Support' },
    next: 'send',
    errors: { NoMatchingError: 'bye' },
  },
  {
    id: 'send',
    type: 'TransferContactToQueue',
    next: 'busy',
    errors: { QueueAtCapacity: 'busy', NoMatchingError: 'busy' },
  },
  say('busy', 'All busy.', 'bye'),
  bye,
])

function follow(written: Record<string, unknown>, of: Flow = flow): Promise<ScriptResult> {
  const script = scriptSchema.parse({ name: 'a caller', ...written })
  return runScript(script, of, (step) =>
    placeholderWorld(of, (kind, name) => step({ event: 'placeholder', kind, name })),
  )
}

const story = [
  { hears: '/for support/' },
  { presses: 7 },
  { hears: 'That is nothing.' },
  { waits: '3s' },
  { presses: 1 },
  { attribute: { department: 'support' } },
  { queue: 'Support' },
  { hook: { CustomerQueue: 'Music' } },
  { reaches: 'send' },
  { ends: 'queued' },
]

t.test('a script that is followed', async (t) => {
  const { failure, events } = await follow({ steps: story })
  t.equal(failure, undefined)
  t.match(events.at(-1), { event: 'end', end: 'queued' })
})

// Each a story with one thing that is not so.
const wrong: [string, Record<string, unknown>, { step?: number; expected: RegExp; happened: RegExp }][] = [
  [
    'something else is heard',
    { steps: [{ hears: 'Welcome!' }] },
    { step: 0, expected: /^hears Welcome!$/, happened: /^heard Press 1 for support\.$/ },
  ],
  [
    'a text is the whole of what is heard',
    { steps: [{ hears: 'Press 1' }] },
    { step: 0, expected: /Press 1/, happened: /for support/ },
  ],
  [
    'what was heard before is not heard again',
    { steps: [{ hears: '/Press/' }, { hears: '/Press/' }] },
    { step: 1, expected: /Press/, happened: /nothing more/ },
  ],
  [
    'it is heard too late',
    { steps: [{ hears: '/nothing/' }, { presses: 7 }] },
    { step: 0, expected: /nothing/, happened: /Press 1/ },
  ],
  [
    'another attribute',
    { steps: [{ presses: 1 }, { attribute: { department: '/sales/' } }] },
    { step: 1, expected: /department = \/sales\//, happened: /department = support/ },
  ],
  [
    'no such attribute',
    { steps: [{ attribute: { constructor: 'x' } }] },
    { step: 0, expected: /constructor/, happened: /is not set/ },
  ],
  [
    'another queue',
    { steps: [{ presses: 1 }, { queue: 'Sales' }] },
    { step: 1, expected: /queue Sales/, happened: /queue Support/ },
  ],
  [
    'another hook',
    { steps: [{ hook: { CustomerQueue: 'Silence' } }, { presses: 1 }] },
    { step: 0, expected: /Silence/, happened: /Music/ },
  ],
  [
    'a block that does not run',
    { steps: [{ presses: 1 }, { reaches: 'wrong' }] },
    { step: 1, expected: /reaches wrong/, happened: /ran hook, menu, chosen/ },
  ],
  ['another end', { steps: [{ ends: 'queued' }] }, { step: 0, expected: /ends queued/, happened: /ended disconnect/ }],
  [
    'an end that is expected too early',
    { steps: [{ ends: 'queued' }, { presses: 1 }] },
    { step: 0, expected: /ends queued/, happened: /still goes on/ },
  ],
  [
    'more to press than is asked',
    { steps: [{ presses: 1 }, { presses: 2 }] },
    { step: 1, expected: /presses 2/, happened: /the contact ended before \(queued/ },
  ],
  [
    'a key that comes too late',
    { steps: [{ waits: '1m' }, { presses: 1 }] },
    { step: 1, expected: /presses 1/, happened: /disconnect/ },
  ],
]

for (const [name, written, expected] of wrong)
  t.test(`not followed: ${name}`, async (t) => {
    const { failure } = await follow(written)
    t.match(failure, expected)
    t.ok(
      failure?.trace.some((line) => line.includes('▸')),
      'with the trace that led there',
    )
  })

t.test('a flow that fails is a failure, unless that is expected', async (t) => {
  const failing = flowOf([{ id: 'no way on', type: 'MessageParticipant', parameters: { Text: 'x' } }])
  t.match((await follow({}, failing)).failure, { expected: /without a failure/, happened: /no NextAction/ })
  t.equal((await follow({ steps: [{ ends: 'failed' }] }, failing)).failure, undefined)
})

t.test('the caller hangs up, an agent answers: at that time, whatever the flow does', async (t) => {
  const music: Block = {
    id: 'music',
    type: 'MessageParticipantIteratively',
    parameters: { Messages: [{ Text: 'La la.' }] },
  }
  const queue = flowOf([music], { type: 'customerQueue' })
  for (const leaves of ['hangsUp', 'answered']) {
    const { failure, events } = await follow(
      { steps: [{ hears: 'La la.' }, { waits: '2m' }, { [leaves]: true }, { ends: 'left' }] },
      queue,
    )
    t.equal(failure, undefined, leaves)
    t.equal(events.at(-1)?.atMs, 120_000)
  }
})

t.test('full queues, hours and functions as the script has them', async (t) => {
  const full = await follow({
    queues: { Support: { full: true } },
    steps: [{ presses: 1 }, { hears: 'All busy.' }, { ends: 'disconnect' }],
  })
  t.equal(full.failure, undefined)
  const hours = flowOf([
    {
      id: 'hours',
      type: 'CheckHoursOfOperation',
      parameters: { HoursOfOperationId: 'Office' },
      conditions: { True: 'ask', False: 'closed' },
      errors: { NoMatchingError: 'closed' },
      next: 'closed',
    },
    {
      id: 'ask',
      type: 'InvokeLambdaFunction',
      parameters: { LambdaFunctionARN: 'look-up', InvocationTimeLimitSeconds: '3' },
      next: 'greet',
      errors: { NoMatchingError: 'closed' },
    },
    say('greet', 'Hello $.External.name.', 'bye'),
    say('closed', 'Closed.', 'bye'),
    bye,
  ])
  const functions = { 'look-up': { result: { name: 'Ada' } } }
  t.equal((await follow({ functions, steps: [{ hears: 'Hello Ada.' }] }, hours)).failure, undefined)
  t.equal(
    (await follow({ functions: { 'look-up': { fails: 'down' } }, steps: [{ hears: 'Closed.' }] }, hours)).failure,
    undefined,
  )
  t.equal((await follow({ hours: { Office: 'closed' }, steps: [{ hears: 'Closed.' }] }, hours)).failure, undefined)
  t.equal(
    (await follow({ steps: [{ hours: { Office: 'closed' } }, { hears: 'Closed.' }] }, hours)).failure,
    undefined,
    'as a step',
  )
})

t.test('what a caller says to a bot', async (t) => {
  const bot = flowOf([
    {
      id: 'bot',
      type: 'ConnectParticipantWithLexBot',
      parameters: { Text: 'How can I help?', LexV2Bot: { AliasArn: 'arn:aws:lex:eu-west-2:1:bot-alias/BOT/ALIAS' } },
      conditions: { Book: 'book' },
      errors: { NoMatchingCondition: 'bye', NoMatchingError: 'bye' },
    },
    say('book', 'Booked for $.Lex.Slots.day.', 'bye'),
    bye,
  ])
  const steps = [
    { says: { text: 'a room for Monday', intent: 'Book', slots: { day: 'Monday' } } },
    { hears: 'Booked for Monday.' },
  ]
  t.equal((await follow({ steps }, bot)).failure, undefined)
  t.equal(
    (await follow({ steps: [{ says: 'book' }, { hears: '/Booked/' }] }, bot)).failure,
    undefined,
    'by the intent’s name',
  )
  t.match((await follow({ steps: [{ says: 'weather' }, { hears: '/Booked/' }] }, bot)).failure, { step: 1 })
})

t.test('a text of several lines is heard as one', async (t) => {
  const lines = flowOf([say('hello', 'Good morning.\n\n  How are you?', 'bye'), bye])
  t.notOk((await follow({ steps: [{ hears: 'Good morning.\n\n  How are you?' }] }, lines)).failure)
  t.notOk((await follow({ steps: [{ hears: 'Good morning. How are you?' }] }, lines)).failure)
})
