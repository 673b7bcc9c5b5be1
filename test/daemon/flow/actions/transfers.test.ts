// Actions that move the contact to somebody: third parties, agents, queues, callbacks.
import t from 'tap'
import type { CallbackRequest, RoutingStep, ThirdPartyCall } from '../../../../daemon/flow/abilities.ts'
import { FakeHost } from '../fake-host.ts'
import { runAction } from '../run-support.ts'
import { can, checkTable, table } from './action-table.ts'

const chat = (host: FakeHost) => {
  host.channel = 'CHAT'
}

const outside = (rest: Record<string, unknown> = {}) => ({
  ThirdPartyPhoneNumber: '+442079460999',
  ThirdPartyConnectionTimeLimitSeconds: '30',
  ContinueFlowExecution: 'True',
  ...rest,
})
function calling(host: FakeHost, outcome: 'answeredAndEnded' | 'handedOver' | 'callFailed' | 'timedOut') {
  const calls: ThirdPartyCall[] = []
  can(host, {
    transferToThirdParty: async (call) => {
      calls.push(call)
      return outcome
    },
  })
  return calls
}
const outcome = (of: Parameters<typeof calling>[1]) => (host: FakeHost) => void calling(host, of)

table('TransferParticipantToThirdParty', [
  { what: 'they talked, the caller is back', parameters: outside(), given: outcome('answeredAndEnded'), leads: 'next' },
  {
    what: 'they talk, the flow is over',
    parameters: outside({ ContinueFlowExecution: 'False' }),
    given: outcome('handedOver'),
    leads: 'ended',
    shows: (host, t) => t.equal(host.ran.at(-1), 'test TRANSFERED_TO_PHONE_NUMBER'),
  },
  { what: 'the call fails', parameters: outside(), given: outcome('callFailed'), leads: 'CallFailed' },
  { what: 'nobody answers', parameters: outside(), given: outcome('timedOut'), leads: 'ConnectionTimeLimitExceeded' },
  { what: 'no calls here', parameters: outside(), leads: 'NoMatchingError', result: /call third parties/ },
  {
    what: 'a number that is none',
    parameters: outside({ ThirdPartyPhoneNumber: '$.Attributes.none' }),
    given: outcome('answeredAndEnded'),
    leads: 'NoMatchingError',
    result: /no number \(no data\)/,
  },
  {
    what: 'digits that can not be keyed in',
    parameters: outside({ ThirdPartyDTMFDigits: '12a' }),
    given: outcome('answeredAndEnded'),
    leads: 'NoMatchingError',
  },
  {
    what: 'a caller id that is none',
    parameters: outside({ CallerId: { Number: 'me' } }),
    given: outcome('answeredAndEnded'),
    leads: 'NoMatchingError',
  },
  {
    what: 'too long a ring',
    parameters: outside({ ThirdPartyConnectionTimeLimitSeconds: '601' }),
    given: outcome('answeredAndEnded'),
    leads: 'NoMatchingError',
  },
  { what: 'a chat', parameters: outside(), given: chat, leads: 'NoMatchingError' },
])
checkTable('TransferParticipantToThirdParty', [
  [outside(), undefined],
  [
    outside({
      ThirdPartyPhoneNumber: '$.External.n',
      ThirdPartyDTMFDigits: '1,,2#',
      CallerId: { Number: '+442079460000' },
    }),
    undefined,
  ],
  [outside({ ThirdPartyPhoneNumber: '12' }), /The number is "12"/],
  [outside({ ThirdPartyConnectionTimeLimitSeconds: '601' }), /is "601"/],
  [outside({ ThirdPartyDTMFDigits: 'x' }), /can not be keyed in/],
  [outside({ ContinueFlowExecution: 'perhaps' }), /ContinueFlowExecution is "perhaps"/],
  [outside({ CallerId: { Number: 'x' } }), /number to show is none/],
])

