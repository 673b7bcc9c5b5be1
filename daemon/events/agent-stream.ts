// Agents' events, made of what routing decides about agents and what contacts tell (hold, talk begun); and the end of a
// contact's after-contact work, which only routing knows.
import type { Clock, Timer } from '../clock.ts'
import type { AgentChange, AgentContact } from '../routing/routing.ts'
import type { AgentContactState, AgentEvent, AgentEventType, CentreEvent, ContactEvent, EventBus } from './events.ts'

const heartBeatMs = 120_000
/** Of contacts whose end was told and whose agent still works on them. */
const maximumRemembered = 10_000

export interface AgentStreamParts {
  bus: EventBus
  clock: Clock
  onAgentChange(listener: (change: AgentChange) => void): () => void
}

type TalkState = Extract<AgentContactState, 'CONNECTED' | 'CONNECTED_ONHOLD' | 'MONITORING'>

export class AgentStream {
  readonly #of: AgentStreamParts
  readonly #last = new Map<string, AgentChange>()
  readonly #talks = new Map<string, TalkState>()
  /** The last event of each contact that has an agent. */
  readonly #contacts = new Map<string, ContactEvent>()
  /** Contacts whose agents were done with them before the contact itself was over. */
  readonly #finished = new Map<string, AgentChange>()
  readonly #stops: (() => void)[]
  #heartBeat: Timer

  constructor(parts: AgentStreamParts) {
    this.#of = parts
    this.#stops = [
      parts.bus.on((event) => this.#followContact(event)),
      parts.onAgentChange((change) => this.#followAgent(change)),
    ]
    this.#heartBeat = parts.clock.after(heartBeatMs, () => this.#beat())
  }

  close(): void {
    for (const stop of this.#stops) stop()
    this.#heartBeat.cancel()
  }

  #followContact(event: CentreEvent): void {
    if (event.kind !== 'contact') return
    if (event.type === 'COMPLETED') {
      this.#contacts.delete(event.contactId)
      this.#talks.delete(event.contactId)
      this.#finished.delete(event.contactId)
      return
    }
    if (event.agent === undefined) return
    this.#remember(event)
    const finished = event.type === 'DISCONNECTED' && this.#finished.get(event.contactId)
    if (finished) this.#complete(event, finished.agent, event.atEpochMs)
    const talk = talkAfter(event)
    if (!talk || this.#talks.get(event.contactId) === talk) return
    this.#talks.set(event.contactId, talk)
    const change = this.#last.get(event.agent)
    if (change?.contacts.some(({ contactId }) => contactId === event.contactId))
      this.#emit('CONTACTS_CHANGED', { ...change, atEpochMs: event.atEpochMs })
  }

  #remember(event: ContactEvent): void {
    this.#contacts.set(event.contactId, event)
    if (this.#contacts.size <= maximumRemembered) return
    const [oldest] = this.#contacts.keys()
    this.#contacts.delete(oldest!)
    this.#talks.delete(oldest!)
    this.#finished.delete(oldest!)
  }

  #followAgent(change: AgentChange): void {
    const before = this.#last.get(change.agent)
    this.#last.set(change.agent, change)
    this.#emit(typeOf(before, change), change)
    for (const { contactId } of change.completed) {
      const contact = this.#contacts.get(contactId)
      // A colleague who was called has work of their own after it; the contact is its agent's.
      if (contact?.agent !== change.agent) continue
      if (contact.type === 'DISCONNECTED') this.#complete(contact, change.agent, change.atEpochMs)
      else if (this.#talks.has(contactId)) this.#finished.set(contactId, change)
    }
  }

  /** Nothing more comes of the contact: it is over, and so is the work after it. */
  #complete(contact: ContactEvent, agent: string, atEpochMs: number): void {
    const { disconnectReason: _, transfer: __, party: ___, ...about } = contact
    this.#of.bus.emit({ ...about, type: 'COMPLETED', atEpochMs, agent })
  }

  #emit(type: AgentEventType, change: AgentChange): void {
    this.#of.bus.emit({
      kind: 'agent',
      type,
      atEpochMs: change.atEpochMs,
      agent: change.agent,
      routingProfile: change.routingProfile,
      status: {
        name: change.status,
        type: change.status === 'Available' ? 'ROUTABLE' : change.status === 'Offline' ? 'OFFLINE' : 'CUSTOM',
        sinceEpochMs: change.statusSinceEpochMs,
      },
      ...(change.nextStatus !== undefined && { nextStatus: change.nextStatus }),
      reachable: change.reachable,
      contacts: change.contacts.map((contact) => this.#contactOf(contact)),
    })
  }

  #contactOf({ state, ...contact }: AgentContact): AgentEvent['contacts'][number] {
    return {
      ...contact,
      state: state === 'onContact' ? (this.#talks.get(contact.contactId) ?? 'CONNECTING') : words[state],
    }
  }

  #beat(): void {
    const atEpochMs = this.#of.clock.epochMs()
    for (const change of this.#last.values()) this.#emit('HEART_BEAT', { ...change, atEpochMs })
    this.#heartBeat = this.#of.clock.after(heartBeatMs, () => this.#beat())
  }
}

const words = {
  ringing: 'CONNECTING',
  paused: 'PAUSED',
  afterContactWork: 'ENDED',
  missed: 'MISSED',
  rejected: 'REJECTED',
  error: 'ERROR',
} as const

function typeOf(before: AgentChange | undefined, change: AgentChange): AgentEventType {
  const wasIn = before?.reachable === true && before.status !== 'Offline'
  const isIn = change.reachable && change.status !== 'Offline'
  if (isIn !== wasIn) return isIn ? 'LOGIN' : 'LOGOUT'
  return before?.status === change.status && before.nextStatus === change.nextStatus
    ? 'CONTACTS_CHANGED'
    : 'STATUS_CHANGED'
}

function talkAfter({ type }: ContactEvent): TalkState | undefined {
  switch (type) {
    case 'CONNECTED_TO_AGENT':
    case 'RESUMED':
      return 'CONNECTED'
    case 'HELD':
      return 'CONNECTED_ONHOLD'
    default:
      return undefined
  }
}
