// Blocks of the older designer, each to the action it is today. Written after real exports; a block, a parameter or a
// branch that is not here is refused by its name, never guessed at. PlayAudio, StoreCustomerInput, SetScreenPop,
// CustomerInQueue, SetContactFlow and TransferToFlow are the oldest spellings.
import { type LegacyModule, LegacyProblem, valueText } from './legacy-module.ts'
import {
  type Converted,
  find,
  flag,
  keyed,
  listOfSpeech,
  named,
  operator,
  required,
  resource,
  speech,
  text,
} from './legacy-parameters.ts'

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

/** Which flow runs at which event; the block was called SetContactFlow before there were events besides queue and whisper. */
const eventHook: Conversion = (block) => {
  const hook = required(block, 'Type')
  const { value, name } = named(block, 'ContactFlowId')
  return {
    Type: 'UpdateContactEventHooks',
    Parameters: { EventHooks: { [hook]: value } },
    ...(name !== undefined && { names: { [`EventHooks.${hook}`]: name } }),
  }
}

const bot: Conversion = (block) => {
  const { Parameters, names } = speech(block)
  const region = text(block, 'BotRegion')
  return {
    Type: 'ConnectParticipantWithLexBot',
    Parameters: {
      ...Parameters,
      LexBot: {
        Name: required(block, 'BotName'),
        ...(region !== undefined && { Region: region }),
        Alias: required(block, 'BotAlias'),
      },
    },
    ...(names && { names }),
  }
}

const streaming = (state: 'Enabled' | 'Disabled'): Conversion => {
  return (block) => {
    const tracks = block.parameters.filter(({ name }) => name === 'Track').map(({ value }) => value)
    const named = [
      ...(tracks.includes('FromCustomer') ? ['From'] : []),
      ...(tracks.includes('ToCustomer') ? ['To'] : []),
    ]
    return {
      Type: 'UpdateContactMediaStreamingBehavior',
      Parameters: {
        MediaStreamingState: state,
        // The first edition of the block had no tracks: it streamed the customer both ways.
        Participants: [{ ParticipantType: 'Customer', MediaDirections: tracks.length === 0 ? ['From', 'To'] : named }],
        MediaStreamType: text(block, 'MediaStreamTypes') ?? 'Audio',
      },
    }
  }
}

const toQueue: Conversion = () => ({ Type: 'TransferContactToQueue', Parameters: {} })

const conversions: ReadonlyMap<string, Conversion> = new Map<string, Conversion>([
  ['PlayPrompt', play],
  ['PlayAudio', play],
  ['StoreUserInput', store],
  ['StoreCustomerInput', store],
  ['CustomerInQueue', toQueue],
  ['TransferToFlow', toFlow],
  ['Disconnect', () => ({ Type: 'DisconnectParticipant', Parameters: {}, terminal: true })],
  ['Resume', () => ({ Type: 'EndFlowExecution', Parameters: {}, terminal: true })],
  [
    'GetUserInput',
    (block) => {
      if (block.target === 'Lex') return bot(block)
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
  [
    'SetQueue',
    (block) => ({
      Type: 'UpdateContactTargetQueue',
      ...(find(block, 'Agent') ? resource(block, 'Agent', 'AgentId') : resource(block, 'Queue', 'QueueId')),
    }),
  ],
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
  ['SetContactFlow', eventHook],
  ['SetEventHook', eventHook],
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
  ['StartMediaStreaming', streaming('Enabled')],
  ['StopMediaStreaming', streaming('Disabled')],
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
      const { Parameters: queue = {}, names } = queueIfNamed(block)
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
      const { Parameters: queue = {}, names } = queueIfNamed(block)
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
  [
    'CheckStaffing',
    (block) => {
      const { Parameters: queue = {}, names } = queueIfNamed(block)
      const status = required(block, 'Status')
      if (!staffing.includes(status)) throw new LegacyProblem(`the status "${status}"`)
      const to = block.branches.find(({ condition }) => condition === 'True')?.transition ?? ''
      return {
        Type: 'CheckMetricData',
        Parameters: { ...queue, MetricType: `NumberOfAgents${status}` },
        conditions: [{ Operator: 'NumberGreaterThan', Operand: '0', to }],
        branches: { False: { error: 'NoMatchingCondition' } },
        ...(names && { names }),
      }
    },
  ],
  [
    'Wait',
    (block) => ({
      Type: 'Wait',
      Parameters: { TimeLimitSeconds: required(block, 'TimeoutSeconds') },
      branches: { Timeout: { equals: 'WaitCompleted' } },
    }),
  ],
  [
    'SetContactData',
    (block) => {
      const references = block.parameters.map(({ contactReference: written, namespace }) => {
        if (!written) throw new LegacyProblem('contact data that is no reference')
        return [written.key, { Type: written.type, Value: valueText(written.value, namespace) }] as const
      })
      return { Type: 'UpdateContactData', Parameters: { References: Object.fromEntries(references) } }
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

const recorded: ReadonlyMap<string, string[]> = new Map([
  ['Both', ['Agent', 'Customer']],
  ['Agent', ['Agent']],
  ['Customer', ['Customer']],
])

const staffing: readonly string[] = ['Available', 'Staffed', 'Online']

/** Without one the block is about the working queue. */
function queueIfNamed(block: LegacyModule): Pick<Converted, 'Parameters' | 'names'> | Record<string, never> {
  return find(block, 'Queue') ? resource(block, 'Queue', 'QueueId') : {}
}

function attributes(values: Record<string, string>): Converted {
  return { Type: 'UpdateContactAttributes', Parameters: { Attributes: values, TargetContact: 'Current' } }
}
