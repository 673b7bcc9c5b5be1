// Play prompt: says a text or plays a recorded prompt to the end.
import type { ActionDefinition } from '../action.ts'
import type { FlowType } from '../host.ts'
import { checkBranches, checkKnown } from './checks.ts'
import { inboundQueueAndTransfer, whispers } from './flow-types.ts'
import { failed, next } from './outcomes.ts'
import { checkSpeech, readSpeech, speechParameters } from './speech.ts'

const flowTypes: readonly FlowType[] = [...inboundQueueAndTransfer, ...whispers]

export const messageParticipant: ActionDefinition = {
  type: 'MessageParticipant',
  blockName: 'PlayPrompt',
  flowTypes,
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  goesOnWithoutErrorBranch: true,

  check(action, report) {
    checkKnown(action, report, [...speechParameters, 'SkipWhenDTMFBufferEnabled'])
    checkSpeech(action, report, { required: true })
    checkBranches(action, report, { next: true })
  },

  run({ parameters, host, signal }) {
    // A task hears nothing: no effect, success branch.
    if (host.contact.channel === 'TASK') return next
    if (!host.participant) return failed('nobody is on the line')
    const speech = readSpeech(parameters)
    if (!speech) return failed('nothing to say is given')
    return host.participant.play([speech], signal).then(() => next)
  },
}
