// Set contact attributes: all of them, or none.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown, checkMap, checkWord } from './checks.ts'
import { failed, next } from './outcomes.ts'

export const updateContactAttributes: ActionDefinition = {
  type: 'UpdateContactAttributes',
  blockName: 'SetAttributes',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, ['Attributes', 'TargetContact'])
    checkMap(action, report, 'Attributes')
    checkWord(action, report, 'TargetContact', ['Current', 'Related'])
    if (action.Parameters.TargetContact === 'Related')
      report('Parameters.TargetContact', 'There are no related contacts on this box.', 'Write "Current".')
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters, host }) {
    if (parameters.text('TargetContact') === 'Related') return failed('there is no related contact')
    const changes = parameters.texts('Attributes')
    return host.setAttributes(changes)
      ? next
      : failed('an attribute can not be kept: unusable key, or over 32 KB in all')
  },
}
