// What a running flow may see and do. The contact service implements it for real contacts, the text simulator and the
// tests for pretended ones; the engine and the actions know nothing else of the world (no legs, no SIP, no SQL).

import type { FlowAbilities } from './abilities.ts'
import type { FlowValue } from './flow-value.ts'

export type Channel = 'VOICE' | 'CHAT' | 'TASK'

/** Flow types by their API names. */
export type FlowType =
  | 'CONTACT_FLOW'
  | 'CUSTOMER_QUEUE'
  | 'CUSTOMER_HOLD'
  | 'AGENT_HOLD'
  | 'CUSTOMER_WHISPER'
  | 'AGENT_WHISPER'
  | 'OUTBOUND_WHISPER'
  | 'AGENT_TRANSFER'
  | 'QUEUE_TRANSFER'
  | 'MODULE'

export interface FlowEndpoint {
  address: string
  type: 'TELEPHONE_NUMBER' | 'VOIP'
  displayName?: string
}

export interface FlowVoice {
  /** Voice name as flows write it, e.g. `Joanna`. */
  voiceId: string
  engine: string
  style: string
  /** e.g. `en-US`. */
  languageCode: string
}

/** A resource of the instance as flows refer to it. `id` is the box's own stable id. */
export interface ResourceRef {
  id: string
  name: string
  arn: string
}

/** Contact data, read by the engine to resolve references (`$.Attributes.x`, `$.Queue.Name`, …). */
export interface FlowContact {
  readonly contactId: string
  readonly initialContactId: string
  readonly previousContactId?: string
  readonly channel: Channel
  readonly initiationMethod: string
  readonly customerEndpoint?: FlowEndpoint
  readonly systemEndpoint?: FlowEndpoint
  readonly instanceArn: string
  readonly awsRegion: string
  readonly attributes: Readonly<Record<string, string>>
  readonly voice: FlowVoice
  readonly queue?: ResourceRef & { outboundCallerId?: FlowEndpoint }
  readonly agent?: ResourceRef & { userName: string; firstName: string; lastName: string }
  readonly flowLogging: boolean
  readonly relatedContactId?: string
  /** As `updateContactData` set them. */
  readonly customerId?: string
  readonly name?: string
  readonly description?: string
  /** Undefined: the number the customer called from. */
  readonly customerCallbackNumber?: string
  readonly references?: Readonly<Record<string, { value: string; type: string }>>
  readonly tags?: Readonly<Record<string, string>>
  /** e.g. `connect:Subtype`. */
  readonly segmentAttributes?: Readonly<Record<string, string>>
  /** Headers of the call's INVITE by the names flows use, e.g. `P-Asserted-Identity`. */
  readonly sipHeaders?: Readonly<Record<string, string>>
  readonly siprecMetadata?: string
  /** First message of a chat. */
  readonly initialMessage?: string
  /** `$.MediaStreams.Customer.Audio.*`, while audio is streamed. */
  readonly audioStream?: {
    streamArn: string
    startTimestamp?: string
    stopTimestamp?: string
    startFragmentNumber?: string
  }
  /** `$.Capabilities.*`. */
  readonly capabilities?: FlowValue
}

/** Something to be heard: text in the contact's voice, or a recorded prompt. */
export type Speech = { kind: 'text'; text: string; ssml: boolean } | { kind: 'prompt'; promptId: string }

export interface CollectOptions {
  /** Played first; a digit interrupts it. Empty: collecting begins at once. */
  prompt: Speech[]
  /** Wait for the first digit, counted from the end of the prompt. */
  firstDigitTimeoutMs: number
  interDigitTimeoutMs: number
  maximumDigits: number
  /** Ends the entry; not part of the result. Empty: none. */
  terminator: string
  /** `*` erases what was entered so far. */
  cancelKey: boolean
  /** What is keyed in is to be encrypted: nothing may show it. */
  secret?: boolean
}

export type Collected = { outcome: 'digits'; digits: string } | { outcome: 'timeout' }

/** What may be said instead of pressing keys, and how long it is waited for. */
export interface AskOptions extends CollectOptions {
  speech: {
    /** Empty: anything. */
    phrases: readonly string[]
    /** Digits spoken one by one may be said too. */
    digits?: { minimum: number; maximum: number }
    /** Wait for the first word or key, counted from the end of the prompt. */
    startTimeoutMs: number
    /** Silence that ends what is said. */
    endSilenceMs: number
    /** Of all that is said. */
    maximumMs: number
    /** Speech interrupts the prompt; keys always do. */
    interruptsPrompt: boolean
  }
}

export type Asked =
  | Collected
  /** `confidence` is 0 to 1, where it is known. */
  | { outcome: 'spoken'; text: string; confidence?: number }
  /** Somebody spoke, but nothing that was understood. */
  | { outcome: 'notUnderstood' }
  /** What understands speech failed. */
  | { outcome: 'failed'; detail: string }

