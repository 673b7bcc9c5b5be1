// Dynamic references (`$.Attributes.key`, `$.Queue.Name`, `$['Attributes']['my key']`): how they are written and which
// namespaces exist (fact sheet flow-language 1.6 and 2). What they stand for in a running flow: reference-values.ts.
export { type ReferenceSource, resolveReference, resolveValue } from './reference-values.ts'

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
 * Namespaces by their first segment, and whether a path must lead further. What there is no data for (`$.Lex` before a
 * bot was asked, …) is valid all the same and resolves to nothing.
 */
const namespaces: ReadonlyMap<string, 'leaf' | 'branch'> = new Map<string, 'leaf' | 'branch'>([
  ...['ContactId', 'InitialContactId', 'PreviousContactId', 'Channel', 'InitiationMethod', 'CustomerId'].map(
    (name) => [name, 'leaf'] as const,
  ),
  ...['CustomerCallbackNumber', 'StoredCustomerInput', 'TextToSpeechVoiceId', 'LanguageCode', 'InstanceARN'].map(
    (name) => [name, 'leaf'] as const,
  ),
  // The longer name is no documented one; exported flows have it.
  ...['AwsRegion', 'Name', 'Description', 'CustomerCallBackPhoneNumber', 'RelatedContactId'].map(
    (name) => [name, 'leaf'] as const,
  ),
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

/**
 * What is wrong with a reference, whatever its data: undefined when nothing is. Functions and views may be given a whole
 * group (`$.Views`).
 */
export function referenceFault(
  reference: Reference,
  groupAllowed = false,
): { message: string; mend: string } | undefined {
  const root = reference.segments[0] ?? ''
  const kind = namespaces.get(root)
  if (kind === undefined) {
    const mend = `Known are ${[...namespaces.keys()].map((name) => `$.${name}`).join(', ')}.`
    return { message: `"${reference.text}" refers to $.${root}, which does not exist.`, mend }
  }
  if (kind === 'branch' && !groupAllowed && reference.segments.length === 1)
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
