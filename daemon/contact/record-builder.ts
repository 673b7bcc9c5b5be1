// Makes a contact record and advances it through the contact's life. Pure: every function takes a record and a moment
// and returns the next record; nothing is saved here. Stamps are to the second, and durations are the differences of
// the published stamps, so that a reader who subtracts gets the figure that is printed.
//
//   newRecord → connectedToSystem → enqueued → offered ⇄ returnedToQueue
//                                                 └→ dequeued → connectedToAgent → disconnected
import type {
  ContactRecord,
  DisconnectReason,
  InitiationMethod,
  RecordAgent,
  RecordEndpoint,
  RecordedPart,
  RecordQueue,
} from './contact-record.ts'
import { customerResumed, endedTransitions } from './record-holds.ts'
import { notBefore, recordTimestamp, secondsBetween, touched } from './record-time.ts'

export { recordTimestamp } from './record-time.ts'

export interface NewRecord {
  contactId: string
  /** First of the chain; the contact itself when absent. */
  initialContactId?: string
  previousContactId?: string
  relatedContactId?: string
  channel: ContactRecord['Channel']
  initiationMethod: InitiationMethod
  instanceArn: string
  customerEndpoint?: RecordEndpoint
  systemEndpoint?: RecordEndpoint
  attributes?: Record<string, string>
  /** Callbacks and tasks that wait for a time. */
  scheduledEpochMs?: number
  /** When the call arrived, the agent began to dial, the request came: by the initiation method. */
  atEpochMs: number
}

/** A move that the record's state does not allow: a fault of the caller, told loudly. */
export class RecordMoveError extends Error {
  readonly code = 'RECORD-MOVE'
}

type LiveState = Exclude<ContactRecord['Cordboard']['state'], 'completed'>

export function newRecord(of: NewRecord): ContactRecord {
  const at = recordTimestamp(of.atEpochMs)
  return {
    AWSContactTraceRecordFormatVersion: '2017-03-10',
    ContactId: of.contactId,
    InitialContactId: of.initialContactId ?? of.contactId,
    PreviousContactId: of.previousContactId ?? null,
    NextContactId: null,
    ...(of.relatedContactId !== undefined && { RelatedContactId: of.relatedContactId }),
    Channel: of.channel,
    InitiationMethod: of.initiationMethod,
    InstanceARN: of.instanceArn,
    InitiationTimestamp: at,
    ConnectedToSystemTimestamp: null,
    DisconnectTimestamp: null,
    DisconnectReason: null,
    LastUpdateTimestamp: at,
    CustomerEndpoint: of.customerEndpoint ?? null,
    SystemEndpoint: of.systemEndpoint ?? null,
    Attributes: { ...of.attributes },
    AgentConnectionAttempts: 0,
    Agent: null,
    Queue: null,
    Recordings: [],
    TransferCompletedTimestamp: null,
    ...(of.scheduledEpochMs !== undefined && { ScheduledTimestamp: recordTimestamp(of.scheduledEpochMs) }),
    Cordboard: { state: 'initiated', endReason: null, interrupted: false, lastSavedEpochMs: of.atEpochMs },
  }
}

/** The box answered, or was answered. For a contact that came in, the stamp is that of its arrival (fact sheet, 2). */
export function connectedToSystem(
  record: ContactRecord,
  atEpochMs: number,
  state: 'inFlow' | 'connecting' = 'inFlow',
): ContactRecord {
  const inbound = record.InitiationMethod === 'INBOUND'
  return moved(record, state, atEpochMs, {
    ConnectedToSystemTimestamp: inbound ? record.InitiationTimestamp : recordTimestamp(atEpochMs),
  })
}

export function enqueued(
  record: ContactRecord,
  queue: { arn: string; name: string },
  atEpochMs: number,
): ContactRecord {
  return moved(record, 'queued', atEpochMs, {
    Queue: { ARN: queue.arn, Name: queue.name, EnqueueTimestamp: recordTimestamp(atEpochMs) },
  })
}

