// Transfer to flow: goes on at the start of another flow, in the same contact.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown } from './checks.ts'
import { inboundAndTransfer } from './flow-types.ts'
import { failed } from './outcomes.ts'

export const transferToFlow: ActionDefinition = {
  type: 'TransferToFlow',
  blockName: 'TransferToFlow',
  flowTypes: inboundAndTransfer,
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, ['ContactFlowId'])
    if (action.Parameters.ContactFlowId === undefined)
      report('Parameters.ContactFlowId', 'ContactFlowId is missing.', 'Name the flow to go on in.')
    checkBranches(action, report, { errors: ['NoMatchingError'] })
  },

  run({ parameters }) {
    const flowId = parameters.resource('ContactFlowId', 'flow')
    if (flowId === undefined) return failed(`there is no flow ${parameters.text('ContactFlowId') ?? '(no data)'}`)
    return { to: 'flow', flowId }
  },
}
