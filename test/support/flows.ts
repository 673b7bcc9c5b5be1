// Flows of the test instance, in the Amazon Connect Flow language, written as lists of blocks that follow each other.

interface Block {
  type: string
  parameters?: Record<string, unknown>
  id?: string
  /** Identifier of the next block; absent: the one that follows in the list. */
  next?: string
  /** What the result equals, to the identifier where it leads. */
  conditions?: Record<string, string>
  /** Errors of the block; all lead to the next one. */
  errors?: string[]
}

const terminal = new Set(['DisconnectParticipant', 'EndFlowExecution', 'TransferContactToAgent'])

export function flowDocument(type: string, name: string, blocks: Block[]): string {
  const idOf = (index: number) => blocks[index]?.id ?? `${index + 1} ${blocks[index]?.type}`
  const transitions = (block: Block, index: number) => {
    if (terminal.has(block.type)) return {}
    const next = block.next ?? idOf(index + 1)
    return {
      NextAction: next,
      Errors: (block.errors ?? ['NoMatchingError']).map((ErrorType) => ({ ErrorType, NextAction: next })),
      Conditions: Object.entries(block.conditions ?? {}).map(([operand, NextAction]) => ({
        NextAction,
        Condition: { Operator: 'Equals', Operands: [operand] },
      })),
    }
  }
  const actions = blocks.map((block, index) => ({
    Identifier: idOf(index),
    Type: block.type,
    Parameters: block.parameters ?? {},
    Transitions: transitions(block, index),
  }))
  return JSON.stringify(
    { Version: '2019-10-30', StartAction: idOf(0), Metadata: { name, type }, Actions: actions },
    null,
    2,
  )
}

const play = (promptId: string, id?: string): Block => ({
  type: 'MessageParticipant',
  parameters: { PromptId: promptId },
  ...(id === undefined ? {} : { id }),
})

const setHook = (hook: string, flow: string): Block => ({
  type: 'UpdateContactEventHooks',
  parameters: { EventHooks: { [hook]: flow } },
})

const setPressed = (id: string, pressed: string, next?: string): Block => ({
  type: 'UpdateContactAttributes',
  parameters: { Attributes: { pressed } },
  id,
  ...(next === undefined ? {} : { next }),
})

const record: Block = {
  type: 'UpdateContactRecordingBehavior',
  parameters: { RecordingBehavior: { RecordedParticipants: ['Agent', 'Customer'] } },
  errors: [],
}

const end: Block = { type: 'EndFlowExecution' }

const toQueue: Block[] = [
  { type: 'UpdateContactTargetQueue', parameters: { QueueId: 'Support' }, id: 'Set queue' },
  { type: 'TransferContactToQueue', errors: ['QueueAtCapacity', 'NoMatchingError'], id: 'To queue' },
  { type: 'DisconnectParticipant', id: 'No queue' },
]

