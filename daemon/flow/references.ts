// Dynamic references (`$.Attributes.key`, `$.Queue.Name`, `$['Attributes']['my key']`): how they are written, which
// namespaces exist, and what they stand for in a running flow. Fact sheet flow-language 1.6 and 2.
import type { FlowRunState } from './action.ts'
import type { FlowContact, FlowEndpoint, ResourceRef } from './host.ts'

/** A reference found in a text. */
export interface Reference {
  /** As written. */
  text: string
  /** Offset in the text it was found in. */
  offset: number
  segments: readonly string[]
}

const bareSegment = String.raw`[\p{L}\p{N}_](?:[\p{L}\p{N}_-]*[\p{L}\p{N}_])?`
const quotedSegment = String.raw`\[(?:'[^'\]]*'|"[^"\]]*"|[0-9]+)\]`
/** `$` and at least one segment: dotted, quoted in brackets, or both (`$.Attributes.['my key']`). */
const referencePattern = new RegExp(String.raw`\$(?:\.?${quotedSegment}|\.${bareSegment})+`, 'gu')
const segmentPattern = new RegExp(String.raw`\.?${quotedSegment}|\.${bareSegment}`, 'gu')

/**
 * Namespaces by their first segment, and whether a path must lead further. What the box has no data for (`$.Lex`,
 * `$.External`, …) is valid all the same and resolves to nothing.
 */
const namespaces: ReadonlyMap<string, 'leaf' | 'branch'> = new Map<string, 'leaf' | 'branch'>([
  ...['ContactId', 'InitialContactId', 'PreviousContactId', 'Channel', 'InitiationMethod', 'CustomerId'].map(
    (name) => [name, 'leaf'] as const,
  ),
  ...['CustomerCallbackNumber', 'StoredCustomerInput', 'TextToSpeechVoiceId', 'LanguageCode', 'InstanceARN'].map(
    (name) => [name, 'leaf'] as const,
  ),
  ...['AwsRegion', 'Name', 'Description'].map((name) => [name, 'leaf'] as const),
  ...['Task', 'CustomerEndpoint', 'SystemEndpoint', 'Queue', 'Agent', 'Attributes', 'FlowAttributes'].map(
    (name) => [name, 'branch'] as const,
  ),
  ...['External', 'LambdaInvocation', 'Lex', 'Metrics', 'Media', 'MediaStreams', 'References', 'Tags'].map(
    (name) => [name, 'branch'] as const,
  ),
  ...['SegmentAttributes', 'Loop', 'Modules', 'Views', 'Customer', 'Case', 'Wisdom', 'DataTables'].map(
    (name) => [name, 'branch'] as const,
  ),
  ...['DataTableList', 'Email', 'Capabilities'].map((name) => [name, 'branch'] as const),
])

/** Every reference in a text, in order. */
export function findReferences(text: string): Reference[] {
  if (!text.includes('$')) return []
  const found: Reference[] = []
  for (const match of text.matchAll(referencePattern))
    found.push({ text: match[0], offset: match.index, segments: segmentsOf(match[0]) })
  return found
}

/** The one reference that fills the whole text; undefined when the text is anything else. */
export function wholeReference(text: string): Reference | undefined {
  if (!text.startsWith('$')) return undefined
  const reference = findReferences(text)[0]
  return reference?.text.length === text.length ? reference : undefined
}

/** What is wrong with a reference, whatever its data: undefined when nothing is. */
export function referenceFault(reference: Reference): { message: string; mend: string } | undefined {
  const root = reference.segments[0] ?? ''
  const kind = namespaces.get(root)
  if (kind === undefined) {
    const mend = `Known are ${[...namespaces.keys()].map((name) => `$.${name}`).join(', ')}.`
    return { message: `"${reference.text}" refers to $.${root}, which does not exist.`, mend }
  }
  if (kind === 'branch' && reference.segments.length === 1)
    return { message: `"${reference.text}" names a group, not a value.`, mend: `Name the value: $.${root}.something.` }
  return undefined
}

function segmentsOf(reference: string): string[] {
  return [...reference.slice(1).matchAll(segmentPattern)].map(([written]) => {
    const segment = written.startsWith('.') ? written.slice(1) : written
    if (!segment.startsWith('[')) return segment
    return segment.slice(1, -1).replace(/^(['"])(.*)\1$/s, '$2')
  })
}

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

const resolvers: ReadonlyMap<string, Resolver> = new Map<string, Resolver>([
  ['ContactId', leaf(({ contact }) => contact.contactId)],
  ['InitialContactId', leaf(({ contact }) => contact.initialContactId)],
  ['PreviousContactId', leaf(({ contact }) => contact.previousContactId)],
  ['Channel', leaf(({ contact }) => contact.channel)],
  ['InitiationMethod', leaf(({ contact }) => contact.initiationMethod)],
  ['CustomerId', leaf(({ state }) => state.contactData.get('CustomerId'))],
  ['Name', leaf(({ state }) => state.contactData.get('Name'))],
  ['Description', leaf(({ state }) => state.contactData.get('Description'))],
  // Until a flow sets another number, callbacks go to the number the customer called from.
  ['CustomerCallbackNumber', leaf(({ contact }) => contact.customerEndpoint?.address)],
  ['StoredCustomerInput', leaf(({ state }) => state.storedCustomerInput)],
  ['TextToSpeechVoiceId', leaf(({ contact }) => contact.voice.voiceId)],
  ['LanguageCode', leaf(({ contact }) => contact.voice.languageCode)],
  ['InstanceARN', leaf(({ contact }) => contact.instanceArn)],
  ['AwsRegion', leaf(({ contact }) => contact.awsRegion)],
  ['CustomerEndpoint', ({ contact }, segments) => endpointValue(contact.customerEndpoint, segments)],
  ['SystemEndpoint', ({ contact }, segments) => endpointValue(contact.systemEndpoint, segments)],
  ['Queue', ({ contact }, segments) => resourceValue(contact.queue, segments)],
  ['Agent', ({ contact }, segments) => agentValue(contact.agent, segments)],
  ['Attributes', ({ contact }, segments) => ownValue(contact.attributes, segments)],
  ['FlowAttributes', ({ state }, segments) => (segments[1] ? state.flowAttributes.get(segments[1]) : undefined)],
])

/** The value; undefined when the path is valid but there is no data, or the path is not valid. */
export function resolveReference(segments: readonly string[], source: ReferenceSource): string | undefined {
  return resolvers.get(segments[0] ?? '')?.(source, segments)
}

/** Own keys only: an attribute named `constructor` is not a function. */
function ownValue(values: Readonly<Record<string, string>>, segments: readonly string[]): string | undefined {
  const key = segments[1]
  if (key === undefined || segments.length > 2 || !Object.hasOwn(values, key)) return undefined
  return values[key]
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

function resourceValue(resource: ResourceRef | undefined, segments: readonly string[]): string | undefined {
  if (!resource || segments.length !== 2) return undefined
  if (segments[1] === 'Name') return resource.name
  return segments[1] === 'ARN' ? resource.arn : undefined
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
