// Keeps the contact's record in step with its life, one save per change, and tells each change as an event. A store that cannot be written is counted and told;
// the call goes on.
import { resourceArn } from '../config/ids.ts'
import type { ContactEvent, ContactEventType } from '../events/events.ts'
import type { MediaQuality } from '../leg/leg.ts'
import { type ContactData, endpoint } from './contact-data.ts'
import { contactEventsOf } from './contact-events.ts'
import type { ContactInput, ContactState } from './contact-machine.ts'
import type { ContactRecord, DisconnectReason, RecordedPart } from './contact-record.ts'
import type { ContactWorld } from './contact-world.ts'
import * as build from './record-builder.ts'
import { recordDetails, recordEndpoint } from './record-details.ts'
import * as during from './record-holds.ts'
import { mediaMeasured } from './record-media.ts'

export type Transfer = NonNullable<ContactEvent['transfer']>

export class ContactRecorder {
  readonly #world: ContactWorld
  readonly #data: ContactData
  /** Begun before a restart: what was told then is not told again. */
  readonly #isKnown: boolean
  #record: ContactRecord
  /** Rung or connected last: events of an offer name the agent after they are gone. */
  #agent: string | undefined
  /** Of events, where it is not the working queue. */
  #queueOfFigures: string | undefined

  /** `known`: the contact was begun before a restart. `scheduledEpochMs`: when one that waits is due. */
  constructor(world: ContactWorld, data: ContactData, of: { known?: ContactRecord; scheduledEpochMs?: number } = {}) {
    this.#world = world
    this.#data = data
    this.#record = of.known ?? newRecordOf(data, world.clock.epochMs(), of.scheduledEpochMs)
    this.#isKnown = of.known !== undefined
    this.#write()
    if (!of.known) this.#tell('INITIATED')
  }

  /** The record as it was built last. */
  get record(): ContactRecord {
    return this.#record
  }

