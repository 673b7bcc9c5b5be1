// Contact tags: keys and values that follow the contact into its record.
import type { ActionDefinition } from '../action.ts'
import { isFlowObject } from '../flow-value.ts'
import { checkBranches, checkKnown } from './checks.ts'
import { failed, next, notHere } from './outcomes.ts'

const maximumTags = 6

export const tagContact: ActionDefinition = {
  type: 'TagContact',
  blockName: 'TagContact',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  // The reference knows no error of it; exports wire one.
  goesOnWithoutErrorBranch: true,
  needs: 'tagContact',

  check(action, report) {
    checkKnown(action, report, ['Tags'])
    const { Tags: tags } = action.Parameters
    const keys = isFlowObject(tags) ? Object.keys(tags) : []
    if (keys.length === 0 || keys.length > maximumTags)
      report('Parameters.Tags', `Tags has not 1 to ${maximumTags} entries.`, 'Write an object: {"key": "value"}.')
    if (keys.some((key) => key.startsWith('aws:')))
      report('Parameters.Tags', 'Keys that begin with aws: are reserved.', 'Rename the key.')
    checkBranches(action, report, { next: true })
  },

  run({ parameters, host }) {
    const tags = parameters.texts('Tags')
    const keys = Object.keys(tags)
    if (keys.length === 0 || keys.length > maximumTags) return failed(`not 1 to ${maximumTags} tags are given`)
    if (keys.some((key) => key.startsWith('aws:'))) return failed('keys that begin with aws: are reserved')
    if (!host.tagContact) return notHere('tag contacts')
    return host.tagContact(tags) ? next : failed(`the contact would have more than ${maximumTags} tags`)
  },
}
