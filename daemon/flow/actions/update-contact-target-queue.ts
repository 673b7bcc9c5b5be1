// Set working queue: what every later block means by "the queue".
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkChoice, checkKnown } from './checks.ts'
import { inboundAndTransfer } from './flow-types.ts'
import { failed, next, notHere } from './outcomes.ts'
import { readTarget, targetParameters } from './targets.ts'

export const updateContactTargetQueue: ActionDefinition = {
  type: 'UpdateContactTargetQueue',
  blockName: 'SetQueue',
  flowTypes: inboundAndTransfer,
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, targetParameters)
    checkChoice(action, report, targetParameters, { required: true })
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters, host }) {
    const target = readTarget(parameters)
    if (!target) return failed('neither a queue nor an agent is given')
    if ('queueId' in target)
      return host.setTargetQueue(target.queueId) ? next : failed(`there is no queue ${target.queueId}`)
    if (!host.setTargetAgent) return notHere('queue contacts for one agent')
    return host.setTargetAgent(target.agentId) ? next : failed(`there is no agent ${target.agentId}`)
  },
}
