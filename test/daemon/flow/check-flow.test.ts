// The checker: what a flow says, judged before a caller meets it.
import t from 'tap'
import { formatFault } from '../../../daemon/fault.ts'
import { boxAbilities } from '../../../daemon/flow/box-abilities.ts'
import { checkFlow } from '../../../daemon/flow/check-flow.ts'
import type { FlowResources } from '../../../daemon/flow/resources.ts'
import { type Block, flowOf, testResources } from './flow-text.ts'

const bye: Block = { id: 'bye', type: 'DisconnectParticipant' }
const foreign = 'arn:aws:connect:eu-west-2:111122223333:instance/x'

/** Code, severity and path of the faults of one action that stands first and leads to `bye`. */
function faultsOf(block: Omit<Block, 'id'>, metadata: Record<string, unknown> = {}) {
  const flow = flowOf([{ id: 'first', next: 'bye', ...block }, bye], metadata)
  return checkFlow(flow, testResources).filter(({ path }) => path?.startsWith('$.Actions[0]'))
}

const caught = { NoMatchingError: 'bye' }

t.test('a sound flow has no faults', async (t) => {
  t.same(faultsOf({ type: 'MessageParticipant', parameters: { PromptId: 'welcome' } }), [])
  t.same(
    faultsOf({ type: 'UpdateContactTargetQueue', parameters: { QueueId: `${foreign}/queue/q-sales` }, errors: caught }),
    [],
  )
})

const cases: [
  what: string,
  block: Omit<Block, 'id'>,
  code: string,
  message: RegExp,
  metadata?: Record<string, unknown>,
][] = [
  [
    'an action known by its name only',
    { type: 'CreateContact', parameters: {}, errors: caught },
    'FLOW-201',
    /CreateContact is not supported by this box/,
  ],
  ['a spelling of the reference', { type: 'UnTagContact' }, 'FLOW-202', /UnTagContact is no action/],
  ['an older spelling', { type: 'UpdateRoutingCriteria' }, 'FLOW-202', /UpdateRoutingCriteria is no action/],
  ['a name that was meant otherwise', { type: 'SetVoice' }, 'FLOW-202', /SetVoice is no action/],
  ['a name that is nothing', { type: 'constructor' }, 'FLOW-202', /constructor is no action/],
  [
    'an action of other flow types',
    { type: 'TransferContactToQueue', errors: { QueueAtCapacity: 'bye', ...caught } },
    'FLOW-203',
    /not allowed in a flow of type CUSTOMER_QUEUE/,
    { type: 'customerQueue' },
  ],
  [
    'a prompt in a hold flow',
    { type: 'MessageParticipant', parameters: { Text: 'x' } },
    'FLOW-203',
    /CUSTOMER_HOLD/,
    { type: 'customerHold' },
  ],
  [
    'a parameter that is none',
    { type: 'TransferContactToQueue', parameters: { QueueId: 'Sales' }, errors: { QueueAtCapacity: 'bye', ...caught } },
    'FLOW-205',
    /QueueId is no parameter/,
  ],
  [
    'next that leads nowhere',
    { type: 'MessageParticipant', parameters: { Text: 'x' }, next: '' },
    'FLOW-206',
    /NextAction is not connected/,
  ],
  [
    'an error branch that is missing',
    { type: 'UpdateContactTargetQueue', parameters: { QueueId: 'Sales' } },
    'FLOW-206',
    /NoMatchingError has no branch/,
  ],
  [
    'an error branch that leads nowhere',
    { type: 'MessageParticipant', parameters: { Text: 'x' }, errors: { NoMatchingError: '' } },
    'FLOW-206',
    /branch of NoMatchingError is not connected/,
  ],
  [
    'a condition that leads nowhere',
    {
      type: 'Compare',
      parameters: { ComparisonValue: '$.Channel' },
      errors: { NoMatchingCondition: 'bye' },
      conditions: { VOICE: '' },
    },
    'FLOW-206',
    /branch of a condition is not connected/,
  ],
  [
    'an operator that is none',
    {
      type: 'Compare',
      parameters: { ComparisonValue: '$.Channel' },
      errors: { NoMatchingCondition: 'bye' },
      conditions: { 'Contains VOI': 'bye' },
    },
    'FLOW-207',
    /Contains is no operator/,
  ],
  [
    'an empty operand',
    {
      type: 'Compare',
      parameters: { ComparisonValue: '$.Channel' },
      errors: { NoMatchingCondition: 'bye' },
      conditions: { '': 'bye' },
    },
    'FLOW-209',
    /operand is empty/,
  ],
  [
    'an empty parameter',
    { type: 'UpdateContactAttributes', parameters: { Attributes: { a: '' } }, errors: caught },
    'FLOW-209',
    /Attributes.a is empty/,
  ],
  [
    'a namespace that is none',
    { type: 'MessageParticipant', parameters: { Text: 'You have $.Order.Count orders' } },
    'FLOW-301',
    /\$\.Order, which does not exist/,
  ],
  [
    'a namespace without a value',
    { type: 'Compare', parameters: { ComparisonValue: '$.Attributes' }, errors: { NoMatchingCondition: 'bye' } },
    'FLOW-301',
    /names a group/,
  ],
  [
    'a reference in an operand',
    {
      type: 'Compare',
      parameters: { ComparisonValue: '$.Channel' },
      errors: { NoMatchingCondition: 'bye' },
      conditions: { '$.Nothing.x': 'bye' },
    },
    'FLOW-301',
    /\$\.Nothing/,
  ],
  [
    'a queue that is not there',
    { type: 'UpdateContactTargetQueue', parameters: { QueueId: 'Returns' }, errors: caught },
    'FLOW-302',
    /no queue Returns/,
  ],
  [
    'a prompt that is not there',
    { type: 'MessageParticipant', parameters: { PromptId: 'bye.wav' } },
    'FLOW-303',
    /no prompt bye.wav/,
  ],
  [
    'a flow that is not there',
    { type: 'TransferToFlow', parameters: { ContactFlowId: `${foreign}/contact-flow/9` }, errors: caught },
    'FLOW-304',
    /no flow arn/,
  ],
  [
    'hours that are not there',
    {
      type: 'CheckHoursOfOperation',
      parameters: { HoursOfOperationId: 'Night' },
      errors: caught,
      conditions: { True: 'bye', False: 'bye' },
    },
    'FLOW-305',
    /no hours Night/,
  ],
  [
    'an agent that is not there',
    { type: 'UpdateContactTargetQueue', parameters: { AgentId: 'zoe' }, errors: caught },
    'FLOW-306',
    /no agent zoe/,
  ],
  [
    'a hook to a flow of another type',
    { type: 'UpdateContactEventHooks', parameters: { EventHooks: { CustomerQueue: 'other' } }, errors: caught },
    'FLOW-307',
    /must be CUSTOMER_QUEUE/,
  ],
  [
    'a transfer to a queue flow',
    { type: 'TransferToFlow', parameters: { ContactFlowId: 'Queue music' }, errors: caught },
    'FLOW-307',
    /type CUSTOMER_QUEUE/,
  ],
]
for (const [what, block, code, message, metadata] of cases)
  t.test(`found: ${what}`, async (t) => {
    const faults = faultsOf(block, metadata)
    const fault = faults.find((one) => one.code === code)
    t.match(fault, { message, file: 'test.json' }, JSON.stringify(faults))
    t.ok(fault?.mend && fault.line && fault.column)
  })

