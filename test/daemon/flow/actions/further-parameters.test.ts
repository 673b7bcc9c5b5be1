// Parameters, conditions and errors that the other tables have no row for: each documented one is shown somewhere
// (coverage.test.ts counts).
import type { BotAnswer, BotQuestion, OutboundCallStatus, TaskRequest } from '../../../../daemon/flow/abilities.ts'
import { hooks } from '../../../../daemon/flow/actions/update-contact-event-hooks.ts'
import type { FlowObject } from '../../../../daemon/flow/flow-value.ts'
import { loadFlow } from '../../../../daemon/flow/load-flow.ts'
import type { FakeHost } from '../fake-host.ts'
import { flowText } from '../flow-text.ts'
import { can, checkTable, table } from './action-table.ts'

const media = { Media: { Uri: 's3://bucket/welcome.wav', SourceType: 'S3', MediaType: 'Audio' } }
const prompts: [written: Record<string, unknown>, heard: string][] = [
  [{ SSML: '<speak>One</speak>' }, '<speak>One</speak>'],
  [{ PromptId: 'welcome' }, '<p-welcome>'],
  [media, '<p-welcome>'],
]

table('GetParticipantInput', [
  ...prompts.map(([written, heard]) => ({
    what: `a prompt by ${Object.keys(written)}`,
    parameters: { ...written, StoreInput: 'False', InputTimeLimitSeconds: '5' },
    conditions: ['1'],
    given: (host: FakeHost) => {
      host.participant!.answers = [{ outcome: 'digits', digits: '1' }]
    },
    leads: '= 1',
    shows: (host: FakeHost, t: { same(a: unknown, b: unknown): unknown }) => t.same(host.participant?.heard, [heard]),
  })),
])
table('MessageParticipantIteratively', [
  {
    what: 'a file in a bucket, of which prompts/ has one of the name',
    parameters: { Messages: [media], InterruptFrequencySeconds: '30' },
    conditions: ['MessagesInterrupted'],
    leads: '= MessagesInterrupted',
    shows: (host, t) => t.same(host.participant?.heard, ['<p-welcome>']),
  },
])

const alias = { LexV2Bot: { AliasArn: 'arn:aws:lex:eu-west-2:111122223333:bot-alias/ORDERS/LIVE' } }
const order: BotAnswer = { outcome: 'intent', intentName: 'Order', slots: {}, sessionAttributes: {} }
const asked: BotQuestion[] = []
const asking = (host: FakeHost) => {
  can(host, {
    askBot: async (question) => {
      asked.push(question)
      return order
    },
  })
}
table('ConnectParticipantWithLexBot', [
  ...prompts.map(([written]) => ({
    what: `a prompt by ${Object.keys(written)}`,
    parameters: { ...alias, ...written },
    conditions: ['Order'],
    given: asking,
    leads: '= Order',
    shows: (_host: FakeHost, t: { match(a: unknown, b: unknown): unknown }) =>
      t.match(asked.at(-1)?.prompt, [{ kind: written.SSML === undefined ? 'prompt' : 'text' }]),
  })),
  {
    what: 'the first message of a chat',
    parameters: { ...alias, LexInitializationData: { InitialMessage: '$.Channel' } },
    conditions: ['Order'],
    given: asking,
    leads: '= Order',
    shows: (_host, t) => t.match(asked.at(-1), { prompt: [], initialMessage: 'VOICE' }),
  },
])

checkTable('DisconnectParticipant', [
  [{}, undefined],
  [{ Reason: 'x' }, /^warning Parameters.Reason/],
])
checkTable('DisconnectParticipant', [[{}, /not allowed in a flow of type CUSTOMER_HOLD/]], 'customerHold')
checkTable('EndFlowExecution', [[{}, undefined]], 'customerQueue')
checkTable('EndFlowExecution', [[{}, /not allowed in a flow of type CONTACT_FLOW/]])

