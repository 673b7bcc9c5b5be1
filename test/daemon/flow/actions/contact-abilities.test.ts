// Actions that need more of the host than the bare contact: tags, tasks, holding, streaming, related contacts.
import t from 'tap'
import type { ContactFields, TaskRequest } from '../../../../daemon/flow/abilities.ts'
import { FakeHost } from '../fake-host.ts'
import { type Block, bye, end, say } from '../flow-text.ts'
import { run, runAction } from '../run-support.ts'
import { can, checkTable, table } from './action-table.ts'

const chat = (host: FakeHost) => {
  host.channel = 'CHAT'
}
const with_ = (abilities: Parameters<typeof can>[1]) => (host: FakeHost) => can(host, abilities)

table('TagContact', [
  {
    what: 'tags',
    parameters: { Tags: { a: '$.Channel' } },
    given: with_({ tagContact: (tags) => tags.a === 'VOICE' }),
    leads: 'next',
  },
  {
    what: 'refused',
    parameters: { Tags: { a: 'b' } },
    given: with_({ tagContact: () => false }),
    leads: 'NoMatchingError',
  },
  {
    what: 'a reserved key',
    parameters: { Tags: { 'aws:x': 'b' } },
    given: with_({ tagContact: () => true }),
    leads: 'NoMatchingError',
  },
  { what: 'none', parameters: { Tags: {} }, given: with_({ tagContact: () => true }), leads: 'NoMatchingError' },
  {
    what: 'seven',
    parameters: { Tags: Object.fromEntries('abcdefg'.split('').map((key) => [key, 'x'])) },
    given: with_({ tagContact: () => true }),
    leads: 'NoMatchingError',
  },
  { what: 'not here', parameters: { Tags: { a: 'b' } }, leads: 'NoMatchingError' },
])
checkTable('TagContact', [
  [{ Tags: { a: 'b' } }, undefined],
  [{}, /not 1 to 6/],
  [{ Tags: { 'aws:a': 'b' } }, /reserved/],
])

table('UntagContact', [
  {
    what: 'keys',
    parameters: { TagKeys: ['a'] },
    given: with_({ untagContact: (keys) => keys[0] === 'a' }),
    leads: 'next',
  },
  {
    what: 'refused',
    parameters: { TagKeys: ['a'] },
    given: with_({ untagContact: () => false }),
    leads: 'NoMatchingError',
  },
  {
    what: 'no list',
    parameters: { TagKeys: 'a' },
    given: with_({ untagContact: () => true }),
    leads: 'NoMatchingError',
  },
  { what: 'not here', parameters: { TagKeys: ['a'] }, leads: 'NoMatchingError' },
])
checkTable('UntagContact', [
  [{ TagKeys: ['a'] }, undefined],
  [{}, /no list of texts/],
])

const hold = (state: string) => ({ PreviousContactParticipantState: state })
table('UpdatePreviousContactParticipantState', [
  ...['AgentOnHold', 'CustomerOnHold', 'OffHold'].map((state) => ({
    what: state,
    parameters: hold(state),
    given: with_({ holdParticipants: (wanted) => wanted === state }),
    leads: 'next',
  })),
  {
    what: 'a state that is none',
    parameters: hold('Asleep'),
    given: with_({ holdParticipants: () => true }),
    leads: 'NoMatchingError',
  },
  {
    what: 'nobody to hold',
    parameters: hold('OffHold'),
    given: with_({ holdParticipants: () => false }),
    leads: 'NoMatchingError',
  },
  { what: 'not here', parameters: hold('OffHold'), leads: 'NoMatchingError' },
  { what: 'a chat', parameters: hold('OffHold'), given: chat, leads: 'NoMatchingError' },
])
checkTable('UpdatePreviousContactParticipantState', [
  [hold('OffHold'), undefined],
  [hold('Asleep'), /is "Asleep"/],
])

const stream = (rest: Record<string, unknown> = {}) => ({
  MediaStreamingState: 'Enabled',
  MediaStreamType: 'Audio',
  Participants: [{ ParticipantType: 'Customer', MediaDirections: ['From', 'To'] }],
  ...rest,
})
table('UpdateContactMediaStreamingBehavior', [
  {
    what: 'on',
    parameters: stream(),
    given: with_({ setMediaStreaming: (on) => on?.directions.join() === 'From,To' }),
    leads: 'next',
  },
  {
    what: 'off',
    parameters: stream({ MediaStreamingState: 'Disabled' }),
    given: with_({ setMediaStreaming: (on) => on === undefined }),
    leads: 'next',
  },
  { what: 'refused', parameters: stream(), given: with_({ setMediaStreaming: () => false }), leads: 'NoMatchingError' },
  {
    what: 'the agent',
    parameters: stream({ Participants: [{ ParticipantType: 'Agent' }] }),
    given: with_({ setMediaStreaming: () => true }),
    leads: 'NoMatchingError',
  },
  {
    what: 'no state',
    parameters: { MediaStreamType: 'Audio' },
    given: with_({ setMediaStreaming: () => true }),
    leads: 'NoMatchingError',
  },
  { what: 'not here', parameters: stream(), leads: 'NoMatchingError' },
  { what: 'a chat', parameters: stream(), given: chat, leads: 'NoMatchingError' },
])
checkTable('UpdateContactMediaStreamingBehavior', [
  [stream(), undefined],
  [stream({ MediaStreamingState: 'On' }), /MediaStreamingState is "On"/],
  [stream({ Participants: [{ ParticipantType: 'Agent' }] }), /Only the customer/],
])
checkTable('UpdateContactMediaStreamingBehavior', [[stream(), /^warning .*only stopping here/]], 'agentWhisper')

