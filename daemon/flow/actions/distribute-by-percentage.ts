// Distribute by percentage: draws a whole number from 1 to 100; thresholds are taken as written, never corrected.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown } from './checks.ts'
import { inboundQueueAndTransfer } from './flow-types.ts'

export const distributeByPercentage: ActionDefinition = {
  type: 'DistributeByPercentage',
  blockName: 'DistributeByPercentage',
  flowTypes: [...inboundQueueAndTransfer, 'OUTBOUND_WHISPER'],
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, [])
    for (const [index, { Condition }] of (action.Transitions.Conditions ?? []).entries())
      if (Condition.Operator !== 'NumberLessThan')
        report(
          `Transitions.Conditions.${index}.Condition.Operator`,
          `The operator is ${Condition.Operator}.`,
          'Write NumberLessThan, with 1 plus the sum of the percentages so far.',
        )
    checkBranches(action, report, { next: true, errors: ['NoMatchingCondition'] })
  },

  run({ random }) {
    return { to: 'condition', value: Math.floor(random() * 100) + 1 }
  },
}
