// Blocks of the older designer, each to the action it is today. Written after real exports; a block, a parameter or a
// branch that is not here is refused by its name, never guessed at. PlayAudio, StoreCustomerInput, SetScreenPop,
// CustomerInQueue and TransferToFlow are the oldest spellings.
import { type LegacyModule, type LegacyParameter, LegacyProblem, valueText } from './legacy-module.ts'

export interface Converted {
  Type: string
  Parameters: Record<string, unknown>
  /** Names behind ARNs, by parameter: `QueueId`, `Messages.0.PromptId`. */
  names?: Record<string, string>
  /** Branches whose meaning differs from the usual ones: condition to an error type, or to the operand of an Equals. */
  branches?: Record<string, { error: string } | { equals: string }>
  /** Conditions to be written in place of the block's own. */
  conditions?: { Operator: string; Operand: string; to: string }[]
  terminal?: boolean
}

type Conversion = (block: LegacyModule) => Converted

const store: Conversion = (block) => {
  const phone = text(block, 'CustomerInputType') === 'PhoneNumber'
  const local = text(block, 'PhoneNumberFormat') !== 'E164'
  const country = text(block, 'CountryCode')
  const encrypted = flag(block, 'EncryptEntry')
  const validation = phone
    ? {
        PhoneNumberValidation: {
          NumberFormat: local ? 'Local' : 'E164',
          ...(local && country !== undefined && { CountryCode: country }),
        },
      }
    : { CustomValidation: { MaximumLength: text(block, 'MaxDigits') ?? '20' } }
  const { Parameters, names } = speech(block)
  return {
    Type: 'GetParticipantInput',
    Parameters: {
      ...Parameters,
      StoreInput: 'True',
      InputTimeLimitSeconds: text(block, 'Timeout') ?? '5',
      InputValidation: validation,
      ...(flag(block, 'DisableCancel') && { DTMFConfiguration: { DisableCancelKey: 'True' } }),
      ...(encrypted && {
        InputEncryption: { EncryptionKeyId: required(block, 'EncryptionKeyId'), Key: required(block, 'EncryptionKey') },
      }),
    },
    ...(names && { names }),
    branches: { InvalidNumber: { error: 'InvalidPhoneNumber' } },
  }
}

const play: Conversion = (block) => ({ Type: 'MessageParticipant', ...speech(block) })

const toFlow: Conversion = (block) => ({ Type: 'TransferToFlow', ...resource(block, 'ContactFlowId', 'ContactFlowId') })

const toQueue: Conversion = () => ({ Type: 'TransferContactToQueue', Parameters: {} })

