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
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters, host }) {
    const changes = parameters.texts('Attributes')
    const related = parameters.text('TargetContact') === 'Related'
    if (related && !host.setRelatedAttributes) return failed('there is no related contact')
    const done = related ? host.setRelatedAttributes?.(changes) : host.setAttributes(changes)
    return done ? next : failed('an attribute can not be kept: unusable key, or over 32 KB in all')
  },
}
