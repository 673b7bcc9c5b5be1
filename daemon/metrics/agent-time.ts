// What an agent's time counts as, from one event of theirs to the next (metrics facts, 5).
import type { AgentContactState, AgentEvent } from '../events/events.ts'

const active: ReadonlySet<AgentContactState> = new Set(['CONNECTED', 'CONNECTED_ONHOLD', 'PAUSED', 'ENDED'])
const failed: ReadonlySet<AgentContactState> = new Set(['MISSED', 'REJECTED', 'ERROR'])

/** Names of the sums that grow while this snapshot lasts; a name stands as often as contacts go on at once. */
export function timesOf(event: AgentEvent, methodOf: (contactId: string) => string | undefined): string[] {
  const { status, contacts } = event
  const isActive = (contact: AgentEvent['contacts'][number]) =>
    active.has(contact.state) || (contact.state === 'CONNECTING' && methodOf(contact.contactId) === 'OUTBOUND')
  const busy = contacts.filter(isActive)
  const names: string[] = []
  if (status.type === 'OFFLINE' || (!event.reachable && busy.length === 0)) return names
  names.push('onlineMs')
  if (status.type === 'CUSTOM') names.push('nonProductiveMs')
  if (contacts.some(({ state }) => failed.has(state))) names.push('errorMs')
  if (status.type === 'ROUTABLE') {
    names.push(busy.length > 0 ? 'onContactMs' : 'idleMs')
    for (const { state } of busy) if (state !== 'PAUSED') names.push('concurrentMs')
  }
  for (const { contactId, state } of contacts)
    if (state === 'CONNECTING') names.push(connectingName(methodOf(contactId)))
  return names
}

function connectingName(method: string | undefined): string {
  switch (method) {
    case 'OUTBOUND':
      return 'connectingOutboundMs'
    case 'CALLBACK':
      return 'connectingCallbackMs'
    case 'API':
      return 'connectingApiMs'
    default:
      return 'connectingIncomingMs'
  }
}
