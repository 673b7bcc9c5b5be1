// The event a function gets, in Connect's exact shape (fact sheet flow-language 5.4; Administrator Guide, "Invoke AWS
// Lambda functions"). Keys without data are null or empty, never missing, as functions written for Lambda expect.
import type { JsonObject, JsonValue } from './functions.ts'

export interface EventEndpoint {
  address: string
  type: string
}

export interface EventContact {
  readonly contactId: string
  readonly initialContactId: string
  readonly previousContactId?: string | undefined
  readonly channel: string
  readonly initiationMethod: string
  readonly customerEndpoint?: EventEndpoint | undefined
  readonly systemEndpoint?: EventEndpoint | undefined
  readonly instanceArn: string
  readonly awsRegion: string
  readonly attributes: Readonly<Record<string, string>>
  readonly voice: { readonly languageCode: string }
  readonly queue?: { readonly name: string; readonly arn: string } | undefined
}

export interface EventInput {
  contact: EventContact
  /** `LambdaInvocationAttributes` of the block, filled in. */
  parameters: Readonly<Record<string, JsonValue>>
  customerId?: string | undefined
  name?: string | undefined
  description?: string | undefined
  relatedContactId?: string | undefined
  /** The number the queue shows when it calls out. */
  queueCallerId?: EventEndpoint | undefined
  references?: Readonly<Record<string, { type: string; value: string }>>
  segmentAttributes?: Readonly<Record<string, string>>
  tags?: Readonly<Record<string, string>>
  /** Present while the customer's audio is streamed. */
  customerAudio?:
    | { streamArn: string; startTimestamp: string; stopTimestamp?: string; startFragmentNumber: string }
    | undefined
}

export function connectEvent(input: EventInput): JsonObject {
  const { contact, queueCallerId, customerAudio } = input
  return {
    Name: 'ContactFlowEvent',
    Details: {
      ContactData: {
        Attributes: { ...contact.attributes },
        AwsRegion: contact.awsRegion,
        Channel: contact.channel,
        ContactId: contact.contactId,
        CustomerEndpoint: endpoint(contact.customerEndpoint),
        CustomerId: input.customerId ?? null,
        Description: input.description ?? null,
        InitialContactId: contact.initialContactId,
        InitiationMethod: contact.initiationMethod,
        InstanceARN: contact.instanceArn,
        LanguageCode: contact.voice.languageCode,
        MediaStreams: {
          Customer: {
            Audio: customerAudio
              ? {
                  StartFragmentNumber: customerAudio.startFragmentNumber,
                  StartTimestamp: customerAudio.startTimestamp,
                  StopTimestamp: customerAudio.stopTimestamp ?? null,
                  StreamARN: customerAudio.streamArn,
                }
              : null,
          },
        },
        Name: input.name ?? null,
        // The first contact of a chain names itself.
        PreviousContactId: contact.previousContactId ?? contact.contactId,
        Queue: contact.queue
          ? { ARN: contact.queue.arn, Name: contact.queue.name, OutboundCallerId: endpoint(queueCallerId) }
          : null,
        References: Object.fromEntries(
          Object.entries(input.references ?? {}).map(([key, { type, value }]) => [key, { Type: type, Value: value }]),
        ),
        RelatedContactId: input.relatedContactId ?? null,
        SegmentAttributes: Object.fromEntries(
          Object.entries(input.segmentAttributes ?? {}).map(([key, value]) => [key, { ValueString: value }]),
        ),
        SystemEndpoint: endpoint(contact.systemEndpoint),
        Tags: { ...input.tags },
      },
      Parameters: { ...input.parameters },
    },
  }
}

function endpoint(it: EventEndpoint | undefined): JsonObject | null {
  return it ? { Address: it.address, Type: it.type } : null
}
