// Get customer input (menu mode: one digit decides), Store customer input (an entry is kept in
// `$.StoredCustomerInput`) and Set Touchtone Buffer Behavior. Defaults: fact sheet flow-language 3.
import type { ActionDefinition, ActionReport, ActionRun, FlowActionDocument, Outcome } from '../action.ts'
import { callingCode, e164Of } from '../calling-codes.ts'
import type { CollectOptions } from '../host.ts'
import type { ParameterReader } from '../parameters.ts'
import { ParameterError } from '../resolved-parameters.ts'
import { masked } from '../secrets.ts'
import { checkBranches, checkChoice, checkFlag, checkKnown, checkNumber, checkWord, parameterOf } from './checks.ts'
import { inboundQueueAndTransfer } from './flow-types.ts'
import { encryptInput } from './input-encryption.ts'
import { failed } from './outcomes.ts'
import { checkSpeech, readSpeech, speechParameters } from './speech.ts'

const defaultInterDigitSeconds = 5
const defaultTerminator = '#'
/** Kept when nothing was entered. */
const nothingEntered = 'Timeout'
/** `00`, a country code and a number: more is no telephone number. */
const phoneNumberDigits = 20
const maximumEntryDigits = 1000
/** The console takes 180 at most, the language any number. */
const maximumFirstDigitSeconds = 24 * 3600

const phone = 'InputValidation.PhoneNumberValidation'
const custom = 'InputValidation.CustomValidation'
const knownParameters: readonly string[] = [
  ...speechParameters,
  'StoreInput',
  'InputTimeLimitSeconds',
  'InputValidation',
  'InputEncryption',
  'DTMFConfiguration',
  'EnableDTMFBuffer',
]

/** The console's block for keys is its block for bots, too; in the language they are two actions. */
const bots: readonly string[] = ['LexV2Bot', 'LexBot']

export const getParticipantInput: ActionDefinition = {
  type: 'GetParticipantInput',
  blockName: 'GetUserInput',
  blockNameOf: (action) => (isStored(action) ? 'StoreUserInput' : 'GetUserInput'),
  flowTypes: [...inboundQueueAndTransfer, 'OUTBOUND_WHISPER'],
  flowTypesOf: (action) =>
    action.Parameters.EnableDTMFBuffer === undefined ? inboundQueueAndTransfer : getParticipantInput.flowTypes,
  channels: ['VOICE'],
  needsParticipant: true,
  terminal: false,

  check(action, report) {
    const asked = bots.find((name) => action.Parameters[name] !== undefined)
    if (asked !== undefined) {
      const message = `${asked} is for ConnectParticipantWithLexBot: this block asks for keys only.`
      report(`Parameters.${asked}`, message, 'Write the Type ConnectParticipantWithLexBot.')
      return
    }
    checkKnown(action, report, knownParameters)
    if (action.Parameters.EnableDTMFBuffer !== undefined) {
      checkFlag(action, report, 'EnableDTMFBuffer')
      checkFlag(action, report, 'StoreInput')
      checkBranches(action, report, { next: true, errors: ['NoMatchingError'] })
      return
    }
    checkFlag(action, report, 'StoreInput')
    // Without a prompt: what was typed ahead, or what a prompt of a block before has asked for.
    checkSpeech(action, report, { required: false })
    const firstDigit = { required: true, minimum: 1, maximum: maximumFirstDigitSeconds }
    checkNumber(action, report, 'InputTimeLimitSeconds', firstDigit)
    checkDtmf(action, report)
    if (isStored(action)) checkStore(action, report)
    else checkMenu(action, report)
  },

  async run(run) {
    const { parameters, host, signal } = run
    if (parameters.has('EnableDTMFBuffer')) return switchBuffer(run)
    const store = parameters.flag('StoreInput') ?? false
    const speech = await readSpeech(run)
    const prompt = speech ? [speech] : []
    const options = { ...(store ? storeOptions(parameters) : menuOptions(parameters)), prompt }
    const collected = await host.participant!.collect(options, signal)
    const digits = collected.outcome === 'digits' ? collected.digits : ''
    if (store) return keep(run, digits)
    return digits === '' ? failed('nothing was pressed', 'InputTimeLimitExceeded') : { to: 'condition', value: digits }
  },
}

function isStored({ Parameters }: FlowActionDocument): boolean {
  return String(Parameters.StoreInput).toLowerCase() === 'true'
}

/** The block that only starts or stops the type-ahead; what was typed may be kept when it stops. */
function switchBuffer(run: ActionRun): Outcome {
  const { parameters, host } = run
  const buffer = host.participant?.digitBuffer
  if (!buffer) return failed('this box can not take digits ahead of time here')
  if (parameters.flag('EnableDTMFBuffer')) {
    buffer.start()
    return { to: 'next' }
  }
  const digits = buffer.stop()
  return parameters.flag('StoreInput') ? keep(run, digits) : { to: 'next' }
}

type Timed = Omit<CollectOptions, 'prompt'>

function menuOptions(parameters: ParameterReader): Timed {
  return { ...timing(parameters), maximumDigits: 1, terminator: '', cancelKey: false }
}

function storeOptions(parameters: ParameterReader): Timed {
  const length = parameters.number(`${custom}.MaximumLength`) ?? phoneNumberDigits
  if (!parameters.has(custom) && !parameters.has(phone)) throw new ParameterError('InputValidation is missing')
  if (!Number.isInteger(length) || length < 1) throw new ParameterError(`MaximumLength is ${length}`)
  return {
    ...timing(parameters),
    maximumDigits: Math.min(length, maximumEntryDigits),
    terminator: parameters.text('DTMFConfiguration.InputTerminationSequence') || defaultTerminator,
    cancelKey: !(parameters.flag('DTMFConfiguration.DisableCancelKey') ?? false),
    ...(parameters.has('InputEncryption') && { secret: true }),
  }
}

