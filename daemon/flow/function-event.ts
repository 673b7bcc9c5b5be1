// The event a function is invoked with: the shape Amazon Connect sends (fact sheet flow-language 5.4), so that functions
// written for the service run here unchanged.
import type { FlowRunState } from './action.ts'
import type { FlowObject, FlowValue } from './flow-value.ts'
import type { FlowContact, FlowEndpoint } from './host.ts'

export interface FunctionEventSource {
  contact: FlowContact
  state: Pick<FlowRunState, 'contactData'>
}

/** `parameters` are the block's own, references filled in. */
export function functionEvent({ contact, state }: FunctionEventSource, parameters: FlowObject): FlowObject {
  const { queue, audioStream } = contact
  const field = (name: string, of: string | undefined): FlowValue => state.contactData.get(name) ?? of ?? null
  return {
    Name: 'ContactFlowEvent',
    Details: {
      ContactData: {
        Attributes: { ...contact.attributes },
        AwsRegion: contact.awsRegion,
        Channel: contact.channel,
        ContactId: contact.contactId,
        CustomerEndpoint: endpoint(contact.customerEndpoint),
        CustomerId: field('CustomerId', contact.customerId),
        Description: field('Description', contact.description),
        InitialContactId: contact.initialContactId,
        InitiationMethod: contact.initiationMethod,
        InstanceARN: contact.instanceArn,
        LanguageCode: contact.voice.languageCode,
        MediaStreams: { Customer: { Audio: audioStream ? audio(audioStream) : null } },
        Name: field('Name', contact.name),
        PreviousContactId: contact.previousContactId ?? contact.contactId,
        Queue: queue ? { ARN: queue.arn, Name: queue.name, OutboundCallerId: endpoint(queue.outboundCallerId) } : null,
        References: mapped(contact.references, ({ value, type }) => ({ Value: value, Type: type })),
        RelatedContactId: contact.relatedContactId ?? null,
        SegmentAttributes: mapped(contact.segmentAttributes, (value) => ({ ValueString: value })),
        SystemEndpoint: endpoint(contact.systemEndpoint),
        Tags: mapped(contact.tags, (value) => value),
      },
      Parameters: parameters,
    },
  }
}

function endpoint(of: FlowEndpoint | undefined): FlowValue {
  return of ? { Address: of.address, Type: of.type } : null
}

function audio(stream: NonNullable<FlowContact['audioStream']>): FlowObject {
  return {
    StreamARN: stream.streamArn,
    StartTimestamp: stream.startTimestamp ?? null,
    StopTimestamp: stream.stopTimestamp ?? null,
    StartFragmentNumber: stream.startFragmentNumber ?? null,
  }
}

function mapped<T>(values: Readonly<Record<string, T>> | undefined, to: (value: T) => FlowValue): FlowObject {
  return Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [key, to(value)]))
}
