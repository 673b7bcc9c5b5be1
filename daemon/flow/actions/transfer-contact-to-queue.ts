// Transfer to queue: the flow ends, the customer queue flow takes over. NextAction is never taken on success.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown } from './checks.ts'
import { inboundAndTransfer } from './flow-types.ts'
import { failed } from './outcomes.ts'

export const transferContactToQueue: ActionDefinition = {
  type: 'TransferContactToQueue',
  blockName: 'TransferToQueue',
  flowTypes: inboundAndTransfer,
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, [])
    checkBranches(action, report, { errors: ['QueueAtCapacity', 'NoMatchingError'] })
  },

  run({ host }) {
    const result = host.enqueue()
    if (result === 'queued') return { to: 'end', end: 'queued' }
    if (result === 'atCapacity') return failed('the queue is full', 'QueueAtCapacity')
    return failed('there is no working queue, or the contact is queued already')
  },
}