const view = (rest: FlowObject) => ({
  ViewResource: { Id: 'form', Version: '3' },
  ViewData: {},
  InvocationTimeLimitSeconds: '60',
  ...rest,
})
const hidden = { SensitiveDataConfiguration: { HideResponseOn: ['TRANSCRIPT'] } }
table('ShowView', [
  {
    what: 'a version, and an answer that stays out of the transcript',
    parameters: view(hidden),
    conditions: ['Next'],
    given: (host) => {
      host.channel = 'CHAT'
      can(host, {
        showView: async ({ version, hideResponse }) => ({
          outcome: 'action',
          action: 'Next',
          data: { version: version ?? '', hideResponse },
        }),
      })
    },
    leads: '= Next',
  },
])
checkTable('ShowView', [[view(hidden), undefined, ['Next']]])

table('TransferParticipantToThirdParty', [
  {
    what: 'a name to show',
    parameters: {
      ThirdPartyPhoneNumber: '+442079460999',
      ThirdPartyConnectionTimeLimitSeconds: '30',
      ContinueFlowExecution: 'True',
      CallerId: { Number: '+442079460101', Name: 'Sales' },
    },
    given: (host) =>
      can(host, {
        transferToThirdParty: async ({ callerId }) => (callerId.name === 'Sales' ? 'answeredAndEnded' : 'callFailed'),
      }),
    leads: 'next',
  },
])

table(
  'UpdateContactEventHooks',
  hooks.map((hook) => ({
    what: hook,
    parameters: { EventHooks: { [hook]: 'other' } },
    leads: 'next',
    shows: (host, t) => t.same(host.hooks, [[hook, 'other']]),
  })),
)

const silentRecording = { RecordedParticipants: [], IVRRecordingBehavior: 'Disabled' }
checkTable('UpdateContactRecordingBehavior', [
  [
    { RecordingBehavior: { RecordedParticipants: [], ScreenRecordedParticipants: ['Agent'] } },
    /^warning Parameters.RecordingBehavior.ScreenRecordedParticipants: Screen recording is not done/,
  ],
  [{ RecordingBehavior: { ...silentRecording, ScreenRecordedParticipants: [] } }, undefined],
])
checkTable('UpdateContactRecordingAndAnalyticsBehavior', [
  [{ VoiceBehavior: { VoiceRecordingBehavior: silentRecording } }, undefined],
  [
    { VoiceBehavior: { VoiceRecordingBehavior: { RecordedParticipants: [], IVRRecordingBehavior: 'Enabled' } } },
    undefined,
  ],
  [{ VoiceBehavior: { VoiceRecordingBehavior: { IVRRecordingBehavior: 'Disabled' } } }, /^warning .*is missing/],
  [{ VoiceBehavior: { VoiceAnalyticsBehavior: { Enabled: 'True' } } }, /^warning .*Analytics is not done/],
  [{ ChatBehavior: { ChatAnalyticsBehavior: { Enabled: 'True' } } }, /^warning .*Analytics is not done/],
])

table('UpdateContactData', [{ what: 'a description', parameters: { Description: 'd', Name: 'n' }, leads: 'next' }])

const task = { Name: 'x', ContactFlowId: 'other', Description: '$.Channel', Attributes: { from: '$.Channel' } }
const created: TaskRequest[] = []
const creating = (host: FakeHost) =>
  can(host, {
    createTask: (request) => {
      created.push(request)
      return { ok: true, contactId: 'task-1' }
    },
  })
table('CreateTask', [
  {
    what: 'later, with attributes',
    parameters: { ...task, ScheduledTime: '1800000000' },
    given: creating,
    leads: 'next',
    shows: (_host, t) =>
      t.match(created.at(-1), { description: 'VOICE', attributes: { from: 'VOICE' }, startEpochMs: 1_800_000_000_000 }),
  },
])
checkTable('CreateTask', [[{ ...task, ScheduledTime: '$.Attributes.when' }, undefined]])

