// Functions and bots asked from a flow: parameters, what they are sent, what they answer, every error.
import t from 'tap'
import type { BotAnswer, BotQuestion, FunctionAnswer } from '../../../../daemon/flow/abilities.ts'
import type { FlowObject } from '../../../../daemon/flow/flow-value.ts'
import { createFlowResources } from '../../../../daemon/flow/resources.ts'
import { MockClock, settle } from '../../../support/mock-clock.ts'
import { FakeHost } from '../fake-host.ts'
import { type Block, bye, end, say } from '../flow-text.ts'
import { run, runAction } from '../run-support.ts'
import { can, checkTable, table } from './action-table.ts'

const arn = 'arn:aws:lambda:eu-west-2:111122223333:function:lookup'
const call = (rest: FlowObject = {}): FlowObject => ({
  LambdaFunctionARN: arn,
  InvocationTimeLimitSeconds: '3',
  ...rest,
})
const json = { ResponseValidation: { ResponseType: 'JSON' } }

/** Answers, and writes down what it was asked. */
function answering(host: FakeHost, answer: FunctionAnswer): { name: string; event: FlowObject; timeoutMs: number }[] {
  const asked: { name: string; event: FlowObject; timeoutMs: number }[] = []
  can(host, {
    invokeFunction: async (name, event, { timeoutMs }) => {
      asked.push({ name, event, timeoutMs })
      return answer
    },
  })
  return asked
}
const answers = (result: unknown) => (host: FakeHost) => void answering(host, { ok: true, result })

table('InvokeLambdaFunction', [
  { what: 'a flat map', parameters: call(), given: answers({ name: 'Ada' }), leads: 'next' },
  { what: 'numbers and flags in a flat map', parameters: call(), given: answers({ n: 1, f: true }), leads: 'next' },
  {
    what: 'a group where a flat map is wanted',
    parameters: call(),
    given: answers({ a: { b: 'c' } }),
    leads: 'NoMatchingError',
    result: /flat map/,
  },
  { what: 'a list where a flat map is wanted', parameters: call(), given: answers(['a']), leads: 'NoMatchingError' },
  { what: 'nothing where a flat map is wanted', parameters: call(), given: answers(null), leads: 'NoMatchingError' },
  { what: 'a group', parameters: call(json), given: answers({ a: { b: ['c'] } }), leads: 'next' },
  { what: 'a list', parameters: call(json), given: answers([1, 2]), leads: 'next' },
  {
    what: 'more than 32 KB',
    parameters: call(json),
    given: answers({ a: 'x'.repeat(33 * 1024) }),
    leads: 'NoMatchingError',
    result: /32 KB/,
  },
  {
    what: 'a failure',
    parameters: call(),
    given: (host) => answering(host, { ok: false, reason: 'failed', detail: 'exit 1' }),
    leads: 'NoMatchingError',
    result: /lookup: failed, exit 1/,
  },
  { what: 'no functions here', parameters: call(), leads: 'NoMatchingError', result: /can not run functions/ },
  {
    what: 'a function that is not there',
    parameters: call({ LambdaFunctionARN: 'nothing' }),
    leads: 'NoMatchingError',
    result: /no function nothing/,
  },
  { what: 'no time given', parameters: { LambdaFunctionARN: arn }, given: answers({}), leads: 'NoMatchingError' },
  {
    what: 'too much time for waiting',
    parameters: call({ InvocationTimeLimitSeconds: '9' }),
    given: answers({}),
    leads: 'NoMatchingError',
    result: /1 to 8/,
  },
  {
    what: 'started and not waited for',
    parameters: call({ InvocationType: 'ASYNCHRONOUS', InvocationTimeLimitSeconds: '60' }),
    given: (host) => can(host, { startFunction: (name, _event, { timeoutMs }) => `${name} for ${timeoutMs} ms` }),
    leads: 'next',
    result: 'lookup for 60000 ms',
  },
  {
    what: 'one that can not be started',
    parameters: call({ InvocationType: 'ASYNCHRONOUS' }),
    given: (host) => can(host, { startFunction: () => undefined }),
    leads: 'NoMatchingError',
  },
  {
    what: 'no starting here',
    parameters: call({ InvocationType: 'ASYNCHRONOUS' }),
    given: answers({}),
    leads: 'NoMatchingError',
    result: /without waiting/,
  },
])
checkTable('InvokeLambdaFunction', [
  [call(), undefined],
  [call({ ...json, InvocationType: 'SYNCHRONOUS', LambdaInvocationAttributes: { view: '$.Views' } }), undefined],
  [call({ InvocationType: 'ASYNCHRONOUS', InvocationTimeLimitSeconds: '60' }), undefined],
  [call({ InvocationTimeLimitSeconds: '60' }), /InvocationTimeLimitSeconds is "60"/],
  [{ LambdaFunctionARN: arn }, /InvocationTimeLimitSeconds is missing/],
  [{ InvocationTimeLimitSeconds: '3' }, /LambdaFunctionARN is missing/],
  [call({ ResponseValidation: { ResponseType: 'XML' } }), /ResponseType is "XML"/],
  [call({ LambdaFunctionARN: 'nothing' }), /no function nothing/],
])

