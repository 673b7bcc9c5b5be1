// Calls the box makes, views, waiting, loops over lists.
import t from 'tap'
import type { OutboundCall, ViewAnswer, ViewRequest, WaitRequest } from '../../../../daemon/flow/abilities.ts'
import { checkFlow } from '../../../../daemon/flow/check-flow.ts'
import { MockClock } from '../../../support/mock-clock.ts'
import { FakeHost } from '../fake-host.ts'
import { type Block, bye, end, flowOf, say, testResources } from '../flow-text.ts'
import { run, runAction } from '../run-support.ts'
import { can, checkTable, table } from './action-table.ts'

table('CheckOutboundCallStatus', [
  {
    what: 'a machine',
    parameters: {},
    conditions: ['CallAnswered', 'VoicemailBeep'],
    given: (host) => can(host, { outboundCallStatus: async () => 'VoicemailBeep' }),
    leads: '= VoicemailBeep',
  },
  {
    what: 'detection is off',
    parameters: {},
    given: (host) => can(host, { outboundCallStatus: async () => undefined }),
    leads: 'NoMatchingError',
  },
  { what: 'not here', parameters: {}, leads: 'NoMatchingError' },
])
checkTable('CheckOutboundCallStatus', [
  [{}, undefined, ['CallAnswered', 'VoicemailBeep', 'VoicemailNoBeep', 'NotDetected']],
  [{}, /The branch NotDetected is missing/, ['CallAnswered', 'VoicemailBeep', 'VoicemailNoBeep']],
])

function dialling(host: FakeHost, answer: boolean): OutboundCall[] {
  const calls: OutboundCall[] = []
  can(host, {
    completeOutboundCall: async (call) => {
      calls.push(call)
      return answer
    },
  })
  return calls
}
table('CompleteOutboundCall', [
  { what: 'dialled', parameters: {}, given: (host) => dialling(host, true), leads: 'next' },
  { what: 'failed: the flow ends', parameters: {}, given: (host) => dialling(host, false), leads: 'ended' },
  { what: 'dialled before', parameters: {}, leads: 'next', result: 'dialled before' },
])
checkTable(
  'CompleteOutboundCall',
  [
    [{ CallerId: { Number: '$.Attributes.n' } }, undefined],
    [{ ConnectionTimeLimitSeconds: '601' }, /is "601"/],
    [{ VoiceConnector: {} }, /^warning .*trunk of the box/],
  ],
  'outboundWhisper',
)
checkTable('CompleteOutboundCall', [[{}, /not allowed in a flow of type CONTACT_FLOW/]])
t.test('the number an outbound call shows: a number, or the queue’s', async (t) => {
  const host = new FakeHost()
  const calls = dialling(host, true)
  for (const shown of ['442079460000', 'nonsense']) {
    const parameters = { CallerId: { Number: shown }, ConnectionTimeLimitSeconds: '20' }
    await runAction('CompleteOutboundCall', parameters, { host })
  }
  t.same(calls, [{ callerIdNumber: '+442079460000', ringTimeoutMs: 20_000 }, { ringTimeoutMs: 20_000 }])
})

