// Which events a step of a contact is, in the terms of the event stream. Pure: (state before, state after, input) → events.
import type { ContactEventType } from '../events/events.ts'
import type { Channel } from '../flow/host.ts'
import type { ContactInput, ContactState } from './contact-machine.ts'
import { offerFailure } from './end-reasons.ts'

export function contactEventsOf(
  before: ContactState,
  after: ContactState,
  input: ContactInput,
  channel: Channel,
): ContactEventType[] {
  if (before === after) return []
  const failed = before === 'offering' && after === 'queued' ? [offerFailed(input)] : []
  switch (after) {
    case 'scheduled':
      return ['SCHEDULED']
    case 'inFlow':
      return ['CONNECTED_TO_SYSTEM']
    case 'queued':
      return input.type === 'enqueued' ? ['QUEUED'] : failed
    case 'offering':
      return ['OFFERED']
    case 'summoning':
      return input.type === 'summoned' ? ['OFFERED'] : []
    case 'agentWhispering':
      return ['AGENT_CONNECTING']
    case 'customerWhispering':
      return ['DEQUEUED']
    case 'dialling':
      return before === 'agentWhispering' ? ['DEQUEUED'] : ['AGENT_CONNECTING']
    case 'outboundWhispering':
      return ['CONNECTED_TO_SYSTEM']
    case 'joined':
      if (before === 'ringingOut') return ['CONNECTED_TO_SYSTEM', 'CONNECTED_TO_AGENT']
      if (before === 'summoning') return ['CONNECTED_TO_SYSTEM']
      return channel === 'VOICE' ? ['CONNECTED_TO_AGENT'] : ['DEQUEUED', 'CONNECTED_TO_AGENT']
    case 'outside':
    case 'ending':
      return before === 'queued' && (input.type === 'handedOutside' || input.type === 'movedOn')
        ? ['DEQUEUED_BY_FLOW']
        : []
    default:
      return []
  }
}

function offerFailed(input: ContactInput): ContactEventType {
  if (input.type === 'offerWithdrawn') return input.because === 'missed' ? 'OFFER_MISSED' : 'OFFER_FAILED'
  if (input.type !== 'agentLeft') return 'OFFER_FAILED'
  switch (offerFailure(input.end)) {
    case 'noAnswer':
      return 'OFFER_MISSED'
    case 'declined':
    case 'busy':
      return 'OFFER_REJECTED'
    default:
      return 'OFFER_FAILED'
  }
}
