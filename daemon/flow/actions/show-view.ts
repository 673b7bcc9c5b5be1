// Show view: a form in the chat or the agent's workspace; what was pressed decides, what was filled in is `$.Views.*`.
import type { ViewRequest } from '../abilities.ts'
import type { ActionDefinition } from '../action.ts'
import { fits, isFlowObject } from '../flow-value.ts'
import type { ParameterReader } from '../parameters.ts'
import { ParameterError } from '../resolved-parameters.ts'
import { checkBranches, checkKnown, checkNumber, parameterOf } from './checks.ts'
import { failed, notHere, wholeNumber } from './outcomes.ts'

const maximumDataBytes = 16 * 1024
const maximumSeconds = 7 * 24 * 3600
/** The host's own timer ends it; this is for a host that does not come back. */
const marginMs = 10_000

export const showView: ActionDefinition = {
  type: 'ShowView',
  blockName: 'ShowView',
  flowTypes: ['CONTACT_FLOW', 'MODULE'],
  channels: ['CHAT'],
  needsParticipant: false,
  terminal: false,
  needs: 'showView',

  check(action, report) {
    checkKnown(action, report, ['ViewResource', 'ViewData', 'InvocationTimeLimitSeconds', 'SensitiveDataConfiguration'])
    if (typeof parameterOf(action, 'ViewResource.Id') !== 'string')
      report('Parameters.ViewResource.Id', 'ViewResource.Id is missing.', 'Name the view.')
    const { ViewData: data } = action.Parameters
    if (data !== undefined && typeof data !== 'string' && !isFlowObject(data))
      report('Parameters.ViewData', 'ViewData is no object.', 'Write an object: {"key": "value"}.')
    else if (data !== undefined && !fits(data, maximumDataBytes))
      report('Parameters.ViewData', 'ViewData has more than 16 KB.', 'Show less.')
    const seconds = { required: true, minimum: 1, maximum: maximumSeconds }
    checkNumber(action, report, 'InvocationTimeLimitSeconds', seconds)
    checkBranches(action, report, {
      next: true,
      errors: ['NoMatchingCondition', 'NoMatchingError', 'TimeLimitExceeded'],
    })
  },

  timeLimitMs: ({ parameters }) => (parameters.number('InvocationTimeLimitSeconds') ?? 0) * 1000 + marginMs,

  async run({ parameters, host, state, signal }) {
    if (!host.showView) return notHere('show views')
    const answer = await host.showView(viewOf(parameters), signal)
    if (answer.outcome === 'timeout') return failed('nothing was pressed in time', 'TimeLimitExceeded')
    if (answer.outcome === 'failed') return failed(answer.detail)
    if (!fits(answer.data)) return failed('the answer has more than 32 KB, or is no JSON')
    state.results.set('Views', { Action: answer.action, ViewResultData: answer.data })
    return { to: 'condition', value: answer.action }
  },
}

function viewOf(parameters: ParameterReader): ViewRequest {
  const written = parameters.text('ViewResource.Id')
  if (!written) throw new ParameterError('ViewResource.Id has no data')
  const [, viewId = written, qualifier] = /^(.*):(\$[A-Z]+|[0-9]+)$/.exec(written) ?? []
  const data = parameters.value('ViewData') ?? {}
  if (!isFlowObject(data)) throw new ParameterError('ViewData is no object')
  if (!fits(data, maximumDataBytes)) throw new ParameterError('ViewData has more than 16 KB')
  const seconds = parameters.number('InvocationTimeLimitSeconds')
  const hidden = parameters.raw('SensitiveDataConfiguration.HideResponseOn')
  const view: ViewRequest = {
    viewId,
    data,
    timeoutMs: wholeNumber(seconds, 'InvocationTimeLimitSeconds', 1, maximumSeconds) * 1000,
    hideResponse: Array.isArray(hidden) && hidden.includes('TRANSCRIPT'),
  }
  const version = parameters.text('ViewResource.Version') ?? qualifier
  if (version !== undefined) view.version = version
  return view
}