t.test('what a third party is called with', async (t) => {
  const host = new FakeHost()
  const calls = calling(host, 'answeredAndEnded')
  const CallerId = { Number: '$.SystemEndpoint.Address', Name: 'Sales' }
  const parameters = outside({ ThirdPartyPhoneNumber: '44 20 7946 0999', CallerId, ThirdPartyDTMFDigits: '1,2' })
  await runAction('TransferParticipantToThirdParty', parameters, { host })
  t.same(calls, [
    {
      number: '+442079460999',
      ringTimeoutMs: 30_000,
      continueFlow: true,
      digits: '1,2',
      callerId: { number: '+442079460101', name: 'Sales' },
    },
  ])
})

const dequeue = (result: 'transferred' | 'atCapacity' | 'refused') => (host: FakeHost) =>
  can(host, { dequeueAndTransfer: () => result })
table('DequeueContactAndTransferToQueue', [
  { what: 'to another queue', parameters: { QueueId: 'Sales' }, given: dequeue('transferred'), leads: 'next' },
  { what: 'to an agent', parameters: { AgentId: 'anna' }, given: dequeue('transferred'), leads: 'next' },
  { what: 'a full queue', parameters: { QueueId: 'Sales' }, given: dequeue('atCapacity'), leads: 'QueueAtCapacity' },
  { what: 'being offered', parameters: { QueueId: 'Sales' }, given: dequeue('refused'), leads: 'NoMatchingError' },
  {
    what: 'a queue that is not there',
    parameters: { QueueId: 'x' },
    given: dequeue('transferred'),
    leads: 'NoMatchingError',
  },
  { what: 'not here', parameters: { QueueId: 'Sales' }, leads: 'NoMatchingError' },
])
checkTable(
  'DequeueContactAndTransferToQueue',
  [
    [{ QueueId: 'Sales' }, undefined],
    [{}, undefined],
    [{ QueueId: 'Sales', AgentId: 'anna' }, /exclude each other/],
  ],
  'customerQueue',
)
checkTable('DequeueContactAndTransferToQueue', [[{ QueueId: 'Sales' }, /not allowed in a flow of type CONTACT_FLOW/]])

table('TransferContactToAgent', [
  {
    what: 'to the agent of the quick connect',
    parameters: {},
    given: (host) => can(host, { transferToAgent: () => 'transferred' }),
    leads: 'ended',
    shows: (host, t) => t.equal(host.ran.at(-1), 'test TRANSFERED_TO_AGENT'),
  },
  {
    what: 'a busy agent',
    parameters: {},
    given: (host) => can(host, { transferToAgent: () => 'busy' }),
    leads: 'disconnect',
  },
  { what: 'not here', parameters: {}, leads: 'disconnect' },
])
checkTable('TransferContactToAgent', [[{}, undefined]], 'agentTransfer')
checkTable('TransferContactToAgent', [[{}, /not allowed in a flow of type CONTACT_FLOW/]])

table('UpdateContactRoutingBehavior', [
  {
    what: 'priority',
    parameters: { QueuePriority: '1' },
    given: (host) =>
      can(host, { setRouting: (change) => Object.assign(host.attributes, { seen: JSON.stringify(change) }) }),
    leads: 'next',
    shows: (host, t) => t.equal(host.attributes.seen, '{"priority":1}'),
  },
  {
    what: 'the largest priority',
    parameters: { QueuePriority: '9223372036854775807' },
    given: (host) => can(host, { setRouting: () => undefined }),
    leads: 'next',
  },
  {
    what: 'age',
    parameters: { QueueTimeAdjustmentSeconds: '-600' },
    given: (host) =>
      can(host, { setRouting: (change) => Object.assign(host.attributes, { seen: JSON.stringify(change) }) }),
    leads: 'next',
    shows: (host, t) => t.equal(host.attributes.seen, '{"ageSeconds":-600}'),
  },
  {
    what: 'priority 0',
    parameters: { QueuePriority: '0' },
    given: (host) => can(host, { setRouting: () => undefined }),
    leads: 'NoMatchingError',
  },
  { what: 'not here', parameters: { QueuePriority: '1' }, leads: 'NoMatchingError', result: /order in a queue/ },
  { what: 'a chat', parameters: { QueuePriority: '1' }, given: chat, leads: 'NoMatchingError' },
])
checkTable('UpdateContactRoutingBehavior', [
  [{ QueuePriority: '5' }, undefined],
  [{ QueueTimeAdjustmentSeconds: '-60' }, undefined],
  [{ QueuePriority: '0' }, /QueuePriority is "0"/],
  [{ QueuePriority: '1', QueueTimeAdjustmentSeconds: '1' }, /exclude each other/],
])
t.test('changing the order has no error branch: the flow goes on', async (t) => {
  t.equal((await runAction('UpdateContactRoutingBehavior', { QueuePriority: '1' }, { errors: [] })).branch, 'next')
})