/** A step failed in a way flows expect: the error branch. Anything else that is thrown is a defect besides. */
export class ParticipantError extends Error {
  readonly code: 'promptMissing' | 'speechFailed' | 'channelMismatch'
  constructor(code: ParticipantError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/**
 * The party that hears the flow. Every call takes the run's abort signal, and rejects with the signal's reason once it
 * is aborted (the party hung up, an agent accepted, …), never before all it started has stopped sounding.
 */
export interface Participant {
  /** Resolves when the last of it has been heard. Rejects with ParticipantError when it can't be said. */
  play(speech: Speech[], signal: AbortSignal): Promise<void>
  /** Plays the list over and over. Resolves only by `interruptAfterMs`, if given. */
  playRepeatedly(speech: Speech[], interruptAfterMs: number | undefined, signal: AbortSignal): Promise<void>
  collect(options: CollectOptions, signal: AbortSignal): Promise<Collected>
  /** Keys or words, whichever begin first. Keys only where nobody understands the language. Absent: keys only, always. */
  ask?(options: AskOptions, signal: AbortSignal): Promise<Asked>
  /** Absent: digits count only while they are asked for. */
  readonly digitBuffer?: DigitBuffer
}

/**
 * Type-ahead: once started, digits are kept in order, 30 at most, and `collect` takes them first; a buffer that is not
 * empty skips the prompt of `collect`. Survives modules; cleared by `stop`, by a transfer and by the end of the call.
 */
export interface DigitBuffer {
  start(): void
  /** Gives back what was left in it. */
  stop(): string
  /** Digits waiting. */
  readonly length: number
}

export type EventHook =
  | 'CustomerQueue'
  | 'CustomerHold'
  | 'AgentHold'
  | 'AgentWhisper'
  | 'CustomerWhisper'
  | 'OutboundWhisper'
  | 'CustomerRemaining'
  | 'DefaultAgentUI'
  | 'DisconnectAgentUI'
  | 'PauseContact'
  | 'ResumeContact'

export interface RecordingBehavior {
  agent: boolean
  customer: boolean
  /** What the caller and the box say to each other, before anybody talks with the caller. Absent: no. */
  ivr?: boolean
}

export interface FlowLogEntry {
  ContactId: string
  ContactFlowId: string
  ContactFlowName: string
  ContactFlowModuleType: string
  Identifier: string
  Timestamp: string
  Parameters: Record<string, unknown>
  Results?: string
  ExternalResults?: Record<string, unknown>
}

export interface FlowHost extends FlowAbilities {
  readonly contact: FlowContact
  /** Absent in flows nobody listens to (disconnect flow after the caller left). */
  readonly participant: Participant | undefined
  /** All or nothing; false when a key is unusable or the total would pass 32 KB. */
  setAttributes(changes: Record<string, string>): boolean
  setVoice(change: Partial<FlowVoice>): void
  setFlowLogging(enabled: boolean): void
  /** What is not told stays as it is. */
  setRecording(change: Partial<RecordingBehavior>): void
  /** False when no such queue exists. */
  setTargetQueue(queueId: string): boolean
  /** False when no such flow exists. `undefined` flow id: the hook is switched off. */
  setEventHook(hook: EventHook, flowId: string | undefined): boolean
  /** Of the given hours, else of the working queue; undefined when there are none. */
  isOpen(hoursId: string | undefined): boolean | undefined
  /** Puts the contact into its working queue. `noQueue` also when it is queued or with an agent already. */
  enqueue(): 'queued' | 'atCapacity' | 'noQueue'
  log(entry: FlowLogEntry): void
  /** A flow or module of the run began or ended. Absent: nobody counts them. */
  flowRan?(told: FlowRan): void
}

/** How one flow or module of a run ended, by the published names (metrics facts, 6: one R). */
export type FlowOutcome =
  /** Left before a terminal block. */
  | 'DROPPED'
  | 'DISCONNECTED_PARTICIPANT'
  | 'ENDED_FLOW_EXECUTION'
  | 'TRANSFERED_TO_AGENT'
  | 'TRANSFERED_TO_PHONE_NUMBER'
  | 'TRANSFERED_TO_FLOW'
  | 'TRANSFERED_TO_QUEUE'
  /** A module's end. */
  | 'RETURNED_TO_FLOW'

export type FlowRan = { flow: string; flowType: FlowType; atEpochMs: number } & (
  | { what: 'started' }
  | { what: 'ended'; startedEpochMs: number; outcome: FlowOutcome }
)

/** How a run ended. `left` is an abort: the participant hung up, an agent accepted, the daemon stops. */
export type FlowEnd =
  | { type: 'disconnect' }
  | { type: 'queued' }
  | { type: 'ended' }
  | { type: 'left' }
  | { type: 'failed'; identifier: string; reason: string }
