// Transfer to phone number: the customer talks to somebody outside, and comes back to the flow if it is to go on.
import type { ThirdPartyCall } from '../abilities.ts'
import type { ActionDefinition } from '../action.ts'
import type { ParameterReader } from '../parameters.ts'
import { ParameterError } from '../resolved-parameters.ts'
import { checkBranches, checkFlag, checkKnown, checkNumber, isDynamic, parameterOf } from './checks.ts'
import { inboundQueueAndTransfer } from './flow-types.ts'
import { failed, next, notHere, wholeNumber } from './outcomes.ts'
import { e164 } from './phone-number.ts'

const defaultRingSeconds = 30
const maximumRingSeconds = 600
const digitsPattern = /^[0-9,*#]{0,50}$/

export const transferParticipantToThirdParty: ActionDefinition = {
  type: 'TransferParticipantToThirdParty',
  blockName: 'TransferToPhoneNumber',
  flowTypes: inboundQueueAndTransfer,
  channels: ['VOICE'],
  needsParticipant: true,
  terminal: false,
  // As long as the two talk.
  endless: true,
  needs: 'transferToThirdParty',

  check(action, report) {
    checkKnown(action, report, [
      'ThirdPartyPhoneNumber',
      'ThirdPartyConnectionTimeLimitSeconds',
      'ContinueFlowExecution',
      'ThirdPartyDTMFDigits',
      'CallerId',
    ])
    const { ThirdPartyPhoneNumber: number, ThirdPartyDTMFDigits: digits } = action.Parameters
    if (typeof number !== 'string' || (!isDynamic(number) && e164(number) === undefined))
      report(
        'Parameters.ThirdPartyPhoneNumber',
        `The number is ${JSON.stringify(number)}.`,
        'Write it as +14155550100.',
      )
    checkNumber(action, report, 'ThirdPartyConnectionTimeLimitSeconds', { minimum: 0, maximum: maximumRingSeconds })
    checkFlag(action, report, 'ContinueFlowExecution')
    if (digits !== undefined && !isDynamic(digits) && !digitsPattern.test(String(digits)))
      report('Parameters.ThirdPartyDTMFDigits', 'These can not be keyed in.', 'Write up to 50 of 0-9, comma, * and #.')
    const caller = parameterOf(action, 'CallerId.Number')
    if (caller !== undefined && !isDynamic(caller) && e164(String(caller)) === undefined)
      report('Parameters.CallerId.Number', 'The number to show is none.', 'Write it as +14155550100.')
    const goesOn = String(action.Parameters.ContinueFlowExecution).toLowerCase() === 'true'
    const errors = goesOn ? ['CallFailed', 'ConnectionTimeLimitExceeded', 'NoMatchingError'] : ['NoMatchingError']
    checkBranches(action, report, { next: goesOn, errors })
  },

  async run({ parameters, host, signal }) {
    if (!host.transferToThirdParty) return notHere('call third parties')
    const outcome = await host.transferToThirdParty(callOf(parameters), signal)
    switch (outcome) {
      case 'answeredAndEnded':
        return next
      case 'handedOver':
        return { to: 'end', end: 'ended', sentTo: 'phoneNumber' }
      case 'callFailed':
        return failed('the call failed', 'CallFailed')
      case 'timedOut':
        return failed('nobody answered in time', 'ConnectionTimeLimitExceeded')
    }
  },
}

function callOf(parameters: ParameterReader): ThirdPartyCall {
  const number = e164(parameters.text('ThirdPartyPhoneNumber'))
  if (number === undefined)
    throw new ParameterError(`there is no number ${parameters.text('ThirdPartyPhoneNumber') ?? '(no data)'}`)
  const seconds = parameters.number('ThirdPartyConnectionTimeLimitSeconds') ?? defaultRingSeconds
  const call: ThirdPartyCall = {
    number,
    ringTimeoutMs: wholeNumber(seconds, 'ThirdPartyConnectionTimeLimitSeconds', 0, maximumRingSeconds) * 1000,
    continueFlow: parameters.flag('ContinueFlowExecution') ?? false,
    callerId: {},
  }
  const digits = parameters.text('ThirdPartyDTMFDigits')
  if (digits !== undefined && !digitsPattern.test(digits))
    throw new ParameterError('ThirdPartyDTMFDigits can not be keyed in')
  if (digits) call.digits = digits
  const shown = parameters.text('CallerId.Number')
  const name = parameters.text('CallerId.Name')
  if (shown !== undefined) {
    const callerNumber = e164(shown)
    if (callerNumber === undefined) throw new ParameterError(`the number to show, ${shown}, is none`)
    call.callerId.number = callerNumber
  }
  if (name !== undefined) call.callerId.name = name
  return call
}