const part = loadFlow(
  flowText(
    [
      {
        id: 'back',
        type: 'EndFlowModuleExecution',
        parameters: { Result: '$.Modules.Input.way', ResultData: { n: '1' } },
      },
    ],
    {
      type: 'module',
    },
  ),
  'part.json',
).flow!
table('InvokeFlowModule', [
  {
    what: 'its result is a branch',
    parameters: { FlowModuleId: 'part', Input: { way: 'Found' } },
    conditions: ['Found', 'Lost'],
    modules: [part],
    leads: '= Found',
  },
  {
    what: 'its result is no branch',
    parameters: { FlowModuleId: 'part', Input: { way: 'Elsewhere' } },
    conditions: ['Found'],
    modules: [part],
    leads: 'NoMatchingCondition',
  },
  { what: 'without a result', parameters: { FlowModuleId: 'part:3' }, modules: [part], leads: 'next' },
  { what: 'not there', parameters: { FlowModuleId: 'part' }, leads: 'NoMatchingError' },
])
table('EndFlowModuleExecution', [
  { what: 'outside of a module', parameters: {}, leads: 'failed: no module is to be left here' },
])

checkTable('GetCase', [[{ LinkContactToCase: 'true', CaseResponseFields: ['status'] }, undefined]])
checkTable('UpdateCase', [[{ LinkContactToCase: 'true' }, undefined]])
for (const type of ['UpdateCustomerProfile', 'GetCustomerProfileObject', 'GetCalculatedAttributesForCustomerProfile'])
  checkTable(type, [[{ ProfileRequestData: {}, ProfileResponseData: ['FirstName'] }, undefined]])
checkTable('CheckSegmentMembership', [
  [{ ProfileRequestData: { ProfileId: 'x' } }, undefined, ['True', 'False']],
  [{ Colour: 'red' }, /^warning Parameters.Colour/],
])

const statuses: OutboundCallStatus[] = ['CallAnswered', 'VoicemailBeep', 'VoicemailNoBeep', 'NotDetected']
table(
  'CheckOutboundCallStatus',
  statuses.map((status) => ({
    what: status,
    parameters: {},
    conditions: statuses,
    given: (host) => can(host, { outboundCallStatus: async () => status }),
    leads: `= ${status}`,
  })),
)
checkTable(
  'CheckVoiceId',
  ['enrollmentStatus', 'voiceAuthentication'].map((option) => [
    { CheckVoiceIdOption: option },
    /^warning Type: Voice ID is closed/,
  ]),
)

const lambda = {
  LambdaFunctionARN: 'lookup',
  InvocationTimeLimitSeconds: '3',
  ResponseValidation: { ResponseType: 'STRING_MAP' },
}
table('InvokeLambdaFunction', [
  {
    what: 'a flat map, as it is asked for',
    parameters: lambda,
    given: (host) => can(host, { invokeFunction: async () => ({ ok: true, result: { a: 'b' } }) }),
    leads: 'next',
  },
  {
    what: 'a nested answer where a flat map is asked for',
    parameters: lambda,
    given: (host) => can(host, { invokeFunction: async () => ({ ok: true, result: { a: { b: 'c' } } }) }),
    leads: 'NoMatchingError',
    result: /flat map/,
  },
])

const callback = { InitialCallDelaySeconds: '5', RetryDelaySeconds: '600', MaximumConnectionAttempts: '1' }
table('CreateCallbackContact', [
  {
    what: "an agent's queue, with a number to show",
    parameters: { ...callback, AgentId: 'anna', CallerId: { Number: '+442079460101' } },
    given: (host) =>
      can(host, {
        requestCallback: ({ target, callerId }) =>
          JSON.stringify([target, callerId]) === '[{"agentId":"anna"},"+442079460101"]'
            ? { ok: true }
            : { ok: false, detail: 'other' },
      }),
    leads: 'next',
  },
])
