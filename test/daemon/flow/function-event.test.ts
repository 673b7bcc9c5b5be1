// What a function is sent, and what its answer is to a flow.
import t from 'tap'
import type { FlowObject } from '../../../daemon/flow/flow-value.ts'
import { stringMap } from '../../../daemon/flow/function-answer.ts'
import { functionEvent } from '../../../daemon/flow/function-event.ts'
import type { FlowContact } from '../../../daemon/flow/host.ts'

for (const [what, answer, taken] of [
  ['a flat map of texts', { a: '1', b: '' }, { a: '1', b: '' }],
  ['numbers and flags become texts', { n: 1.5, t: true }, { n: '1.5', t: 'true' }],
  ['null is no data', { a: null, b: 'x' }, { b: 'x' }],
  ['nothing at all', {}, {}],
  ['a group is no text', { a: {} }, undefined],
  ['a list is no text', { a: [] }, undefined],
] as const)
  t.test(`STRING_MAP: ${what}`, async (t) => {
    t.same(stringMap(answer as unknown as FlowObject), taken)
  })

t.test('STRING_MAP: keys of the prototype stay keys', async (t) => {
  const taken = stringMap(JSON.parse('{"__proto__":"a"}') as FlowObject)
  t.ok(taken && Object.hasOwn(taken, '__proto__'))
})

const queue = { id: 'Support', name: 'Support', arn: 'arn:q' }
const contact: FlowContact = {
  contactId: 'c-2',
  initialContactId: 'c-1',
  channel: 'VOICE',
  initiationMethod: 'INBOUND',
  customerEndpoint: { address: '+442079460001', type: 'TELEPHONE_NUMBER', displayName: 'Ada' },
  systemEndpoint: { address: '+442079460101', type: 'TELEPHONE_NUMBER' },
  instanceArn: 'arn:aws:connect:local:000000000000:instance/i',
  awsRegion: 'local',
  attributes: { language: 'en' },
  voice: { voiceId: 'Amy', engine: 'standard', style: 'None', languageCode: 'en-GB' },
  flowLogging: false,
  queue,
}

function eventOf(of: { [K in keyof FlowContact]?: FlowContact[K] | undefined }, parameters: FlowObject = {}) {
  const given = { ...contact, ...of } as FlowContact
  return functionEvent({ contact: given, state: { contactData: new Map() } }, parameters)
}

t.test('the event has the shape of Connect', async (t) => {
  t.same(eventOf({ tags: { team: 'x' } }, { id: '7', nested: { a: ['b'] } }), {
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
  const nothing = eventOf({ customerEndpoint: undefined, systemEndpoint: undefined, queue: undefined })
  t.match(nothing, { Details: { ContactData: { CustomerEndpoint: null, SystemEndpoint: null, Queue: null } } })
  const full = eventOf({
    previousContactId: 'c-1',
    customerId: 'k',
    name: 'Call back',
    description: 'At noon',
    relatedContactId: 'c-0',
    queue: { ...queue, outboundCallerId: { address: '+442079460109', type: 'TELEPHONE_NUMBER' } },
    references: { order: { type: 'URL', value: 'https://shop.test/7' } },
    segmentAttributes: { 'connect:Subtype': 'connect:Telephony' },
    audioStream: { streamArn: 'arn:s', startTimestamp: '1', startFragmentNumber: '9' },
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