t.test('a function gets the event Amazon Connect sends', async (t) => {
  const host = new FakeHost()
  host.queueId = 'q-support'
  host.attributes.account = '4711'
  const asked = answering(host, { ok: true, result: {} })
  const given = { account: '$.Attributes.account', none: '$.Attributes.none', text: 'from $.Channel' }
  await runAction('InvokeLambdaFunction', call({ LambdaInvocationAttributes: given }), { host })
  t.equal(asked[0]?.timeoutMs, 3000)
  t.same(asked[0]?.event, {
    Name: 'ContactFlowEvent',
    Details: {
      ContactData: {
        Attributes: { account: '4711' },
        AwsRegion: 'local',
        Channel: 'VOICE',
        ContactId: 'contact-1',
        CustomerEndpoint: { Address: '+442079460000', Type: 'TELEPHONE_NUMBER' },
        CustomerId: null,
        Description: null,
        InitialContactId: 'contact-0',
        InitiationMethod: 'INBOUND',
        InstanceARN: 'arn:aws:connect:local:1:instance/i',
        LanguageCode: 'en-GB',
        MediaStreams: { Customer: { Audio: null } },
        Name: null,
        PreviousContactId: 'contact-1',
        Queue: { ARN: 'arn:queue/q-support', Name: 'name of q-support', OutboundCallerId: null },
        References: {},
        RelatedContactId: null,
        SegmentAttributes: {},
        SystemEndpoint: { Address: '+442079460101', Type: 'TELEPHONE_NUMBER' },
        Tags: {},
      },
      Parameters: { account: '4711', text: 'from VOICE' },
    },
  })
})

const invoke = (id: string, next: string, rest: FlowObject = {}): Block => ({
  id,
  type: 'InvokeLambdaFunction',
  parameters: call(rest),
  next,
  errors: { NoMatchingError: 'end' },
})

t.test('what a function answered is said, compared, and handed to the next one', async (t) => {
  const host = new FakeHost()
  const asked = answering(host, { ok: true, result: { user: { name: 'Ada', cards: [{ last: 4711 }] } } })
  await run(
    [
      invoke('a', 'say', json),
      say('say', 'Hello $.External.user.name, $.LambdaInvocation.ResultData.user.cards.0.last', 'b'),
      invoke('b', 'bye', {
        LambdaInvocationAttributes: { user: '$.External.user', cards: 'as $.External.user.cards' },
      }),
      bye,
      end,
    ],
    { host },
  )
  t.same(host.participant?.heard, ['Hello Ada, 4711'])
  t.match(asked[1]?.event.Details, {
    Parameters: { user: { name: 'Ada', cards: [{ last: 4711 }] }, cards: 'as [{"last":4711}]' },
  })
  t.same(host.logged[0]?.ExternalResults, { user: { name: 'Ada', cards: [{ last: 4711 }] } })
})

t.test('a host that does not come back is given up after the time limit', async (t) => {
  const host = new FakeHost()
  can(host, {
    invokeFunction: (_name, _event, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
  })
  const clock = new MockClock()
  const running = run([invoke('a', 'bye'), bye, end], { host, clock })
  await clock.advance(3900)
  t.equal(host.logged.length, 0)
  await clock.advance(200)
  t.same((await running).path, ['a', 'end'])
  t.equal(clock.liveTimers, 0)
})

t.test('a caller who hangs up takes the function along', async (t) => {
  const host = new FakeHost()
  let stopped = false
  can(host, {
    invokeFunction: (_name, _event, { signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          stopped = true
          reject(signal.reason)
        }),
      ),
  })
  const caller = new AbortController()
  const running = run([invoke('a', 'bye'), bye, end], { host, signal: caller.signal })
  await settle()
  caller.abort(new Error('hung up'))
  t.same((await running).end, { type: 'left' })
  t.ok(stopped)
})

const alias = 'arn:aws:lex:eu-west-2:111122223333:bot-alias/ORDERS/LIVE'
const bot = (rest: FlowObject = {}): FlowObject => ({ Text: 'How can I help?', LexV2Bot: { AliasArn: alias }, ...rest })
const intent = (intentName: string): BotAnswer => ({
  outcome: 'intent',
  intentName,
  slots: { size: 'large', topping: null },
  sessionAttributes: { tool: 'x', 'with.dot': 'y' },
  dialogState: 'Fulfilled',
  confidence: 0.9,
  sentiment: { label: 'POSITIVE', scores: { positive: 0.8, negative: 0.1, mixed: 0, neutral: 0.1 } },
  alternateIntents: [{ intentName: 'Other', confidence: 0.2, slots: {} }],
})

