// Disconnect / hang up. Where nobody is on the line it only ends the flow.
import type { ActionDefinition } from '../action.ts'
import { checkKnown } from './checks.ts'
import { inboundQueueAndTransfer } from './flow-types.ts'

export const disconnectParticipant: ActionDefinition = {
  type: 'DisconnectParticipant',
  blockName: 'Disconnect',
  flowTypes: inboundQueueAndTransfer,
  channels: 'all',
  needsParticipant: false,
  terminal: true,

  check(action, report) {
    checkKnown(action, report, [])
  },

  run({ host }) {
    return { to: 'end', end: host.participant ? 'disconnect' : 'ended' }
  },
}
