// Checks a contact record that comes back from disk. Unknown fields are kept: a newer daemon may have written them,
// and readers of contact records must ignore what they don't know (contact record facts, 1).
import { z } from 'zod'
import type { ContactRecord } from '../contact/contact-record.ts'

const timestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'must be ISO 8601 UTC to the second')
const count = z.number().int().nonnegative()
const seconds = count
const endpoint = z.looseObject({ Address: z.string(), Type: z.enum(['TELEPHONE_NUMBER', 'VOIP']) })
const liveStates = ['initiated', 'inFlow', 'queued', 'connecting', 'connected'] as const

const measure = z.number().nonnegative()
const mediaQuality = z.looseObject({
  codec: z.string(),
  packetsReceived: count,
  packetsLost: count,
  jitterMs: measure,
  worstJitterMs: measure,
  concealedFrames: count,
  roundTripMs: measure.optional(),
  worstRoundTripMs: measure.optional(),
  farEndLossPercent: measure.optional(),
  farEndJitterMs: measure.optional(),
})

const agent = z.looseObject({
  ARN: z.string(),
  Username: z.string(),
  ConnectedToAgentTimestamp: timestamp.optional(),
  AgentInteractionDuration: seconds.optional(),
  CustomerHoldDuration: seconds,
  AgentInitiatedHoldDuration: seconds.optional(),
  LongestHoldDuration: seconds,
  NumberOfHolds: count,
  AfterContactWorkDuration: seconds,
  AfterContactWorkStartTimestamp: timestamp.optional(),
  AfterContactWorkEndTimestamp: timestamp.optional(),
  StateTransitions: z
    .array(
      z.looseObject({
        state: z.enum(['SILENT_MONITOR', 'BARGE']),
        stateStartTimestamp: timestamp,
        stateEndTimestamp: timestamp.optional(),
      }),
    )
    .optional(),
  AgentPauseDuration: seconds.optional(),
  RoutingProfile: z.looseObject({ ARN: z.string(), Name: z.string() }),
})

const queue = z.looseObject({
  ARN: z.string(),
  Name: z.string(),
  EnqueueTimestamp: timestamp,
  DequeueTimestamp: timestamp.optional(),
  Duration: seconds.optional(),
})

const recording = z.looseObject({
  Location: z.string(),
  Status: z.enum(['AVAILABLE', 'DELETED', 'NULL']),
  StorageType: z.literal('LOCAL'),
  MediaStreamType: z.literal('AUDIO'),
  ParticipantType: z.enum(['All', 'IVR']),
  StartTimestamp: timestamp,
  StopTimestamp: timestamp.optional(),
  DeletionReason: z.string().optional(),
})

const contactRecordSchema: z.ZodType<ContactRecord> = z.looseObject({
  AWSContactTraceRecordFormatVersion: z.literal('2017-03-10'),
  ContactId: z.string().min(1),
  InitialContactId: z.string().min(1),
  PreviousContactId: z.string().nullable(),
  NextContactId: z.string().nullable(),
  RelatedContactId: z.string().optional(),
  Channel: z.enum(['VOICE', 'CHAT', 'TASK']),
  InitiationMethod: z.enum([
    'INBOUND',
    'OUTBOUND',
    'TRANSFER',
    'QUEUE_TRANSFER',
    'CALLBACK',
    'API',
    'DISCONNECT',
    'MONITOR',
    'EXTERNAL_OUTBOUND',
    'CAMPAIGN_PREVIEW',
  ]),
  InstanceARN: z.string(),
  InitiationTimestamp: timestamp,
  ConnectedToSystemTimestamp: timestamp.nullable(),
  DisconnectTimestamp: timestamp.nullable(),
  DisconnectReason: z
    .enum([
      'CUSTOMER_DISCONNECT',
      'AGENT_DISCONNECT',
      'AGENT_COMPLETED',
      'THIRD_PARTY_DISCONNECT',
      'CONTACT_FLOW_DISCONNECT',
      'BARGED',
      'EXPIRED',
      'API',
      'TELECOM_PROBLEM',
      'TELECOM_BUSY',
      'TELECOM_NUMBER_INVALID',
      'TELECOM_POTENTIAL_BLOCKING',
      'TELECOM_UNANSWERED',
      'TELECOM_TIMEOUT',
      'TELECOM_ORIGINATOR_CANCEL',
      'OTHER',
    ])
    .nullable(),
  LastUpdateTimestamp: timestamp,
  CustomerEndpoint: endpoint.nullable(),
  SystemEndpoint: endpoint.nullable(),
  Attributes: z.record(z.string(), z.string()),
  AgentConnectionAttempts: count,
  Agent: agent.nullable(),
  Queue: queue.nullable(),
  Recordings: z.array(recording),
  TransferCompletedTimestamp: timestamp.nullable(),
  TransferredToEndpoint: endpoint.optional(),
  ScheduledTimestamp: timestamp.optional(),
  ExternalThirdParty: z.looseObject({ ExternalThirdPartyInteractionDuration: seconds }).optional(),
  CustomerId: z.string().optional(),
  Tags: z.record(z.string(), z.string()).optional(),
  SegmentAttributes: z.record(z.string(), z.looseObject({ ValueString: z.string() })).optional(),
  ContactDetails: z.looseObject({ Name: z.string().optional(), Description: z.string().optional() }).optional(),
  References: z.array(z.looseObject({ Name: z.string(), Type: z.string(), Value: z.string() })).optional(),
  LastPausedTimestamp: timestamp.optional(),
  LastResumedTimestamp: timestamp.optional(),
  TotalPauseCount: count.optional(),
  TotalPauseDurationInSeconds: seconds.optional(),
  Cordboard: z.looseObject({
    state: z.enum([...liveStates, 'completed']),
    preDisconnectState: z.enum(liveStates).optional(),
    endReason: z.string().nullable(),
    interrupted: z.boolean(),
    hold: z.looseObject({ since: timestamp, byOwnAgent: z.boolean() }).optional(),
    media: z.partialRecord(z.enum(['Customer', 'Agent', 'ThirdParty', 'Supervisor']), mediaQuality).optional(),
    lastSavedEpochMs: z.number(),
  }),
})

/** The record, or what is wrong with the text in one line. */
export function readRecord(text: string): { record: ContactRecord } | { fault: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (fault) {
    return { fault: `not JSON: ${String(fault)}` }
  }
  const read = contactRecordSchema.safeParse(value)
  if (read.success) return { record: read.data }
  const [issue] = read.error.issues
  return { fault: issue ? `${issue.path.join('.')}: ${issue.message}` : 'not a contact record' }
}
