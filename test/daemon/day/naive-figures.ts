// The figures of a day once more, from nothing but the list of its events: each contact's events are gathered, each figure
// is the sum or the mean its definition says. It shares no code with the metrics.
import type { AgentEvent, CentreEvent, ContactEvent, FlowEvent } from '../../../daemon/events/events.ts'

export interface NaiveContact {
  queue: string | undefined
  agent: string | undefined
  profile: string | undefined
  channel: string
  initiated: number
  connectedToSystem: number | undefined
  enqueued: number | undefined
  dequeued: number | undefined
  byFlow: boolean
  connected: number | undefined
  held: number
  holds: number
  disconnected: number
  reason: string | undefined
  completed: number
}

export function contactsOf(events: readonly CentreEvent[]): NaiveContact[] {
  const byContact = new Map<string, ContactEvent[]>()
  for (const event of events)
    if (event.kind === 'contact') byContact.set(event.contactId, [...(byContact.get(event.contactId) ?? []), event])
  return [...byContact.values()].filter((list) => list.some(({ type }) => type === 'COMPLETED')).map(contactOf)
}

function contactOf(events: ContactEvent[]): NaiveContact {
  const at = (type: string) => events.find((event) => event.type === type)?.atEpochMs
  const all = (type: string) => events.filter((event) => event.type === type).map(({ atEpochMs }) => atEpochMs)
  const [first] = events
  const connection = events.find(({ type }) => type === 'CONNECTED_TO_AGENT')
  const disconnected = at('DISCONNECTED')!
  const [held, resumed] = [all('HELD'), all('RESUMED')]
  return {
    queue: first!.queue,
    agent: connection?.agent,
    profile: connection?.routingProfile,
    channel: first!.channel,
    initiated: first!.atEpochMs,
    connectedToSystem: at('CONNECTED_TO_SYSTEM'),
    enqueued: at('QUEUED'),
    dequeued: at('DEQUEUED_BY_FLOW') ?? at('DEQUEUED') ?? disconnected,
    byFlow: at('DEQUEUED_BY_FLOW') !== undefined,
    connected: connection?.atEpochMs,
    held: held.reduce((sum, from, index) => sum + (resumed[index] ?? disconnected) - from, 0),
    holds: held.length,
    disconnected,
    reason: events.find(({ type }) => type === 'DISCONNECTED')?.disconnectReason,
    completed: at('COMPLETED')!,
  }
}

/** Metrics by name, in seconds, counts and percent. */
export function figuresOf(contacts: readonly NaiveContact[]): Record<string, number | undefined> {
  const queued = contacts.filter(({ enqueued }) => enqueued !== undefined)
  const handled = contacts.filter(({ connected }) => connected !== undefined)
  const abandoned = queued.filter(({ connected, byFlow }) => connected === undefined && !byFlow)
  const answered = queued.filter(({ connected }) => connected !== undefined)
  const wait = (contact: NaiveContact) => (contact.dequeued! - contact.enqueued!) / 1000
  const interaction = (contact: NaiveContact) => (contact.disconnected - contact.connected! - contact.held) / 1000
  const work = (contact: NaiveContact) => (contact.completed - contact.disconnected) / 1000
  const sum = (list: readonly NaiveContact[], of: (contact: NaiveContact) => number) =>
    list.reduce((total, contact) => total + of(contact), 0)
  const mean = (list: readonly NaiveContact[], of: (contact: NaiveContact) => number) =>
    list.length === 0 ? undefined : sum(list, of) / list.length
  const percent = (part: number, whole: number) => (whole === 0 ? undefined : (100 * part) / whole)
  const handle = (contact: NaiveContact) => interaction(contact) + contact.held / 1000 + work(contact)
  const heldOnes = handled.filter(({ holds }) => holds > 0)
  return {
    CONTACTS_CREATED: contacts.length,
    CONTACTS_INCOMING: contacts.length,
    CONTACTS_QUEUED: queued.length,
    CONTACTS_HANDLED: handled.length,
    'CONTACTS_HANDLED.INCOMING': handled.length,
    'CONTACTS_HANDLED.OUTBOUND': 0,
    CONTACTS_ABANDONED: abandoned.length,
    'CONTACTS_HANDLED.AGENT_DISCONNECT': handled.filter(({ reason }) => reason === 'AGENT_DISCONNECT').length,
    CONTACTS_PUT_ON_HOLD: heldOnes.length,
    CONTACTS_HOLD_ABANDONS: 0,
    ABANDONMENT_RATE: percent(abandoned.length, queued.length),
    AVG_QUEUE_ANSWER_TIME: mean(answered, wait),
    AVG_ABANDON_TIME: mean(abandoned, wait),
    MAX_QUEUED_TIME: queued.length === 0 ? undefined : Math.max(...queued.map(wait)),
    AVG_HANDLE_TIME: mean(handled, handle),
    SUM_HANDLE_TIME: sum(handled, handle),
    SUM_INTERACTION_TIME: sum(handled, interaction),
    AVG_INTERACTION_TIME: mean(handled, interaction),
    SUM_HOLD_TIME: sum(handled, ({ held }) => held / 1000),
    AVG_HOLD_TIME: mean(heldOnes, ({ held }) => held / 1000),
    AVG_HOLD_TIME_ALL_CONTACTS: mean(handled, ({ held }) => held / 1000),
    AVG_HOLDS: mean(handled, ({ holds }) => holds),
    SUM_AFTER_CONTACT_WORK_TIME: sum(handled, work),
    AVG_AFTER_CONTACT_WORK_TIME: mean(handled, work),
    AVG_CONTACT_DURATION: mean(contacts, ({ disconnected, initiated }) => (disconnected - initiated) / 1000),
    AVG_RESOLUTION_TIME: mean(contacts, ({ completed, initiated }) => (completed - initiated) / 1000),
    ...Object.fromEntries(
      [15, 20, 25, 30, 45, 60, 90, 120, 180, 240, 300, 600].flatMap((level) => {
        const quick = (list: readonly NaiveContact[]) => list.filter((contact) => wait(contact) < level).length
        return [
          [`SERVICE_LEVEL.${level}`, percent(quick(queued), queued.length)],
          [`SUM_CONTACTS_ANSWERED_IN.${level}`, quick(answered)],
          [`SUM_CONTACTS_ABANDONED_IN.${level}`, quick(abandoned)],
          [`CONTACTS_REMOVED_FROM_QUEUE_IN.${level}`, quick(queued)],
        ]
      }),
    ),
  }
}

