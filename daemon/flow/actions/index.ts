// Every action this box can run, by the type that stands in the flow. The engine and the checker know only this list.
import type { ActionDefinition } from '../action.ts'
import { checkHoursOfOperation } from './check-hours-of-operation.ts'
import { compare } from './compare.ts'
import { disconnectParticipant } from './disconnect-participant.ts'
import { distributeByPercentage } from './distribute-by-percentage.ts'
import { endFlowExecution } from './end-flow-execution.ts'
import { getParticipantInput } from './get-participant-input.ts'
import { loop } from './loop.ts'
import { messageParticipant } from './message-participant.ts'
import { messageParticipantIteratively } from './message-participant-iteratively.ts'
import { transferContactToQueue } from './transfer-contact-to-queue.ts'
import { transferToFlow } from './transfer-to-flow.ts'
import { updateContactAttributes } from './update-contact-attributes.ts'
import { updateContactData } from './update-contact-data.ts'
import { updateContactEventHooks } from './update-contact-event-hooks.ts'
import { updateContactRecordingAndAnalyticsBehavior } from './update-contact-recording-and-analytics-behavior.ts'
import { updateContactRecordingBehavior } from './update-contact-recording-behavior.ts'
import { updateContactTargetQueue } from './update-contact-target-queue.ts'
import { updateContactTextToSpeechVoice } from './update-contact-text-to-speech-voice.ts'
import { updateFlowAttributes } from './update-flow-attributes.ts'
import { updateFlowLoggingBehavior } from './update-flow-logging-behavior.ts'

const definitions: readonly ActionDefinition[] = [
  checkHoursOfOperation,
  compare,
  disconnectParticipant,
  distributeByPercentage,
  endFlowExecution,
  getParticipantInput,
  loop,
  messageParticipant,
  messageParticipantIteratively,
  transferContactToQueue,
  transferToFlow,
  updateContactAttributes,
  updateContactData,
  updateContactEventHooks,
  updateContactRecordingAndAnalyticsBehavior,
  updateContactRecordingBehavior,
  updateContactTargetQueue,
  updateContactTextToSpeechVoice,
  updateFlowAttributes,
  updateFlowLoggingBehavior,
]

export const actionDefinitions: ReadonlyMap<string, ActionDefinition> = new Map(
  definitions.map((definition) => [definition.type, definition]),
)
