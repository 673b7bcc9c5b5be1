// Set recording and analytics behavior, as newer exports write it: one form per channel, the recording part.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkChoice, checkKnown, parameterOf } from './checks.ts'
import { inboundQueueAndTransfer } from './flow-types.ts'
import { failed, next } from './outcomes.ts'
import { checkRecording, readRecording, warnIfOn } from './recorded-participants.ts'

const forms: readonly string[] = ['VoiceBehavior', 'ChatBehavior', 'ScreenRecordingBehavior']
const recording = 'VoiceBehavior.VoiceRecordingBehavior'

export const updateContactRecordingAndAnalyticsBehavior: ActionDefinition = {
  type: 'UpdateContactRecordingAndAnalyticsBehavior',
  blockName: 'SetRecordingAndAnalyticsBehavior',
  flowTypes: [...inboundQueueAndTransfer, 'OUTBOUND_WHISPER'],
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, forms)
    const form = checkChoice(action, report, forms, { required: true })
    if (form === 'VoiceBehavior' && parameterOf(action, recording) !== undefined)
      checkRecording(action, report, recording)
    warnIfOn(action, report, 'VoiceBehavior.VoiceAnalyticsBehavior.Enabled', 'Analytics')
    warnIfOn(action, report, 'ChatBehavior.ChatAnalyticsBehavior.Enabled', 'Analytics')
    warnIfOn(action, report, 'ScreenRecordingBehavior.ScreenRecordedParticipants', 'Screen recording')
    checkBranches(action, report, { next: true, errors: ['NoMatchingError', 'ChannelMismatch'] })
  },

  run({ parameters, host }) {
    const { channel } = host.contact
    const wanted = parameters.has('VoiceBehavior') ? 'VOICE' : parameters.has('ChatBehavior') ? 'CHAT' : channel
    if (wanted !== channel) return failed(`meant for ${wanted}, the contact is ${channel}`, 'ChannelMismatch')
    if (parameters.has(recording)) host.setRecording(readRecording(parameters, recording))
    return next
  },
}
