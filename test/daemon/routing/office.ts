// An office for routing tests: queues, profiles and agents in a few words, and a notebook of what the routing said.

import { silentLog } from '../../../daemon/log/log.ts'
import { createRouting, type Router, type RoutingOptions } from '../../../daemon/routing/router.ts'
import type { OfferFailure, Routing, RoutingEffect, WaitingContact } from '../../../daemon/routing/routing.ts'
import { MockClock } from '../../support/mock-clock.ts'

export interface OfficePlan {
  /** Queue name to its own limit; undefined: the default. */
  queues: Record<string, number | undefined>
  /** Profile name to its queues: `name priority delayS`. */
  profiles: Record<string, string[]>
  /** Agent to profile. */
  agents: Record<string, string>
}

export const onePlan: OfficePlan = {
  queues: { sales: undefined },
  profiles: { basic: ['sales 1 0'] },
  agents: { ann: 'basic', bob: 'basic', cid: 'basic' },
}

export function routingOptions(plan: OfficePlan): Pick<RoutingOptions, 'queues' | 'routingProfiles' | 'agents'> {
  return {
    queues: Object.entries(plan.queues).map(([name, maximumContacts]) => ({
      name,
      hours: 'always',
      quickConnects: [],
      ...(maximumContacts !== undefined && { maximumContacts }),
    })),
    routingProfiles: Object.entries(plan.profiles).map(([name, queues]) => ({
      name,
      concurrency: { VOICE: 1 },
      queues: queues.map((text) => {
        const [queue = '', priority, delayS] = text.split(' ')
        return { queue, channel: 'VOICE', priority: Number(priority), delayS: Number(delayS) }
      }),
    })),
    agents: Object.entries(plan.agents).map(([userName, routingProfile]) => ({
      userName,
      routingProfile,
      status: 'Available',
    })),
  }
}

export class Office {
  readonly clock = new MockClock()
  readonly routing: Router
  /** What was told since the last `heard()`, e.g. `ann ← call 1`, `ann ✕ call 1 missed`. */
  readonly #notes: string[] = []

  constructor(plan: OfficePlan = onePlan, options: Partial<RoutingOptions> = {}) {
    this.routing = createRouting({
      ...routingOptions(plan),
      offerTimeoutS: 20,
      missedPauseS: 30,
      maximumContacts: 10,
      afterContactWorkS: 0,
      clock: this.clock,
      log: silentLog,
      ...options,
    })
    this.routing.onEffect((effect) => this.#notes.push(describeEffect(effect)))
  }

  heard(): string[] {
    return this.#notes.splice(0)
  }

  /** The phones register, in this order. */
  arrive(...agents: string[]): this {
    for (const agent of agents) this.routing.setReachable(agent, true)
    return this
  }

  call(contactId: string, changes: Partial<WaitingContact> = {}): ReturnType<Routing['enqueue']> {
    return this.routing.enqueue({
      contactId,
      queue: 'sales',
      channel: 'VOICE',
      enqueuedAtEpochMs: this.clock.epochMs(),
      priority: 5,
      ageAdjustmentS: 0,
      ...changes,
    })
  }

  /** The agent answers, talks for a moment and hangs up. */
  serve(contactId: string, agent: string): void {
    this.routing.offerAccepted(contactId, agent)
    this.routing.contactEnded(contactId)
  }

  fail(contactId: string, agent: string, failure: OfferFailure): void {
    this.routing.offerFailed(contactId, agent, failure)
  }

  agent(userName: string) {
    return this.routing.agents().find((view) => view.userName === userName)
  }

  queue(name = 'sales') {
    return this.routing.queues().find((view) => view.name === name)
  }
}

export function describeEffect(effect: RoutingEffect): string {
  return effect.type === 'offer'
    ? `${effect.agent} ← ${effect.contactId}`
    : `${effect.agent} ✕ ${effect.contactId} ${effect.because}`
}
