// Transfer to queue in a customer queue flow: from one queue into another, as a new segment of the contact.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkChoice, checkKnown } from './checks.ts'
import { failed, next, notHere } from './outcomes.ts'
import { readTarget, targetParameters } from './targets.ts'

export const dequeueContactAndTransferToQueue: ActionDefinition = {
  type: 'DequeueContactAndTransferToQueue',
  blockName: 'TransferToQueue',
  flowTypes: ['CUSTOMER_QUEUE', 'MODULE'],
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  needs: 'dequeueAndTransfer',

  check(action, report) {
    checkKnown(action, report, targetParameters)
    checkChoice(action, report, targetParameters, { required: false })
    checkBranches(action, report, { next: true, errors: ['QueueAtCapacity', 'NoMatchingError'] })
  },

  run({ parameters, host }) {
    if (!host.dequeueAndTransfer) return notHere('move contacts from queue to queue')
    const result = host.dequeueAndTransfer(readTarget(parameters))
    if (result === 'transferred') return { ...next, sentTo: 'queue' }
    if (result === 'atCapacity') return failed('the queue is full', 'QueueAtCapacity')
    return failed('the contact is not waiting, is being offered to an agent, or was moved too often')
  },
}