const skill = (Name: string) => ({
  AttributeCondition: { Name, Value: 'x', ProficiencyLevel: '3', ComparisonOperator: 'NumberGreaterOrEqualTo' },
})
const criteria = (...expressions: unknown[]) => ({
  RoutingCriteria: {
    Steps: expressions.map((Expression) => ({ Expression, Expiry: { DurationInSeconds: '30' } })),
  },
})
function routing(host: FakeHost, answer = true): RoutingStep[][] {
  const steps: RoutingStep[][] = []
  can(host, {
    setRoutingCriteria: (given) => {
      steps.push(given)
      return answer
    },
  })
  return steps
}
table('UpdateContactRoutingCriteria', [
  { what: 'one step', parameters: criteria(skill('a')), given: (host) => routing(host), leads: 'next' },
  {
    what: 'and, or, not',
    parameters: criteria({
      OrExpression: [{ AndExpression: [skill('a'), skill('b')] }, { NotAttributeCondition: { Name: 'c' } }],
    }),
    given: (host) => routing(host),
    leads: 'next',
  },
  {
    what: 'refused',
    parameters: criteria(skill('a')),
    given: (host) => routing(host, false),
    leads: 'NoMatchingError',
  },
  {
    what: 'no steps',
    parameters: { RoutingCriteria: { Steps: [] } },
    given: (host) => routing(host),
    leads: 'NoMatchingError',
  },
  {
    what: 'six steps',
    parameters: criteria(...'abcdef'.split('').map(skill)),
    given: (host) => routing(host),
    leads: 'NoMatchingError',
  },
  {
    what: 'an expression that is none',
    parameters: criteria({ Any: [] }),
    given: (host) => routing(host),
    leads: 'NoMatchingError',
  },
  {
    what: 'or inside and',
    parameters: criteria({ AndExpression: [{ OrExpression: [skill('a')] }] }),
    given: (host) => routing(host),
    leads: 'NoMatchingError',
  },
  { what: 'not here', parameters: criteria(skill('a')), leads: 'NoMatchingError' },
])
checkTable('UpdateContactRoutingCriteria', [
  [criteria(skill('a')), undefined],
  [
    criteria({ AttributeCondition: { MatchCriteria: { AgentsCriteria: { AgentIds: ['$.Attributes.a'] } } } }),
    undefined,
  ],
  [{ RoutingCriteria: {} }, /there are no steps/],
  [criteria({ AndExpression: Array(9).fill(skill('a')) }), /AndExpression has not 1 to 8/],
])
t.test('what is looked for, with references filled in', async (t) => {
  const host = new FakeHost()
  const steps = routing(host)
  await runAction('UpdateContactRoutingCriteria', criteria(skill('on $.Channel')), { host })
  t.match(steps, [[{ expression: { AttributeCondition: { Name: 'on VOICE' } }, expirySeconds: 30 }]])
})

