// What dynamic references stand for in a running flow: the contact's own data, what the flow set, and what the latest
// function, bot, view, module, … left behind (fact sheet flow-language 2).
import type { FlowRunState } from './action.ts'
import { type FlowValue, isFlowObject, valueAt, valueText } from './flow-value.ts'
import type { FlowContact, FlowEndpoint } from './host.ts'

/** What the data of references is taken from. */
export interface ReferenceSource {
  readonly contact: FlowContact
  readonly state: FlowRunState
}

type Resolver = (source: ReferenceSource, segments: readonly string[]) => string | undefined

const leaf =
  (read: (source: ReferenceSource) => string | undefined): Resolver =>
  (source, segments) =>
    segments.length === 1 ? read(source) : undefined

const contactField =
  (field: 'CustomerId' | 'Name' | 'Description', of: (contact: FlowContact) => string | undefined): Resolver =>
  (source, segments) =>
    segments.length === 1 ? (source.state.contactData.get(field) ?? of(source.contact)) : undefined

/** Until a flow sets another number, callbacks go to the number the customer called from. */
const callbackNumber = leaf(({ contact }) => contact.customerCallbackNumber ?? contact.customerEndpoint?.address)

const resolvers: ReadonlyMap<string, Resolver> = new Map<string, Resolver>([
  ['ContactId', leaf(({ contact }) => contact.contactId)],
  ['InitialContactId', leaf(({ contact }) => contact.initialContactId)],
  ['PreviousContactId', leaf(({ contact }) => contact.previousContactId)],
  ['RelatedContactId', leaf(({ contact }) => contact.relatedContactId)],
  ['Channel', leaf(({ contact }) => contact.channel)],
  ['InitiationMethod', leaf(({ contact }) => contact.initiationMethod)],
  ['CustomerId', contactField('CustomerId', ({ customerId }) => customerId)],
  ['Name', contactField('Name', ({ name }) => name)],
  ['Description', contactField('Description', ({ description }) => description)],
  ['CustomerCallbackNumber', callbackNumber],
  ['CustomerCallBackPhoneNumber', callbackNumber],
  ['StoredCustomerInput', leaf(({ state }) => state.storedCustomerInput)],
  ['TextToSpeechVoiceId', leaf(({ contact }) => contact.voice.voiceId)],
  ['LanguageCode', leaf(({ contact }) => contact.voice.languageCode)],
  ['InstanceARN', leaf(({ contact }) => contact.instanceArn)],
  ['AwsRegion', leaf(({ contact }) => contact.awsRegion)],
  ['CustomerEndpoint', ({ contact }, segments) => endpointValue(contact.customerEndpoint, segments)],
  ['SystemEndpoint', ({ contact }, segments) => endpointValue(contact.systemEndpoint, segments)],
  ['Queue', ({ contact }, segments) => queueValue(contact.queue, segments)],
  ['Agent', ({ contact }, segments) => agentValue(contact.agent, segments)],
  ['Attributes', ({ contact }, segments) => ownValue(contact.attributes, segments)],
  ['Tags', ({ contact }, segments) => ownValue(contact.tags, segments)],
  ['SegmentAttributes', ({ contact }, segments) => segmentAttribute(contact.segmentAttributes, segments)],
  ['References', ({ contact }, segments) => taskReference(contact.references, segments)],
  ['Media', ({ contact }, segments) => mediaValue(contact, segments)],
  ['MediaStreams', ({ contact }, segments) => streamValue(contact.audioStream, segments)],
  ['FlowAttributes', ({ state }, segments) => (segments[1] ? state.flowAttributes.get(segments[1]) : undefined)],
])

/** The value; undefined when the path is valid but there is no data, or the path is not valid. */
export function resolveReference(segments: readonly string[], source: ReferenceSource): string | undefined {
  const resolver = resolvers.get(segments[0] ?? '')
  return resolver ? resolver(source, segments) : valueText(resultAt(segments, source))
}

/** The same with the structure it has; results of functions, bots, views and the like may be groups and lists. */
export function resolveValue(segments: readonly string[], source: ReferenceSource): FlowValue | undefined {
  const resolver = resolvers.get(segments[0] ?? '')
  return resolver ? resolver(source, segments) : (resultAt(segments, source) ?? undefined)
}