/** Flow name (file name) to document. */
export const testFlows: Record<string, string> = {
  /** The whole call of the first issue: greeting, prompt, digit, queue with music, whispers, recorded talk. */
  Main: flowDocument('contactFlow', 'Main', [
    { type: 'UpdateFlowLoggingBehavior', parameters: { FlowLoggingBehavior: 'Enabled' }, errors: [] },
    record,
    { type: 'UpdateContactTextToSpeechVoice', parameters: { TextToSpeechVoice: 'Joanna' }, errors: [] },
    { type: 'MessageParticipant', parameters: { Text: 'Welcome to the box.' }, id: 'Greeting' },
    play('menu', 'Menu'),
    {
      type: 'GetParticipantInput',
      parameters: { PromptId: 'question', InputTimeLimitSeconds: '10', StoreInput: 'False' },
      conditions: { 1: 'Pressed one', 2: 'Pressed two' },
      errors: ['InputTimeLimitExceeded', 'NoMatchingCondition', 'NoMatchingError'],
      id: 'Digit',
    },
    setPressed('Pressed nothing', 'nothing'),
    { type: 'DisconnectParticipant' },
    setPressed('Pressed one', '1', 'Set music'),
    setPressed('Pressed two', '2', 'Set music'),
    { ...setHook('CustomerQueue', 'Music'), id: 'Set music' },
    setHook('AgentWhisper', 'Whisper to agent'),
    setHook('CustomerWhisper', 'Whisper to customer'),
    ...toQueue,
  ]),
  /** Straight to an agent, nothing said, not recorded: for many calls at once. */
  Direct: flowDocument('contactFlow', 'Direct', toQueue),
  /** Straight to an agent, recorded. */
  Recorded: flowDocument('contactFlow', 'Recorded', [record, setHook('CustomerQueue', 'Music'), ...toQueue]),
  /** Fails without a branch for it, before anything hung up: the box must do so. */
  'Ends without disconnect': flowDocument('contactFlow', 'Ends without disconnect', [
    play('menu'),
    { type: 'UpdateContactTargetQueue', parameters: { QueueId: '$.Attributes.nothingThere' }, errors: [] },
    { type: 'DisconnectParticipant' },
  ]),
  /** To the desk of the call tests and back: then the caller hears a prompt. */
  Outside: flowDocument('contactFlow', 'Outside', [
    {
      type: 'TransferParticipantToThirdParty',
      parameters: {
        ThirdPartyPhoneNumber: '+442079460777',
        ThirdPartyConnectionTimeLimitSeconds: '20',
        ContinueFlowExecution: 'True',
        ThirdPartyDTMFDigits: '12',
      },
      errors: ['CallFailed', 'ConnectionTimeLimitExceeded', 'NoMatchingError'],
    },
    play('menu'),
    { type: 'DisconnectParticipant' },
  ]),
  /** Straight to an agent; a caller whom the agent leaves hears a prompt. */
  Thanks: flowDocument('contactFlow', 'Thanks', [setHook('CustomerRemaining', 'Goodbye'), ...toQueue]),
  Goodbye: flowDocument('contactFlow', 'Goodbye', [play('menu'), { type: 'DisconnectParticipant' }]),
  /** To Support; who waits there for two seconds goes on to the queue Second. */
  'Moves on': flowDocument('contactFlow', 'Moves on', [
    // Named while it runs: not every instance has the queue.
    { type: 'UpdateContactAttributes', parameters: { Attributes: { next: 'Second' } } },
    setHook('CustomerQueue', 'Impatient'),
    ...toQueue,
  ]),
  Impatient: flowDocument('customerQueue', 'Impatient', [
    {
      type: 'MessageParticipantIteratively',
      parameters: { Messages: [{ PromptId: 'music' }], InterruptFrequencySeconds: '2' },
      conditions: { MessagesInterrupted: 'On' },
      errors: ['NoMatchingError'],
      next: 'Wait',
    },
    {
      type: 'DequeueContactAndTransferToQueue',
      parameters: { QueueId: '$.Attributes.next' },
      id: 'On',
      errors: ['QueueAtCapacity', 'NoMatchingError'],
    },
    { ...end, id: 'Wait' },
  ]),
  /** Promises to call back, and hangs up. */
  Callback: flowDocument('contactFlow', 'Callback', [
    { type: 'UpdateContactTargetQueue', parameters: { QueueId: 'Support' } },
    {
      type: 'CreateCallbackContact',
      parameters: { InitialCallDelaySeconds: '1', MaximumConnectionAttempts: '2', RetryDelaySeconds: '1' },
    },
    { type: 'DisconnectParticipant' },
  ]),
  Music: flowDocument('customerQueue', 'Music', [
    {
      type: 'MessageParticipantIteratively',
      parameters: { Messages: [{ PromptId: 'music' }] },
    },
    end,
  ]),
  'default-customer-hold': flowDocument('customerHold', 'default-customer-hold', [
    { type: 'MessageParticipantIteratively', parameters: { Messages: [{ PromptId: 'hold' }] } },
    end,
  ]),
  'default-agent-transfer': flowDocument('agentTransfer', 'default-agent-transfer', [
    { type: 'TransferContactToAgent' },
  ]),
  'default-queue-transfer': flowDocument('queueTransfer', 'default-queue-transfer', [
    { type: 'TransferContactToQueue', errors: ['QueueAtCapacity', 'NoMatchingError'] },
    { type: 'DisconnectParticipant' },
  ]),
  'default-outbound': flowDocument('outboundWhisper', 'default-outbound', [play('customer-whisper'), end]),
  'Whisper to agent': flowDocument('agentWhisper', 'Whisper to agent', [play('agent-whisper'), end]),
  'Whisper to customer': flowDocument('customerWhisper', 'Whisper to customer', [play('customer-whisper'), end]),
}
