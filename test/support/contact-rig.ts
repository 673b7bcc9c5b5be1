// A contact centre without telephones: real contacts, real routing and a real clock face, over fake legs and flows that
// the test steers. One queue, one profile, the agents that the test names.
import type { BotDefinition, Bots } from '../../daemon/bots/bots.ts'
import { createBots } from '../../daemon/bots/create-bots.ts'
import { Conference } from '../../daemon/bridge/conference.ts'
import { NumberCalls } from '../../daemon/carrier/number-calls.ts'
import type { OutboundRequest } from '../../daemon/carrier/outbound.ts'
import { SystemClock } from '../../daemon/clock.ts'
import type { Instance } from '../../daemon/config/instance.ts'
import type { ContactRecord, ContactStore } from '../../daemon/contact/contact-record.ts'
import { ContactService } from '../../daemon/contact/contact-service.ts'
import type { ContactWorld } from '../../daemon/contact/contact-world.ts'
import { Counters } from '../../daemon/counters.ts'
import type { FlowEnd, FlowHost, Speech } from '../../daemon/flow/host.ts'
import { createFunctions } from '../../daemon/functions/create-functions.ts'
import type { FunctionDefinition, Functions } from '../../daemon/functions/functions.ts'
import type { Leg, LegOrigin } from '../../daemon/leg/leg.ts'
import { silentLog } from '../../daemon/log/log.ts'
import type { RecordedChannels } from '../../daemon/loop/audio.ts'
import { createRouting, type Router } from '../../daemon/routing/router.ts'
import { instanceWith, type RigLimits } from './contact-rig-instance.ts'
import { DetectionDouble } from './detection-double.ts'
import { EventDouble } from './event-double.ts'
import { FakeLeg } from './fake-leg.ts'
import { MockClock, settle } from './mock-clock.ts'
import { PendingDouble } from './pending-double.ts'

/** A flow that runs until the test ends it, or the contact aborts it. */
export interface RunningFlow {
  flowId: string
  host: FlowHost
  signal: AbortSignal
  end(end: FlowEnd): void
}

/** The ledger of a rig in which all is over. */
export const nothingLeft = {
  contacts: 0,
  flows: 0,
  paths: 0,
  recordings: 0,
  legs: 0,
  waiting: 0,
  pending: 0,
  broken: [],
}

/** The line that can hold a call while the daemon starts anew. */
export const heldLine = 'Line 1'

export class ContactRig {
  readonly clock: MockClock
  readonly counters = new Counters()
  readonly flows: RunningFlow[] = []
  readonly agentLegs: FakeLeg[] = []
  readonly saved: Map<string, ContactRecord>
  /** Calls to outside numbers, and what was asked for. */
  readonly outsideLegs: FakeLeg[] = []
  readonly outsideCalls: OutboundRequest[] = []
  readonly numberCalls = new NumberCalls()
  readonly digitsSent: string[] = []
  readonly detection = new DetectionDouble()
  readonly events = new EventDouble()
  readonly pending: PendingDouble
  /** Audio paths as laid: from port to port. */
  readonly #paths = new Map<string, [number, number]>()
  readonly recordings = new Set<string>()
  /** What recordings were to take up, in turn. */
  readonly channels: RecordedChannels[] = []
  /** Whether the newest recording was hidden, then not, as told in turn. */
  readonly hidings: boolean[] = []
  /** A number that may not be called. */
  notAllowed: string | undefined
  readonly routing: Router
  readonly world: ContactWorld
  readonly contacts: ContactService
  readonly functions: Functions
  readonly bots: Bots
  /** What the caller of every contact presses, in turn. */
  readonly keys: string[] = []
  readonly spoken: Speech[] = []
  /** Agents whose phones were asked to answer by themselves. */
  readonly askedToAnswer: string[] = []
  /** Contacts that were to go on after a restart, and can't. */
  readonly lost: string[] = []
  readonly #arrive: (leg: Leg) => void
  #storeFault: Error | undefined

