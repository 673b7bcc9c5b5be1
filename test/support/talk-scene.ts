// A stage for talks between people: a caller on a simulated line, agents at real SIP phones, a desk behind a carrier.
// Each party sends a tone of its own, so that what is heard tells who is let through. The first talk of each call is
// between the caller and Ann; the others join as a test tells.
import type { Test } from 'tap'
import type { AgentCommand } from '../../daemon/agent/agent-command.ts'
import { callControl } from '../../daemon/api/control-client.ts'
import type { ContactRecord } from '../../daemon/contact/contact-record.ts'
import { Baresip } from './baresip.ts'
import { type Box, startBox } from './box.ts'
import { freePorts } from './free-ports.ts'
import type { TestInstanceOptions } from './instance.ts'
import type { LineCaller } from './line-caller.ts'
import { tonePresentMs } from './tones.ts'
import { until } from './wait.ts'

export const toneOf = { caller: 620, ann: 1020, ben: 820, sue: 1340, desk: 1180 } as const
export type Who = keyof typeof toneOf
export type Colleague = 'ben' | 'sue'

/** The desk, as dialled from here. */
export const desk = '+442079460777'
/** Line 4 of the test instance: straight to the queue, recorded. */
export const recordedLine = 4

/** What one hears from a moment on. */
export interface Ear {
  hears(hz: number, ms?: number): Promise<void>
  heardMs(hz: number): number
}

export interface SceneOptions {
  colleagues?: readonly Colleague[]
  desk?: boolean
  /** Absent: up to the recorded one. */
  lines?: number
  instance?: TestInstanceOptions
}

export class TalkScene {
  readonly box: Box
  readonly #phones: ReadonlyMap<Exclude<Who, 'caller'>, Baresip>
  #caller: LineCaller | undefined
  /** Contacts of the calls before this one. */
  #before = new Set<string>()

  private constructor(box: Box, phones: ReadonlyMap<Exclude<Who, 'caller'>, Baresip>) {
    this.box = box
    this.#phones = phones
  }

  static async open(t: Pick<Test, 'teardown'>, options: SceneOptions = {}): Promise<TalkScene> {
    const agents = ['ann', ...(options.colleagues ?? [])] as const
    const deskPort = await freePorts(3)
    const link = { name: 'north', host: '127.0.0.1', port: deskPort, optionsIntervalS: 2, channels: 3 }
    const box = await startBox(t, {
      lines: options.lines ?? recordedLine,
      agents: agents.map((userName) => ({
        userName,
        srtp: 'off',
        afterContactWorkS: 0,
        status: userName === 'ann' ? 'Available' : 'Offline',
      })),
      quickConnects: [
        { type: 'agent', name: 'Ben', agent: 'ben' },
        { type: 'phone', name: 'Desk', number: desk },
        { type: 'queue', name: 'Support again', queue: 'Support' },
      ].filter(({ agent }) => agent === undefined || agents.includes(agent as Colleague)) as NonNullable<
        TestInstanceOptions['quickConnects']
      >,
      ...(options.desk && { carriers: { carriers: [{ name: 'telco', links: [link] }] } }),
      ...options.instance,
    })
    const phones = new Map<Exclude<Who, 'caller'>, Baresip>()
    for (const userName of agents)
      phones.set(userName, await box.phone({ userName, toneHz: toneOf[userName], traced: userName === 'ann' }))
    if (options.desk) {
      const phone = await Baresip.start({
        userName: desk,
        password: 'none',
        box: box.instance.sipAddress,
        register: false,
        sipPort: deskPort,
        toneHz: toneOf.desk,
        answer: 'manual',
      })
      t.teardown(() => phone.stop())
      phones.set('desk', phone)
      await box.daemon.shows('the link to be up', ({ links }) => links[0]?.state === 'up')
    }
    return new TalkScene(box, phones)
  }

  phone(who: Exclude<Who, 'caller'>): Baresip {
    const phone = this.#phones.get(who)
    if (!phone) throw new Error(`${who} is not in this scene`)
    return phone
  }

