// Transfer to queue, callback: somebody will call back; the flow goes on.
import type { CallbackRequest } from '../abilities.ts'
import type { ActionDefinition } from '../action.ts'
import { checkBranches, checkChoice, checkKnown, checkNumber } from './checks.ts'
import { inboundQueueAndTransfer } from './flow-types.ts'
import { failed, next, notHere, wholeNumber } from './outcomes.ts'
import { e164 } from './phone-number.ts'
import { readTarget, targetParameters } from './targets.ts'

const maximumSeconds = 259_200
const maximumAttempts = 1000

export const createCallbackContact: ActionDefinition = {
  type: 'CreateCallbackContact',
  blockName: 'CreateCallback',
  flowTypes: inboundQueueAndTransfer,
  channels: ['VOICE'],
  needsParticipant: false,
  terminal: false,
  needs: 'requestCallback',

  check(action, report) {
    checkKnown(action, report, [
      ...targetParameters,
      'InitialCallDelaySeconds',
      'MaximumConnectionAttempts',
      'RetryDelaySeconds',
      'ContactFlowId',
      'CallerId',
    ])
    checkChoice(action, report, targetParameters, { required: false })
    const required = action.Parameters.ContactFlowId === undefined
    const seconds = { minimum: 1, maximum: maximumSeconds }
    checkNumber(action, report, 'InitialCallDelaySeconds', { ...seconds, required })
    checkNumber(action, report, 'RetryDelaySeconds', { ...seconds, required: true })
    const attempts = { required: true, minimum: 1, maximum: maximumAttempts }
    checkNumber(action, report, 'MaximumConnectionAttempts', attempts)
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  run({ parameters, host }) {
    if (!host.requestCallback) return notHere('call back')
    const seconds = (name: string, otherwise?: number) =>
      wholeNumber(parameters.number(name) ?? otherwise, name, 1, maximumSeconds)
    const request: CallbackRequest = {
      // A creation flow takes the place of the delay.
      initialDelaySeconds: seconds('InitialCallDelaySeconds', parameters.has('ContactFlowId') ? 1 : undefined),
      retryDelaySeconds: seconds('RetryDelaySeconds'),
      maximumAttempts: wholeNumber(
        parameters.number('MaximumConnectionAttempts'),
        'MaximumConnectionAttempts',
        1,
        maximumAttempts,
      ),
    }
    const target = readTarget(parameters)
    if (target) request.target = target
    if (parameters.has('ContactFlowId')) {
      const flowId = parameters.resource('ContactFlowId', 'flow')
      if (flowId === undefined) return failed(`there is no flow ${parameters.text('ContactFlowId') ?? '(no data)'}`)
      request.flowId = flowId
    }
    const shown = parameters.raw('CallerId')
    const callerId = e164(parameters.text(typeof shown === 'object' ? 'CallerId.Number' : 'CallerId'))
    if (callerId !== undefined) request.callerId = callerId
    const answer = host.requestCallback(request)
    return answer.ok ? next : failed(answer.detail)
  },
}
