// Start / stop media streaming: the customer's audio goes to a stream besides, `$.MediaStreams.*` tell where.
import type { ActionDefinition } from '../action.ts'
import { isFlowObject } from '../flow-value.ts'
import { checkBranches, checkKnown, checkWord } from './checks.ts'
import { inboundQueueAndTransfer, whispers } from './flow-types.ts'
import { failed, next, notHere } from './outcomes.ts'

const states: readonly string[] = ['Enabled', 'Disabled']

export const updateContactMediaStreamingBehavior: ActionDefinition = {
  type: 'UpdateContactMediaStreamingBehavior',
  blockName: 'StartMediaStreaming',
  blockNameOf: ({ Parameters }) =>
    Parameters.MediaStreamingState === 'Disabled' ? 'StopMediaStreaming' : 'StartMediaStreaming',
  flowTypes: [...inboundQueueAndTransfer, ...whispers],
  channels: ['VOICE'],
  needsParticipant: false,
  terminal: false,
  needs: 'setMediaStreaming',

  check(action, report, flowType) {
    checkKnown(action, report, ['MediaStreamingState', 'Participants', 'MediaStreamType'])
    checkWord(action, report, 'MediaStreamingState', states, { required: true })
    checkWord(action, report, 'MediaStreamType', ['Audio'])
    const { MediaStreamingState: state, Participants: participants } = action.Parameters
    if (participants !== undefined && directionsOf(participants) === undefined)
      report('Parameters.Participants', 'Only the customer can be streamed.', 'Write ParticipantType "Customer".')
    // Exported agent whispers start it all the same.
    if (flowType === 'AGENT_WHISPER' && state === 'Enabled')
      report(
        'Parameters.MediaStreamingState',
        'The block page knows only stopping here.',
        'Start it earlier.',
        'warning',
      )
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters, host }) {
    const state = parameters.text('MediaStreamingState')
    if (state === undefined || !states.includes(state)) return failed(`MediaStreamingState is "${state ?? ''}"`)
    if (!host.setMediaStreaming) return notHere('stream audio')
    if (state === 'Disabled') return host.setMediaStreaming(undefined) ? next : failed('streaming could not be stopped')
    const directions = directionsOf(parameters.raw('Participants'))
    if (!directions) return failed('only the customer can be streamed')
    return host.setMediaStreaming({ directions }) ? next : failed('streaming could not be started')
  },
}

function directionsOf(participants: unknown): ('From' | 'To')[] | undefined {
  if (participants === undefined) return ['From', 'To']
  const only: unknown = Array.isArray(participants) && participants.length === 1 ? participants[0] : undefined
  if (!isFlowObject(only) || only.ParticipantType !== 'Customer') return undefined
  const written = only.MediaDirections ?? ['From', 'To']
  if (!Array.isArray(written)) return undefined
  const known = written.filter((one): one is 'From' | 'To' => one === 'From' || one === 'To')
  return known.length === written.length && known.length > 0 ? known : undefined
}
