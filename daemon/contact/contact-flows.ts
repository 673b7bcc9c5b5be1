// Runs the flows of one contact: which flow an event has, with which default, and what a flow that fails leaves behind.
import { defaultFlows } from '../config/default-flows.ts'
import type { EventHook, FlowEnd, FlowHost } from '../flow/host.ts'
import type { ContactData } from './contact-data.ts'
import type { ContactWorld } from './contact-world.ts'

/** Flows that run when nobody named one; other events have none. Only for calls (flow types facts, 2 and 3). */
const defaults: Partial<Record<EventHook, string>> = {
  CustomerQueue: defaultFlows.customerQueue.name,
  CustomerHold: defaultFlows.customerHold.name,
  AgentHold: defaultFlows.agentHold.name,
  AgentWhisper: defaultFlows.agentWhisper.name,
  CustomerWhisper: defaultFlows.customerWhisper.name,
  OutboundWhisper: defaultFlows.outbound.name,
}

export class ContactFlows {
  readonly #world: ContactWorld
  readonly #data: ContactData

  constructor(world: ContactWorld, data: ContactData) {
    this.#world = world
    this.#data = data
  }

  /** The flow a hook names, else the shipped default; undefined when switched off or not there. */
  of(hook: EventHook): string | undefined {
    const { hooks, channel } = this.#data
    const otherwise = channel === 'VOICE' ? (this.#ofQueue(hook) ?? defaults[hook]) : undefined
    const flowId = hooks.has(hook) ? hooks.get(hook) : otherwise
    return flowId !== undefined && this.#world.instance.flows.has(flowId) ? flowId : undefined
  }

  /** Queues have a whisper of their own for customers who are called (flow types facts, 3). */
  #ofQueue(hook: EventHook): string | undefined {
    if (hook !== 'OutboundWhisper' || !this.#data.queue) return undefined
    return this.#world.instance.queues.get(this.#data.queue.id)?.outboundWhisperFlow
  }

  /** Settles with how it ended; a failure is counted and told. Never rejects. */
  async run(flowId: string, host: FlowHost, signal: AbortSignal): Promise<FlowEnd> {
    const end = await this.#world.runFlow(flowId, host, signal)
    if (end.type === 'failed') {
      const { counters, log } = this.#world
      counters.count('flowFailed')
      const { contactId } = this.#data
      log.warn({ contactId, flowId, block: end.identifier, reason: end.reason }, 'flow failed')
    }
    return end
  }
}
