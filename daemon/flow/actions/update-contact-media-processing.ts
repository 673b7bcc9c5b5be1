// Chat message processor: each message of the chat passes a function on its way.
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkFlag, checkKnown, parameterOf } from './checks.ts'
import { inboundQueueAndTransfer } from './flow-types.ts'
import { failed, next, notHere } from './outcomes.ts'

const settings = 'ChatProcessor.ChatProcessorSettings.DeliverUnprocessedMessages'

export const updateContactMediaProcessing: ActionDefinition = {
  type: 'UpdateContactMediaProcessing',
  blockName: 'SetMediaProcessing',
  flowTypes: inboundQueueAndTransfer,
  // Other channels have a branch of their own.
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  needs: 'setChatProcessor',

  check(action, report) {
    checkKnown(action, report, ['ChatProcessor'])
    if (parameterOf(action, 'ChatProcessor') === undefined)
      report('Parameters.ChatProcessor', 'ChatProcessor is missing.', 'Write ProcessingEnabled and the function.')
    checkFlag(action, report, 'ChatProcessor.ProcessingEnabled')
    checkFlag(action, report, settings)
    checkBranches(action, report, { next: true, errors: ['NoMatchingError', 'ChannelMismatch'] })
  },

  run({ parameters, host }) {
    const { channel } = host.contact
    if (channel !== 'CHAT') return failed(`meant for CHAT, the contact is ${channel}`, 'ChannelMismatch')
    if (!host.setChatProcessor) return notHere('pass messages through functions')
    if (!parameters.flag('ChatProcessor.ProcessingEnabled'))
      return host.setChatProcessor(undefined) ? next : failed('the processor could not be switched off')
    const functionId = parameters.resource('ChatProcessor.LambdaProcessorARN', 'function')
    if (functionId === undefined) return failed('there is no such function')
    const deliverUnprocessed = parameters.flag(settings) ?? false
    return host.setChatProcessor({ functionId, deliverUnprocessed }) ? next : failed('the processor could not be set')
  },
}