const number = { CallbackNumber: '$.Attributes.n' }
const numbered = (n: string, answer?: 'set' | 'invalid' | 'notDialable') => (host: FakeHost) => {
  host.attributes.n = n
  if (answer) can(host, { setCallbackNumber: () => answer })
}
table('UpdateContactCallbackNumber', [
  {
    what: 'a number',
    parameters: number,
    given: numbered('+442079460000', 'set'),
    leads: 'next',
    result: '+442079460000',
  },
  {
    what: 'a plus left out',
    parameters: number,
    given: numbered('442079460000', 'set'),
    leads: 'next',
    result: '+442079460000',
  },
  { what: 'no number', parameters: number, given: numbered('Timeout', 'set'), leads: 'InvalidCallbackNumber' },
  { what: 'no data', parameters: number, leads: 'InvalidCallbackNumber' },
  {
    what: 'refused as none',
    parameters: number,
    given: numbered('+442079460000', 'invalid'),
    leads: 'InvalidCallbackNumber',
  },
  {
    what: 'a country not allowed',
    parameters: number,
    given: numbered('+442079460000', 'notDialable'),
    leads: 'CallbackNumberNotDialable',
  },
  { what: 'not here', parameters: number, given: numbered('+442079460000'), leads: 'CallbackNumberNotDialable' },
  { what: 'a chat', parameters: number, given: chat, leads: 'InvalidCallbackNumber' },
])
checkTable('UpdateContactCallbackNumber', [
  [{ CallbackNumber: '$.StoredCustomerInput' }, undefined],
  [{ CallbackNumber: '+442079460000' }, /no reference/],
  [{}, /no reference/],
])

const callback = (rest: Record<string, unknown> = {}) => ({
  InitialCallDelaySeconds: '99',
  MaximumConnectionAttempts: '2',
  RetryDelaySeconds: '600',
  ...rest,
})
function callingBack(host: FakeHost, fault?: string): CallbackRequest[] {
  const requests: CallbackRequest[] = []
  can(host, {
    requestCallback: (request) => {
      requests.push(request)
      return fault === undefined ? { ok: true } : { ok: false, detail: fault }
    },
  })
  return requests
}
table('CreateCallbackContact', [
  { what: 'for the working queue', parameters: callback(), given: (host) => callingBack(host), leads: 'next' },
  {
    what: 'refused',
    parameters: callback(),
    given: (host) => callingBack(host, 'full'),
    leads: 'NoMatchingError',
    result: /full/,
  },
  {
    what: 'no delay',
    parameters: callback({ InitialCallDelaySeconds: '0' }),
    given: (host) => callingBack(host),
    leads: 'NoMatchingError',
  },
  {
    what: 'a flow that is not there',
    parameters: callback({ ContactFlowId: 'x' }),
    given: (host) => callingBack(host),
    leads: 'NoMatchingError',
  },
  { what: 'not here', parameters: callback(), leads: 'NoMatchingError' },
  { what: 'a chat', parameters: callback(), given: chat, leads: 'NoMatchingError' },
])
checkTable('CreateCallbackContact', [
  [callback({ QueueId: 'Sales' }), undefined],
  [callback({ InitialCallDelaySeconds: '259201' }), /InitialCallDelaySeconds is "259201"/],
  [{ RetryDelaySeconds: '1', MaximumConnectionAttempts: '1', ContactFlowId: 'other' }, undefined],
  [{ RetryDelaySeconds: '1', InitialCallDelaySeconds: '1' }, /MaximumConnectionAttempts is missing/],
])
t.test('a callback as it is asked for', async (t) => {
  const host = new FakeHost()
  const requests = callingBack(host)
  const parameters = callback({ AgentId: 'anna', ContactFlowId: 'other', CallerId: '442079460000' })
  await runAction('CreateCallbackContact', parameters, { host })
  t.same(requests, [
    {
      initialDelaySeconds: 99,
      retryDelaySeconds: 600,
      maximumAttempts: 2,
      target: { agentId: 'anna' },
      flowId: 'other',
      callerId: '+442079460000',
    },
  ])
})