/** An agent is being rung; each offer counts, accepted or not. */
export function offered(record: ContactRecord, atEpochMs: number): ContactRecord {
  return moved(record, 'connecting', atEpochMs, { AgentConnectionAttempts: record.AgentConnectionAttempts + 1 })
}

/** The offer came to nothing, or the agent left before the talk: the contact waits as if it had never been dequeued. */
export function returnedToQueue(record: ContactRecord, atEpochMs: number): ContactRecord {
  if (!record.Queue) throw new RecordMoveError(`${record.ContactId} cannot return to a queue it was never in`)
  const { ARN, Name, EnqueueTimestamp } = record.Queue
  return moved(record, 'queued', atEpochMs, { Queue: { ARN, Name, EnqueueTimestamp } })
}

/** The agent whisper is over and the customer leaves the queue. Nothing changes for a contact that never had a queue. */
export function dequeued(record: ContactRecord, atEpochMs: number): ContactRecord {
  return moved(record, 'connecting', atEpochMs, { Queue: closedQueue(record, atEpochMs) })
}

/** Agent and customer can talk. Dequeues the contact when that has not happened yet. */
export function connectedToAgent(
  record: ContactRecord,
  agent: { arn: string; userName: string; routingProfile: { arn: string; name: string } },
  atEpochMs: number,
): ContactRecord {
  return moved(record, 'connected', atEpochMs, {
    Queue: closedQueue(record, atEpochMs),
    Agent: {
      ARN: agent.arn,
      Username: agent.userName,
      ConnectedToAgentTimestamp: recordTimestamp(atEpochMs),
      CustomerHoldDuration: 0,
      LongestHoldDuration: 0,
      NumberOfHolds: 0,
      AfterContactWorkDuration: 0,
      RoutingProfile: { ARN: agent.routingProfile.arn, Name: agent.routingProfile.name },
    },
  })
}

export function recordingStarted(
  record: ContactRecord,
  location: string,
  atEpochMs: number,
  part: RecordedPart = 'All',
): ContactRecord {
  const recording: ContactRecord['Recordings'][number] = {
    Location: location,
    Status: 'AVAILABLE',
    StorageType: 'LOCAL',
    MediaStreamType: 'AUDIO',
    ParticipantType: part,
    StartTimestamp: recordTimestamp(atEpochMs),
  }
  return touched(record, atEpochMs, { Recordings: [...record.Recordings, recording] })
}

/** Also after the disconnect, since the file is completed later; `failed` when nothing could be written. */
export function recordingStopped(
  record: ContactRecord,
  location: string,
  atEpochMs: number,
  outcome: 'written' | 'failed' = 'written',
): ContactRecord {
  return touched(record, atEpochMs, {
    Recordings: record.Recordings.map((recording) =>
      recording.Location === location
        ? {
            ...recording,
            Status: outcome === 'written' ? recording.Status : 'NULL',
            StopTimestamp: recording.StopTimestamp ?? notBefore(recording.StartTimestamp, atEpochMs),
          }
        : recording,
    ),
  })
}

/** All attributes as they stand now. Also after the disconnect: a disconnect flow may set some. */
export function attributesSet(
  record: ContactRecord,
  attributes: Readonly<Record<string, string>>,
  atEpochMs: number,
): ContactRecord {
  return touched(record, atEpochMs, { Attributes: { ...attributes } })
}

/** What flows set beside the attributes, as it stands now. */
export function detailsSet(
  record: ContactRecord,
  details: Pick<
    Partial<ContactRecord>,
    | 'CustomerId'
    | 'Tags'
    | 'SegmentAttributes'
    | 'ContactDetails'
    | 'References'
    | 'SystemEndpoint'
    | 'Campaign'
    | 'AnsweringMachineDetectionStatus'
  >,
  atEpochMs: number,
): ContactRecord {
  return touched(record, atEpochMs, details)
}

