// AWS Lambda function: a function of the instance is run with the contact's data. Its answer is `$.External` from then
// on; retries inside the time limit are the host's.
import type { ActionDefinition, ActionRun, Outcome } from '../action.ts'
import { type FlowObject, fits, isFlowObject } from '../flow-value.ts'
import { stringMap } from '../function-answer.ts'
import { functionEvent } from '../function-event.ts'
import { checkBranches, checkKnown, checkNumber, checkWord } from './checks.ts'
import { failed, next, notHere, wholeNumber } from './outcomes.ts'

const maximumSeconds = { SYNCHRONOUS: 8, ASYNCHRONOUS: 60 }
/** The function's own limit ends it; this is for a host that does not come back. */
const marginMs = 1000

export const invokeLambdaFunction: ActionDefinition = {
  type: 'InvokeLambdaFunction',
  blockName: 'InvokeExternalResource',
  flowTypes: 'all',
  channels: 'all',
  needsParticipant: false,
  terminal: false,
  needs: 'invokeFunction',

  check(action, report) {
    checkKnown(action, report, [
      'LambdaFunctionARN',
      'InvocationTimeLimitSeconds',
      'InvocationType',
      'LambdaInvocationAttributes',
      'ResponseValidation',
    ])
    if (typeof action.Parameters.LambdaFunctionARN !== 'string')
      report('Parameters.LambdaFunctionARN', 'LambdaFunctionARN is missing.', 'Name the function.')
    checkWord(action, report, 'InvocationType', Object.keys(maximumSeconds), { anyCase: true })
    const asynchronous = /^async/i.test(String(action.Parameters.InvocationType))
    const maximum = maximumSeconds[asynchronous ? 'ASYNCHRONOUS' : 'SYNCHRONOUS']
    checkNumber(action, report, 'InvocationTimeLimitSeconds', { required: true, minimum: 1, maximum })
    checkWord(action, report, 'ResponseValidation.ResponseType', ['STRING_MAP', 'JSON'], { anyCase: true })
    checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
  },

  timeLimitMs: (run) => (run.parameters.number('InvocationTimeLimitSeconds') ?? 0) * 1000 + marginMs,

  run(run) {
    const { parameters, host, state } = run
    const functionId = parameters.resource('LambdaFunctionARN', 'function')
    if (functionId === undefined)
      return failed(`there is no function ${parameters.text('LambdaFunctionARN') ?? '(no data)'}`)
    const asynchronous = parameters.text('InvocationType')?.toUpperCase() === 'ASYNCHRONOUS'
    const maximum = maximumSeconds[asynchronous ? 'ASYNCHRONOUS' : 'SYNCHRONOUS']
    const seconds = parameters.number('InvocationTimeLimitSeconds')
    const timeoutMs = wholeNumber(seconds, 'InvocationTimeLimitSeconds', 1, maximum) * 1000
    const given = parameters.value('LambdaInvocationAttributes') ?? {}
    if (!isFlowObject(given)) return failed('LambdaInvocationAttributes is no map')
    const event = functionEvent({ contact: host.contact, state }, given)
    return asynchronous ? start(run, functionId, event, timeoutMs) : invoke(run, functionId, event, timeoutMs)
  },
}

function start({ host, state }: ActionRun, functionId: string, event: FlowObject, timeoutMs: number): Outcome {
  if (!host.startFunction) return notHere('start functions without waiting for them')
  const invocationId = host.startFunction(functionId, event, { timeoutMs })
  if (invocationId === undefined) return failed(`the function ${functionId} could not be started`)
  state.results.set('LambdaInvocation', { InvocationId: invocationId })
  return { to: 'next', result: invocationId }
}

function invoke(
  { parameters, host, state, signal }: ActionRun,
  functionId: string,
  event: FlowObject,
  timeoutMs: number,
): Outcome | Promise<Outcome> {
  if (!host.invokeFunction) return notHere('run functions')
  const json = parameters.text('ResponseValidation.ResponseType')?.toUpperCase() === 'JSON'
  return host.invokeFunction(functionId, event, { timeoutMs, signal }).then((answer): Outcome => {
    if (!answer.ok) return failed(`the function ${functionId}: ${answer.reason}, ${answer.detail}`)
    if (!fits(answer.result)) return failed(`the function ${functionId} answered with more than 32 KB, or no JSON`)
    const result = json ? answer.result : stringMap(answer.result)
    if (result === undefined) return failed(`the function ${functionId} did not answer with a flat map of texts`)
    state.results.set('External', result)
    state.results.set('LambdaInvocation', { ResultData: result })
    return isFlowObject(result) ? { to: 'next', external: result } : next
  })
}