  stateChanged(before: ContactState, after: ContactState, input: ContactInput): void {
    const at = this.#world.clock.epochMs()
    const { record } = this
    const told = this.#isKnown && (after === 'scheduled' || (after === 'queued' && record.Queue !== null))
    if (input.type === 'offered' || input.type === 'summoned') this.#agent = input.agent
    if (after === 'dialling' || after === 'joined') this.#agent ??= this.#data.agent?.userName
    if (before !== after) {
      switch (after) {
        case 'inFlow':
          this.#next(build.connectedToSystem(record, at))
          break
        case 'queued':
          this.#queued(input, at)
          break
        case 'offering':
          this.#next(build.offered(record, at))
          break
        case 'summoning':
          if (input.type === 'summoned') this.#next(build.offered(record, at))
          break
        case 'customerWhispering':
        case 'outside':
          if (record.Queue) this.#next(build.dequeued(record, at))
          break
        case 'dialling':
          if (record.Queue) this.#next(build.dequeued(record, at))
          break
        case 'outboundWhispering':
          this.#next(build.connectedToSystem(record, at, 'connecting'))
          break
        case 'joined':
          this.#joined(before, at)
          break
      }
    }
    if (told && before !== 'offering') return
    for (const type of contactEventsOf(before, after, input, this.#data.channel)) this.#tell(type)
  }

  /** Attributes, tags, names. */
  dataChanged(): void {
    const at = this.#world.clock.epochMs()
    this.#next(
      build.detailsSet(build.attributesSet(this.#record, this.#data.attributes, at), recordDetails(this.#data), at),
    )
  }

  holdChanged(role: 'customer' | 'agent' | 'thirdParty' | 'supervisor', what: 'held' | 'resumed', byOwnAgent: boolean) {
    const at = this.#world.clock.epochMs()
    if (role !== 'customer' && role !== 'agent') return
    if (role === 'customer')
      this.#next(
        what === 'held' ? during.customerHeld(this.#record, byOwnAgent, at) : during.customerResumed(this.#record, at),
      )
    this.#tell(what === 'held' ? 'HELD' : 'RESUMED', { party: role })
  }

  /** A party's call is over: also after the contact is. */
  mediaMeasured(role: 'customer' | 'agent' | 'thirdParty' | 'supervisor', quality: MediaQuality): void {
    this.#next(mediaMeasured(this.#record, role, quality, this.#world.clock.epochMs()))
  }

  supervised(state: 'SILENT_MONITOR' | 'BARGE'): void {
    this.#next(during.supervised(this.#record, state, this.#world.clock.epochMs()))
  }

  /** The number that the called party sees: one of the box's own. */
  shownAs(address: string | undefined): void {
    if (address === undefined) return
    this.#data.systemEndpoint = endpoint(address)
    const SystemEndpoint = recordEndpoint(this.#data.systemEndpoint)
    this.#next(build.detailsSet(this.#record, { SystemEndpoint }, this.#world.clock.epochMs()))
  }

  paused(): void {
    this.#next(during.paused(this.#record, this.#world.clock.epochMs()))
  }

  resumed(): void {
    this.#next(during.resumed(this.#record, this.#world.clock.epochMs()))
  }

  /** An agent who is asked for by name is asked by their own queue (routing facts, 1): its figures it counts in. */
  countedFor(queueId: string): void {
    this.#queueOfFigures = queueId
  }

  /** Towards somebody else; `next` is the contact that goes on from here, if there is one. */
  transferred(transfer: Transfer, next?: string): void {
    const at = this.#world.clock.epochMs()
    if (next !== undefined) this.#next(during.continuedBy(this.#record, next, at))
    if (transfer.kind === 'external') {
      const to = recordEndpoint({ address: transfer.to, type: 'TELEPHONE_NUMBER' })
      this.#next(during.transferredOutside(this.#record, to, at))
    }
    this.#tell('TRANSFERRED', { transfer })
  }

  continuedBy(nextContactId: string): void {
    this.#next(during.continuedBy(this.#record, nextContactId, this.#world.clock.epochMs()))
  }

  /** Whom the agent asked for has come, and the agent had left: that is noted on the contact before this one. */
  coldTransferCompleted(): void {
    const { store, clock } = this.#world
    this.#guarded(() => {
      const before = this.#data.previousContactId && store.find(this.#data.previousContactId)
      if (before) store.save(during.transferCompleted(before, clock.epochMs()))
    })
  }

  recordingStarted(file: string, part: RecordedPart): void {
    this.#next(build.recordingStarted(this.#record, file, this.#world.clock.epochMs(), part))
  }

  recordingStopped(file: string, outcome: 'written' | 'failed'): void {
    this.#next(build.recordingStopped(this.#record, file, this.#world.clock.epochMs(), outcome))
  }

  ended(reason: DisconnectReason, endReason: string): void {
    const left = this.#data.callbackRequested && this.#record.Cordboard.state === 'queued'
    this.#next(build.disconnected(this.#record, { reason, endReason, atEpochMs: this.#world.clock.epochMs() }))
    if (left) this.#tell('DEQUEUED_BY_FLOW')
    this.#tell('DISCONNECTED', { disconnectReason: reason })
    // With an agent, the contact is complete when the work after it is: events/agent-stream.ts. Supervisors have none.
    if (!this.#record.Agent || this.#record.InitiationMethod === 'MONITOR') this.#tell('COMPLETED')
  }

  #queued(input: ContactInput, at: number): void {
    const { queue } = this.#data
    // One that waited before a restart keeps the time at which it was queued.
    if (input.type !== 'enqueued' || this.#record.Queue) this.#next(build.returnedToQueue(this.#record, at))
    else if (queue) this.#next(build.enqueued(this.#record, { arn: queue.arn, name: queue.name }, at))
  }

  #joined(before: ContactState, at: number): void {
    if (before === 'ringingOut') this.#next(build.connectedToSystem(this.#record, at, 'connecting'))
    // An outside number that was brought in.
    if (!this.#data.agent) this.#next(build.connectedToSystem(this.#record, at, 'connecting'))
    else this.#next(build.connectedToAgent(this.#record, this.#agentOf(this.#data.agent.userName), at))
  }

  #agentOf(userName: string) {
    const { instance } = this.#world
    const profileName = instance.agents.get(userName)?.routingProfile ?? ''
    return {
      arn: resourceArn(instance, 'agent', userName),
      userName,
      routingProfile: { arn: resourceArn(instance, 'routing-profile', profileName), name: profileName },
    }
  }

  #tell(
    type: ContactEventType,
    more: Partial<Pick<ContactEvent, 'disconnectReason' | 'transfer' | 'party'>> = {},
  ): void {
    const { contactId, initialContactId, previousContactId, relatedContactId, channel, initiationMethod, queue } =
      this.#data
    const agent = this.#agent
    const queueId = this.#queueOfFigures ?? queue?.id
    const routingProfile = agent === undefined ? undefined : this.#world.instance.agents.get(agent)?.routingProfile
    this.#world.events.emit({
      kind: 'contact',
      type,
      atEpochMs: this.#world.clock.epochMs(),
      contactId,
      initialContactId,
      ...(previousContactId !== undefined && { previousContactId }),
      ...(relatedContactId !== undefined && { relatedContactId }),
      channel,
      initiationMethod,
      ...(queueId !== undefined && { queue: queueId }),
      ...(agent !== undefined && { agent }),
      ...(routingProfile !== undefined && { routingProfile }),
      ...more,
    })
  }

  #next(record: ContactRecord): void {
    this.#record = record
    this.#write()
  }

  #write(): void {
    this.#guarded(() => this.#world.store.save(this.#record))
  }

  #guarded(save: () => void): void {
    try {
      save()
    } catch (fault) {
      this.#world.counters.count('recordNotSaved')
      this.#world.log.error({ contactId: this.#data.contactId, err: fault }, 'contact record could not be saved')
    }
  }
}

/** The record of a contact that begins now. */
function newRecordOf(data: ContactData, atEpochMs: number, scheduledEpochMs: number | undefined): ContactRecord {
  const record = build.newRecord({
    contactId: data.contactId,
    initialContactId: data.initialContactId,
    ...(data.previousContactId !== undefined && { previousContactId: data.previousContactId }),
    ...(data.relatedContactId !== undefined && { relatedContactId: data.relatedContactId }),
    channel: data.channel,
    initiationMethod: data.initiationMethod,
    instanceArn: data.instanceArn,
    ...(data.customerEndpoint && { customerEndpoint: recordEndpoint(data.customerEndpoint) }),
    ...(data.systemEndpoint && { systemEndpoint: recordEndpoint(data.systemEndpoint) }),
    attributes: data.attributes,
    ...(scheduledEpochMs !== undefined && { scheduledEpochMs }),
    atEpochMs,
  })
  return { ...record, ...recordDetails(data) }
}
