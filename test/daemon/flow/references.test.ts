// Dynamic references: how they are found in texts, which exist, what they stand for.
import t from 'tap'
import type { FlowValue } from '../../../daemon/flow/flow-value.ts'
import {
  findReferences,
  type ReferenceSource,
  referenceFault,
  resolveReference,
  wholeReference,
} from '../../../daemon/flow/references.ts'
import { compileTemplate } from '../../../daemon/flow/template.ts'
import { FakeHost } from './fake-host.ts'

const host = new FakeHost()
Object.assign(host.attributes, { name: 'Ada', 'my key': 'spaced', 'first-name': 'dashed', empty: '' })
host.queueId = 'q-support'
const source: ReferenceSource = {
  contact: {
    ...host.contact,
    agent: { id: 'anna', name: 'anna', arn: 'arn:agent/anna', userName: 'anna', firstName: 'Anna', lastName: 'A' },
  },
  state: {
    storedCustomerInput: '1234',
    loopCounts: new Map(),
    waitsBegunMs: new Map(),
    flowAttributes: new Map([['step', 'two']]),
    contactData: new Map([['CustomerId', 'c-7']]),
    results: new Map(),
  },
}

t.test('what is found in a text', async (t) => {
  const cases: [text: string, references: string[]][] = [
    ['Hello $.Attributes.name, welcome.', ['$.Attributes.name']],
    ['Hello $.Attributes.name. Press 1.', ['$.Attributes.name']],
    ['$.Attributes.first-name- and', ['$.Attributes.first-name']],
    ["$.Attributes['my key']!", ["$.Attributes['my key']"]],
    ["$.Attributes.['my key']", ["$.Attributes.['my key']"]],
    ["$['Attributes']['my key']", ["$['Attributes']['my key']"]],
    ["$.SegmentAttributes['connect:Subtype']", ["$.SegmentAttributes['connect:Subtype']"]],
    ['$.Views.ViewResultData.Table.0.id', ['$.Views.ViewResultData.Table.0.id']],
    ['arn:aws:lambda:$.AwsRegion:1:function', ['$.AwsRegion']],
    ['<say-as>$.StoredCustomerInput</say-as>', ['$.StoredCustomerInput']],
    ['$.Channel$.Channel', ['$.Channel', '$.Channel']],
    ['It costs $5.00, or $ 5, or $.', []],
    ['Attributes_Column', []],
  ]
  for (const [text, references] of cases)
    t.same(
      findReferences(text).map((found) => found.text),
      references,
      text,
    )
})

t.test('a whole value is one reference and nothing else', async (t) => {
  t.same(wholeReference("$.Attributes['my key']")?.segments, ['Attributes', 'my key'])
  t.equal(wholeReference('$.Channel '), undefined)
  t.equal(wholeReference('$.Channel$.Channel'), undefined)
})

t.test('what a reference stands for', async (t) => {
  const cases: [reference: string, value: string | undefined][] = [
    ['$.ContactId', 'contact-1'],
    ['$.InitialContactId', 'contact-0'],
    ['$.PreviousContactId', undefined],
    ['$.Channel', 'VOICE'],
    ['$.InitiationMethod', 'INBOUND'],
    ['$.CustomerEndpoint.Address', '+442079460000'],
    ['$.CustomerEndpoint.Type', 'TELEPHONE_NUMBER'],
    ['$.CustomerEndpoint.DisplayName', 'Ada'],
    ['$.SystemEndpoint.Address', '+442079460101'],
    ['$.SystemEndpoint.DisplayName', undefined],
    ['$.CustomerId', 'c-7'],
    ['$.CustomerCallbackNumber', '+442079460000'],
    ['$.StoredCustomerInput', '1234'],
    ['$.Queue.Name', 'name of q-support'],
    ['$.Queue.ARN', 'arn:queue/q-support'],
    ['$.Queue.OutboundCallerId.Address', undefined],
    ['$.Agent.UserName', 'anna'],
    ['$.Agent.FirstName', 'Anna'],
    ['$.Attributes.name', 'Ada'],
    ["$.Attributes['my key']", 'spaced'],
    ['$.Attributes.empty', ''],
    ['$.Attributes.missing', undefined],
    ['$.Attributes.name.more', undefined],
    ['$.FlowAttributes.step', 'two'],
    ['$.TextToSpeechVoiceId', 'Amy'],
    ['$.LanguageCode', 'en-GB'],
    ['$.InstanceARN', 'arn:aws:connect:local:1:instance/i'],
    ['$.AwsRegion', 'local'],
    ['$.External.anything', undefined],
    ['$.Lex.IntentName', undefined],
    ['$.Nonsense.x', undefined],
  ]
  for (const [reference, value] of cases)
    t.equal(resolveReference(wholeReference(reference)?.segments ?? [], source), value, reference)
})