function resultAt(segments: readonly string[], { contact, state }: ReferenceSource): FlowValue | undefined {
  const root = segments[0] ?? ''
  const value = state.results.get(root) ?? (root === 'Capabilities' ? contact.capabilities : undefined)
  return valueAt(value, segments, 1) ?? valueOfDottedKey(value, segments)
}

/** Slots and session attributes may have dots in their names, written without quotes: the rest is one key. */
function valueOfDottedKey(value: FlowValue | undefined, segments: readonly string[]): FlowValue | undefined {
  if (!isFlowObject(value) || segments.length < 3) return undefined
  for (let keep = 1; keep < segments.length - 1; keep++) {
    const group = valueAt(value, segments.slice(0, keep), 1)
    const key = segments.slice(keep).join('.')
    if (isFlowObject(group) && Object.hasOwn(group, key)) return group[key]
  }
  return undefined
}

/** Own keys only: an attribute named `constructor` is not a function. */
function ownValue(
  values: Readonly<Record<string, string>> | undefined,
  segments: readonly string[],
): string | undefined {
  const key = segments[1]
  if (!values || key === undefined || segments.length > 2 || !Object.hasOwn(values, key)) return undefined
  return values[key]
}

/** Newer texts write `$.SegmentAttributes['key'].ValueString`. */
function segmentAttribute(
  values: Readonly<Record<string, string>> | undefined,
  segments: readonly string[],
): string | undefined {
  return ownValue(values, segments[2] === 'ValueString' ? segments.slice(0, 2) : segments)
}

function taskReference(references: FlowContact['references'], segments: readonly string[]): string | undefined {
  const key = segments[1]
  if (!references || key === undefined || segments.length !== 3 || !Object.hasOwn(references, key)) return undefined
  if (segments[2] === 'Value') return references[key]?.value
  return segments[2] === 'Type' ? references[key]?.type : undefined
}

function mediaValue(contact: FlowContact, segments: readonly string[]): string | undefined {
  if (segments[1] === 'InitialMessage') return segments.length === 2 ? contact.initialMessage : undefined
  if (segments[1] !== 'Sip') return undefined
  if (segments[2] === 'SiprecMetadata') return segments.length === 3 ? contact.siprecMetadata : undefined
  return segments[2] === 'Headers' ? ownValue(contact.sipHeaders, segments.slice(2)) : undefined
}

function streamValue(stream: FlowContact['audioStream'], segments: readonly string[]): string | undefined {
  if (!stream || segments.length !== 4 || segments[1] !== 'Customer' || segments[2] !== 'Audio') return undefined
  switch (segments[3]) {
    case 'StreamARN':
      return stream.streamArn
    case 'StartTimestamp':
      return stream.startTimestamp
    case 'StopTimestamp':
      return stream.stopTimestamp
    case 'StartFragmentNumber':
      return stream.startFragmentNumber
    default:
      return undefined
  }
}

function endpointValue(endpoint: FlowEndpoint | undefined, segments: readonly string[]): string | undefined {
  if (!endpoint || segments.length !== 2) return undefined
  switch (segments[1]) {
    case 'Address':
      return endpoint.address
    case 'Type':
      return endpoint.type
    case 'DisplayName':
      return endpoint.displayName
    default:
      return undefined
  }
}

function queueValue(queue: FlowContact['queue'], segments: readonly string[]): string | undefined {
  if (!queue) return undefined
  if (segments[1] === 'OutboundCallerId') return endpointValue(queue.outboundCallerId, segments.slice(1))
  if (segments.length !== 2) return undefined
  if (segments[1] === 'Name') return queue.name
  return segments[1] === 'ARN' ? queue.arn : undefined
}

function agentValue(agent: FlowContact['agent'], segments: readonly string[]): string | undefined {
  if (!agent || segments.length !== 2) return undefined
  switch (segments[1]) {
    case 'UserName':
      return agent.userName
    case 'FirstName':
      return agent.firstName
    case 'LastName':
      return agent.lastName
    case 'ARN':
      return agent.arn
    default:
      return undefined
  }
}
