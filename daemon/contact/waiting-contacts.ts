// Callbacks and tasks, which wait for their time with nobody on a line: made, kept on disk, brought back after a restart,
// begun when they are due, ended when nobody took them.
import type { Timer } from '../clock.ts'
import type { CallbackRequest, TaskRequest } from '../flow/abilities.ts'
import { type ContactData, endpoint, queueOf, segmentData, taskData } from './contact-data.ts'
import type { ContactLife } from './contact-life.ts'
import type { ContactRegistry } from './contact-registry.ts'
import type { ContactWorld } from './contact-world.ts'
import { Conversation } from './conversation.ts'
import { maximumPending, type PendingContact, revivedData, storedData } from './pending-contacts.ts'

/** From when it is due (routing facts, 7; flow types facts, 4). */
const expiryMs = 7 * 24 * 3600_000
const attributesLimitBytes = 32 * 1024
const e164 = /^\+[1-9][0-9]{1,14}$/

type Refusal = { ok: false; detail: string }

interface Waiting {
  due: Timer
  expiry: Timer
}

export class WaitingContacts {
  readonly #registry: ContactRegistry
  readonly #world: () => ContactWorld
  readonly #timers = new Map<string, Waiting>()
  readonly #anew = new Map<string, PendingContact>()

  constructor(registry: ContactRegistry, world: () => ContactWorld) {
    this.#registry = registry
    this.#world = world
  }

