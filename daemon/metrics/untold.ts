// What a kill kept from being told. Records are on disk before events are, and contacts that were under way are closed by
// the next start: the events that are missing to the end of such a contact are made from its record. Pure.
import type { ContactRecord } from '../contact/contact-record.ts'
import type { ContactEvent, ContactEventType, NewCentreEvent } from '../events/events.ts'
import type { ContactTrack } from './contact-track.ts'

type NewContactEvent = Omit<ContactEvent, 'sequence'>

/** `track`: what was told of the contact; undefined: nothing. Nothing for a contact that is not over. */
export function untoldEvents(record: ContactRecord, track: ContactTrack | undefined): NewCentreEvent[] {
  const { DisconnectTimestamp: disconnectedAt, Queue: queue, Agent: agent } = record
  if (disconnectedAt === null) return []
  const events: NewContactEvent[] = []
  const about = aboutOf(record, track)
  const tell = (type: ContactEventType, at: string, more: Partial<ContactEvent> = {}) =>
    events.push({ kind: 'contact', type, atEpochMs: Date.parse(at), ...about, ...more })
  const withAgent = agent && { agent: agent.Username, routingProfile: agent.RoutingProfile.Name }
  const connectedAt = agent?.ConnectedToAgentTimestamp

  if (!track) tell('INITIATED', record.InitiationTimestamp)
  if (record.ConnectedToSystemTimestamp !== null && track?.systemMs === undefined)
    tell('CONNECTED_TO_SYSTEM', record.ConnectedToSystemTimestamp)
  if (queue && track?.enqueuedMs === undefined) tell('QUEUED', queue.EnqueueTimestamp)
  if (connectedAt !== undefined && track?.connectedMs === undefined)
    tell('CONNECTED_TO_AGENT', connectedAt, { ...withAgent })
  else if (queue && connectedAt === undefined && record.NextContactId !== null && track?.dequeuedMs === undefined)
    tell('DEQUEUED_BY_FLOW', queue.DequeueTimestamp ?? disconnectedAt)
  if (track?.disconnectedMs === undefined)
    tell('DISCONNECTED', disconnectedAt, {
      ...withAgent,
      ...(record.DisconnectReason !== null && { disconnectReason: record.DisconnectReason }),
    })
  tell('COMPLETED', agent?.AfterContactWorkEndTimestamp ?? disconnectedAt, { ...withAgent })
  return events
}

function aboutOf(record: ContactRecord, track: ContactTrack | undefined) {
  const queue = track?.about.queue ?? record.Queue?.Name
  return {
    contactId: record.ContactId,
    initialContactId: record.InitialContactId,
    ...(record.PreviousContactId !== null && { previousContactId: record.PreviousContactId }),
    ...(record.RelatedContactId !== undefined && { relatedContactId: record.RelatedContactId }),
    channel: record.Channel,
    initiationMethod: record.InitiationMethod,
    ...(queue !== undefined && { queue }),
  }
}