const processor = {
  ProcessingEnabled: 'true',
  LambdaProcessorARN: 'lookup',
  ChatProcessorSettings: { DeliverUnprocessedMessages: 'true' },
}
const inChat = (answer: boolean) => (host: FakeHost) => {
  chat(host)
  can(host, { setChatProcessor: () => answer })
}
table('UpdateContactMediaProcessing', [
  { what: 'on', parameters: { ChatProcessor: processor }, given: inChat(true), leads: 'next' },
  { what: 'off', parameters: { ChatProcessor: { ProcessingEnabled: 'false' } }, given: inChat(true), leads: 'next' },
  { what: 'refused', parameters: { ChatProcessor: processor }, given: inChat(false), leads: 'NoMatchingError' },
  {
    what: 'a function that is not there',
    parameters: { ChatProcessor: { ...processor, LambdaProcessorARN: 'x' } },
    given: inChat(true),
    leads: 'NoMatchingError',
  },
  { what: 'a call', parameters: { ChatProcessor: processor }, leads: 'ChannelMismatch' },
  { what: 'not here', parameters: { ChatProcessor: processor }, given: chat, leads: 'NoMatchingError' },
])
checkTable('UpdateContactMediaProcessing', [
  [{ ChatProcessor: processor }, undefined],
  [{}, /ChatProcessor is missing/],
])

const task = (rest: Record<string, unknown> = {}) => ({
  Name: 'Call $.CustomerEndpoint.DisplayName',
  ContactFlowId: 'other',
  ...rest,
})
function creating(host: FakeHost, fault?: string): TaskRequest[] {
  const tasks: TaskRequest[] = []
  can(host, {
    createTask: (request) => {
      tasks.push(request)
      return fault === undefined ? { ok: true, contactId: 'task-1' } : { ok: false, detail: fault }
    },
  })
  return tasks
}
table('CreateTask', [
  { what: 'now', parameters: task(), given: (host) => creating(host), leads: 'next', result: 'task-1' },
  {
    what: 'by a template',
    parameters: { Name: 'x', TaskTemplateId: 't' },
    given: (host) => creating(host),
    leads: 'next',
  },
  {
    what: 'refused',
    parameters: task(),
    given: (host) => creating(host, 'the time is over'),
    leads: 'NoMatchingError',
    result: /over/,
  },
  {
    what: 'without a name',
    parameters: task({ Name: '$.Attributes.none' }),
    given: (host) => creating(host),
    leads: 'NoMatchingError',
  },
  {
    what: 'a flow that is not there',
    parameters: task({ ContactFlowId: 'x' }),
    given: (host) => creating(host),
    leads: 'NoMatchingError',
  },
  { what: 'no flow', parameters: { Name: 'x' }, given: (host) => creating(host), leads: 'NoMatchingError' },
  {
    what: 'a delay too long',
    parameters: task({ DelaySeconds: '518401' }),
    given: (host) => creating(host),
    leads: 'NoMatchingError',
  },
  {
    what: 'references that are no map',
    parameters: task({ References: { a: 'b' } }),
    given: (host) => creating(host),
    leads: 'NoMatchingError',
  },
  { what: 'not here', parameters: task(), leads: 'NoMatchingError' },
])
checkTable('CreateTask', [
  [task({ DelaySeconds: '60', References: { a: { Value: 'b', Type: 'STRING' } } }), undefined],
  [{ ContactFlowId: 'other' }, /Name is missing/],
  [{ Name: 'x' }, /ContactFlowId is missing/],
  [task({ DelaySeconds: '0' }), /DelaySeconds is "0"/],
  [task({ ContactFlowId: 'x' }), /no flow x/],
])
t.test('a task as it is asked for, and what is known of it afterwards', async (t) => {
  const host = new FakeHost()
  const tasks = creating(host)
  const parameters = task({
    Description: 'd',
    Attributes: { from: '$.Channel' },
    References: { mail: { Value: 'a@b.c', Type: 'EMAIL' } },
    ScheduledTime: '1800000000',
  })
  const create: Block = {
    id: 'create',
    type: 'CreateTask',
    parameters,
    next: 'say',
    errors: { NoMatchingError: 'end' },
  }
  await run([create, say('say', '$.Task.ContactId', 'bye'), bye, end], { host })
  t.same(tasks, [
    {
      name: 'Call Ada',
      description: 'd',
      flowId: 'other',
      attributes: { from: 'VOICE' },
      references: { mail: { value: 'a@b.c', type: 'EMAIL' } },
      startEpochMs: 1_800_000_000_000,
    },
  ])
  t.same(host.participant?.heard, ['task-1'])
})

