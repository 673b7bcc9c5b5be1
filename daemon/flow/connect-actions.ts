// Names that look like action types and are none. An action that is neither here nor in actions/ is unknown to the
// service, too.

/** Plausible names that the service refuses, to what was meant. */
export const mistakenActions: ReadonlyMap<string, string> = new Map([
  ['InvokeExternalResource', 'InvokeLambdaFunction'],
  ['HoldParticipant', 'UpdatePreviousContactParticipantState'],
  ['SetVoice', 'UpdateContactTextToSpeechVoice'],
  ['SetLoggingBehavior', 'UpdateFlowLoggingBehavior'],
  ['TransferToQueue', 'TransferContactToQueue'],
  ['TransferContactToFlow', 'TransferToFlow'],
  ['CheckAttribute', 'Compare'],
  ['UnTagContact', 'UntagContact'],
  ['UpdateRoutingCriteria', 'UpdateContactRoutingCriteria'],
])