  constructor(
    agents: string[],
    limits: RigLimits = {},
    integrations: { functions?: FunctionDefinition[]; bots?: BotDefinition[] } = {},
    before: { pending?: PendingDouble; saved?: Map<string, ContactRecord>; clock?: MockClock } = {},
  ) {
    this.clock = before.clock ?? new MockClock()
    this.pending = before.pending ?? new PendingDouble()
    this.saved = before.saved ?? new Map()
    const { clock } = this
    const { functions = [], bots = [] } = integrations
    this.functions = createFunctions({ functions, instanceDirectory: '.', clock: new SystemClock(), log: silentLog })
    this.bots = createBots({ bots, clock, timeZone: 'UTC', log: silentLog })
    const instance = instanceWith(agents, limits)
    this.routing = createRouting({
      queues: instance.queues.values(),
      routingProfiles: instance.routingProfiles.values(),
      agents: instance.agents.values(),
      maximumContacts: 10,
      offerTimeoutS: 20,
      missedPauseS: 30,
      clock: this.clock,
      log: silentLog,
    })
    for (const agent of agents) this.routing.setReachable(agent, true)
    this.world = this.#world(instance)
    this.contacts = new ContactService(this.world, (contactIds) => this.lost.push(...contactIds))
    let arrive: ((leg: Leg) => void) | undefined
    this.contacts.attach({
      onInbound(listener) {
        arrive = listener
        return () => undefined
      },
    })
    if (!arrive) throw new Error('the contact service did not listen for legs')
    this.#arrive = arrive
  }

  /** A caller rings and is answered; the inbound flow runs. */
  async call(local = '+15550100', origin?: LegOrigin, headers?: Leg['headers']): Promise<FakeLeg> {
    const of = { ...(origin && { origin }), ...(headers && { headers }) }
    const caller = new FakeLeg({ id: 'caller', local: { address: local }, ...of })
    this.#arrive(caller)
    await settle()
    return caller
  }

  /** The inbound flow puts the caller into the queue. */
  async queue(): Promise<void> {
    const flow = this.flow('main')
    flow.host.setTargetQueue('Support')
    flow.host.enqueue()
    flow.end({ type: 'queued' })
    await settle()
  }

  /** A caller who has gone through flow, queue and whispers, and talks to the agent who was rung. */
  async talk(): Promise<{ caller: FakeLeg; agent: FakeLeg; contactId: string }> {
    const caller = await this.call()
    const contactId = this.record.ContactId
    await this.queue()
    return { caller, agent: await this.answerAndJoin(), contactId }
  }

  /** The agent who is rung picks up, and both whispers play. */
  async answerAndJoin(): Promise<FakeLeg> {
    const agent = this.ringing
    agent.pickUp()
    await settle()
    await this.end('default-agent-whisper')
    await this.end('default-customer-whisper')
    return agent
  }

  /** What the first says, the second hears. */
  hears(from: FakeLeg, to: FakeLeg): boolean {
    return this.#paths.has(`${from.portId}>${to.portId}`)
  }

  together(...legs: FakeLeg[]): boolean {
    return legs.every((one) => legs.every((other) => one === other || this.hears(one, other)))
  }

  get outside(): FakeLeg {
    const leg = this.outsideLegs.at(-1)
    if (!leg) throw new Error('no outside number was called')
    return leg
  }

  recordOf(contactId: string | undefined): ContactRecord {
    const record = contactId === undefined ? undefined : this.saved.get(contactId)
    if (!record) throw new Error(`no record of ${contactId} was saved`)
    return record
  }

  /** The latest run of the flow that has not ended. */
  flow(flowId: string): RunningFlow {
    const running = this.flows.findLast((flow) => flow.flowId === flowId)
    if (!running) throw new Error(`no ${flowId} runs; there are: ${this.flows.map((flow) => flow.flowId).join(', ')}`)
    return running
  }

  get running(): string[] {
    return this.flows.map((flow) => flow.flowId)
  }

  async end(flowId: string, end: FlowEnd = { type: 'ended' }): Promise<void> {
    this.flow(flowId).end(end)
    await settle()
  }

  get ringing(): FakeLeg {
    const leg = this.agentLegs.at(-1)
    if (!leg) throw new Error('no agent was rung')
    return leg
  }

