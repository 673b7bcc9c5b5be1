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

  async run(run) {
    const { parameters, host, signal } = run
    // A task hears nothing: no effect, success branch.
    if (host.contact.channel === 'TASK') return next
    const { participant } = host
    if (!participant) return failed('nobody is on the line')
    const typedAhead = (participant.digitBuffer?.length ?? 0) > 0
    if (typedAhead && parameters.flag('SkipWhenDTMFBufferEnabled')) return { to: 'next', result: 'typed ahead' }
    const speech = await readSpeech(run)
    if (!speech) return failed('nothing to say is given')
    await participant.play([speech], signal)
    return next
  },
}