/** Of the flows, by their starts and ends. */
export function flowFigures(events: readonly CentreEvent[], flow?: string): Record<string, number | undefined> {
  const told = events.filter(
    (event): event is FlowEvent => event.kind === 'flow' && (flow === undefined || event.flow === flow),
  )
  const ended = told.filter(({ type }) => type === 'FLOW_ENDED')
  const seconds = ended.map(({ atEpochMs, startedEpochMs }) => (atEpochMs - startedEpochMs!) / 1000)
  const outcomes = ['DROPPED', 'TRANSFERED_TO_QUEUE', 'DISCONNECTED_PARTICIPANT', 'RETURNED_TO_FLOW']
  return {
    FLOWS_STARTED: told.length - ended.length,
    FLOWS_OUTCOME: ended.length,
    ...Object.fromEntries(
      outcomes.flatMap((outcome) => {
        const count = ended.filter((event) => event.outcome === outcome).length
        return [
          [`FLOWS_OUTCOME.${outcome}`, count],
          [`PERCENT_FLOWS_OUTCOME.${outcome}`, (100 * count) / ended.length],
        ]
      }),
    ),
    AVG_FLOW_TIME: seconds.reduce((sum, one) => sum + one, 0) / seconds.length,
    MAX_FLOW_TIME: seconds.reduce((longest, one) => Math.max(longest, one)),
    MIN_FLOW_TIME: seconds.reduce((shortest, one) => Math.min(shortest, one)),
  }
}

/** Seconds of one agent, from their snapshots one after the other. */
export function agentFigures(events: readonly CentreEvent[], agent: string, endMs: number): Record<string, number> {
  const snapshots = events.filter((event): event is AgentEvent => event.kind === 'agent' && event.agent === agent)
  const total = { online: 0, nonProductive: 0, busy: 0, idle: 0, failed: 0 }
  snapshots.forEach((snapshot, index) => {
    const lasted = ((snapshots[index + 1]?.atEpochMs ?? endMs) - snapshot.atEpochMs) / 1000
    const states = snapshot.contacts.map(({ state }) => state)
    const busy = states.some((state) => state === 'CONNECTED' || state === 'CONNECTED_ONHOLD' || state === 'ENDED')
    if (snapshot.status.name === 'Offline') return
    total.online += lasted
    if (snapshot.status.name === 'Lunch') total.nonProductive += lasted
    else if (busy) total.busy += lasted
    else total.idle += lasted
    if (states.some((state) => state === 'MISSED' || state === 'REJECTED' || state === 'ERROR')) total.failed += lasted
  })
  return {
    SUM_ONLINE_TIME_AGENT: total.online,
    SUM_NON_PRODUCTIVE_TIME_AGENT: total.nonProductive,
    SUM_CONTACT_TIME_AGENT: total.busy,
    SUM_IDLE_TIME_AGENT: total.idle,
    SUM_ERROR_STATUS_TIME_AGENT: total.failed,
    AGENT_OCCUPANCY: (100 * total.busy) / (total.busy + total.idle),
  }
}