export interface Disconnection {
  reason: DisconnectReason
  /** The box's own word for it, from the leg or the contact's machine. */
  endReason: string
  atEpochMs: number
  /** The contact did not end so: the daemon was killed, and its next start closes the record. */
  interrupted?: boolean
}

/** The end: whatever is open (queue, talk, recordings) is closed at the same moment. A second end changes nothing. */
export function disconnected(before: ContactRecord, end: Disconnection): ContactRecord {
  const { state } = before.Cordboard
  if (state === 'completed') return before
  const record = customerResumed(before, end.atEpochMs)
  const ended = touched(record, end.atEpochMs, {
    DisconnectTimestamp: notBefore(record.InitiationTimestamp, end.atEpochMs),
    DisconnectReason: end.reason,
    Queue: closedQueue(record, end.atEpochMs),
    Agent: closedAgent(record.Agent, end.atEpochMs),
    Recordings: record.Recordings.map((recording) => ({
      ...recording,
      StopTimestamp: recording.StopTimestamp ?? notBefore(recording.StartTimestamp, end.atEpochMs),
    })),
    ...externalTalk(record, end.atEpochMs),
  })
  return {
    ...ended,
    Cordboard: {
      ...ended.Cordboard,
      state: 'completed',
      preDisconnectState: state,
      endReason: end.endReason,
      interrupted: end.interrupted ?? false,
    },
  }
}

function moved(
  record: ContactRecord,
  state: LiveState,
  atEpochMs: number,
  changes: Partial<ContactRecord>,
): ContactRecord {
  if (record.Cordboard.state === 'completed')
    throw new RecordMoveError(`${record.ContactId} is completed and cannot become ${state}`)
  const next = touched(record, atEpochMs, changes)
  return { ...next, Cordboard: { ...next.Cordboard, state } }
}

/** Of a callback the wait for its time counts, too (contact record facts, QueueInfo). */
function closedQueue(record: ContactRecord, atEpochMs: number): RecordQueue | null {
  const { Queue: queue, InitiationMethod, InitiationTimestamp } = record
  if (!queue || queue.DequeueTimestamp !== undefined) return queue
  const DequeueTimestamp = notBefore(queue.EnqueueTimestamp, atEpochMs)
  const from = InitiationMethod === 'CALLBACK' ? InitiationTimestamp : queue.EnqueueTimestamp
  return { ...queue, DequeueTimestamp, Duration: secondsBetween(from, DequeueTimestamp) }
}

/** Of a leg to an outside number: as long as it was connected. */
function externalTalk(record: ContactRecord, atEpochMs: number): Pick<Partial<ContactRecord>, 'ExternalThirdParty'> {
  const { InitiationMethod, ConnectedToSystemTimestamp: since } = record
  if (InitiationMethod !== 'EXTERNAL_OUTBOUND' || since === null) return {}
  const ExternalThirdPartyInteractionDuration = secondsBetween(since, notBefore(since, atEpochMs))
  return { ExternalThirdParty: { ExternalThirdPartyInteractionDuration } }
}

/** Interaction is the talk without holds and pauses. */
function closedAgent(agent: RecordAgent | null, atEpochMs: number): RecordAgent | null {
  if (!agent?.ConnectedToAgentTimestamp || agent.AgentInteractionDuration !== undefined) return agent
  const connectedS = secondsBetween(
    agent.ConnectedToAgentTimestamp,
    notBefore(agent.ConnectedToAgentTimestamp, atEpochMs),
  )
  return {
    ...agent,
    AgentInteractionDuration: Math.max(0, connectedS - agent.CustomerHoldDuration - (agent.AgentPauseDuration ?? 0)),
    ...(agent.StateTransitions && { StateTransitions: endedTransitions(agent, atEpochMs) }),
  }
}
