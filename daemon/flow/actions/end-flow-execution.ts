// End flow / Resume: the flow is over, the contact stays.
import type { ActionDefinition } from '../action.ts'
import { checkKnown } from './checks.ts'
import { whispers } from './flow-types.ts'

export const endFlowExecution: ActionDefinition = {
  type: 'EndFlowExecution',
  blockName: 'EndFlowExecution',
  // The block page leaves hold flows out; exported agent hold flows have it.
  flowTypes: ['CUSTOMER_QUEUE', 'CUSTOMER_HOLD', 'AGENT_HOLD', ...whispers, 'MODULE'],
  channels: 'all',
  needsParticipant: false,
  terminal: true,

  check(action, report) {
    checkKnown(action, report, [])
  },

  run() {
    return { to: 'end', end: 'ended' }
  },
}