table('ResumeContact', [
  { what: 'a paused one', parameters: {}, given: with_({ resumeContact: () => true }), leads: 'next' },
  {
    what: 'one that is not paused',
    parameters: {},
    given: with_({ resumeContact: () => false }),
    leads: 'NoMatchingError',
  },
  { what: 'not here', parameters: {}, leads: 'NoMatchingError' },
])
table('LoadContactContent', [
  {
    what: 'a mail',
    parameters: { ContentType: 'EmailMessage' },
    given: with_({ loadContactContent: async () => 'Hi' }),
    leads: 'next',
  },
  {
    what: 'no mail',
    parameters: { ContentType: 'EmailMessage' },
    given: with_({ loadContactContent: async () => undefined }),
    leads: 'NoMatchingError',
  },
  {
    what: 'a long one',
    parameters: { ContentType: 'EmailMessage' },
    given: with_({ loadContactContent: async () => 'x'.repeat(33 * 1024) }),
    leads: 'NoMatchingError',
  },
  { what: 'not here', parameters: { ContentType: 'EmailMessage' }, leads: 'NoMatchingError' },
])
checkTable('ResumeContact', [[{}, undefined]])
checkTable('LoadContactContent', [
  [{ ContentType: 'EmailMessage' }, undefined],
  [{}, /ContentType is missing/],
])

function keeping(host: FakeHost, answer = true): [ContactFields, string][] {
  const kept: [ContactFields, string][] = []
  can(host, {
    updateContactData: (fields, target) => {
      kept.push([fields, target])
      return answer
    },
  })
  return kept
}
table('UpdateContactData', [
  {
    what: 'kept by the host',
    parameters: { CustomerId: 'c', Name: 'n' },
    given: (host) => keeping(host),
    leads: 'next',
  },
  {
    what: 'a link beside the contact',
    parameters: { References: { Mail: { Type: 'URL', Value: 'https://$.Attributes.host/1' } } },
    given: (host) => keeping(host),
    leads: 'next',
  },
  {
    what: 'references that are no map',
    parameters: { References: ['https://example.com'] },
    given: (host) => keeping(host),
    leads: 'NoMatchingError',
  },
  {
    what: 'references where nobody keeps them',
    parameters: { References: { Mail: { Type: 'URL', Value: 'x' } } },
    leads: 'NoMatchingError',
  },
  {
    what: 'refused by the host',
    parameters: { CustomerId: 'c' },
    given: (host) => keeping(host, false),
    leads: 'NoMatchingError',
  },
  {
    what: 'an assistant nobody has',
    parameters: { WisdomSessionArn: 'arn:x' },
    leads: 'NoMatchingError',
    result: /no assistants/,
  },
  {
    what: 'an assistant without data',
    parameters: { WisdomSessionArn: '$.Wisdom.SessionArn' },
    given: (host) => keeping(host),
    leads: 'NoMatchingError',
  },
  { what: 'segment attributes nobody keeps', parameters: { SegmentAttributes: { a: 'b' } }, leads: 'NoMatchingError' },
  {
    what: 'a related contact',
    parameters: { Name: 'n', TargetContact: 'Related' },
    given: (host) => keeping(host),
    leads: 'next',
  },
])
t.test('fields of the contact as they are handed over', async (t) => {
  const host = new FakeHost()
  const kept = keeping(host)
  const SegmentAttributes = { tier: { ValueString: '$.Channel' }, 'connect:Subtype': 'x' }
  await runAction(
    'UpdateContactData',
    { CustomerId: 'c', WisdomSessionArn: 'arn:w', SegmentAttributes, TargetContact: 'Related' },
    { host },
  )
  t.same(kept, [
    [
      { customerId: 'c', wisdomSessionArn: 'arn:w', segmentAttributes: { tier: 'VOICE', 'connect:Subtype': 'x' } },
      'Related',
    ],
  ])
})
table('UpdateContactAttributes', [
  {
    what: 'of the related contact',
    parameters: { Attributes: { a: 'x' }, TargetContact: 'Related' },
    given: with_({ setRelatedAttributes: (changes) => changes.a === 'x' }),
    leads: 'next',
    shows: (host, t) => t.same(host.attributes, {}),
  },
])

table('UpdateContactEventHooks', [
  {
    what: 'holding in a chat',
    parameters: { EventHooks: { CustomerHold: 'other' } },
    given: chat,
    leads: 'NoMatchingError',
    result: /channel CHAT/,
  },
  { what: 'a whisper in a chat', parameters: { EventHooks: { AgentWhisper: 'other' } }, given: chat, leads: 'next' },
])