t.test('a foreign ARN finds the resource by the name the export carries', async (t) => {
  const block = { type: 'MessageParticipant', parameters: { PromptId: `${foreign}/prompt/77` } }
  const metadata = { ActionMetadata: { first: { parameters: { PromptId: { displayName: 'music.wav' } } } } }
  t.match(faultsOf(block), [{ code: 'FLOW-303' }])
  t.same(faultsOf(block, metadata), [])
})

t.test('a block that nothing leads to is a warning', async (t) => {
  const flow = flowOf([bye, { id: 'island', type: 'MessageParticipant', parameters: { Text: 'x' }, next: 'bye' }])
  t.match(checkFlow(flow, testResources), [{ code: 'FLOW-208', severity: 'warning', path: '$.Actions[1]' }])
})

t.test('dynamic names are left to the run', async (t) => {
  t.same(
    faultsOf({ type: 'UpdateContactTargetQueue', parameters: { QueueId: '$.Attributes.queue' }, errors: caught }),
    [],
  )
  t.same(
    faultsOf({ type: 'TransferToFlow', parameters: { ContactFlowId: '$.FlowAttributes.flow' }, errors: caught }),
    [],
  )
})

t.test('a fault is one line that names file, line, column, what and the mend', async (t) => {
  const [fault] = faultsOf({ type: 'CreateContact' })
  t.match(
    formatFault(fault!),
    /^test\.json:8:15: warning FLOW-201: "first" \(CreateContact\): CreateContact is not supported by this box/,
  )
})

t.test('a flow made by code, without a file, is checked too', async (t) => {
  const { source, ...flow } = flowOf([{ id: 'first', type: 'CreateContact', next: 'bye' }, bye])
  t.ok(source)
  t.match(checkFlow(flow, testResources), [{ code: 'FLOW-201', file: 'test', path: '$.Actions[0].Type' }])
})