const view = (rest: Record<string, unknown> = {}) => ({
  ViewResource: { Id: 'arn:aws:connect:eu-west-2:aws:view/form:$LATEST' },
  InvocationTimeLimitSeconds: '400',
  ViewData: { Heading: 'For $.CustomerEndpoint.DisplayName' },
  ...rest,
})
function showing(host: FakeHost, answer: ViewAnswer): ViewRequest[] {
  const shown: ViewRequest[] = []
  host.channel = 'CHAT'
  can(host, {
    showView: async (request) => {
      shown.push(request)
      return answer
    },
  })
  return shown
}
const pressed: ViewAnswer = { outcome: 'action', action: 'Next', data: { FormData: { rooms: ['2'] } } }
table('ShowView', [
  {
    what: 'a button',
    parameters: view(),
    conditions: ['Back', 'Next'],
    given: (host) => showing(host, pressed),
    leads: '= Next',
  },
  {
    what: 'another button',
    parameters: view(),
    conditions: ['Back'],
    given: (host) => showing(host, pressed),
    leads: 'NoMatchingCondition',
  },
  {
    what: 'too late',
    parameters: view(),
    given: (host) => showing(host, { outcome: 'timeout' }),
    leads: 'TimeLimitExceeded',
  },
  {
    what: 'a failure',
    parameters: view(),
    given: (host) => showing(host, { outcome: 'failed', detail: 'no such view' }),
    leads: 'NoMatchingError',
    result: /no such view/,
  },
  {
    what: 'too much data',
    parameters: view({ ViewData: { a: 'x'.repeat(17 * 1024) } }),
    given: (host) => showing(host, pressed),
    leads: 'NoMatchingError',
    result: /16 KB/,
  },
  {
    what: 'a call',
    parameters: view(),
    given: (host) => can(host, { showView: async () => pressed }),
    leads: 'NoMatchingError',
    result: /channel VOICE/,
  },
  {
    what: 'not here',
    parameters: view(),
    given: (host) => Object.assign(host, { channel: 'CHAT' }),
    leads: 'NoMatchingError',
  },
])
checkTable('ShowView', [
  [view(), undefined, ['Next']],
  [view({ ViewData: { Heading: '' } }), /^warning Parameters.ViewData.Heading: .*is empty/],
  [{ InvocationTimeLimitSeconds: '400' }, /ViewResource.Id is missing/],
  [{ ViewResource: { Id: 'form' } }, /InvocationTimeLimitSeconds is missing/],
  [view({ ViewData: ['a'] }), /ViewData is no object/],
])
t.test('what a view is shown with, and what is known afterwards', async (t) => {
  const host = new FakeHost()
  const shown = showing(host, pressed)
  const parameters = view({ SensitiveDataConfiguration: { HideResponseOn: ['TRANSCRIPT'] } })
  const show: Block = { id: 'show', type: 'ShowView', parameters, next: 'bye', conditions: { Next: 'say' } }
  await run([show, say('say', '$.Views.Action $.Views.ViewResultData.FormData.rooms.0', 'bye'), bye], { host })
  t.same(shown, [
    {
      viewId: 'arn:aws:connect:eu-west-2:aws:view/form',
      version: '$LATEST',
      data: { Heading: 'For Ada' },
      timeoutMs: 400_000,
      hideResponse: true,
    },
  ])
  t.same(host.participant?.heard, ['Next 2'])
})