const conversions: ReadonlyMap<string, Conversion> = new Map<string, Conversion>([
  ['PlayPrompt', play],
  ['PlayAudio', play],
  ['StoreUserInput', store],
  ['StoreCustomerInput', store],
  ['CustomerInQueue', toQueue],
  ['TransferToFlow', toFlow],
  ['Disconnect', () => ({ Type: 'DisconnectParticipant', Parameters: {}, terminal: true })],
  [
    'GetUserInput',
    (block) => {
      if (block.target !== 'Digits') throw new LegacyProblem(`the target "${block.target ?? ''}"`)
      const { Parameters, names } = speech(block)
      const seconds = text(block, 'Timeout') ?? '5'
      return {
        Type: 'GetParticipantInput',
        Parameters: { ...Parameters, StoreInput: 'False', InputTimeLimitSeconds: seconds },
        ...(names && { names }),
        branches: { Timeout: { error: 'InputTimeLimitExceeded' } },
      }
    },
  ],
  ['SetQueue', (block) => ({ Type: 'UpdateContactTargetQueue', ...resource(block, 'Queue', 'QueueId') })],
  [
    'Transfer',
    (block) => {
      if (block.target === 'Queue') return toQueue(block)
      if (block.target === 'Flow') return toFlow(block)
      if (block.target !== 'PhoneNumber') throw new LegacyProblem(`the target "${block.target ?? ''}"`)
      return {
        Type: 'TransferParticipantToThirdParty',
        Parameters: {
          ThirdPartyPhoneNumber: required(block, 'PhoneNumber'),
          ThirdPartyConnectionTimeLimitSeconds: text(block, 'TimeLimit') ?? '30',
          ContinueFlowExecution: flag(block, 'BlindTransfer') ? 'False' : 'True',
        },
        branches: { CallFailure: { error: 'CallFailed' }, Timeout: { error: 'ConnectionTimeLimitExceeded' } },
      }
    },
  ],
  [
    'CheckHoursOfOperation',
    (block) => ({
      Type: 'CheckHoursOfOperation',
      ...(find(block, 'Hours') ? resource(block, 'Hours', 'HoursOfOperationId') : { Parameters: {} }),
      branches: { True: { equals: 'True' }, False: { equals: 'False' } },
    }),
  ],
  ['SetAttributes', (block) => attributes(keyed(block, 'Attribute'))],
  ['SetScreenPop', (block) => attributes({ [required(block, 'key')]: required(block, 'value') })],
  [
    'CheckAttribute',
    (block) => {
      // The namespace is a parameter of its own here.
      const value = valueText(find(block, 'Attribute')?.value, text(block, 'Namespace'))
      return { Type: 'Compare', Parameters: { ComparisonValue: value } }
    },
  ],
  [
    'SetRecordingBehavior',
    (block) => {
      const participants = recorded.get(text(block, 'RecordingParticipantOption') ?? '')
      if (!participants) throw new LegacyProblem(`recording of "${text(block, 'RecordingParticipantOption') ?? ''}"`)
      const on = required(block, 'RecordingBehaviorOption') === 'Enable'
      return {
        Type: 'UpdateContactRecordingBehavior',
        Parameters: { RecordingBehavior: { RecordedParticipants: on ? participants : [] } },
      }
    },
  ],
  [
    'SetLoggingBehavior',
    (block) => ({
      Type: 'UpdateFlowLoggingBehavior',
      Parameters: { FlowLoggingBehavior: required(block, 'LoggingBehavior') === 'Enable' ? 'Enabled' : 'Disabled' },
    }),
  ],
  [
    'SetVoice',
    (block) => ({
      Type: 'UpdateContactTextToSpeechVoice',
      Parameters: { TextToSpeechVoice: required(block, 'GlobalVoice') },
    }),
  ],
  [
    'SetContactFlow',
    (block) => {
      const hook = required(block, 'Type')
      const { value, name } = named(block, 'ContactFlowId')
      return {
        Type: 'UpdateContactEventHooks',
        Parameters: { EventHooks: { [hook]: value } },
        ...(name !== undefined && { names: { [`EventHooks.${hook}`]: name } }),
      }
    },
  ],
  [
    'InvokeExternalResource',
    (block) => {
      if (block.target !== 'Lambda') throw new LegacyProblem(`the target "${block.target ?? ''}"`)
      const inputs = keyed(block, 'Parameter')
      return {
        Type: 'InvokeLambdaFunction',
        Parameters: {
          LambdaFunctionARN: required(block, 'FunctionArn'),
          InvocationTimeLimitSeconds: text(block, 'TimeLimit') ?? '8',
          ...(Object.keys(inputs).length > 0 && { LambdaInvocationAttributes: inputs }),
        },
      }
    },
  ],
  [
    'LoopPrompts',
    (block) => {
      const { messages, names } = listOfSpeech(block)
      const seconds = text(block, 'InterruptSeconds')
      return {
        Type: 'MessageParticipantIteratively',
        Parameters: { Messages: messages, ...(seconds !== undefined && { InterruptFrequencySeconds: seconds }) },
        names,
        branches: { Timeout: { equals: 'MessagesInterrupted' } },
      }
    },
  ],
  [
    'Loop',
    (block) => ({
      Type: 'Loop',
      Parameters: { LoopCount: required(block, 'LoopCount') },
      branches: { Looping: { equals: 'ContinueLooping' }, Complete: { equals: 'DoneLooping' } },
    }),
  ],
  [
    'PercentileBranching',
    (block) => {
      // Percentages one by one become "less than 1 and all so far" (flow-language 5.3, thresholds).
      let limit = 1
      const conditions = block.branches
        .filter(({ condition }) => condition === 'Evaluate')
        .map(({ conditionValue, transition }) => {
          limit += Number(conditionValue)
          return { Operator: 'NumberLessThan', Operand: String(limit), to: transition ?? '' }
        })
      if (!Number.isFinite(limit)) throw new LegacyProblem('a percentage that is no number')
      return { Type: 'DistributeByPercentage', Parameters: {}, conditions }
    },
  ],
  [
    'StartMediaStreaming',
    (block) => {
      const tracks = block.parameters.filter(({ name }) => name === 'Track').map(({ value }) => value)
      const directions = [
        ...(tracks.includes('FromCustomer') ? ['From'] : []),
        ...(tracks.includes('ToCustomer') ? ['To'] : []),
      ]
      return {
        Type: 'UpdateContactMediaStreamingBehavior',
        Parameters: {
          MediaStreamingState: 'Enabled',
          Participants: [{ ParticipantType: 'Customer', MediaDirections: directions }],
          MediaStreamType: text(block, 'MediaStreamTypes') ?? 'Audio',
        },
      }
    },
  ],
  [
    'SetCallBackNumber',
    (block) => ({
      Type: 'UpdateContactCallbackNumber',
      Parameters: { CallbackNumber: required(block, 'CallBackNumber') },
      branches: {
        InvalidPhoneNumber: { error: 'InvalidCallbackNumber' },
        NonDialableNumber: { error: 'CallbackNumberNotDialable' },
      },
    }),
  ],
  [
    'CreateCallback',
    (block) => {
      const { Parameters: queue = {}, names } = find(block, 'Queue') ? resource(block, 'Queue', 'QueueId') : {}
      return {
        Type: 'CreateCallbackContact',
        Parameters: {
          ...queue,
          InitialCallDelaySeconds: required(block, 'InitialDelaySeconds'),
          RetryDelaySeconds: required(block, 'RetryDelaySeconds'),
          // The designer counts the calls after the first.
          MaximumConnectionAttempts: String(Number(text(block, 'MaxRetryAttempts') ?? 0) + 1),
        },
        ...(names && { names }),
      }
    },
  ],
  [
    'UpdateRoutingPriority',
    (block) => {
      const priority = text(block, 'AbsolutePosition')
      const parameters =
        priority === undefined
          ? { QueueTimeAdjustmentSeconds: required(block, 'TimeOffset') }
          : { QueuePriority: priority }
      return { Type: 'UpdateContactRoutingBehavior', Parameters: parameters }
    },
  ],
  [
    'CheckQueueStatus',
    (block) => {
      const { Parameters: queue = {}, names } = find(block, 'Queue') ? resource(block, 'Queue', 'QueueId') : {}
      const conditions = block.branches
        .filter(({ condition }) => condition === 'CheckQueueTime')
        // Milliseconds here, seconds in the action.
        .map(({ conditionType, conditionValue, transition }) => ({
          Operator: operator(conditionType),
          Operand: String(Number(conditionValue) / 1000),
          to: transition ?? '',
        }))
      return {
        Type: 'CheckMetricData',
        Parameters: { ...queue, MetricType: 'OldestContactInQueueAgeSeconds' },
        conditions,
        ...(names && { names }),
      }
    },
  ],
])