t.test('contact data that not every contact has', async (t) => {
  const full: ReferenceSource = {
    contact: {
      ...host.contact,
      relatedContactId: 'contact-r',
      customerId: 'c-8',
      name: 'Repair',
      customerCallbackNumber: '+442079460007',
      queue: {
        id: 'q',
        name: 'Q',
        arn: 'arn:q',
        outboundCallerId: { address: '+442079460009', type: 'TELEPHONE_NUMBER' },
      },
      tags: { vip: 'yes' },
      segmentAttributes: { 'connect:Subtype': 'connect:Telephony' },
      references: { mail: { value: 'a@b.c', type: 'EMAIL' } },
      sipHeaders: { 'P-Asserted-Identity': 'sip:a@b.c' },
      siprecMetadata: '<x/>',
      initialMessage: 'Hi',
      audioStream: { streamArn: 'arn:s', startFragmentNumber: '7' },
      capabilities: { Agent: { Video: true } },
    },
    state: { ...source.state, contactData: new Map() },
  }
  const cases: [reference: string, value: string | undefined][] = [
    ['$.RelatedContactId', 'contact-r'],
    ['$.CustomerId', 'c-8'],
    ['$.Name', 'Repair'],
    ['$.Description', undefined],
    ['$.CustomerCallbackNumber', '+442079460007'],
    ['$.CustomerCallBackPhoneNumber', '+442079460007'],
    ['$.Queue.OutboundCallerId.Address', '+442079460009'],
    ['$.Queue.OutboundCallerId.Type', 'TELEPHONE_NUMBER'],
    ['$.Tags.vip', 'yes'],
    ['$.Tags.other', undefined],
    ["$.SegmentAttributes['connect:Subtype']", 'connect:Telephony'],
    ["$.SegmentAttributes['connect:Subtype'].ValueString", 'connect:Telephony'],
    ['$.References.mail.Value', 'a@b.c'],
    ['$.References.mail.Type', 'EMAIL'],
    ['$.References.mail', undefined],
    ['$.Media.Sip.Headers.P-Asserted-Identity', 'sip:a@b.c'],
    ['$.Media.Sip.Headers.From', undefined],
    ['$.Media.Sip.SiprecMetadata', '<x/>'],
    ['$.Media.InitialMessage', 'Hi'],
    ['$.MediaStreams.Customer.Audio.StreamARN', 'arn:s'],
    ['$.MediaStreams.Customer.Audio.StartFragmentNumber', '7'],
    ['$.MediaStreams.Customer.Audio.StopTimestamp', undefined],
    ['$.MediaStreams.Agent.Audio.StreamARN', undefined],
    ['$.Capabilities.Agent.Video', 'true'],
  ]
  for (const [reference, value] of cases)
    t.equal(resolveReference(wholeReference(reference)?.segments ?? [], full), value, reference)
})

t.test('results: groups, lists, dotted keys, nothing', async (t) => {
  const External = { a: { 'b.c': 'dotted', list: [{ n: 1 }, 'two'], no: null, flag: false }, length: 3 }
  const results = new Map<string, FlowValue>([
    ['External', External],
    ['DataTables', { q: { a: '1' } }],
  ])
  const with_: ReferenceSource = { ...source, state: { ...source.state, results } }
  const cases: [reference: string, value: string | undefined][] = [
    ['$.External.a.list.0.n', '1'],
    ["$['External']['a']['list'][1]", 'two'],
    ['$.External.a.list', '[{"n":1},"two"]'],
    ['$.External.a.list.length', undefined],
    ['$.External.a.list.2', undefined],
    ['$.External.length', '3'],
    ['$.External.a.b.c', 'dotted'],
    ["$.External.a['b.c']", 'dotted'],
    ['$.External.a.no', undefined],
    ['$.External.a.flag', 'false'],
    ['$.External.a.flag.more', undefined],
    ['$.External.constructor', undefined],
    ['$.External.a.__proto__.x', undefined],
    ['$.DataTables.q.a', '1'],
    ['$.Case.title', undefined],
  ]
  for (const [reference, value] of cases)
    t.equal(resolveReference(wholeReference(reference)?.segments ?? [], with_), value, reference)
  t.same(compileTemplate('$.External.a.list').value(with_), [{ n: 1 }, 'two'], 'as a whole it keeps its structure')
  t.equal(compileTemplate('x$.External.a.list').value(with_), 'x[{"n":1},"two"]')
  t.equal(compileTemplate('$.External.a.no').value(with_), undefined)
})

t.test('the prototype is no data', async (t) => {
  for (const key of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    t.equal(resolveReference(['Attributes', key], source), undefined, key)
    t.equal(resolveReference([key], source), undefined, `$.${key}`)
    t.equal(resolveReference([key, 'x'], source), undefined, `$.${key}.x`)
  }
})

t.test('what is wrong with a reference before it runs', async (t) => {
  const fault = (text: string) => referenceFault(findReferences(text)[0]!)
  t.equal(fault('$.External.key'), undefined, 'known, without data here')
  t.equal(fault('$.Agent.UserName'), undefined)
  t.match(fault('$.CustomerInput')?.message, /\$\.CustomerInput, which does not exist/)
  t.match(fault('$.Attributes')?.message, /names a group/)
})

t.test('a template without data is undefined as a whole, and leaves nothing inside a text', async (t) => {
  t.equal(compileTemplate('$.Attributes.missing').fill(source), undefined)
  t.equal(compileTemplate('Hello $.Attributes.missing!').fill(source), 'Hello !')
  t.equal(compileTemplate('$.Attributes.name is at $.Queue.Name').fill(source), 'Ada is at name of q-support')
  t.equal(compileTemplate('plain').dynamic, false)
})

t.test('a value that looks like a reference is not resolved again', async (t) => {
  host.attributes.trick = '$.Attributes.name'
  t.equal(compileTemplate('say $.Attributes.trick').fill({ ...source, contact: host.contact }), 'say $.Attributes.name')
})