function waiting(
  host: FakeHost,
  answer: 'WaitCompleted' | 'CustomerReturned' | 'BotParticipantDisconnected' | 'notFound',
) {
  const requests: WaitRequest[] = []
  host.channel = 'CHAT'
  can(host, {
    wait: async (request) => {
      requests.push(request)
      return answer
    },
  })
  return requests
}
function calling(requests: WaitRequest[], host: FakeHost): WaitRequest[] {
  host.channel = 'VOICE'
  return requests
}
const both = ['WaitCompleted', 'CustomerReturned']
table('Wait', [
  {
    what: 'the time is over',
    parameters: { TimeLimitSeconds: '900', Events: ['CustomerReturned'] },
    conditions: both,
    given: (host) => waiting(host, 'WaitCompleted'),
    leads: '= WaitCompleted',
  },
  {
    what: 'the customer is back',
    parameters: { TimeLimitSeconds: '900', Events: ['CustomerReturned'] },
    conditions: both,
    given: (host) => waiting(host, 'CustomerReturned'),
    leads: '= CustomerReturned',
  },
  {
    what: 'the bot is not there',
    parameters: { TimeLimitSeconds: '9', Events: ['BotParticipantDisconnected'] },
    given: (host) => waiting(host, 'notFound'),
    leads: 'ParticipantNotFound',
  },
  {
    what: 'the flow goes on meanwhile',
    parameters: { ContinueExecution: 'true', MinimumWaitTimeSeconds: '5' },
    conditions: ['Continue'],
    given: (host) => waiting(host, 'WaitCompleted'),
    leads: '= Continue',
  },
  {
    what: 'a call in which the flow goes on meanwhile',
    parameters: { ContinueExecution: 'True', MinimumWaitTimeSeconds: '5', TimeLimitSeconds: '60' },
    conditions: ['Continue', 'WaitCompleted'],
    given: (host) => calling(waiting(host, 'WaitCompleted'), host),
    leads: '= Continue',
  },
  {
    what: 'a call that waits for somebody',
    parameters: { TimeLimitSeconds: '60', Events: ['CustomerReturned'] },
    conditions: both,
    given: (host) => calling(waiting(host, 'WaitCompleted'), host),
    leads: '= WaitCompleted',
  },
  {
    what: 'no time at all is over at once',
    parameters: { TimeLimitSeconds: '0' },
    conditions: ['WaitCompleted'],
    given: (host) => waiting(host, 'CustomerReturned'),
    leads: '= WaitCompleted',
  },
  {
    what: 'longer than a week',
    parameters: { TimeLimitSeconds: '604801' },
    given: (host) => waiting(host, 'WaitCompleted'),
    leads: 'NoMatchingError',
  },
  { what: 'no time', parameters: {}, given: (host) => waiting(host, 'WaitCompleted'), leads: 'NoMatchingError' },
  {
    what: 'events that are none',
    parameters: { TimeLimitSeconds: '9', Events: ['Lunch'] },
    given: (host) => waiting(host, 'WaitCompleted'),
    leads: 'NoMatchingError',
  },
  { what: 'a call', parameters: { TimeLimitSeconds: '9' }, leads: 'NoMatchingError', result: /channel VOICE/ },
  {
    what: 'not here',
    parameters: { TimeLimitSeconds: '9' },
    given: (host) => Object.assign(host, { channel: 'TASK' }),
    leads: 'NoMatchingError',
  },
])
checkTable('Wait', [
  [{ TimeLimitSeconds: '900', Events: ['CustomerReturned'] }, undefined, both],
  [{ TimeLimitSeconds: '$.External.delta' }, undefined, ['WaitCompleted']],
  [
    { TimeLimitSeconds: '900', Events: ['CustomerReturned'] },
    /The branch CustomerReturned is missing/,
    ['WaitCompleted'],
  ],
  [{ Events: ['Lunch'] }, /no list of events/],
  [{ ContinueExecution: 'True', MinimumWaitTimeSeconds: '5' }, undefined, ['Continue']],
  [{ ContinueExecution: 'True', TimeLimitSeconds: '50' }, /The branch WaitCompleted is missing/, ['Continue']],
  [{}, /TimeLimitSeconds is missing/],
  [{ TimeoutSeconds: '9', TimeLimitSeconds: '9' }, /^warning Parameters.TimeoutSeconds/, ['WaitCompleted']],
])
t.test('a flow that goes on while it waits comes back until the time is over', async (t) => {
  const host = new FakeHost()
  const clock = new MockClock()
  can(host, {
    wait: ({ timeLimitMs }) =>
      new Promise((resolve) => {
        clock.after(timeLimitMs, () => resolve('WaitCompleted'))
      }),
  })
  const blocks: Block[] = [
    {
      id: 'wait',
      type: 'Wait',
      parameters: { ContinueExecution: 'True', MinimumWaitTimeSeconds: '20', TimeLimitSeconds: '50' },
      conditions: { Continue: 'say', WaitCompleted: 'over' },
      errors: { NoMatchingError: 'bye' },
    },
    { id: 'say', type: 'MessageParticipant', parameters: { Text: 'Still waiting.' }, next: 'wait' },
    { id: 'over', type: 'MessageParticipant', parameters: { Text: 'No more.' }, next: 'bye' },
    bye,
  ]
  const running = run(blocks, { host, clock })
  for (const seconds of [20, 20, 10]) await clock.advance(seconds * 1000)
  t.same((await running).path, ['wait', 'say', 'wait', 'say', 'wait', 'over', 'bye'])
})

