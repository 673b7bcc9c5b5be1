// What must hold each time the box is there again after a kill: records, recordings, events and figures agree with each
// other and with what was seen before. Each broken rule is one sentence.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { callControl } from '../../daemon/api/control-client.ts'
import { metricsReport } from '../../daemon/api/reports.ts'
import type { ContactRecord } from '../../daemon/contact/contact-record.ts'
import { openContactStoreReadOnly } from '../../daemon/store/contact-store.ts'
import type { Daemon } from '../support/daemon.ts'
import { until, WaitFailed } from '../support/wait.ts'
import { readWav } from '../support/wav.ts'

/** More contacts than come between two kills. */
const newest = 1_000

export class KillLedger {
  readonly #daemon: Daemon
  readonly #known = new Set<string>()
  #lastSequence = 0
  /** By contact. */
  readonly #completions = new Map<string, number>()
  #recordings = 0
  #interrupted = 0

  constructor(daemon: Daemon) {
    this.#daemon = daemon
  }

  get contacts(): number {
    return this.#known.size
  }

  get recordings(): number {
    return this.#recordings
  }

  get interrupted(): number {
    return this.#interrupted
  }

  /** `begun`: contacts that the killed box had logged. `callsMade`: since the beginning. Nobody calls meanwhile. */
  async check(begun: readonly string[], callsMade: number): Promise<string[]> {
    const faults: string[] = []
    const unreadable: string[] = []
    const store = openContactStoreReadOnly(join(this.#daemon.storage, 'contacts.db'), (id) => unreadable.push(id))
    try {
      for (const id of begun) if (!store.find(id)) faults.push(`contact ${id} is lost`)
      const fresh = store.list({ limit: newest }).filter(({ ContactId }) => !this.#known.has(ContactId))
      for (const record of fresh) {
        this.#known.add(record.ContactId)
        faults.push(...this.#recordFaults(record))
      }
      if (store.count() !== this.#known.size)
        faults.push(`${store.count()} records, and ${this.#known.size} contacts are known`)
      if (this.#known.size > callsMade) faults.push(`${this.#known.size} records of ${callsMade} calls`)
      for (const { ContactId } of store.unfinished()) faults.push(`contact ${ContactId} was not closed`)
      for (const id of unreadable) faults.push(`the record of ${id} cannot be read`)
    } finally {
      store.close()
    }
    faults.push(...(await this.#figureFaults()), ...(await this.#statusFaults()), ...(await this.#eventFaults()))
    return faults
  }

  #recordFaults(record: ContactRecord): string[] {
    const { ContactId: id, Cordboard: box, Queue: queue, Agent: agent } = record
    const faults: string[] = []
    if (box.interrupted) this.#interrupted++
    const times = [
      record.InitiationTimestamp,
      queue?.EnqueueTimestamp,
      agent?.ConnectedToAgentTimestamp,
      record.DisconnectTimestamp ?? undefined,
      agent?.AfterContactWorkEndTimestamp,
    ].filter((time) => time !== undefined)
    if (times.some((time, at) => at > 0 && time < times[at - 1]!)) faults.push(`times of ${id} run backwards`)
    const durations = { ...queue, ...agent }
    for (const [name, value] of Object.entries(durations))
      if (typeof value === 'number' && !(value >= 0 && value < 86_400)) faults.push(`${name} of ${id} is ${value}`)
    for (const { Location, Status } of record.Recordings) {
      if (Status !== 'AVAILABLE') continue
      this.#recordings++
      try {
        if (readWav(Location).channels !== 2) faults.push(`${Location} is not of two channels`)
      } catch (fault) {
        faults.push(`${Location} does not open: ${String(fault)}`)
      }
    }
    return faults
  }

  /** The end of each contact was told once. Events are on disk a quarter of a second after they are told. */
  async #eventFaults(): Promise<string[]> {
    let wrong: string[] = []
    await until('all ends to be told', () => {
      this.#readCompletions()
      wrong = [...this.#known].filter((id) => this.#completions.get(id) !== 1)
      return wrong.length === 0
    }).catch((fault: unknown) => {
      if (!(fault instanceof WaitFailed)) throw fault
    })
    return wrong.map((id) => `the end of ${id} was told ${this.#completions.get(id) ?? 0} times`)
  }

  #readCompletions(): void {
    const database = new DatabaseSync(join(this.#daemon.storage, 'events.db'), { readOnly: true })
    try {
      const rows = database
        .prepare(
          `SELECT sequence, event ->> '$.contactId' AS contact FROM events
           WHERE sequence > ? AND event ->> '$.type' = 'COMPLETED' ORDER BY sequence`,
        )
        .all(this.#lastSequence)
      for (const { sequence, contact } of rows) {
        this.#lastSequence = Number(sequence)
        this.#completions.set(String(contact), (this.#completions.get(String(contact)) ?? 0) + 1)
      }
    } finally {
      database.close()
    }
  }

  async #figureFaults(): Promise<string[]> {
    const answer = await callControl(this.#daemon.socket, 'metrics', { by: [], interval: 'total' })
    const metrics = metricsReport.parse(answer).rows[0]?.metrics ?? {}
    const faults = Object.entries(metrics)
      .filter(([name, value]) => !(value >= 0) || (/LEVEL|RATE|PERCENT|OCCUPANCY/.test(name) && value > 100))
      .map(([name, value]) => `${name} is ${value}`)
    const { CONTACTS_CREATED: created, CONTACTS_QUEUED: queued = 0, CONTACTS_HANDLED: handled = 0 } = metrics
    if ((created ?? 0) !== this.#known.size) faults.push(`CONTACTS_CREATED is ${created} of ${this.#known.size}`)
    if (handled + (metrics.CONTACTS_ABANDONED ?? 0) > queued)
      faults.push(`${handled} handled and ${metrics.CONTACTS_ABANDONED} abandoned of ${queued} queued`)
    return faults
  }

  async #statusFaults(): Promise<string[]> {
    const { queues, faults, contacts } = await this.#daemon.status()
    return [
      ...queues
        .filter(({ waiting, oldestAgeS }) => waiting !== 0 || oldestAgeS !== 0)
        .map(({ name, waiting }) => `${waiting} wait in ${name}`),
      ...contacts.map(({ contactId, state }) => `contact ${contactId} is ${state}`),
      ...faults.map(({ code, message }) => `fault ${code}: ${message}`),
    ]
  }
}
