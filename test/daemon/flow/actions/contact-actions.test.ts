// Actions that change the contact: parameters, conditions and errors, a table each.
import type { FakeHost } from '../fake-host.ts'
import { can, checkTable, table } from './action-table.ts'

const chat = (host: FakeHost) => {
  host.channel = 'CHAT'
}

table('UpdateContactAttributes', [
  {
    what: 'keys and values with references',
    parameters: { Attributes: { from: '$.CustomerEndpoint.Address', '$.Attributes.key': 'Queue of $.Queue.Name' } },
    given: (host) => Object.assign(host.attributes, { key: 'named' }),
    leads: 'next',
    shows: (host, t) => t.match(host.attributes, { from: '+442079460000', named: 'Queue of ' }),
  },
  {
    what: 'numbers and flags as text',
    parameters: { Attributes: { n: 5, f: true } },
    leads: 'next',
    shows: (host, t) => t.match(host.attributes, { n: '5', f: 'true' }),
  },
  {
    what: 'a value without data is empty',
    parameters: { Attributes: { a: '$.External.x' } },
    leads: 'next',
    shows: (host, t) => t.match(host.attributes, { a: '' }),
  },
  { what: 'a key without data', parameters: { Attributes: { '$.Attributes.none': 'x' } }, leads: 'NoMatchingError' },
  {
    what: 'too much',
    parameters: { Attributes: { a: 'x' } },
    given: (host) => Object.assign(host, { attributesFit: false }),
    leads: 'NoMatchingError',
    result: /32 KB/,
  },
  { what: 'a value that is an object', parameters: { Attributes: { a: { b: 'c' } } }, leads: 'NoMatchingError' },
  {
    what: 'another contact',
    parameters: { Attributes: { a: 'x' }, TargetContact: 'Related' },
    leads: 'NoMatchingError',
    shows: (host, t) => t.same(host.attributes, {}),
  },
  { what: 'this contact', parameters: { Attributes: { a: 'x' }, TargetContact: 'Current' }, leads: 'next' },
])
checkTable('UpdateContactAttributes', [
  [{ Attributes: { a: 'x' } }, undefined],
  [{ Attributes: { '$.Attributes.key': 'x' } }, undefined],
  [{ Attributes: { 'a.b': 'x' } }, /key "a.b" has a dollar sign or a dot/],
  [{}, /Attributes is no map/],
  [{ Attributes: { a: 'x' }, TargetContact: 'Related' }, undefined],
  [{ Attributes: { a: 'x' }, TargetContact: 'Other' }, /TargetContact is "Other"/],
])

table('UpdateContactTargetQueue', [
  {
    what: 'a queue by name',
    parameters: { QueueId: 'Sales' },
    leads: 'next',
    shows: (host, t) => t.equal(host.queueId, 'q-sales'),
  },
  {
    what: 'a queue by attribute',
    parameters: { QueueId: '$.Attributes.q' },
    given: (host) => Object.assign(host.attributes, { q: 'q-support' }),
    leads: 'next',
    shows: (host, t) => t.equal(host.queueId, 'q-support'),
  },
  {
    what: 'a queue that is not there',
    parameters: { QueueId: 'Returns' },
    leads: 'NoMatchingError',
    result: /no queue Returns/,
  },
  { what: 'a queue without data', parameters: { QueueId: '$.Attributes.q' }, leads: 'NoMatchingError' },
  {
    what: 'a queue the contact can not use',
    parameters: { QueueId: 'Sales' },
    given: (host) => Object.assign(host, { knownQueues: [] }),
    leads: 'NoMatchingError',
  },
  {
    what: 'an agent',
    parameters: { AgentId: 'anna' },
    leads: 'NoMatchingError',
    result: /queue contacts for one agent/,
  },
  {
    what: 'an agent who can have a queue',
    parameters: { AgentId: 'anna' },
    given: (host) => can(host, { setTargetAgent: (agentId) => agentId === 'anna' }),
    leads: 'next',
  },
  {
    what: 'an agent who can have none',
    parameters: { AgentId: 'anna' },
    given: (host) => can(host, { setTargetAgent: () => false }),
    leads: 'NoMatchingError',
    result: /no agent anna/,
  },
  {
    what: 'an agent who is not there',
    parameters: { AgentId: 'zoe' },
    leads: 'NoMatchingError',
    result: /no agent zoe/,
  },
  { what: 'nothing', parameters: {}, leads: 'NoMatchingError' },
])
checkTable('UpdateContactTargetQueue', [
  [{ QueueId: 'Sales' }, undefined],
  [{ QueueId: 'Sales', AgentId: 'anna' }, /exclude each other/],
  [{ AgentId: 'anna' }, undefined],
  [{}, /None of QueueId, AgentId/],
])