t.test('a caller is not kept waiting by a block of the queue flow', async (t) => {
  const block: Block = {
    id: 'wait',
    type: 'Wait',
    parameters: { TimeLimitSeconds: '60', Events: ['CustomerReturned'] },
    conditions: { WaitCompleted: 'bye', CustomerReturned: 'bye' },
    errors: { NoMatchingError: 'bye' },
  }
  const faults = (type: string, channel: 'VOICE' | 'CHAT') =>
    checkFlow(flowOf([block, bye], { type }), testResources, { channel }).map(({ code }) => code)
  t.same(faults('contactFlow', 'VOICE'), [])
  t.same(faults('customerQueue', 'VOICE'), ['FLOW-210'])
  t.same(faults('customerQueue', 'CHAT'), [])
})

t.test('a wait of a week is not cut off, one that never ends is', async (t) => {
  const host = new FakeHost()
  host.channel = 'TASK'
  can(host, {
    wait: (_request, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
  })
  const clock = new MockClock()
  const block: Block = {
    id: 'wait',
    type: 'Wait',
    parameters: { TimeLimitSeconds: '604800' },
    conditions: { WaitCompleted: 'bye' },
    errors: { NoMatchingError: 'end' },
  }
  const running = run([block, bye, end], { host, clock })
  await clock.advance(604_800_000)
  t.equal(host.logged.length, 0)
  await clock.advance(60_000)
  t.same((await running).path, ['wait', 'end'])
})

t.test('a loop with a name goes through a list', async (t) => {
  const host = new FakeHost()
  can(host, { invokeFunction: async () => ({ ok: true, result: { items: [{ n: 'a' }, { n: 'b' }] } }) })
  const get: Block = {
    id: 'get',
    type: 'InvokeLambdaFunction',
    parameters: {
      LambdaFunctionARN: 'lookup',
      InvocationTimeLimitSeconds: '3',
      ResponseValidation: { ResponseType: 'JSON' },
    },
    next: 'loop',
    errors: { NoMatchingError: 'end' },
  }
  const loop: Block = {
    id: 'loop',
    type: 'Loop',
    parameters: { LoopName: 'cards', LoopArray: '$.External.items' },
    conditions: { ContinueLooping: 'say', DoneLooping: 'bye' },
    errors: { NoMatchingError: 'end' },
  }
  const blocks = [
    get,
    loop,
    say('say', '$.Loop.cards.Index: $.Loop.cards.Element.n of $.Loop.cards.Elements.1.n', 'loop'),
  ]
  const { path } = await run([...blocks, bye, end], { host })
  t.same(host.participant?.heard, ['0: a of b', '1: b of b'])
  t.equal(path.at(-1), 'bye')
})
table('Loop', [
  {
    what: 'a list in an attribute',
    parameters: { LoopArray: '$.Attributes.l' },
    conditions: ['ContinueLooping'],
    given: (host) => Object.assign(host.attributes, { l: '["a"]' }),
    leads: '= ContinueLooping',
  },
  {
    what: 'no list',
    parameters: { LoopArray: '$.Attributes.l' },
    given: (host) => Object.assign(host.attributes, { l: 'a' }),
    leads: 'NoMatchingError',
  },
  { what: 'a list without data', parameters: { LoopArray: '$.Attributes.l' }, leads: 'NoMatchingError' },
  {
    what: 'an empty list',
    parameters: { LoopArray: '$.Attributes.l' },
    conditions: ['DoneLooping'],
    given: (host) => Object.assign(host.attributes, { l: '[]' }),
    leads: '= DoneLooping',
  },
])
checkTable('Loop', [
  [{ LoopName: 'l', LoopArray: '$.External.l' }, undefined, ['ContinueLooping', 'DoneLooping']],
  [{ LoopArray: 'abc' }, /LoopArray is no list/, ['ContinueLooping', 'DoneLooping']],
])