  get record(): ContactRecord {
    const record = [...this.saved.values()].at(-1)
    if (!record) throw new Error('no record was saved')
    return record
  }

  breakStore(fault: Error): void {
    this.#storeFault = fault
  }

  /** What must be back to nothing when all is over. */
  ledger() {
    return {
      contacts: this.contacts.alive,
      flows: this.flows.length,
      paths: this.#paths.size,
      recordings: this.recordings.size,
      legs: [...this.agentLegs, ...this.outsideLegs].filter((leg) => leg.state !== 'ended').length,
      waiting: this.routing.queues().reduce((sum, queue) => sum + queue.waiting, 0),
      pending: this.pending.kept.size,
      broken: this.routing.brokenInvariants(),
    }
  }

  #world(instance: Instance): ContactWorld {
    const store: ContactStore = {
      save: (record) => {
        if (this.#storeFault) throw this.#storeFault
        this.saved.set(record.ContactId, record)
      },
      find: (contactId) => this.saved.get(contactId),
      list: () => [...this.saved.values()],
      unfinished: () => [],
      count: () => this.saved.size,
      close: () => undefined,
    }
    return {
      instance,
      clock: this.clock,
      log: silentLog,
      routing: this.routing,
      store,
      pending: this.pending,
      events: this.events,
      counters: this.counters,
      functions: this.functions,
      bots: this.bots,
      flowLog: { write: () => undefined },
      runFlow: (flowId, host, signal) => this.#run(flowId, host, signal),
      participant: () => ({
        play: async (speech) => void this.spoken.push(...speech),
        playRepeatedly: async () => undefined,
        collect: async ({ prompt }) => {
          this.spoken.push(...prompt)
          const digits = this.keys.shift()
          return digits === undefined ? { outcome: 'timeout' } : { outcome: 'digits', digits }
        },
        close: () => undefined,
      }),
      canHold: (line) => line === heldLine,
      dialAgent: (userName, _caller, { autoAnswer }) => {
        if (autoAnswer) this.askedToAnswer.push(userName)
        const leg = new FakeLeg({ id: userName, direction: 'outbound', local: {}, remote: { address: userName } })
        this.agentLegs.push(leg)
        return leg
      },
      conference: () =>
        new Conference({
          connect: (from, to) => void this.#paths.set(`${from}>${to}`, [from, to]),
          disconnect: (from, to) => void this.#paths.delete(`${from}>${to}`),
          sendDigits: async () => undefined,
        }),
      outbound: {
        call: (request) => {
          this.outsideCalls.push(request)
          if (request.number === this.notAllowed) return { refused: 'notAllowed', detail: 'not in this test' }
          const leg = new FakeLeg({ id: request.number, direction: 'outbound', remote: { address: request.number } })
          this.outsideLegs.push(leg)
          return { leg }
        },
        isEmergency: () => false,
      },
      numberCalls: this.numberCalls,
      sendDigits: async (_leg, digits) => void this.digitsSent.push(digits),
      detectAnswer: () => this.detection.begin(),
      describePath: async (leg) => leg.describe(),
      record: (contactId, channels, part) => {
        const file = `${contactId}${part === 'IVR' ? '_ivr' : ''}.wav`
        this.recordings.add(file)
        this.channels.push(channels)
        const stop = async () => {
          this.recordings.delete(file)
          return { file, durationMs: 1000 }
        }
        return {
          file,
          recording: {
            stop,
            tap: (tapped) => void this.channels.push(tapped),
            pause: () => void this.hidings.push(true),
            resume: () => void this.hidings.push(false),
          },
        }
      },
    }
  }

  #run(flowId: string, host: FlowHost, signal: AbortSignal): Promise<FlowEnd> {
    return new Promise((resolve) => {
      const end = (how: FlowEnd) => {
        const at = this.flows.indexOf(running)
        if (at < 0) return
        this.flows.splice(at, 1)
        resolve(how)
      }
      const running = { flowId, host, signal, end }
      this.flows.push(running)
      signal.addEventListener('abort', () => end({ type: 'left' }))
    })
  }
}
