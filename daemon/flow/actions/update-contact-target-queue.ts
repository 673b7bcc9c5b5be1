// Set working queue: what every later block means by "the queue".
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkChoice, checkKnown } from './checks.ts'
import { inboundAndTransfer } from './flow-types.ts'
import { failed, next } from './outcomes.ts'

export const updateContactTargetQueue: ActionDefinition = {
  type: 'UpdateContactTargetQueue',
  blockName: 'SetQueue',
  flowTypes: inboundAndTransfer,
  channels: 'all',
  needsParticipant: false,
  terminal: false,

  check(action, report) {
    checkKnown(action, report, ['QueueId', 'AgentId'])
    const chosen = checkChoice(action, report, ['QueueId', 'AgentId'], { required: true })
    if (chosen === 'AgentId')
      report('Parameters.AgentId', 'Queues of single agents are not supported yet.', 'Name a queue as QueueId.')
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters, host }) {
    if (parameters.has('AgentId')) return failed('queues of single agents are not supported yet')
    const queueId = parameters.resource('QueueId', 'queue')
    if (queueId === undefined || !host.setTargetQueue(queueId))
      return failed(`there is no queue ${parameters.text('QueueId') ?? '(no data)'}`)
    return next
  },
}
