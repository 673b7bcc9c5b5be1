// Keeps the contact's record in step with its life: one save per change, and one now and then while nothing changes, so
// that a power cut costs seconds. A store that cannot be written is counted and told; the call goes on.
import type { Timer } from '../clock.ts'
import { resourceArn } from '../config/ids.ts'
import type { ContactData } from './contact-data.ts'
import type { ContactInput, ContactState } from './contact-machine.ts'
import type { ContactRecord, DisconnectReason, RecordEndpoint } from './contact-record.ts'
import type { ContactWorld } from './contact-world.ts'
import * as build from './record-builder.ts'

/** How often a contact in which nothing changes is saved as still alive. */
const stillAliveMs = 10_000

export class ContactRecorder {
  readonly #world: ContactWorld
  readonly #data: ContactData
  #record: ContactRecord
  #recordingFile: string | undefined
  #heartbeat: Timer | undefined

  constructor(world: ContactWorld, data: ContactData) {
    this.#world = world
    this.#data = data
    this.#record = build.newRecord({
      contactId: data.contactId,
      channel: data.channel,
      initiationMethod: 'INBOUND',
      instanceArn: data.instanceArn,
      ...(data.customerEndpoint && { customerEndpoint: endpoint(data.customerEndpoint) }),
      ...(data.systemEndpoint && { systemEndpoint: endpoint(data.systemEndpoint) }),
      atEpochMs: world.clock.epochMs(),
    })
    this.#write()
  }

  stateChanged(before: ContactState, after: ContactState, input: ContactInput): void {
    if (before === after) return
    const at = this.#world.clock.epochMs()
    switch (after) {
      case 'inFlow':
        this.#next(build.connectedToSystem(this.#record, at))
        break
      case 'queued': {
        const { queue } = this.#data
        if (input.type !== 'enqueued') this.#next(build.returnedToQueue(this.#record, at))
        else if (queue) this.#next(build.enqueued(this.#record, { arn: queue.arn, name: queue.name }, at))
        break
      }
      case 'offering':
        this.#next(build.offered(this.#record, at))
        break
      case 'customerWhispering':
        this.#next(build.dequeued(this.#record, at))
        break
      case 'joined':
        this.#next(build.connectedToAgent(this.#record, this.#agent(), at))
        break
    }
  }

  attributesChanged(): void {
    this.#next(build.attributesSet(this.#record, this.#data.attributes, this.#world.clock.epochMs()))
  }

  recordingStarted(file: string): void {
    this.#recordingFile = file
    this.#next(build.recordingStarted(this.#record, file, this.#world.clock.epochMs()))
  }

  recordingStopped(outcome: 'written' | 'failed'): void {
    if (this.#recordingFile === undefined) return
    this.#next(build.recordingStopped(this.#record, this.#recordingFile, this.#world.clock.epochMs(), outcome))
  }

  ended(reason: DisconnectReason, endReason: string): void {
    this.#heartbeat?.cancel()
    this.#heartbeat = undefined
    this.#next(build.disconnected(this.#record, { reason, endReason, atEpochMs: this.#world.clock.epochMs() }))
  }

  /** The record as it was built last, for the line that tells the whole story at the end of the call. */
  get record(): ContactRecord {
    return this.#record
  }

  #agent() {
    const { instance } = this.#world
    const userName = this.#data.agent?.userName ?? ''
    const profileName = instance.agents.get(userName)?.routingProfile ?? ''
    return {
      arn: resourceArn(instance, 'agent', userName),
      userName,
      routingProfile: { arn: resourceArn(instance, 'routing-profile', profileName), name: profileName },
    }
  }

  #next(record: ContactRecord): void {
    this.#record = record
    this.#write()
  }

  #write(): void {
    const { store, clock, counters, log } = this.#world
    try {
      store.save(this.#record)
    } catch (fault) {
      counters.count('recordNotSaved')
      log.error({ contactId: this.#data.contactId, err: fault }, 'contact record could not be saved')
    }
    this.#heartbeat?.cancel()
    this.#heartbeat = undefined
    if (this.#record.Cordboard.state === 'completed') return
    this.#heartbeat = clock.after(stillAliveMs, () => this.#next(build.stillAlive(this.#record, clock.epochMs())))
  }
}

function endpoint(of: { address: string; type: 'TELEPHONE_NUMBER' | 'VOIP' }): RecordEndpoint {
  return { Address: of.address, Type: of.type }
}
