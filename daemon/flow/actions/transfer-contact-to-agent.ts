// Transfer to agent: to the agent of the quick connect. A busy agent means the end of the contact (fact sheet
// flow-language 5.2); there is no branch for it.
import type { ActionDefinition } from '../action.ts'
import { checkKnown } from './checks.ts'

export const transferContactToAgent: ActionDefinition = {
  type: 'TransferContactToAgent',
  blockName: 'TransferToAgent',
  flowTypes: ['AGENT_TRANSFER', 'QUEUE_TRANSFER', 'MODULE'],
  channels: ['VOICE'],
  needsParticipant: false,
  terminal: true,
  needs: 'transferToAgent',

  check(action, report) {
    checkKnown(action, report, [])
  },

  run({ host }) {
    return host.transferToAgent?.() === 'transferred'
      ? { to: 'end', end: 'ended', sentTo: 'agent' }
      : { to: 'end', end: 'disconnect' }
  },
}
