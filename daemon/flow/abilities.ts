// What a host can do for a flow beyond the bare contact. Every ability is optional: where it is absent, the action that
// needs it takes its documented error branch and says so in the flow log. Durations carry their unit in the name;
// promises that can last take the run's abort signal and reject with its reason. Any other rejection is the error
// branch; with anything but ParticipantError it is a defect, too, and told by `reportDefect`.
import type { FlowObject, FlowValue } from './flow-value.ts'
import type { Channel, Speech } from './host.ts'

/** Answer of a function, as `daemon/functions` gives it. */
export type FunctionAnswer = { ok: true; result: unknown } | { ok: false; reason: string; detail: string }

/** An agent's personal queue, or a queue; by the box's ids. */
export type QueueTarget = { queueId: string } | { agentId: string }

export interface QueueMetrics {
  name: string
  arn: string
  /** Contacts waiting. */
  size: number
  /** Undefined when nobody waits. */
  oldestContactAgeSeconds?: number
  /** Undefined when it can't be told. */
  estimatedWaitSeconds?: number
  agents: {
    /** Any status but offline. */
    online: number
    /** Could take a contact now. */
    available: number
    /** Available, on contact or in after-contact work. */
    staffed: number
    afterContactWork: number
    /** On contact, without after-contact work. */
    busy: number
    missed: number
    nonProductive: number
  }
  /** Of this contact, when it is queued. */
  contact?: { estimatedWaitSeconds?: number; position?: number }
}

export interface BotQuestion {
  /** The box's id of the bot. */
  botId: string
  /** Said before the customer is listened to; digits and, where the bot allows, speech interrupt it. */
  prompt: Speech[]
  sessionAttributes: Record<string, string>
  /** Chat: text the bot is given at once instead of asking. */
  initialMessage?: string
  /** Chat: how long the customer may be silent. */
  timeoutMs?: number
}

export interface BotResult {
  intentName: string
  /** Empty slots are null. */
  slots: Record<string, string | null>
  sessionAttributes: Record<string, string>
  dialogState?: string
  /** 0 to 1. */
  confidence?: number
  sentiment?: { label: string; scores: { positive: number; negative: number; mixed: number; neutral: number } }
  alternateIntents?: { intentName: string; confidence?: number; slots: Record<string, string | null> }[]
}

/** `timeout`: nothing was said in time; on a call that is a failure, in a chat a branch of its own. */
export type BotAnswer =
  | ({ outcome: 'intent' } & BotResult)
  | { outcome: 'timeout' }
  | { outcome: 'failed'; detail: string }

export interface RoutingStep {
  /** As written in the flow, references filled in: AttributeCondition, AndExpression, OrExpression, … */
  expression: FlowObject
  /** Undefined: this step lasts until somebody is found. */
  expirySeconds?: number
}

export interface CallbackRequest {
  /** Undefined: the working queue. */
  target?: QueueTarget
  /** 1 to 259,200. */
  initialDelaySeconds: number
  /** First call included. */
  maximumAttempts: number
  /** 1 to 259,200. */
  retryDelaySeconds: number
  /** Flow the callback contact starts with, instead of waiting in the queue. */
  flowId?: string
  /** Claimed number to show; undefined: the queue's. */
  callerId?: string
}

export interface TaskRequest {
  name: string
  description?: string
  /** Undefined when a template names it. */
  flowId?: string
  templateId?: string
  attributes: Record<string, string>
  references: ContactReferences
  /** 1 to 518,400; with neither this nor a time: now. */
  delaySeconds?: number
  /** Wall clock; one that is over is refused. */
  startEpochMs?: number
}

export interface ThirdPartyCall {
  /** E.164. */
  number: string
  ringTimeoutMs: number
  /** Back to the flow when the third party has hung up. */
  continueFlow: boolean
  /** Sent once answered: 0-9, `*`, `#`; a comma is a pause of 750 ms. */
  digits?: string
  /** Without a number the caller's own is shown. */
  callerId: { number?: string; name?: string }
}

/**
 * `answeredAndEnded`: the customer is back. `handedOver`: answered, and the host keeps both parties joined; only when
 * the flow is not to go on.
 */
export type ThirdPartyOutcome = 'answeredAndEnded' | 'handedOver' | 'callFailed' | 'timedOut'

export type HoldState = 'AgentOnHold' | 'CustomerOnHold' | 'OffHold'

export interface MediaStreaming {
  /** `From`: what the customer says; `To`: what the customer hears. */
  directions: readonly ('From' | 'To')[]
}

/** Fields of the contact that flows set; only those given change. */
/** By name; `type` is URL, STRING, NUMBER, … */
export type ContactReferences = Readonly<Record<string, { value: string; type: string }>>

export interface ContactFields {
  name?: string
  description?: string
  customerId?: string
  wisdomSessionArn?: string
  segmentAttributes?: Record<string, string>
  references?: ContactReferences
}

export type HookKind = 'customerProfiles' | 'cases' | 'wisdom' | 'dataTables' | 'messages'

/** `errorType` is one of the action's own (`NoneFoundError`, `MultipleFound`, …); any other is NoMatchingError. */
export type HookAnswer = { ok: true; result: unknown } | { ok: false; errorType?: string; detail: string }