export const legacyTypes: readonly string[] = [...conversions.keys()]

/** Throws LegacyProblem for what it has no conversion for. */
export function convertBlock(block: LegacyModule): Converted {
  const conversion = conversions.get(block.type)
  if (!conversion) throw new LegacyProblem(`the block type ${block.type}`)
  return conversion(block)
}

const operators: ReadonlyMap<string, string> = new Map([
  ['Equals', 'Equals'],
  ['StartsWith', 'TextStartsWith'],
  ['Contains', 'TextContains'],
  ['GreaterThan', 'NumberGreaterThan'],
  ['GreaterThanOrEqualTo', 'NumberGreaterOrEqualTo'],
  ['LessThan', 'NumberLessThan'],
  ['LessThanOrEqualTo', 'NumberLessOrEqualTo'],
])

export function operator(written: string | null | undefined): string {
  const known = operators.get(written ?? '')
  if (known === undefined) throw new LegacyProblem(`the condition "${written ?? ''}"`)
  return known
}

const recorded: ReadonlyMap<string, string[]> = new Map([
  ['Both', ['Agent', 'Customer']],
  ['Agent', ['Agent']],
  ['Customer', ['Customer']],
])

function find({ parameters }: LegacyModule, name: string): LegacyParameter | undefined {
  return parameters.find((parameter) => parameter.name === name)
}