table('TransferContactToQueue', [
  { what: 'there is room', parameters: {}, leads: 'queued' },
  {
    what: 'the queue is full',
    parameters: {},
    given: (host) => Object.assign(host, { room: 'atCapacity' }),
    leads: 'QueueAtCapacity',
  },
  {
    what: 'no working queue',
    parameters: {},
    given: (host) => Object.assign(host, { room: 'noQueue' }),
    leads: 'NoMatchingError',
  },
])
checkTable('TransferContactToQueue', [
  [{}, undefined],
  [{ QueueId: 'Sales' }, /^warning Parameters.QueueId/],
])

table('UpdateContactEventHooks', [
  {
    what: 'a queue flow',
    parameters: { EventHooks: { CustomerQueue: 'Queue music' } },
    leads: 'next',
    shows: (host, t) => t.same(host.hooks, [['CustomerQueue', 'queue-music']]),
  },
  {
    what: 'a flow by attribute',
    parameters: { EventHooks: { AgentWhisper: '$.Attributes.flow' } },
    given: (host) => Object.assign(host.attributes, { flow: 'other' }),
    leads: 'next',
    shows: (host, t) => t.same(host.hooks, [['AgentWhisper', 'other']]),
  },
  {
    what: 'a flow that is not there',
    parameters: { EventHooks: { CustomerHold: 'nothing' } },
    leads: 'NoMatchingError',
  },
  {
    what: 'an event that is none',
    parameters: { EventHooks: { Lunch: 'other' } },
    leads: 'NoMatchingError',
    result: /Lunch is no event/,
  },
  {
    what: 'two events',
    parameters: { EventHooks: { CustomerHold: 'other', AgentHold: 'other' } },
    leads: 'NoMatchingError',
  },
  { what: 'no event', parameters: {}, leads: 'NoMatchingError' },
  {
    what: 'a whisper switched off',
    parameters: { EventHooksConfiguration: { CustomerWhisper: { DisableExecution: 'true' } } },
    leads: 'next',
    shows: (host, t) => t.same(host.hooks, [['CustomerWhisper', undefined]]),
  },
  {
    what: 'a whisper named and not switched off',
    parameters: {
      EventHooks: { AgentWhisper: 'other' },
      EventHooksConfiguration: { AgentWhisper: { DisableExecution: 'false' } },
    },
    leads: 'next',
    shows: (host, t) => t.same(host.hooks, [['AgentWhisper', 'other']]),
  },
])
checkTable('UpdateContactEventHooks', [
  [{ EventHooks: { CustomerQueue: 'Queue music' } }, undefined],
  [{ EventHooksConfiguration: { AgentWhisper: { DisableExecution: 'True' } } }, undefined],
  [{ EventHooksConfiguration: { CustomerQueue: { DisableExecution: 'True' } } }, /can not be switched off/],
  [{ EventHooks: {} }, /not exactly one entry/],
  [{ EventHooks: { Lunch: 'other' } }, /Lunch is no event/],
  [{ EventHooks: { CustomerQueue: 'other' } }, /must be CUSTOMER_QUEUE/],
])

