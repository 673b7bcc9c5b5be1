// Set contact attributes, the fields the service defines: the language of the voice, and what this run knows of the
// customer by name.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown, checkWord } from './checks.ts'
import { failed, next } from './outcomes.ts'

/** Kept by the run, for `$.CustomerId`, `$.Name` and `$.Description`. */
const keptFields = ['CustomerId', 'Name', 'Description'] as const
const knownFields: readonly string[] = ['TargetContact', 'LanguageCode', ...keptFields]

/** Of add-on products this box does not have. */
const unsupportedFields = [
  'WisdomSessionArn',
  'IsVoiceIdStreamingEnabled',
  'IsVoiceAuthenticationEnabled',
  'IsFraudDetectionEnabled',
  'VoiceAuthenticationThreshold',
  'VoiceAuthenticationResponseTime',
  'FraudDetectionThreshold',
  'WatchlistId',
] as const

export const updateContactData: ActionDefinition = {
  type: 'UpdateContactData',
  blockName: 'SetContactData',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, [...knownFields, ...unsupportedFields])
    checkWord(action, report, 'TargetContact', ['Current', 'Related'])
    for (const field of unsupportedFields)
      if (action.Parameters[field] !== undefined)
        report(`Parameters.${field}`, `${field} is not supported by this box.`, 'Remove the field or the block.')
    for (const field of keptFields)
      if (action.Parameters[field] !== undefined) {
        const message = `${field} is kept for this run of the flow only, not in the contact record.`
        report(`Parameters.${field}`, message, 'Set a contact attribute to keep it for good.', 'warning')
      }
    const fields = Object.keys(action.Parameters).filter((name) => name !== 'TargetContact')
    if (fields.length === 0) report('Parameters', 'No field is given.', 'Give at least one, e.g. LanguageCode.')
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters, host, state }) {
    if (parameters.text('TargetContact') === 'Related') return failed('there is no related contact')
    const unsupported = unsupportedFields.find((field) => parameters.has(field))
    if (unsupported) return failed(`${unsupported} is not supported by this box`)
    if (parameters.has('LanguageCode')) {
      const languageCode = parameters.text('LanguageCode') ?? ''
      if (!/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(languageCode))
        return failed(`LanguageCode "${languageCode}" is no language`)
      host.setVoice({ languageCode })
    }
    for (const field of keptFields) {
      const value = parameters.text(field)
      if (value !== undefined) state.contactData.set(field, value)
    }
    return next
  },
}
