// The part of the router that only looks: agents and queues as they stand, places and waits of contacts.
import type { Clock } from '../clock.ts'
import type { Channel } from '../flow/host.ts'
import type { Departures } from './departures.ts'
import { placeOf } from './matching.ts'
import type { AgentView, QueueView } from './routing.ts'
import type { Entry, QueueTable, Tables } from './tables.ts'
import { agentView, type Moment, queueView, serves } from './views.ts'

/** What the router changes and this looks at. */
export interface LookedAt {
  clock: Clock
  tables: Tables
  entries: ReadonlyMap<string, Entry>
  departures: Departures
}

export class RouterViews {
  readonly #of: LookedAt

  constructor(of: LookedAt) {
    this.#of = of
  }

  agents(): AgentView[] {
    const now = this.#now()
    return [...this.#of.tables.agents.values()].map((agent) => agentView(agent, now))
  }

  queues(): QueueView[] {
    const shown = [...this.#of.tables.queues.values()].filter(
      ({ owner, members }) => owner === undefined || members.size > 0,
    )
    return shown.map((queue) => this.#view(queue))
  }

  queue(name: string, channel?: Channel): QueueView | undefined {
    const queue = this.#of.tables.queues.get(name)
    return queue && this.#view(queue, channel)
  }

  serves(userName: string, queue: string, channel?: Channel): boolean {
    const { agents, queues } = this.#of.tables
    const [agent, table] = [agents.get(userName), queues.get(queue)]
    return agent !== undefined && table !== undefined && serves(agent, table, channel)
  }

  position(contactId: string): number | undefined {
    const entry = this.#of.entries.get(contactId)
    return entry && placeOf(entry)
  }

  estimatedWaitS(contactId: string): number | undefined {
    const entry = this.#of.entries.get(contactId)
    const place = entry && placeOf(entry)
    return place && this.#of.departures.estimatedWaitS(entry.queue.name, place, true)
  }

  #view(queue: QueueTable, channel?: Channel): QueueView {
    const { tables, departures } = this.#of
    const view = queueView(queue, tables, this.#now(), channel)
    const { available, waiting } = view
    const estimatedWaitS = available > 0 ? 0 : departures.estimatedWaitS(queue.name, waiting + 1, waiting > 0)
    return { ...view, ...(estimatedWaitS !== undefined && { estimatedWaitS }) }
  }

  #now(): Moment {
    return { monotonicMs: this.#of.clock.monotonicMs(), epochMs: this.#of.clock.epochMs() }
  }
}
