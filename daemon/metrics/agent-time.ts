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

/** How often it came to a connecting, of the kind that `connecting…Ms` has the time of. */
export function connectionsName(method: string | undefined): string {
  return `connections${connectingKind(method)}`
}

function connectingName(method: string | undefined): string {
  return `connecting${connectingKind(method)}Ms`
}

function connectingKind(method: string | undefined): 'Incoming' | 'Outbound' | 'Callback' | 'Api' {
  switch (method) {
    case 'OUTBOUND':
      return 'Outbound'
    case 'CALLBACK':
      return 'Callback'
    case 'API':
      return 'Api'
    default:
      return 'Incoming'
  }
}
