import t from 'tap'
import { connectEvent } from '../../../daemon/functions/connect-event.ts'
import type { JsonObject } from '../../../daemon/functions/functions.ts'
import { readAnswer, validateResponse } from '../../../daemon/functions/response.ts'

const responses: [what: string, result: JsonObject, type: 'STRING_MAP' | 'JSON', outcome: object][] = [
  ['a flat map of texts', { a: '1', b: '' }, 'STRING_MAP', { ok: true, result: { a: '1', b: '' } }],
  [
    'numbers and booleans become texts',
    { n: 1.5, t: true },
    'STRING_MAP',
    { ok: true, result: { n: '1.5', t: 'true' } },
  ],
  ['null is no data', { a: null, b: 'x' }, 'STRING_MAP', { ok: true, result: { b: 'x' } }],
  ['nothing at all', {}, 'STRING_MAP', { ok: true, result: {} }],
  ['an object is no text', { a: {} }, 'STRING_MAP', { ok: false, reason: 'badResponse', detail: /"a" is an object/ }],
  ['a list is no text', { a: [] }, 'STRING_MAP', { ok: false, reason: 'badResponse', detail: /"a" is a list/ }],
  ['JSON may nest', { a: { b: [1, null] } }, 'JSON', { ok: true, result: { a: { b: [1, null] } } }],
  ['too large', { a: 'ü'.repeat(17_000) }, 'JSON', { ok: false, reason: 'tooLarge' }],
]
for (const [what, result, type, outcome] of responses)
  t.test(`${type}: ${what}`, async (t) => {
    t.match(validateResponse(result, type), outcome)
  })

t.test('keys of the prototype stay keys', async (t) => {
  const read = readAnswer('{"__proto__":"a","constructor":"b"}')
  t.ok(read.ok)
  if (!read.ok) return
  const checked = validateResponse(read.result, 'STRING_MAP')
  t.ok(checked.ok && Object.hasOwn(checked.result, '__proto__') && Object.hasOwn(checked.result, 'constructor'))
})

const contact = {
  contactId: 'c-2',
  initialContactId: 'c-1',
  channel: 'VOICE',
  initiationMethod: 'INBOUND',
  customerEndpoint: { address: '+442079460001', type: 'TELEPHONE_NUMBER', displayName: 'Ada' },
  systemEndpoint: { address: '+442079460101', type: 'TELEPHONE_NUMBER' },
  instanceArn: 'arn:aws:connect:local:000000000000:instance/i',
  awsRegion: 'local',
  attributes: { language: 'en' },
  voice: { languageCode: 'en-GB' },
  queue: { id: 'Support', name: 'Support', arn: 'arn:q' },
}

t.test('the event has the shape of Connect', async (t) => {
  t.same(connectEvent({ contact, parameters: { id: '7', nested: { a: ['b'] } }, tags: { team: 'x' } }), {
    Name: 'ContactFlowEvent',
    Details: {
      ContactData: {
        Attributes: { language: 'en' },
        AwsRegion: 'local',
        Channel: 'VOICE',
        ContactId: 'c-2',
        CustomerEndpoint: { Address: '+442079460001', Type: 'TELEPHONE_NUMBER' },
        CustomerId: null,
        Description: null,
        InitialContactId: 'c-1',
        InitiationMethod: 'INBOUND',
        InstanceARN: 'arn:aws:connect:local:000000000000:instance/i',
        LanguageCode: 'en-GB',
        MediaStreams: { Customer: { Audio: null } },
        Name: null,
        PreviousContactId: 'c-2',
        Queue: { ARN: 'arn:q', Name: 'Support', OutboundCallerId: null },
        References: {},
        RelatedContactId: null,
        SegmentAttributes: {},
        SystemEndpoint: { Address: '+442079460101', Type: 'TELEPHONE_NUMBER' },
        Tags: { team: 'x' },
      },
      Parameters: { id: '7', nested: { a: ['b'] } },
    },
  })
})

t.test('what there is no data of is null; what there is has its place', async (t) => {
  const { customerEndpoint: _caller, systemEndpoint: _number, queue: _queue, ...bare } = contact
  const nothing = connectEvent({ contact: bare, parameters: {} })
  t.match(nothing, { Details: { ContactData: { CustomerEndpoint: null, SystemEndpoint: null, Queue: null } } })
  const full = connectEvent({
    contact: { ...contact, previousContactId: 'c-1' },
    parameters: {},
    customerId: 'k',
    name: 'Call back',
    description: 'At noon',
    relatedContactId: 'c-0',
    queueCallerId: { address: '+442079460109', type: 'TELEPHONE_NUMBER' },
    references: { order: { type: 'URL', value: 'https://shop.test/7' } },
    segmentAttributes: { 'connect:Subtype': 'connect:Telephony' },
    customerAudio: { streamArn: 'arn:s', startTimestamp: '1', startFragmentNumber: '9' },
  })
  t.match(full, {
    Details: {
      ContactData: {
        PreviousContactId: 'c-1',
        CustomerId: 'k',
        Name: 'Call back',
        Description: 'At noon',
        RelatedContactId: 'c-0',
        Queue: { OutboundCallerId: { Address: '+442079460109', Type: 'TELEPHONE_NUMBER' } },
        References: { order: { Type: 'URL', Value: 'https://shop.test/7' } },
        SegmentAttributes: { 'connect:Subtype': { ValueString: 'connect:Telephony' } },
        MediaStreams: {
          Customer: {
            Audio: { StreamARN: 'arn:s', StartTimestamp: '1', StopTimestamp: null, StartFragmentNumber: '9' },
          },
        },
      },
    },
  })
})