const recorded = (RecordedParticipants: unknown) => ({ RecordingBehavior: { RecordedParticipants } })
table('UpdateContactRecordingBehavior', [
  {
    what: 'both',
    parameters: recorded(['Agent', 'Customer']),
    leads: 'next',
    shows: (host, t) => t.same(host.recordings, [{ agent: true, customer: true }]),
  },
  {
    what: 'one',
    parameters: recorded(['Customer']),
    leads: 'next',
    shows: (host, t) => t.same(host.recordings, [{ agent: false, customer: true }]),
  },
  {
    what: 'none',
    parameters: recorded([]),
    leads: 'next',
    shows: (host, t) => t.same(host.recordings, [{ agent: false, customer: false }]),
  },
  {
    what: 'prompts and entries',
    parameters: { RecordingBehavior: { RecordedParticipants: ['Agent'], IVRRecordingBehavior: 'Enabled' } },
    leads: 'next',
    shows: (host, t) => t.same(host.recordings, [{ agent: true, customer: false, ivr: true }]),
  },
  {
    what: 'prompts and entries alone, off',
    parameters: { RecordingBehavior: { IVRRecordingBehavior: 'disabled' } },
    leads: 'next',
    shows: (host, t) => t.same(host.recordings, [{ ivr: false }]),
  },
  {
    what: 'prompts and entries in no known way',
    parameters: { RecordingBehavior: { IVRRecordingBehavior: 'Sometimes' } },
    leads: 'NoMatchingError',
    shows: (host, t) => t.same(host.recordings, []),
  },
  {
    what: 'a list in a text',
    parameters: recorded('["Agent","Customer"]'),
    leads: 'next',
    shows: (host, t) => t.same(host.recordings, [{ agent: true, customer: true }]),
  },
  {
    what: 'an empty list in a text',
    parameters: recorded('[]'),
    leads: 'next',
    shows: (host, t) => t.same(host.recordings, [{ agent: false, customer: false }]),
  },
  {
    what: 'analytics only',
    parameters: { AnalyticsBehavior: { Enabled: 'True' } },
    leads: 'next',
    shows: (host, t) => t.same(host.recordings, []),
  },
  {
    what: 'somebody else',
    parameters: recorded(['Supervisor']),
    leads: 'NoMatchingError',
    shows: (host, t) => t.same(host.recordings, []),
  },
  { what: 'no list', parameters: recorded('Agent'), leads: 'NoMatchingError' },
])
checkTable('UpdateContactRecordingBehavior', [
  [recorded(['Agent', 'Customer']), undefined],
  [recorded('["Agent"]'), undefined],
  [recorded(['Everybody']), /no list of participants/],
  [{}, /^warning .*RecordedParticipants is missing: recording stays as it is/],
  [
    { ...recorded(['Agent']), AnalyticsBehavior: { Enabled: 'True' } },
    /^warning Parameters.AnalyticsBehavior.Enabled: Analytics is not done/,
  ],
  [{ ...recorded(['Agent']), AnalyticsBehavior: { Enabled: 'False' } }, undefined],
  [{ RecordingBehavior: { RecordedParticipants: [], IVRRecordingBehavior: 'Enabled' } }, undefined],
  [{ RecordingBehavior: { RecordedParticipants: [], IVRRecordingBehavior: 'On' } }, /Enabled, Disabled|IVRRecording/],
])

const voiceForm = (RecordedParticipants: unknown) => ({
  VoiceBehavior: { VoiceRecordingBehavior: { RecordedParticipants } },
})
table('UpdateContactRecordingAndAnalyticsBehavior', [
  {
    what: 'the voice form',
    parameters: voiceForm(['Agent', 'Customer']),
    leads: 'next',
    shows: (host, t) => t.same(host.recordings, [{ agent: true, customer: true }]),
  },
  {
    what: 'the voice form, list in a text',
    parameters: voiceForm('["Agent"]'),
    leads: 'next',
    shows: (host, t) => t.same(host.recordings, [{ agent: true, customer: false }]),
  },
  {
    what: 'the chat form on a call',
    parameters: { ChatBehavior: {} },
    leads: 'ChannelMismatch',
    shows: (host, t) => t.same(host.recordings, []),
  },
  { what: 'the voice form in a chat', parameters: voiceForm(['Agent']), given: chat, leads: 'ChannelMismatch' },
  { what: 'the chat form in a chat', parameters: { ChatBehavior: {} }, given: chat, leads: 'next' },
  {
    what: 'the screen form',
    parameters: { ScreenRecordingBehavior: { ScreenRecordedParticipants: ['Agent'] } },
    leads: 'next',
    shows: (host, t) => t.same(host.recordings, []),
  },
  { what: 'no list', parameters: voiceForm('x'), leads: 'NoMatchingError' },
])
checkTable('UpdateContactRecordingAndAnalyticsBehavior', [
  [voiceForm(['Agent', 'Customer']), undefined],
  [voiceForm(['x']), /no list of participants/],
  [{}, /None of VoiceBehavior, ChatBehavior, ScreenRecordingBehavior/],
  [{ ScreenRecordingBehavior: { ScreenRecordedParticipants: ['Agent'] } }, /^warning .*Screen recording is not done/],
])

