// Folds the stream of events into figures by interval, one event at a time. What it knows of contacts and agents that are
// not over can be saved and restored, so that a restart goes on where it was.
import type { AgentEvent, CentreEvent, ContactEvent, FlowEvent } from '../events/events.ts'
import { connectionsName, timesOf } from './agent-time.ts'
import type { Cells, Dimensions, Sums } from './cells.ts'
import { contactSums } from './contact-sums.ts'
import { type ContactTrack, nextTrack } from './contact-track.ts'

/**
 * Agents are told of every two minutes at least. A longer silence is none of theirs: the daemon did not run, or the clock
 * was set, and that time counts as nothing.
 */
const longestSilenceMs = 5 * 60_000
/** Contacts whose end never comes must not fill the memory. */
const maximumTracks = 50_000

export interface ReckonerState {
  sequence: number
  contacts: ContactTrack[]
  agents: AgentEvent[]
}

export class Reckoner {
  readonly #cells: Cells
  readonly #contacts = new Map<string, ContactTrack>()
  readonly #agents = new Map<string, AgentEvent>()
  #sequence = 0

  /** Adds to the cells, which the caller empties when they are saved. */
  constructor(cells: Cells, from?: ReckonerState) {
    this.#cells = cells
    if (!from) return
    this.#sequence = from.sequence
    for (const track of from.contacts) this.#contacts.set(track.about.contactId, track)
    for (const agent of from.agents) this.#agents.set(agent.agent, agent)
  }

  get sequence(): number {
    return this.#sequence
  }

  state(): ReckonerState {
    return { sequence: this.#sequence, contacts: [...this.#contacts.values()], agents: [...this.#agents.values()] }
  }

  /** Contacts not over, for what is shown live. */
  contacts(): Iterable<ContactTrack> {
    return this.#contacts.values()
  }

  /** Told twice, an event counts once. */
  take(event: CentreEvent): void {
    if (event.sequence <= this.#sequence) return
    this.#sequence = event.sequence
    if (event.kind === 'agent') this.#agent(event)
    else if (event.kind === 'flow') this.#flow(event)
    else this.#contact(event)
  }

  /** Counts agents' time up to now, so that a report does not end with their last event. */
  settle(epochMs: number): void {
    for (const last of this.#agents.values()) this.#agent({ ...last, atEpochMs: epochMs })
  }

  #agent(event: AgentEvent): void {
    const last = this.#agents.get(event.agent)
    this.#agents.set(event.agent, event)
    if (!last) return
    const elapsedMs = event.atEpochMs - last.atEpochMs
    if (elapsedMs <= 0 || elapsedMs > longestSilenceMs) return
    const counts = new Map<string, number>()
    for (const name of timesOf(last, (id) => this.#contacts.get(id)?.about.initiationMethod))
      counts.set(name, (counts.get(name) ?? 0) + 1)
    const of = { ...nobody, agent: last.agent, routingProfile: last.routingProfile }
    for (const [name, times] of counts)
      for (let time = 0; time < times; time++) this.#cells.addTime(last.atEpochMs, event.atEpochMs, of, [name])
  }

  /** Both the start and what came of it count when the flow started (metrics facts, 1). */
  #flow({ atEpochMs, startedEpochMs = atEpochMs, outcome, channel, initiationMethod, flow }: FlowEvent): void {
    const lastedMs = Math.max(0, atEpochMs - startedEpochMs)
    const sums: Sums =
      outcome === undefined
        ? { flowsStarted: 1 }
        : {
            flowsEnded: 1,
            [`flows.${outcome}`]: 1,
            flowRunMs: lastedMs,
            flowRunMsMax: lastedMs,
            flowRunMsMin: lastedMs,
          }
    this.#cells.add(startedEpochMs, { ...nobody, channel, initiationMethod, flow }, sums)
  }

  #contact(event: ContactEvent): void {
    const before = this.#contacts.get(event.contactId)
    const track = nextTrack(before, event)
    if (!track) return
    this.#countEvent(before, track, event)
    if (event.type === 'COMPLETED') {
      this.#contacts.delete(event.contactId)
      const completedMs = Math.max(event.atEpochMs, track.disconnectedMs ?? 0)
      this.#cells.add(track.disconnectedMs ?? completedMs, dimensionsOf(track), contactSums(track, completedMs))
      return
    }
    this.#contacts.set(event.contactId, track)
    if (this.#contacts.size > maximumTracks) {
      const [oldest] = this.#contacts.keys()
      this.#contacts.delete(oldest!)
    }
  }

  /** What counts when it happens, not when the contact ends. */
  #countEvent(before: ContactTrack | undefined, track: ContactTrack, event: ContactEvent): void {
    const count = (name: string, agent?: string) =>
      this.#cells.add(event.atEpochMs, this.#forAgent(track, agent, event.routingProfile), { [name]: 1 })
    switch (event.type) {
      case 'INITIATED':
        return this.#countRetry(event)
      case 'QUEUED':
        return count('queuedNow')
      case 'CONNECTED_TO_AGENT':
        return before?.connectedMs === undefined ? count('connectedNow') : undefined
      case 'OFFERED':
        count(connectionsName(event.initiationMethod), event.agent)
        return count('offers', event.agent)
      case 'OFFER_MISSED':
      case 'OFFER_REJECTED':
        return count('notAnswered', before?.offeredTo)
      case 'AGENT_CONNECTING':
        if (event.initiationMethod === 'OUTBOUND') count(connectionsName('OUTBOUND'), event.agent)
        return before?.offeredTo === undefined ? undefined : count('accepted', before.offeredTo)
      case 'DISCONNECTED':
        if (before?.offeredTo === undefined) return
        count('notAnswered', before.offeredTo)
        return count('notAnsweredForCustomerLeft', before.offeredTo)
      default:
        return
    }
  }

  /** A callback that follows on one in which nobody answered (metrics facts, 3): it is the first one's. */
  #countRetry({ previousContactId, initiationMethod, atEpochMs }: ContactEvent): void {
    const first = previousContactId === undefined ? undefined : this.#contacts.get(previousContactId)
    if (initiationMethod === 'CALLBACK' && first?.about.initiationMethod === 'CALLBACK')
      this.#cells.add(atEpochMs, dimensionsOf(first), { callbackRetries: 1 })
  }

  #forAgent(track: ContactTrack, agent: string | undefined, profile: string | undefined): Dimensions {
    const of = dimensionsOf(track)
    if (agent === undefined) return of
    return { ...of, agent, routingProfile: this.#agents.get(agent)?.routingProfile ?? profile ?? '' }
  }
}

const nobody: Dimensions = { queue: '', agent: '', routingProfile: '', channel: '', initiationMethod: '', flow: '' }

function dimensionsOf({ about }: ContactTrack): Dimensions {
  return {
    queue: about.queue ?? '',
    agent: about.agent ?? '',
    routingProfile: about.routingProfile ?? '',
    channel: about.channel,
    initiationMethod: about.initiationMethod,
    flow: '',
  }
}