export interface ViewRequest {
  /** Without its qualifier. */
  viewId: string
  /** `$LATEST`, `$SAVED`, a number; undefined when none is written. */
  version?: string
  data: FlowObject
  timeoutMs: number
  /** Keep what the participant answers out of the transcript. */
  hideResponse: boolean
}

export type ViewAnswer =
  | { outcome: 'action'; action: string; data: FlowValue }
  | { outcome: 'timeout' }
  | { outcome: 'failed'; detail: string }

export type WaitEvent = 'CustomerReturned' | 'BotParticipantDisconnected'

export interface WaitRequest {
  timeLimitMs: number
  /** Ends the wait early. Empty: time alone. */
  events: readonly WaitEvent[]
}

export type OutboundCallStatus = 'CallAnswered' | 'VoicemailBeep' | 'VoicemailNoBeep' | 'NotDetected'

export interface OutboundCall {
  /** E.164; undefined: the queue's number. */
  callerIdNumber?: string
  ringTimeoutMs?: number
}

export interface FlowAbilities {
  /** A block threw what it should not have thrown, or would not stop: to be counted and logged. */
  reportDefect?(identifier: string, reason: string): void
  /** Runs a function; retries are the host's. `timeoutMs` covers them all. Never rejects but by the signal. */
  invokeFunction?(
    functionId: string,
    event: FlowObject,
    options: { timeoutMs: number; signal: AbortSignal },
  ): Promise<FunctionAnswer>
  /** Starts a function and does not wait for it. Undefined: it could not be started. */
  startFunction?(functionId: string, event: FlowObject, options: { timeoutMs: number }): string | undefined
  /** Asks until the bot has an intent fulfilled, or gives up. */
  askBot?(question: BotQuestion, signal: AbortSignal): Promise<BotAnswer>
  /** Undefined target: the working queue. Undefined channel: all. Undefined result: no data, no queue. */
  queueMetrics?(target: QueueTarget | undefined, channel: Channel | undefined): QueueMetrics | undefined
  /** The working queue becomes the agent's personal one. False: no such agent. */
  setTargetAgent?(agentId: string): boolean
  /** `priority` 1 (first) to 9223372036854775807 (last); `ageSeconds` is added to the real waiting time. */
  setRouting?(change: { priority?: number; ageSeconds?: number }): void
  /** At most 5 steps, tried in order. False: they can't be followed. */
  setRoutingCriteria?(steps: RoutingStep[]): boolean
  /** Moves the queued contact; undefined target: its working queue. `refused`: it is being offered or joined. */
  dequeueAndTransfer?(target: QueueTarget | undefined): 'transferred' | 'atCapacity' | 'refused'
  /** E.164. `notDialable`: its country or prefix is not allowed. */
  setCallbackNumber?(number: string): 'set' | 'invalid' | 'notDialable'
  requestCallback?(request: CallbackRequest): { ok: true } | { ok: false; detail: string }
  createTask?(task: TaskRequest): { ok: true; contactId: string } | { ok: false; detail: string }
  /** Lasts as long as the call to the third party. */
  transferToThirdParty?(call: ThirdPartyCall, signal: AbortSignal): Promise<ThirdPartyOutcome>
  /** To the agent of the quick connect. `busy`: the contact is let go. */
  transferToAgent?(): 'transferred' | 'busy'
  /** False: there is no previous contact to hold parties of. */
  holdParticipants?(state: HoldState): boolean
  /** At most 6 of the user's own. False: refused, nothing changed. */
  tagContact?(tags: Record<string, string>): boolean
  untagContact?(keys: readonly string[]): boolean
  /** Undefined: stop. False: it can't be done. */
  setMediaStreaming?(streaming: MediaStreaming | undefined): boolean
  /** Chat: each message passes a function. Undefined: none. */
  setChatProcessor?(processor: { functionId: string; deliverUnprocessed: boolean } | undefined): boolean
  /** False: refused (unknown related contact, unusable key), nothing changed. */
  updateContactData?(fields: ContactFields, target: 'Current' | 'Related'): boolean
  /** Attributes of the related contact; false as for `setAttributes`, or when there is none. */
  setRelatedAttributes?(changes: Record<string, string>): boolean
  /** Add-on products, as functions of the instance. `action` is the action's type. */
  invokeHook?(kind: HookKind, action: string, payload: FlowObject, signal: AbortSignal): Promise<HookAnswer>
  showView?(view: ViewRequest, signal: AbortSignal): Promise<ViewAnswer>
  /** `notFound`: the participant an event is about is not there. */
  wait?(request: WaitRequest, signal: AbortSignal): Promise<'WaitCompleted' | WaitEvent | 'notFound'>
  /** Text of the e-mail; undefined when there is none. */
  loadContactContent?(contentType: string, signal: AbortSignal): Promise<string | undefined>
  /** Paused task. False: it is not paused. */
  resumeContact?(): boolean
  /** Outbound whisper: dials. False: it failed. */
  completeOutboundCall?(call: OutboundCall, signal: AbortSignal): Promise<boolean>
  /** Undefined: detection is off. */
  outboundCallStatus?(signal: AbortSignal): Promise<OutboundCallStatus | undefined>
  /** Audio at a URI that `prompts/` does not have: fetched, kept, and named as a prompt. Undefined: not to be had. */
  fetchPrompt?(uri: string, signal: AbortSignal): Promise<string | undefined>
}
