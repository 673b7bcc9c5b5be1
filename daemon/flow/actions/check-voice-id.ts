// Check Voice ID. The service was closed on 2026-05-20: the error branch.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown, checkWord } from './checks.ts'
import { inboundQueueAndTransfer, whispers } from './flow-types.ts'
import { failed } from './outcomes.ts'

const options: readonly string[] = ['enrollmentStatus', 'voiceAuthentication', 'fraudDetection']

export const checkVoiceId: ActionDefinition = {
  type: 'CheckVoiceId',
  blockName: 'CheckVoiceId',
  flowTypes: [...inboundQueueAndTransfer, ...whispers],
  channels: ['VOICE'],
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, ['CheckVoiceIdOption'])
    checkWord(action, report, 'CheckVoiceIdOption', options, { required: true })
    report('Type', 'Voice ID is closed: the error branch is taken.', 'Remove the block.', 'warning')
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run() {
    return failed('Voice ID is closed')
  },
}
