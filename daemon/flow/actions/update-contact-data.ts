// Set contact attributes, the fields the service defines: the language of the voice, who the customer is, what the
// contact is called, segment attributes.
import type { ContactFields } from '../abilities.ts'
import type { ActionDefinition, ActionRun, Outcome } from '../action.ts'
import { isFlowObject, valueText } from '../flow-value.ts'
import type { ParameterReader } from '../parameters.ts'
import { ParameterError } from '../resolved-parameters.ts'
import { checkBranches, checkKnown, checkWord } from './checks.ts'
import { readReferences } from './contact-references.ts'
import { failed, next } from './outcomes.ts'

/** Kept for `$.CustomerId`, `$.Name` and `$.Description`; by the run alone when the host can't keep them. */
const namedFields = [
  ['CustomerId', 'customerId'],
  ['Name', 'name'],
  ['Description', 'description'],
] as const
const knownFields: readonly string[] = [
  'TargetContact',
  'LanguageCode',
  'WisdomSessionArn',
  'SegmentAttributes',
  'References',
  ...namedFields.map(([field]) => field),
]

/** Voice ID was closed on 2026-05-20. */
const closedFields: readonly string[] = [
  'IsVoiceIdStreamingEnabled',
  'IsVoiceAuthenticationEnabled',
  'IsFraudDetectionEnabled',
  'VoiceAuthenticationThreshold',
  'VoiceAuthenticationResponseTime',
  'FraudDetectionThreshold',
  'WatchlistId',
]

export const updateContactData: ActionDefinition = {
  type: 'UpdateContactData',
  blockName: 'SetContactData',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, [...knownFields, ...closedFields])
    checkWord(action, report, 'TargetContact', ['Current', 'Related'])
    const closed = closedFields.find((field) => action.Parameters[field] !== undefined)
    if (closed !== undefined) {
      const message = 'Voice ID is closed: the error branch is taken.'
      report(`Parameters.${closed}`, message, 'Remove its fields, or the block.', 'warning')
    }
    const fields = Object.keys(action.Parameters).filter((name) => name !== 'TargetContact')
    if (fields.length === 0) report('Parameters', 'No field is given.', 'Give at least one, e.g. LanguageCode.')
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run(run) {
    const { parameters, host } = run
    if (closedFields.some((field) => parameters.has(field))) return failed('Voice ID is closed')
    const related = parameters.text('TargetContact') === 'Related'
    if (related && !host.updateContactData) return failed('there is no related contact')
    const fields = fieldsOf(parameters)
    const languageCode = parameters.has('LanguageCode') ? (parameters.text('LanguageCode') ?? '') : undefined
    if (languageCode !== undefined && !/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(languageCode))
      return failed(`LanguageCode "${languageCode}" is no language`)
    if (host.updateContactData) {
      const kept = Object.keys(fields).length === 0 || host.updateContactData(fields, related ? 'Related' : 'Current')
      if (!kept) return failed('a field can not be kept')
    } else {
      const refused = keepInRun(run, fields)
      if (refused) return refused
    }
    if (languageCode !== undefined && !related) host.setVoice({ languageCode })
    return next
  },
}

function fieldsOf(parameters: ParameterReader): ContactFields {
  const fields: ContactFields = {}
  for (const [written, field] of namedFields) {
    const value = parameters.text(written)
    if (value !== undefined) fields[field] = value
  }
  if (parameters.has('WisdomSessionArn')) {
    const arn = parameters.text('WisdomSessionArn')
    if (arn === undefined) throw new ParameterError('WisdomSessionArn has no data')
    fields.wisdomSessionArn = arn
  }
  if (parameters.has('References')) fields.references = readReferences(parameters)
  const segment = parameters.value('SegmentAttributes')
  if (segment === undefined) return fields
  if (!isFlowObject(segment)) throw new ParameterError('SegmentAttributes is no map')
  // The service's API writes each value as {"ValueString": "…"}.
  fields.segmentAttributes = Object.fromEntries(
    Object.entries(segment).map(([key, value]) => [
      key,
      valueText(isFlowObject(value) ? (value.ValueString ?? null) : value) ?? '',
    ]),
  )
  return fields
}

function keepInRun({ state }: ActionRun, fields: ContactFields): Outcome | undefined {
  if (fields.segmentAttributes) return failed('this box can not keep segment attributes here')
  if (fields.references) return failed('this box can not keep references here')
  if (fields.wisdomSessionArn !== undefined) return failed('this box has no assistants here')
  for (const [written, field] of namedFields) {
    const value = fields[field]
    if (value !== undefined) state.contactData.set(written, value)
  }
  return undefined
}
