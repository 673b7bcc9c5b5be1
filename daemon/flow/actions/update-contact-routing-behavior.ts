// Change routing priority / age: where in its queue the contact stands.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkChoice, checkKnown, checkNumber } from './checks.ts'
import { inboundQueueAndTransfer } from './flow-types.ts'
import { failed, next, notHere, wholeNumber } from './outcomes.ts'

const choices: readonly string[] = ['QueuePriority', 'QueueTimeAdjustmentSeconds']
/** The service says 2^63 - 1; a number comes no nearer. */
const lastPriority = 2 ** 63
const maximumAgeSeconds = 1_000_000_000

export const updateContactRoutingBehavior: ActionDefinition = {
  type: 'UpdateContactRoutingBehavior',
  blockName: 'ChangeRoutingPriority',
  flowTypes: [...inboundQueueAndTransfer, 'OUTBOUND_WHISPER'],
  channels: ['VOICE', 'TASK'],
  needsParticipant: false,
  terminal: false,
  // It has no error branch at all.
  goesOnWithoutErrorBranch: true,
  needs: 'setRouting',

  check(action, report) {
    checkKnown(action, report, choices)
    checkChoice(action, report, choices, { required: false })
    checkNumber(action, report, 'QueuePriority', { minimum: 1, maximum: lastPriority })
    const age = { minimum: -maximumAgeSeconds, maximum: maximumAgeSeconds }
    checkNumber(action, report, 'QueueTimeAdjustmentSeconds', age)
    checkBranches(action, report, { next: true })
  },

  run({ parameters, host }) {
    if (!host.setRouting) return notHere('change the order in a queue')
    const priority = parameters.number('QueuePriority')
    const age = parameters.number('QueueTimeAdjustmentSeconds')
    if (priority !== undefined && age !== undefined) return failed('priority and age exclude each other')
    if (priority !== undefined) host.setRouting({ priority: wholeNumber(priority, 'QueuePriority', 1, lastPriority) })
    if (age !== undefined) {
      const ageSeconds = wholeNumber(age, 'QueueTimeAdjustmentSeconds', -maximumAgeSeconds, maximumAgeSeconds)
      host.setRouting({ ageSeconds })
    }
    return next
  },
}