table('UpdateContactTextToSpeechVoice', [
  {
    what: 'a voice',
    parameters: { TextToSpeechVoice: 'Joanna' },
    leads: 'next',
    shows: (host, t) => t.same(host.voiceChanges, [{ voiceId: 'Joanna' }]),
  },
  {
    what: 'engine and style',
    parameters: { TextToSpeechVoice: 'Joanna', TextToSpeechEngine: 'Neural', TextToSpeechStyle: 'None' },
    leads: 'next',
    shows: (host, t) => t.same(host.voiceChanges, [{ voiceId: 'Joanna', engine: 'Neural', style: 'None' }]),
  },
  {
    what: 'a voice by attribute',
    parameters: { TextToSpeechVoice: '$.Attributes.v' },
    given: (host) => Object.assign(host.attributes, { v: 'Brian' }),
    leads: 'next',
    shows: (host, t) => t.same(host.voiceChanges, [{ voiceId: 'Brian' }]),
  },
  {
    what: 'a voice without data',
    parameters: { TextToSpeechVoice: '$.Attributes.v' },
    leads: 'NoMatchingError',
    shows: (host, t) => t.same(host.voiceChanges, []),
  },
  { what: 'a name that can be none', parameters: { TextToSpeechVoice: '../../etc' }, leads: 'NoMatchingError' },
  {
    what: 'a chat has no voice',
    parameters: { TextToSpeechVoice: 'Joanna' },
    given: chat,
    leads: 'next',
    shows: (host, t) => t.same(host.voiceChanges, []),
  },
])
checkTable('UpdateContactTextToSpeechVoice', [
  [{ TextToSpeechVoice: 'Joanna', TextToSpeechEngine: 'Generative', TextToSpeechStyle: 'None' }, undefined],
  [{}, /no name of a voice/],
  [{ TextToSpeechVoice: '%Voice%' }, /no name of a voice/],
  [{ TextToSpeechVoice: 'Joanna', TextToSpeechEngine: 'Steam' }, /TextToSpeechEngine is "Steam"/],
])

table('UpdateContactData', [
  {
    what: 'the language',
    parameters: { LanguageCode: 'de-DE' },
    leads: 'next',
    shows: (host, t) => t.same(host.voiceChanges, [{ languageCode: 'de-DE' }]),
  },
  { what: 'a language that is none', parameters: { LanguageCode: 'German' }, leads: 'NoMatchingError' },
  { what: 'a customer id', parameters: { CustomerId: 'c-1' }, leads: 'next' },
  {
    what: 'Voice ID',
    parameters: { IsVoiceIdStreamingEnabled: 'true' },
    leads: 'NoMatchingError',
    result: /Voice ID is closed/,
  },
  {
    what: 'another contact',
    parameters: { LanguageCode: 'de-DE', TargetContact: 'Related' },
    leads: 'NoMatchingError',
  },
])
checkTable('UpdateContactData', [
  [{ LanguageCode: 'de-DE', TargetContact: 'Current' }, undefined],
  [{ CustomerId: 'x' }, undefined],
  [{ WisdomSessionArn: '$.Wisdom.SessionArn' }, undefined],
  [{ IsVoiceIdStreamingEnabled: 'true' }, /^warning Parameters.IsVoiceIdStreamingEnabled: Voice ID is closed/],
  [{}, /No field is given/],
])