function text(block: LegacyModule, name: string): string | undefined {
  const parameter = find(block, name)
  if (parameter?.value === undefined || parameter.value === null) return undefined
  return valueText(parameter.value, parameter.namespace)
}

function required(block: LegacyModule, name: string): string {
  const value = text(block, name)
  if (value === undefined) throw new LegacyProblem(`no parameter ${name}`)
  return value
}

function flag(block: LegacyModule, name: string): boolean {
  return text(block, name)?.toLowerCase() === 'true'
}

/** Parameters of one name that differ by their key. */
function keyed({ parameters }: LegacyModule, name: string): Record<string, string> {
  const given = parameters.filter((parameter) => parameter.name === name)
  return Object.fromEntries(given.map(({ key, value, namespace }) => [key ?? '', valueText(value, namespace)]))
}

function attributes(values: Record<string, string>): Converted {
  return { Type: 'UpdateContactAttributes', Parameters: { Attributes: values, TargetContact: 'Current' } }
}

/** Deployment scripts leave the ARN empty: then the name must do. */
function named(block: LegacyModule, name: string): { value: string; name?: string } {
  const parameter = find(block, name)
  const hint = parameter?.resourceName ?? hinted(block.metadata)
  const value = text(block, name) || (hint ?? '')
  if (value === '') throw new LegacyProblem(`no parameter ${name}`)
  return { value, ...(hint !== undefined && { name: hint }) }
}

/** Some blocks have the name beside the parameters only. */
function hinted(metadata: LegacyModule['metadata']): string | undefined {
  for (const key of ['queue', 'ContactFlow', 'contactFlow', 'hours']) {
    const hint = metadata?.[key]
    if (typeof hint === 'object' && hint !== null && 'text' in hint && typeof hint.text === 'string') return hint.text
  }
  return undefined
}

function resource(block: LegacyModule, from: string, to: string): Pick<Converted, 'Parameters' | 'names'> {
  const { value, name } = named(block, from)
  return { Parameters: { [to]: value }, ...(name !== undefined && { names: { [to]: name } }) }
}

function speech(block: LegacyModule): Pick<Converted, 'Parameters' | 'names'> {
  if (find(block, 'AudioPrompt')) {
    const { value, name } = named(block, 'AudioPrompt')
    return { Parameters: { PromptId: value }, ...(name !== undefined && { names: { PromptId: name } }) }
  }
  const ssml = text(block, 'TextToSpeechType') === 'ssml'
  return { Parameters: { [ssml ? 'SSML' : 'Text']: required(block, 'Text') } }
}

function listOfSpeech({ parameters }: LegacyModule): {
  messages: Record<string, string>[]
  names: Record<string, string>
} {
  const messages: Record<string, string>[] = []
  const names: Record<string, string> = {}
  for (const { name, value, key, namespace, resourceName } of parameters) {
    if (name === 'Text') messages.push({ [key === 'ssml' ? 'SSML' : 'Text']: valueText(value, namespace) })
    if (name !== 'AudioPrompt') continue
    if (resourceName) names[`Messages.${messages.length}.PromptId`] = resourceName
    messages.push({ PromptId: valueText(value, namespace) || (resourceName ?? '') })
  }
  if (messages.length === 0) throw new LegacyProblem('no prompt to play')
  return { messages, names }
}
