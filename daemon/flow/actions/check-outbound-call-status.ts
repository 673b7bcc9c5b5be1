// Check call progress: a person or a machine answered. Only where calls are made with detection.
import type { OutboundCallStatus } from '../abilities.ts'
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkKnown } from './checks.ts'
import { failed, notHere } from './outcomes.ts'

const statuses: readonly OutboundCallStatus[] = ['CallAnswered', 'VoicemailBeep', 'VoicemailNoBeep', 'NotDetected']

export const checkOutboundCallStatus: ActionDefinition = {
  type: 'CheckOutboundCallStatus',
  blockName: 'CheckCallProgress',
  flowTypes: 'all',
  channels: ['VOICE'],
  needsParticipant: false,
  terminal: false,
  needs: 'outboundCallStatus',

  check(action, report) {
    checkKnown(action, report, [])
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'], conditions: statuses })
  },

  async run({ host, signal }) {
    if (!host.outboundCallStatus) return notHere('tell a person from a machine')
    const status = await host.outboundCallStatus(signal)
    return status ? { to: 'condition', value: status } : failed('detection is off')
  },
}
