// One contact as its events tell it, up to what its record would say. Pure: (track, event) → track.
import type { ContactEvent } from '../events/events.ts'

export interface ContactTrack {
  about: Pick<ContactEvent, 'contactId' | 'channel' | 'initiationMethod'> & {
    queue?: string
    agent?: string
    routingProfile?: string
  }
  initiatedMs: number
  systemMs?: number
  /** Callbacks: asked for, not in the queue yet. */
  scheduledMs?: number
  enqueuedMs?: number
  /** Left the queue: towards an agent, by the flow, or by hanging up. */
  dequeuedMs?: number
  /** The flow took it out of the queue; undefined: an agent, or the caller. */
  dequeuedByFlow?: boolean
  connectedMs?: number
  heldSinceMs?: number | undefined
  holdMs: number
  holds: number
  transfer?: ContactEvent['transfer'] | undefined
  transferredMs?: number
  /** Whom it is offered to now. */
  offeredTo?: string | undefined
  before: 'initiated' | 'inFlow' | 'scheduled' | 'queued' | 'connecting' | 'connected' | 'held'
  disconnectedMs?: number
  disconnectReason?: string
}

/** Undefined: the event is of a contact whose beginning was not seen. */
export function nextTrack(track: ContactTrack | undefined, event: ContactEvent): ContactTrack | undefined {
  const { type, atEpochMs: at, contactId, channel, initiationMethod, queue, agent, routingProfile } = event
  if (type === 'INITIATED')
    return {
      about: { contactId, channel, initiationMethod, ...(queue !== undefined && { queue }) },
      initiatedMs: at,
      holdMs: 0,
      holds: 0,
      before: 'initiated',
    }
  if (!track) return undefined
  const about = {
    ...track.about,
    ...(queue !== undefined && { queue }),
    ...(isWithAgent(event) && agent !== undefined && { agent }),
    ...(isWithAgent(event) && routingProfile !== undefined && { routingProfile }),
  }
  return { ...track, about, ...changesBy(track, event, at) }
}

/** An agent who is only rung, or who left before the talk, is no agent of the contact. */
function isWithAgent({ type }: ContactEvent): boolean {
  return type === 'CONNECTED_TO_AGENT'
}

function changesBy(track: ContactTrack, event: ContactEvent, at: number): Partial<ContactTrack> {
  switch (event.type) {
    case 'CONNECTED_TO_SYSTEM':
      return { systemMs: at, ...(track.before === 'initiated' && { before: 'inFlow' }) }
    case 'SCHEDULED':
      return { scheduledMs: at, before: 'scheduled' }
    case 'QUEUED':
      return { enqueuedMs: track.enqueuedMs ?? at, before: 'queued' }
    case 'OFFERED':
      return event.agent === undefined ? {} : { offeredTo: event.agent }
    case 'OFFER_MISSED':
    case 'OFFER_REJECTED':
    case 'OFFER_FAILED':
      return { ...withoutOffer(track), before: 'queued' }
    case 'AGENT_CONNECTING':
      return { ...withoutOffer(track), before: 'connecting' }
    case 'DEQUEUED':
      return { dequeuedMs: at }
    case 'DEQUEUED_BY_FLOW':
      return { dequeuedMs: at, dequeuedByFlow: true }
    case 'CONNECTED_TO_AGENT':
      return {
        connectedMs: track.connectedMs ?? at,
        ...(track.enqueuedMs !== undefined && { dequeuedMs: track.dequeuedMs ?? at }),
        before: 'connected',
      }
    case 'HELD':
      if (event.party === 'agent' || track.heldSinceMs !== undefined) return {}
      return { heldSinceMs: at, holds: track.holds + 1, before: 'held' }
    case 'RESUMED':
      if (event.party === 'agent' || track.heldSinceMs === undefined) return {}
      return { ...withHoldEnded(track, at), before: 'connected' }
    case 'TRANSFERRED':
      return { transferredMs: at, transfer: event.transfer }
    case 'DISCONNECTED': {
      const leftQueue = track.enqueuedMs !== undefined && track.dequeuedMs === undefined
      return {
        ...(track.heldSinceMs !== undefined && withHoldEnded(track, at)),
        ...(leftQueue && { dequeuedMs: at }),
        disconnectedMs: at,
        ...(event.disconnectReason !== undefined && { disconnectReason: event.disconnectReason }),
      }
    }
    default:
      return {}
  }
}

function withoutOffer(track: ContactTrack): Partial<ContactTrack> {
  return track.offeredTo === undefined ? {} : { offeredTo: undefined }
}

function withHoldEnded(track: ContactTrack, at: number): Partial<ContactTrack> {
  return { holdMs: track.holdMs + Math.max(0, at - (track.heldSinceMs ?? at)), heldSinceMs: undefined }
}
