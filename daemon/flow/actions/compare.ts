// Check contact attributes: goes by the value of one reference.
import type { ActionDefinition } from '../action.ts'
import { findReferences } from '../references.ts'
import { checkBranches, checkKnown } from './checks.ts'

export const compare: ActionDefinition = {
  type: 'Compare',
  blockName: 'CheckAttribute',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, ['ComparisonValue'])
    const value = action.Parameters.ComparisonValue
    if (typeof value !== 'string' || findReferences(value).length === 0)
      report('Parameters.ComparisonValue', 'ComparisonValue is no reference.', 'Write one, e.g. $.Attributes.language.')
    checkBranches(action, report, { next: true, errors: ['NoMatchingCondition'] })
  },

  run({ parameters }) {
    return { to: 'condition', value: parameters.text('ComparisonValue') }
  },
}
