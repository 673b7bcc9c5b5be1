// Add-on products: functions in their place, and nothing in their place; products that are closed, and names alone.
import t from 'tap'
import type { HookAnswer } from '../../../../daemon/flow/abilities.ts'
import { actionDefinitions } from '../../../../daemon/flow/actions/index.ts'
import type { FlowObject } from '../../../../daemon/flow/flow-value.ts'
import { FakeHost } from '../fake-host.ts'
import { type Block, bye, end, say } from '../flow-text.ts'
import { run, runAction } from '../run-support.ts'
import { can, checkTable, table } from './action-table.ts'

function hooked(host: FakeHost, answer: HookAnswer): [string, string, FlowObject][] {
  const asked: [string, string, FlowObject][] = []
  can(host, {
    invokeHook: async (kind, action, payload) => {
      asked.push([kind, action, payload])
      return answer
    },
  })
  return asked
}

const products: [type: string, parameters: FlowObject, kind: string, keptAs: string | undefined, errors: string[]][] = [
  [
    'GetCustomerProfile',
    { ProfileRequestData: { PhoneNumber: '$.CustomerEndpoint.Address' }, ProfileResponseData: ['FirstName'] },
    'customerProfiles',
    'Customer',
    ['MultipleFoundError', 'NoneFoundError'],
  ],
  [
    'CreateCustomerProfile',
    { ProfileRequestData: { FirstName: 'x' }, ProfileResponseData: [] },
    'customerProfiles',
    'Customer',
    [],
  ],
  ['UpdateCustomerProfile', { ProfileRequestData: { FirstName: 'x' } }, 'customerProfiles', 'Customer', []],
  ['AssociateContactToCustomerProfile', { ProfileRequestData: { ProfileId: 'x' } }, 'customerProfiles', undefined, []],
  [
    'GetCustomerProfileObject',
    { ProfileRequestData: { ProfileId: 'x' } },
    'customerProfiles',
    'Customer',
    ['NoneFoundError'],
  ],
  [
    'GetCalculatedAttributesForCustomerProfile',
    { ProfileRequestData: { ProfileId: 'x' } },
    'customerProfiles',
    'Customer',
    ['NoneFoundError'],
  ],
  [
    'CreateCase',
    { CaseTemplateId: 'x', CaseRequestFields: { title: 'x' }, LinkContactToCase: 'true' },
    'cases',
    'Case',
    ['ContactNotLinked'],
  ],
  [
    'GetCase',
    { CaseRequestFields: { title: 'x' }, GetLastUpdatedCase: 'true' },
    'cases',
    'Case',
    ['MultipleFound', 'NoneFound', 'ContactNotLinked'],
  ],
  ['UpdateCase', { CaseId: 'x', CaseRequestFields: { status: 'closed' } }, 'cases', 'Case', ['ContactNotLinked']],
  ['CreateWisdomSession', { WisdomAssistantArn: 'arn:x' }, 'wisdom', 'Wisdom', []],
  ['EvaluateDataTableValues', { DataTableId: 'x' }, 'dataTables', 'DataTables', []],
  [
    'ListDataTableValues',
    { DataTableId: 'x', PrimaryKeyGroups: '$.Attributes.keys' },
    'dataTables',
    'DataTableList',
    [],
  ],
  ['UpsertDataTableValues', { DataTableId: 'x', DataTableUpsertAttributes: 'x' }, 'dataTables', undefined, []],
  ['RenderMessageTemplate', { WisdomMessageTemplateArn: 'x' }, 'messages', undefined, ['TemplateRenderingError']],
]
for (const [type, parameters, kind, keptAs, errors] of products) {
  table(type, [
    { what: 'nothing in its place', parameters, leads: 'NoMatchingError', result: new RegExp(`can not do ${kind}`) },
    {
      what: 'a function in its place',
      parameters,
      given: (host) => hooked(host, { ok: true, result: { id: '1' } }),
      leads: 'next',
    },
    {
      what: 'a failure',
      parameters,
      given: (host) => hooked(host, { ok: false, detail: 'down' }),
      leads: 'NoMatchingError',
      result: /down/,
    },
    {
      what: 'an error that is none of its own',
      parameters,
      given: (host) => hooked(host, { ok: false, errorType: 'QueueAtCapacity', detail: 'x' }),
      leads: 'NoMatchingError',
    },
    {
      what: 'an answer that is too long',
      parameters,
      given: (host) => hooked(host, { ok: true, result: 'x'.repeat(33 * 1024) }),
      leads: 'NoMatchingError',
    },
    ...errors.map((errorType) => ({
      what: errorType,
      parameters,
      given: (host: FakeHost) => hooked(host, { ok: false, errorType, detail: 'x' }),
      leads: errorType,
    })),
  ])
  checkTable(type, [
    [parameters, undefined],
    [{ ...parameters, Colour: 'red' }, /^warning Parameters.Colour/],
  ])
  t.test(`${type}: what the function gets and leaves behind`, async (t) => {
    const host = new FakeHost()
    const asked = hooked(host, { ok: true, result: { id: 'one' } })
    const block: Block = { id: 'a', type, parameters, next: 'say', errors: { NoMatchingError: 'end' } }
    await run([block, say('say', `got $.${keptAs ?? 'Customer'}.id`, 'bye'), bye, end], { host })
    t.match(asked, [[kind, type, {}]])
    t.same(host.participant?.heard, [keptAs === undefined ? 'got ' : 'got one'])
  })
}