t.test('event hooks are run, all of them; a host that runs fewer has the others named', async (t) => {
  const hook = (key: string, flow: string) => ({
    type: 'UpdateContactEventHooks',
    parameters: { EventHooks: { [key]: flow } },
    errors: caught,
  })
  t.same(faultsOf(hook('CustomerQueue', 'Queue music')), [])
  t.same(faultsOf(hook('CustomerRemaining', 'other')), [])
  const flow = flowOf([{ id: 'first', next: 'bye', ...hook('CustomerRemaining', 'other') }, bye])
  t.match(checkFlow(flow, testResources, { hooks: ['CustomerQueue'] }), [
    {
      code: 'FLOW-211',
      severity: 'warning',
      path: '$.Actions[0].Parameters.EventHooks.CustomerRemaining',
      message: /the flow of CustomerRemaining is noted, and not run/,
    },
  ])
})

t.test('what a channel makes of a block, and what a box can not do', async (t) => {
  const ask = {
    type: 'GetParticipantInput',
    parameters: { Text: 'x', StoreInput: 'False', InputTimeLimitSeconds: '5' },
  }
  const lambda = { LambdaFunctionARN: 'lookup', InvocationTimeLimitSeconds: '3' }
  const flow = flowOf([
    {
      id: 'ask',
      ...ask,
      next: 'call',
      errors: { ...caught, NoMatchingCondition: 'bye', InputTimeLimitExceeded: 'bye' },
    },
    { id: 'call', type: 'InvokeLambdaFunction', parameters: lambda, next: 'bye', errors: caught },
    bye,
  ])
  t.same(checkFlow(flow, testResources), [], 'nothing is said of what is not known')
  t.same(checkFlow(flow, testResources, { channel: 'VOICE', abilities: new Set(['invokeFunction']) }), [])
  t.match(checkFlow(flow, testResources, { channel: 'CHAT', abilities: new Set() }), [
    { code: 'FLOW-210', severity: 'warning', message: /"ask" .*error branch in the channel CHAT/ },
    { code: 'FLOW-212', severity: 'error', message: /"call" .*can not do it \(invokeFunction\)/ },
  ])
})

t.test('what a box never has is warned of, and said why', async (t) => {
  const view = { ViewResource: { Id: 'view:1' }, ViewData: {}, InvocationTimeLimitSeconds: '60' }
  const errors = { ...caught, NoMatchingCondition: 'bye', TimeLimitExceeded: 'bye' }
  const flow = flowOf([{ id: 'show', type: 'ShowView', parameters: view, next: 'bye', errors }, bye])
  t.match(checkFlow(flow, testResources, { abilities: boxAbilities }), [
    { code: 'FLOW-212', severity: 'warning', message: /no agent workspace/ },
  ])
})

t.test('what stands in for a product, and where prompts are fetched from, is looked up in the instance', async (t) => {
  const media = { Uri: 's3://bucket/greeting.wav', SourceType: 'S3', MediaType: 'Audio' }
  const flow = flowOf([
    { id: 'who', type: 'GetCustomerProfile', parameters: {}, next: 'play', errors: caught },
    { id: 'play', type: 'MessageParticipant', parameters: { Media: media }, next: 'bye', errors: caught },
    bye,
  ])
  const told = (resources: FlowResources) =>
    checkFlow(flow, resources, { abilities: boxAbilities }).map(
      ({ severity, code, path }) => `${severity} ${code} ${path}`,
    )
  const profiles = 'warning FLOW-212 $.Actions[0].Type'
  const greeting = 'warning FLOW-303 $.Actions[1].Parameters.Media.Uri'
  const products = new Set(['customerProfiles'])
  t.same(told(testResources), [profiles], 'where nothing is known of sources')
  t.same(told({ ...testResources, products: new Set(), promptSources: [] }), [profiles, greeting])
  t.same(told({ ...testResources, products, promptSources: ['s3://elsewhere/'] }), [greeting])
  t.same(told({ ...testResources, products, promptSources: ['s3://bucket/'] }), [])
  const withFile = { ...testResources, products, promptSources: [], resolve: () => 'greeting' }
  t.same(told(withFile), [], 'a file of that name in prompts/')
})

t.test('a whole group may be handed to a function, and is compared with nothing', async (t) => {
  const parameters = { LambdaFunctionARN: 'lookup', InvocationTimeLimitSeconds: '3' }
  const given = { ...parameters, LambdaInvocationAttributes: { view: '$.Views' } }
  t.same(faultsOf({ type: 'InvokeLambdaFunction', parameters: given, errors: caught }), [])
})