function timing(parameters: ParameterReader): Pick<CollectOptions, 'firstDigitTimeoutMs' | 'interDigitTimeoutMs'> {
  const firstSeconds = parameters.number('InputTimeLimitSeconds')
  if (firstSeconds === undefined || firstSeconds <= 0) throw new ParameterError('InputTimeLimitSeconds is missing or 0')
  const betweenSeconds = parameters.number('DTMFConfiguration.InterdigitTimeLimitSeconds') ?? defaultInterDigitSeconds
  if (betweenSeconds <= 0) throw new ParameterError('InterdigitTimeLimitSeconds is 0')
  return {
    firstDigitTimeoutMs: firstSeconds * 1000,
    interDigitTimeoutMs: betweenSeconds * 1000,
  }
}

function keep({ parameters, state }: ActionRun, digits: string): Outcome {
  if (digits === '') {
    state.storedCustomerInput = nothingEntered
    return { to: 'next', result: nothingEntered }
  }
  if (parameters.has(phone)) {
    const local = parameters.text(`${phone}.NumberFormat`)?.toLowerCase() === 'local'
    const number = e164Of(digits, local ? (parameters.text(`${phone}.CountryCode`) ?? '') : undefined)
    if (number === undefined) return failed('the entry is no telephone number', 'InvalidPhoneNumber')
    state.storedCustomerInput = number
    return { to: 'next', result: number }
  }
  const encrypted = parameters.has('InputEncryption')
  state.storedCustomerInput = encrypted ? encryptInput(digits, parameters) : digits
  return { to: 'next', result: encrypted ? masked : digits }
}

function checkMenu(action: FlowActionDocument, report: ActionReport): void {
  for (const name of ['InputValidation', 'InputEncryption'])
    if (action.Parameters[name] !== undefined)
      report(`Parameters.${name}`, `${name} is only for stored input.`, 'Set StoreInput to "True", or remove it.')
  for (const [index, { Condition }] of (action.Transitions.Conditions ?? []).entries()) {
    if (Condition.Operator === 'Equals' && /^[0-9*#]$/.test(Condition.Operands[0] ?? '')) continue
    const mend = 'Write Equals with one of 0 to 9, * and #.'
    report(`Transitions.Conditions.${index}.Condition`, 'The condition is not one key of the telephone.', mend)
  }
  checkBranches(action, report, {
    next: true,
    errors: ['InputTimeLimitExceeded', 'NoMatchingCondition', 'NoMatchingError'],
  })
}

function checkLength(action: FlowActionDocument, report: ActionReport): void {
  const path = `${custom}.MaximumLength`
  if (Number(parameterOf(action, path)) > maximumEntryDigits) {
    const message = `No more than ${maximumEntryDigits} digits are taken.`
    report(`Parameters.${path}`, message, `Write ${maximumEntryDigits} or less.`, 'warning')
  } else checkNumber(action, report, path, { required: true, minimum: 1, maximum: maximumEntryDigits })
}

function checkStore(action: FlowActionDocument, report: ActionReport): void {
  const choices = ['PhoneNumberValidation', 'CustomValidation']
  const chosen = checkChoice(action, report, choices, { prefix: 'InputValidation.', required: true })
  if (chosen === 'CustomValidation') checkLength(action, report)
  if (chosen === 'PhoneNumberValidation') checkPhone(action, report)
  if (action.Parameters.InputEncryption !== undefined) {
    for (const name of ['EncryptionKeyId', 'Key'])
      if (typeof parameterOf(action, `InputEncryption.${name}`) !== 'string')
        report(`Parameters.InputEncryption.${name}`, `${name} is missing.`, 'Give the key its id and its PEM text.')
    if (chosen === 'PhoneNumberValidation')
      report('Parameters.InputEncryption', 'A telephone number can not be encrypted.', 'Use CustomValidation.')
  }
  if ((action.Transitions.Conditions ?? []).length > 0)
    report('Transitions.Conditions', 'Stored input has no conditions.', 'Check the value with a Compare action.')
  const errors = chosen === 'PhoneNumberValidation' ? ['InvalidPhoneNumber', 'NoMatchingError'] : ['NoMatchingError']
  checkBranches(action, report, { next: true, errors })
}

function checkPhone(action: FlowActionDocument, report: ActionReport): void {
  checkWord(action, report, `${phone}.NumberFormat`, ['Local', 'E164'], { required: true, anyCase: true })
  if (String(parameterOf(action, `${phone}.NumberFormat`)).toLowerCase() !== 'local') return
  const country = parameterOf(action, `${phone}.CountryCode`)
  if (typeof country === 'string' && callingCode(country) !== undefined) return
  const mend = 'Write the two letters of the country, e.g. "GB".'
  report(`Parameters.${phone}.CountryCode`, 'A local number needs a country the box knows.', mend)
}

function checkDtmf(action: FlowActionDocument, report: ActionReport): void {
  const sequence = parameterOf(action, 'DTMFConfiguration.InputTerminationSequence')
  if (sequence !== undefined && !/^([0-9*#]{1,5}|\$.*)$/.test(String(sequence))) {
    const message = `InputTerminationSequence is ${JSON.stringify(sequence)}.`
    report('Parameters.DTMFConfiguration.InputTerminationSequence', message, 'Write 1 to 5 of 0 to 9, * and #.')
  }
  checkFlag(action, report, 'DTMFConfiguration.DisableCancelKey')
  checkNumber(action, report, 'DTMFConfiguration.InterdigitTimeLimitSeconds', { minimum: 1, maximum: 20 })
}
