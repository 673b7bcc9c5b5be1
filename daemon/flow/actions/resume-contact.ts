// Resume contact: a paused task goes on.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown } from './checks.ts'
import { failed, next, notHere } from './outcomes.ts'

export const resumeContact: ActionDefinition = {
  type: 'ResumeContact',
  blockName: 'ResumeContact',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  needs: 'resumeContact',

  check(action, report) {
    checkKnown(action, report, [])
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ host }) {
    if (!host.resumeContact) return notHere('pause contacts')
    return host.resumeContact() ? next : failed('the contact is not paused')
  },
}
