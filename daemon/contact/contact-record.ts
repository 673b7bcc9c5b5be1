// The contact record as Amazon Connect publishes it (field names and shapes), for the fields a contact of this box can
// have. Times are ISO 8601 UTC to the second. Fields with `?` are absent where they do not apply.
import type { MediaQuality } from '../leg/leg.ts'

export type InitiationMethod =
  | 'INBOUND'
  | 'OUTBOUND'
  | 'TRANSFER'
  | 'QUEUE_TRANSFER'
  | 'CALLBACK'
  | 'API'
  | 'DISCONNECT'
  | 'MONITOR'
  /** The leg to an outside number that an agent brought in. */
  | 'EXTERNAL_OUTBOUND'
  /** An agent takes a contact of a campaign, then it is called. */
  | 'CAMPAIGN_PREVIEW'

export type DisconnectReason =
  | 'CUSTOMER_DISCONNECT'
  | 'AGENT_DISCONNECT'
  /** Tasks: the agent closed it. */
  | 'AGENT_COMPLETED'
  | 'THIRD_PARTY_DISCONNECT'
  | 'CONTACT_FLOW_DISCONNECT'
  | 'BARGED'
  /** Tasks: seven days after they were made. */
  | 'EXPIRED'
  | 'API'
  | 'TELECOM_PROBLEM'
  | 'TELECOM_BUSY'
  | 'TELECOM_NUMBER_INVALID'
  | 'TELECOM_POTENTIAL_BLOCKING'
  | 'TELECOM_UNANSWERED'
  | 'TELECOM_TIMEOUT'
  | 'TELECOM_ORIGINATOR_CANCEL'
  | 'OTHER'

/** Who, or what, answered a call of a campaign. */
export type AnsweringMachineDetectionStatus =
  | 'HUMAN_ANSWERED'
  | 'VOICEMAIL_BEEP'
  | 'VOICEMAIL_NO_BEEP'
  /** Rang, and nobody picked up. */
  | 'AMD_UNANSWERED'
  /** Sound, and neither a person nor a machine for certain. */
  | 'AMD_UNRESOLVED'
  | 'AMD_UNRESOLVED_SILENCE'
  /** Over before it rang. */
  | 'AMD_NOT_APPLICABLE'
  | 'FAX_MACHINE_DETECTED'

export interface RecordEndpoint {
  Address: string
  Type: 'TELEPHONE_NUMBER' | 'VOIP'
}

export interface RecordAgent {
  ARN: string
  Username: string
  ConnectedToAgentTimestamp?: string
  AgentInteractionDuration?: number
  /** All holds of the customer while with this agent; `AgentInitiatedHoldDuration` those this agent made. */
  CustomerHoldDuration: number
  AgentInitiatedHoldDuration?: number
  LongestHoldDuration: number
  NumberOfHolds: number
  AfterContactWorkDuration: number
  AfterContactWorkStartTimestamp?: string
  AfterContactWorkEndTimestamp?: string
  /** Of supervisors. */
  StateTransitions?: { state: 'SILENT_MONITOR' | 'BARGE'; stateStartTimestamp: string; stateEndTimestamp?: string }[]
  /** Of tasks. */
  AgentPauseDuration?: number
  RoutingProfile: { ARN: string; Name: string }
}

export interface RecordQueue {
  ARN: string
  Name: string
  EnqueueTimestamp: string
  DequeueTimestamp?: string
  Duration?: number
}

/** `IVR`: the caller and the box, before anybody talks with the caller. */
export type RecordedPart = 'All' | 'IVR'

export interface RecordRecording {
  Location: string
  Status: 'AVAILABLE' | 'DELETED' | 'NULL'
  StorageType: 'LOCAL'
  MediaStreamType: 'AUDIO'
  ParticipantType: RecordedPart
  StartTimestamp: string
  StopTimestamp?: string
  DeletionReason?: string
}

export interface ContactRecord {
  AWSContactTraceRecordFormatVersion: '2017-03-10'
  ContactId: string
  InitialContactId: string
  PreviousContactId: string | null
  NextContactId: string | null
  RelatedContactId?: string
  Channel: 'VOICE' | 'CHAT' | 'TASK'
  InitiationMethod: InitiationMethod
  InstanceARN: string
  InitiationTimestamp: string
  ConnectedToSystemTimestamp: string | null
  DisconnectTimestamp: string | null
  DisconnectReason: DisconnectReason | null
  LastUpdateTimestamp: string
  CustomerEndpoint: RecordEndpoint | null
  SystemEndpoint: RecordEndpoint | null
  Attributes: Record<string, string>
  AgentConnectionAttempts: number
  Agent: RecordAgent | null
  Queue: RecordQueue | null
  Recordings: RecordRecording[]
  TransferCompletedTimestamp: string | null
  TransferredToEndpoint?: RecordEndpoint
  ScheduledTimestamp?: string
  /** Of an outside leg: seconds the customer or an agent talked with it. */
  ExternalThirdParty?: { ExternalThirdPartyInteractionDuration: number }
  CustomerId?: string
  Tags?: Record<string, string>
  SegmentAttributes?: Record<string, { ValueString: string }>
  /** Tasks: name and description. */
  ContactDetails?: { Name?: string; Description?: string }
  References?: { Name: string; Type: string; Value: string }[]
  /** Of a campaign, by its name. */
  Campaign?: { CampaignId: string }
  AnsweringMachineDetectionStatus?: AnsweringMachineDetectionStatus
  LastPausedTimestamp?: string
  LastResumedTimestamp?: string
  TotalPauseCount?: number
  TotalPauseDurationInSeconds?: number
  /** Beyond the published fields: where the contact stood last, and the leg's own end reason. */
  Cordboard: {
    state: 'initiated' | 'inFlow' | 'queued' | 'connecting' | 'connected' | 'completed'
    /** Where the contact stood when it ended: reports count by it. Absent until then. */
    preDisconnectState?: 'initiated' | 'inFlow' | 'queued' | 'connecting' | 'connected'
    endReason: string | null
    /** Set when the record was closed by the daemon's next start, after a kill or a power cut. */
    interrupted: boolean
    /** While the customer is on hold: since when, and whether by this contact's agent. */
    hold?: { since: string; byOwnAgent: boolean }
    /** How the audio of each party's call went; there for calls over SIP that are over. */
    media?: Partial<Record<'Customer' | 'Agent' | 'ThirdParty' | 'Supervisor', MediaQuality>>
    /** Milliseconds since 1970 of the last saved change: the latest moment the contact is known to have lived. */
    lastSavedEpochMs: number
  }
}

export interface ContactStore {
  /** Inserts or replaces by ContactId. Proof against a kill when it returns, against a power cut some 20 ms later. */
  save(record: ContactRecord): void
  find(contactId: string): ContactRecord | undefined
  /** Newest first; `before` is a moment (ISO 8601) or the ContactId of the last record already seen. */
  list(query?: { limit?: number; before?: string }): ContactRecord[]
  /** Records whose contact was not over when they were saved last. */
  unfinished(): ContactRecord[]
  count(): number
  close(): void
}
