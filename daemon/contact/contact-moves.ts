// How a running flow moves its contact: into queues, to agents, outside, on and off hold. Only the contact's own flows
// have them; whispers and hold flows must leave it where it is.
import type {
  CallbackRequest,
  HoldState,
  OutboundCall,
  OutboundCallStatus,
  QueueTarget,
  TaskRequest,
  ThirdPartyCall,
  ThirdPartyOutcome,
} from '../flow/abilities.ts'
import type { FlowHost } from '../flow/host.ts'

export interface ContactMoves {
  /** Who is recorded has changed. */
  recordingChanged(): void
  enqueue(): 'queued' | 'atCapacity' | 'noQueue'
  transferToAgent(): 'transferred' | 'busy'
  dequeueAndTransfer(target: QueueTarget | undefined): 'transferred' | 'atCapacity' | 'refused'
  transferToThirdParty(call: ThirdPartyCall, signal: AbortSignal): Promise<ThirdPartyOutcome>
  holdParticipants(state: HoldState): boolean
  /** Undefined: nobody listens for who answered. */
  outboundCallStatus(signal: AbortSignal): Promise<OutboundCallStatus | undefined>
  completeOutboundCall(call: OutboundCall, signal: AbortSignal): Promise<boolean>
}

/** What every flow of a contact may begin beside it, or change of the contact it came from. */
export interface ContactOffspring {
  requestCallback(request: CallbackRequest): { ok: true } | { ok: false; detail: string }
  createTask(task: TaskRequest): { ok: true; contactId: string } | { ok: false; detail: string }
  /** The contact this one came from, while it is alive. */
  related(): Pick<FlowHost, 'setAttributes' | 'updateContactData'> | undefined
  /** False: it is no paused task. */
  resumeContact(): boolean
}

export const noMoves: ContactMoves = {
  recordingChanged: () => undefined,
  enqueue: () => 'noQueue',
  transferToAgent: () => 'busy',
  dequeueAndTransfer: () => 'refused',
  transferToThirdParty: async () => 'callFailed',
  holdParticipants: () => false,
  outboundCallStatus: async () => undefined,
  completeOutboundCall: async () => false,
}