  get caller(): LineCaller {
    if (!this.#caller) throw new Error('nobody has called yet')
    return this.#caller
  }

  /** A call comes, and Ann takes it. Then the colleagues named are available too. */
  async talk(of: { with?: readonly Colleague[]; line?: number } = {}): Promise<void> {
    const caller = await this.ring(of.line)
    const ann = this.phone('ann')
    await ann.incoming()
    for (const colleague of of.with ?? []) await this.ask(colleague, { do: 'setStatus', status: 'Available' })
    await ann.accept()
    await ann.established()
    await caller.says(toneOf.caller, 60_000)
    await this.together('caller', 'ann')
  }

  /** What contacts there are from now on are those of one test. */
  async begin(): Promise<void> {
    this.#before = new Set((await this.box.daemon.records()).map(({ ContactId }) => ContactId))
  }

  /** The one contact of the call so far. */
  async contactId(): Promise<string> {
    const [record] = (await this.box.daemon.records()).filter(({ ContactId }) => !this.#before.has(ContactId))
    if (!record) throw new Error('there is no contact')
    return record.ContactId
  }

  /** A call comes, and is answered by the box. */
  async ring(port = recordedLine, number = '+442079460555'): Promise<LineCaller> {
    await this.begin()
    this.#caller = await this.box.call({ number, port })
    await this.#caller.answered()
    return this.#caller
  }

  /** What an agent asks for; fails with the reason when it is refused. */
  async ask(agent: Colleague | 'ann', command: AgentCommand): Promise<void> {
    await callControl(this.box.daemon.socket, 'agentCommand', { agent, command })
  }

  /** Of what one has heard since this moment, how much was this tone. */
  from(who: Who): Ear {
    const read = () => (who === 'caller' ? this.caller.heard() : this.phone(who).heard())
    const already = read().length
    const since = () => read().subarray(already)
    return {
      hears: async (hz, ms = 600) => {
        await until(`${who} to hear ${hz} Hz`, () => tonePresentMs(since(), hz) >= ms, { withinMs: 15_000 })
      },
      heardMs: (hz) => tonePresentMs(since(), hz),
    }
  }

  /** All of them hear each other. */
  async together(...parties: Who[]): Promise<void> {
    const ears = parties.map((who) => ({ who, ear: this.from(who) }))
    await Promise.all(
      ears.flatMap(({ who, ear }) => parties.filter((other) => other !== who).map((other) => ear.hears(toneOf[other]))),
    )
  }

  /** One hears none of these from now on, while another, who is let through, is heard for a second. */
  async hearsOnly(who: Who, heardHz: number, ...silent: Who[]): Promise<void> {
    const ear = this.from(who)
    await ear.hears(heardHz, 1000)
    for (const other of silent) {
      const ms = ear.heardMs(toneOf[other])
      if (ms > 100) throw new Error(`${who} heard ${other} for ${ms} ms`)
    }
  }

  /** Records of this call and what came of it, when all are completed: in the order of their links. */
  async records(count: number): Promise<ContactRecord[]> {
    const records = await until(`${count} completed records`, async () => {
      const all = (await this.box.daemon.records()).filter(({ ContactId }) => !this.#before.has(ContactId))
      return all.length === count && all.every(({ Cordboard }) => Cordboard.state === 'completed') && all
    })
    return records.sort((one, other) => depthOf(one, records) - depthOf(other, records))
  }

  /** Everybody has hung up: the box is as before, and the colleagues are offline again. */
  async over(...colleagues: Colleague[]): Promise<void> {
    await this.caller.released()
    for (const colleague of colleagues) await this.ask(colleague, { do: 'setStatus', status: 'Offline' })
    await this.box.isAsBefore()
  }
}

/** How many contacts came before this one. */
function depthOf(record: ContactRecord, all: readonly ContactRecord[]): number {
  const previous = all.find(({ ContactId }) => ContactId === record.PreviousContactId)
  return previous ? 1 + depthOf(previous, all) : 0
}
