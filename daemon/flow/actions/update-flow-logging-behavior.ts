// Set logging behavior: whether blocks are written to the flow log, for the rest of the contact.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown, checkWord } from './checks.ts'
import { failed, next } from './outcomes.ts'

export const updateFlowLoggingBehavior: ActionDefinition = {
  type: 'UpdateFlowLoggingBehavior',
  blockName: 'SetLoggingBehavior',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  goesOnWithoutErrorBranch: true,

  check(action, report) {
    checkKnown(action, report, ['FlowLoggingBehavior'])
    checkWord(action, report, 'FlowLoggingBehavior', ['Enabled', 'Disabled'], { required: true })
    checkBranches(action, report, { next: true })
  },

  run({ parameters, host }) {
    const behavior = parameters.text('FlowLoggingBehavior')
    if (behavior !== 'Enabled' && behavior !== 'Disabled') return failed(`FlowLoggingBehavior is "${behavior ?? ''}"`)
    host.setFlowLogging(behavior === 'Enabled')
    return next
  },
}