  scheduleCallback(from: ContactLife, request: CallbackRequest): { ok: true } | Refusal {
    const world = this.#world()
    const number = from.data.customerCallbackNumber ?? from.data.customerEndpoint?.address
    if (number === undefined || !e164.test(number)) return refused('there is no number to call back')
    const queue = request.target ? queueOf(world.instance, request.target) : from.data.queue
    if (!queue) return refused('there is no queue for the callback')
    if (isFull(world, queue.id)) return refused('the queue is full')
    if (request.flowId !== undefined && !world.instance.flows.has(request.flowId))
      return refused(`there is no flow ${request.flowId}`)
    const data: ContactData = {
      ...segmentData(from.data, 'CALLBACK'),
      customerEndpoint: endpoint(number),
      queue,
      segmentAttributes: { 'connect:Subtype': 'connect:Telephony', 'connect:Direction': 'OUTBOUND' },
    }
    const { initialDelaySeconds, maximumAttempts, retryDelaySeconds, callerId, flowId } = request
    const dueEpochMs = world.clock.epochMs() + (flowId === undefined ? initialDelaySeconds * 1000 : 0)
    const made = this.#make({
      contactId: data.contactId,
      kind: 'callback',
      dueEpochMs,
      expiresEpochMs: dueEpochMs + expiryMs,
      ...(flowId !== undefined && { flowId }),
      data: storedData(data),
      callback: {
        retryDelaySeconds,
        attemptsLeft: maximumAttempts - 1,
        ...(callerId !== undefined && { callerId }),
      },
    })
    if (made.ok) from.record.continuedBy(data.contactId)
    return made
  }

  /** After an attempt that rang in vain: a new contact, later; nothing when none is left. */
  callAgain(life: ContactLife): void {
    const { callback } = life.pending ?? {}
    if (!callback || callback.attemptsLeft < 1) return
    const data = segmentData(life.data, 'CALLBACK')
    const dueEpochMs = this.#world().clock.epochMs() + callback.retryDelaySeconds * 1000
    const made = this.#make({
      contactId: data.contactId,
      kind: 'callback',
      dueEpochMs,
      expiresEpochMs: dueEpochMs + expiryMs,
      data: storedData(data),
      callback: { ...callback, attemptsLeft: callback.attemptsLeft - 1 },
    })
    if (made.ok) life.record.continuedBy(data.contactId)
  }

  createTask(from: ContactLife | undefined, task: TaskRequest): { ok: true; contactId: string } | Refusal {
    const { instance, clock } = this.#world()
    if (task.flowId === undefined) return refused('a box has no task templates: name the flow')
    if (!instance.flows.has(task.flowId)) return refused(`there is no flow ${task.flowId}`)
    const nowMs = clock.epochMs()
    const dueEpochMs = task.startEpochMs ?? nowMs + (task.delaySeconds ?? 0) * 1000
    if (dueEpochMs < nowMs) return refused('its time is over')
    if (Buffer.byteLength(JSON.stringify(task.attributes)) > attributesLimitBytes)
      return refused('the attributes have more than 32 KB')
    const data: ContactData = {
      ...taskData(instance, from?.data),
      name: task.name,
      ...(task.description !== undefined && { description: task.description }),
      attributes: { ...task.attributes },
      references: task.references,
    }
    const made = this.#make({
      contactId: data.contactId,
      kind: 'task',
      dueEpochMs,
      expiresEpochMs: dueEpochMs + expiryMs,
      flowId: task.flowId,
      data: storedData(data),
    })
    return made.ok ? { ok: true, contactId: data.contactId } : made
  }

  restore(waiting: readonly PendingContact[]): void {
    for (const pending of waiting) this.#begin(pending)
  }

  /** It waits in its queue now: after a restart it goes back there. */
  keep(life: ContactLife, change: Pick<PendingContact, 'enqueuedAtEpochMs'>): void {
    if (life.pending) this.#keep({ ...life.pending, data: storedData(life.data), ...change })
  }

  /** Nothing is to be brought back: the customer is being called, or the contact is over. */
  forget(life: ContactLife): void {
    if (life.pending) this.#world().pending.forget(life.id)
  }

  /** The daemon stops: whatever nobody has taken yet is left for its next start. */
  park(life: ContactLife): void {
    if (life.pending && ['scheduled', 'inFlow', 'queued', 'offering'].includes(life.state))
      life.handle({ type: 'parked' })
  }

  /** By another configuration, as soon as it is parked. */
  beginAnew(life: ContactLife): void {
    if (!life.pending) return
    this.#anew.set(life.id, life.pending)
    this.park(life)
  }

  over(life: ContactLife): void {
    const timers = this.#timers.get(life.id)
    timers?.due.cancel()
    timers?.expiry.cancel()
    this.#timers.delete(life.id)
    const pending = this.#anew.get(life.id)
    if (!pending) return
    this.#anew.delete(life.id)
    this.#begin(pending)
  }

  #make(pending: PendingContact): { ok: true } | Refusal {
    if (this.#timers.size >= maximumPending) return refused('too many callbacks and tasks wait')
    if (!this.#keep(pending)) return refused('it could not be written down')
    this.#begin(pending)
    return { ok: true }
  }

  #keep(pending: PendingContact): boolean {
    const { counters, log, pending: store } = this.#world()
    try {
      store.keep(pending)
      return true
    } catch (fault) {
      counters.count('pendingNotSaved')
      log.error({ contactId: pending.contactId, err: fault }, 'a callback or task could not be written down')
      return false
    }
  }

  #begin(pending: PendingContact): void {
    const world = this.#world()
    const { clock } = world
    const data = revivedData(pending.data)
    const nowMs = clock.epochMs()
    const record = world.store.find(pending.contactId)
    const life = this.#registry.begin({
      kind: pending.kind === 'task' ? 'task' : 'callback',
      data,
      conversation: new Conversation(world, this.#registry),
      ...(pending.flowId !== undefined && { flow: pending.flowId }),
      pending,
      ...(record && { record }),
    })
    const into = pending.flowId !== undefined && pending.enqueuedAtEpochMs === undefined ? 'flow' : 'queue'
    this.#timers.set(pending.contactId, {
      due: clock.after(pending.dueEpochMs - nowMs, () => life.handle({ type: 'due', into })),
      expiry: clock.after(pending.expiresEpochMs - nowMs, () => {
        const reason = pending.kind === 'task' ? 'EXPIRED' : 'OTHER'
        life.handle({ type: 'dismissed', reason, endReason: 'expired' })
      }),
    })
    life.handle({ type: 'began' })
    if (this.#registry.draining) this.park(life)
  }
}

function refused(detail: string): Refusal {
  return { ok: false, detail }
}

/** Waiting calls and queued callbacks count alike. */
function isFull({ instance, routing }: ContactWorld, queueId: string): boolean {
  const maximum = instance.queues.get(queueId)?.maximumContacts
  const waiting = routing.queues().find(({ name }) => name === queueId)?.waiting ?? 0
  return maximum !== undefined && waiting >= maximum
}
