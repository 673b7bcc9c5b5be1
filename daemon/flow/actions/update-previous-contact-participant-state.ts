// Hold customer or agent: who hears the flow while the other waits, or both.
import type { HoldState } from '../abilities.ts'
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown, checkWord } from './checks.ts'
import { inboundAndTransfer } from './flow-types.ts'
import { failed, next, notHere } from './outcomes.ts'

const states: readonly HoldState[] = ['AgentOnHold', 'CustomerOnHold', 'OffHold']

export const updatePreviousContactParticipantState: ActionDefinition = {
  type: 'UpdatePreviousContactParticipantState',
  blockName: 'HoldCustomerOrAgent',
  flowTypes: [...inboundAndTransfer, 'OUTBOUND_WHISPER'],
  channels: ['VOICE'],
  needsParticipant: false,
  terminal: false,
  needs: 'holdParticipants',

  check(action, report) {
    checkKnown(action, report, ['PreviousContactParticipantState'])
    checkWord(action, report, 'PreviousContactParticipantState', states, { required: true })
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters, host }) {
    const written = parameters.text('PreviousContactParticipantState')
    const state = states.find((one) => one === written)
    if (!state) return failed(`PreviousContactParticipantState is "${written ?? ''}"`)
    if (!host.holdParticipants) return notHere('hold one party and not the other')
    return host.holdParticipants(state) ? next : failed('there is nobody to hold')
  },
}