function talking(host: FakeHost, answer: BotAnswer): BotQuestion[] {
  const asked: BotQuestion[] = []
  can(host, {
    askBot: async (question) => {
      asked.push(question)
      return answer
    },
  })
  return asked
}

table('ConnectParticipantWithLexBot', [
  {
    what: 'the intent of a condition',
    parameters: bot(),
    conditions: ['Order', 'Cancel'],
    given: (host) => talking(host, intent('Cancel')),
    leads: '= Cancel',
    result: 'Cancel',
  },
  {
    what: 'another intent',
    parameters: bot(),
    conditions: ['order'],
    given: (host) => talking(host, intent('Order')),
    leads: 'NoMatchingCondition',
  },
  {
    what: 'nothing said',
    parameters: bot(),
    given: (host) => talking(host, { outcome: 'timeout' }),
    leads: 'InputTimeLimitExceeded',
  },
  {
    what: 'a bot that fails',
    parameters: bot(),
    given: (host) => talking(host, { outcome: 'failed', detail: 'another language' }),
    leads: 'NoMatchingError',
    result: /another language/,
  },
  {
    what: 'an older bot',
    parameters: { Text: 'x', LexBot: { Name: 'orders', Region: 'us-east-1', Alias: 'live' } },
    conditions: ['Order'],
    given: (host) => talking(host, intent('Order')),
    leads: '= Order',
  },
  { what: 'no bots here', parameters: bot(), leads: 'NoMatchingError', result: /can not ask bots/ },
  {
    what: 'a bot that is not there',
    parameters: { Text: 'x', LexV2Bot: { AliasArn: 'nothing' } },
    leads: 'NoMatchingError',
    result: /no bot nothing/,
  },
  {
    what: 'nobody on the line',
    parameters: bot(),
    given: (host) => {
      talking(host, intent('Order'))
      host.participant = undefined
    },
    leads: 'NoMatchingError',
  },
  {
    what: 'a task',
    parameters: bot(),
    conditions: ['Order'],
    given: (host) => {
      talking(host, intent('Order'))
      host.participant = undefined
      host.channel = 'TASK'
    },
    leads: '= Order',
  },
])
checkTable('ConnectParticipantWithLexBot', [
  [bot(), undefined, ['Order']],
  [bot({ LexSessionAttributes: { 'x-amz-lex:allow-interrupt:*:*': 'false' } }), undefined, ['Order']],
  [bot({ LexTimeoutSeconds: { Text: '600' } }), undefined, ['Order']],
  [{ Text: 'x' }, /None of LexV2Bot, LexBot/],
  [{ Text: 'x', LexV2Bot: {} }, /AliasArn is missing/],
  [{ Text: 'x', LexV2Bot: { AliasArn: 'nothing' } }, /no bot nothing/],
])

t.test('a bot is told what to say and what it knows', async (t) => {
  const host = new FakeHost()
  const asked = talking(host, intent('Order'))
  const parameters = bot({
    LexSessionAttributes: { caller: '$.CustomerEndpoint.Address' },
    LexInitializationData: { InitialMessage: 'Hello' },
    LexTimeoutSeconds: { Text: '600' },
  })
  await runAction('ConnectParticipantWithLexBot', parameters, { host, conditions: ['Order'] })
  t.same(asked, [
    {
      botId: 'orders',
      prompt: [{ kind: 'text', text: 'How can I help?', ssml: false }],
      sessionAttributes: { caller: '+442079460000' },
      initialMessage: 'Hello',
      timeoutMs: 600_000,
    },
  ])
})

t.test('what the bot found out', async (t) => {
  const host = new FakeHost()
  talking(host, intent('Order'))
  const text = [
    '$.Lex.IntentName',
    '$.Lex.Slots.size',
    '$.Lex.Slots.topping',
    '$.Lex.SessionAttributes.tool',
    '$.Lex.SessionAttributes.with.dot',
    '$.Lex.DialogState',
    '$.Lex.IntentConfidence.Score',
    '$.Lex.SentimentResponse.Label',
    '$.Lex.SentimentResponse.Scores.Positive',
    '$.Lex.AlternateIntents.0.IntentName',
    '$.Lex.AlternativeIntents.0.IntentConfidence.Score',
  ].join('|')
  const ask: Block = {
    id: 'ask',
    type: 'ConnectParticipantWithLexBot',
    parameters: bot(),
    conditions: { Order: 'say' },
    next: 'bye',
  }
  await run([ask, say('say', text, 'bye'), bye], { host })
  t.same(host.participant?.heard, ['Order|large||x|y|Fulfilled|0.9|POSITIVE|0.8|Other|0.2'])
})

t.test('functions and bots are found by their kind', async (t) => {
  const ref = (id: string) => ({ id, name: id, arn: `arn:${id}` })
  const resources = createFlowResources({ functions: [ref('lookup')], bots: [ref('orders')] })
  t.equal(resources.resolve('function', 'orders'), undefined)
  t.equal(resources.resolve('bot', 'orders'), 'orders')
})
