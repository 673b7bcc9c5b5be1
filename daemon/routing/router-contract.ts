// The router beyond the routing service's contract: what it is made of, how it is changed, and what looks after it.
import type { Clock } from '../clock.ts'
import type { Log } from '../log/log.ts'
import type { AgentChange, AgentStatus, Routing } from './routing.ts'
import type { TableSources } from './tables.ts'

/** What of the configuration routing works by. */
export interface RoutingTerms extends TableSources {
  offerTimeoutS: number
  /** Infinite: until the agent clears it. */
  missedPauseS: number
  /** Beside `Available` and `Offline`. */
  customStatuses?: Iterable<string>
}

export interface RoutingOptions extends RoutingTerms {
  clock: Clock
  log: Log
  /** For development: checks the tables this often and reports what is wrong. Absent: never. */
  selfCheckEveryMs?: number
}

export interface Router extends Routing {
  /**
   * Another configuration, at once: who waits keeps place and age, who talks goes on, who is rung is rung as long as was
   * said before. Throws, with nothing changed, when it can't be followed.
   */
  reconfigure(next: RoutingTerms): void
  /** Each change of an agent, in order, after the effects that were decided before it. Returns how to stop. */
  onAgentChange(listener: (change: AgentChange) => void): () => void
  /** Ends everything the router holds for contacts that no longer live; returns their ids, empty when all is well. */
  reconcile(isAlive: (contactId: string) => boolean): string[]
  /** One sentence for each broken rule of the tables. Walks all of them: for tests and development. */
  brokenInvariants(): string[]
  counters(): Record<string, number>
  /** Cancels every timer. Nothing is offered afterwards. */
  close(): void
}

/** Every status an agent can have. */
export function statusesOf({ customStatuses = [] }: { customStatuses?: Iterable<string> }): ReadonlySet<AgentStatus> {
  return new Set(['Available', 'Offline', ...customStatuses])
}