t.test('references in a request are filled in', async (t) => {
  const host = new FakeHost()
  const asked = hooked(host, { ok: true, result: {} })
  await runAction('GetCustomerProfile', { ProfileRequestData: { PhoneNumber: '$.CustomerEndpoint.Address' } }, { host })
  t.same(asked[0]?.[2], { ProfileRequestData: { PhoneNumber: '+442079460000' } })
})

for (const type of ['CheckSegmentMembership', 'CheckSegmentMembershipForCustomerProfile'])
  table(type, [
    {
      what: 'a member',
      parameters: {},
      conditions: ['True', 'False'],
      given: (host) => hooked(host, { ok: true, result: { IsMember: true } }),
      leads: '= True',
    },
    {
      what: 'no member',
      parameters: {},
      conditions: ['True', 'False'],
      given: (host) => hooked(host, { ok: true, result: 'false' }),
      leads: '= False',
    },
    {
      what: 'neither',
      parameters: {},
      given: (host) => hooked(host, { ok: true, result: {} }),
      leads: 'NoMatchingError',
    },
    { what: 'nothing in its place', parameters: {}, leads: 'NoMatchingError' },
  ])

table('CheckVoiceId', [
  { what: 'closed', parameters: { CheckVoiceIdOption: 'fraudDetection' }, leads: 'NoMatchingError', result: /closed/ },
])
table('StartVoiceIdStream', [{ what: 'closed', parameters: {}, leads: 'NoMatchingError', result: /closed/ }])
checkTable('CheckVoiceId', [
  [{ CheckVoiceIdOption: 'fraudDetection' }, /^warning Type: Voice ID is closed/],
  [{ CheckVoiceIdOption: 'mood' }, /CheckVoiceIdOption is "mood"/],
])
checkTable('StartVoiceIdStream', [[{}, /^warning Type: Voice ID is closed/]])

const byName = [...actionDefinitions.values()].filter(({ knownByNameOnly }) => knownByNameOnly)
t.equal(byName.length, 9)
for (const { type } of byName) {
  table(type, [
    { what: 'reached', parameters: { Anything: ['x'] }, leads: 'NoMatchingError', result: /by its name only/ },
  ])
  checkTable(type, [[{ Anything: ['x'] }, /^warning Type: .*not supported by this box/]])
}
