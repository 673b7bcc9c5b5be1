// Call phone number: in an outbound whisper, the call is dialled here. When that fails the flow ends.
import type { OutboundCall } from '../abilities.ts'
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown, checkNumber } from './checks.ts'
import { next } from './outcomes.ts'
import { e164 } from './phone-number.ts'

const limit = 'ConnectionTimeLimitSeconds'

export const completeOutboundCall: ActionDefinition = {
  type: 'CompleteOutboundCall',
  blockName: 'CallPhoneNumber',
  flowTypes: ['OUTBOUND_WHISPER'],
  channels: ['VOICE'],
  needsParticipant: false,
  terminal: false,
  // It has no error branch at all.
  goesOnWithoutErrorBranch: true,
  needs: 'completeOutboundCall',

  check(action, report) {
    checkKnown(action, report, ['CallerId', 'VoiceConnector', limit])
    checkNumber(action, report, limit, { minimum: 1, maximum: 600 })
    if (action.Parameters.VoiceConnector !== undefined)
      report('Parameters.VoiceConnector', 'Calls go out over the trunk of the box.', 'Remove it.', 'warning')
    checkBranches(action, report, { next: true })
  },

  async run({ parameters, host, signal }) {
    // Without the ability the call was dialled before this flow began.
    if (!host.completeOutboundCall) return { to: 'next', result: 'dialled before' }
    const call: OutboundCall = {}
    // What is no number is the queue's number (fact sheet routing 8).
    const number = e164(parameters.text('CallerId.Number'))
    if (number !== undefined) call.callerIdNumber = number
    const seconds = parameters.number(limit)
    if (seconds !== undefined) call.ringTimeoutMs = seconds * 1000
    return (await host.completeOutboundCall(call, signal)) ? next : { to: 'end', end: 'ended' }
  },
}
