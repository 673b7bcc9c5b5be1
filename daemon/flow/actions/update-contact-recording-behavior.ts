// Set recording and analytics behavior, as older exports write it: the recording part.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown } from './checks.ts'
import { inboundQueueAndTransfer } from './flow-types.ts'
import { next } from './outcomes.ts'
import { checkRecording, readRecording, warnIfOn } from './recorded-participants.ts'

const recorded = 'RecordingBehavior'

export const updateContactRecordingBehavior: ActionDefinition = {
  type: 'UpdateContactRecordingBehavior',
  blockName: 'SetRecordingBehavior',
  flowTypes: [...inboundQueueAndTransfer, 'OUTBOUND_WHISPER'],
  channels: ['VOICE', 'CHAT'],
  needsParticipant: false,
  terminal: false,
  // The reference knows no error of this action, and exports wire none.
  goesOnWithoutErrorBranch: true,

  check(action, report) {
    checkKnown(action, report, ['RecordingBehavior', 'AnalyticsBehavior'])
    checkRecording(action, report, recorded)
    warnIfOn(action, report, 'RecordingBehavior.ScreenRecordedParticipants', 'Screen recording')
    warnIfOn(action, report, 'AnalyticsBehavior.Enabled', 'Analytics')
    checkBranches(action, report, { next: true })
  },

  run({ parameters, host }) {
    if (parameters.has(recorded)) host.setRecording(readRecording(parameters, recorded))
    return next
  },
}
