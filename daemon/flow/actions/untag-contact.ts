// Contact tags, removing: the reference writes UnTagContact, the service takes only this spelling.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown } from './checks.ts'
import { failed, next, notHere } from './outcomes.ts'

export const untagContact: ActionDefinition = {
  type: 'UntagContact',
  blockName: 'UntagContact',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  needs: 'untagContact',

  check(action, report) {
    checkKnown(action, report, ['TagKeys'])
    if (!isTextList(action.Parameters.TagKeys))
      report('Parameters.TagKeys', 'TagKeys is no list of texts.', 'Write ["key"].')
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters, host }) {
    const keys = parameters.value('TagKeys')
    if (!isTextList(keys)) return failed('TagKeys is no list of texts')
    if (!host.untagContact) return notHere('tag contacts')
    return host.untagContact(keys) ? next : failed('a tag could not be removed')
  },
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')
}
