// The parts of a running daemon, built from an instance and started in order, stopped in the opposite one. How each
// part is built stands in assembly/; only there and here every folder is seen.
//
//   store ─▶ audio thread ─▶ voice ─▶ sip, lines ─▶ routing ─▶ contacts ─▶ control socket ─▶ calls are taken
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { AgentService } from './agent/agent-service.ts'
import { openAuditLog } from './api/audit-log.ts'
import { createControlMethods } from './api/control-methods.ts'
import { createControlServer } from './api/control-server.ts'
import type { StatusReport } from './api/reports.ts'
import { buildAgents } from './assembly/agents.ts'
import { buildCampaigns } from './assembly/campaigns.ts'
import { buildOutbound, watchCutOvers } from './assembly/carriers.ts'
import {
  buildFigures,
  type Figures,
  servePrometheus,
  startRetention,
  tellLost,
  tellUntold,
} from './assembly/figures.ts'
import { buildIntegrations } from './assembly/integrations.ts'
import { buildLines } from './assembly/lines.ts'
import { buildRouting, buildSip, restoreQueueSwitches } from './assembly/phones.ts'
import { buildReload } from './assembly/reload.ts'
import { openStorage } from './assembly/storage.ts'
import type { Started, Surroundings } from './assembly/surroundings.ts'
import { tellStatusLine, watchAudio } from './assembly/watch.ts'
import { Worlds } from './assembly/worlds.ts'
import type { Campaigns } from './campaigns/campaigns.ts'
import { NumberCalls } from './carrier/number-calls.ts'
import type { OutboundService } from './carrier/outbound-calls.ts'
import type { Instance } from './config/instance.ts'
import { ContactService } from './contact/contact-service.ts'
import type { PendingContacts } from './contact/pending-contacts.ts'
import { createWorld, describePath } from './contact-wiring.ts'
import { Counters } from './counters.ts'
import { createLagProbe } from './health/lag-probe.ts'
import { Learning } from './line/learning.ts'
import type { Lines } from './line/lines.ts'
import type { Audio } from './loop/audio.ts'
import { createAudio } from './loop/audio-service.ts'
import type { Reload, ReloadOutcome } from './reload/reload.ts'
import type { Router } from './routing/router.ts'
import type { SipEndpoint } from './sip/endpoint.ts'
import { keepAliveMark } from './store/alive-mark.ts'
import { type DurableContactStore, openContactStore } from './store/contact-store.ts'
import { type FlowLog, openFlowLog } from './store/flow-log.ts'
import { openPendingFiles } from './store/pending-files.ts'
import { openQueueSwitches, type QueueSwitches } from './store/queue-switches.ts'
import { repairRecordings } from './store/recording-repair.ts'
import { closeInterrupted, closeLost, firstDayToRepair } from './store/recovery.ts'
import { createVoice, type VoiceService } from './voice/create-voice.ts'

export class Daemon {
  readonly #of: Surroundings
  readonly #startedEpochMs: number
  readonly #counters = new Counters()
  /** What undoes each start, newest last. */
  readonly #undo: { part: string; stop: () => Promise<void> | void }[] = []
  readonly #started: Started = (part, stop) => void this.#undo.push({ part, stop })
  #state: StatusReport['state'] = 'starting'
  #contacts: ContactService | undefined
  #statusLine: { stop(): void } | undefined
  #reload: Reload | undefined
  /** Their callers are taken up again by the daemon that starts next. */
  #heldLines: ReadonlySet<string> = new Set()
  #stopped: Promise<void> | undefined

  constructor(of: Surroundings) {
    this.#of = of
    this.#startedEpochMs = of.clock.epochMs()
  }

  /** Resolves when calls are taken. Rejects with a message that names the mend; `stop` then undoes what was started. */
  async start(): Promise<void> {
    const { instance, options, clock, log } = this.#of
    mkdirSync(options.runtimeDirectory, { recursive: true, mode: 0o700 })
    const storage = await openStorage(this.#of, this.#started)
    const recordings = join(storage, 'recordings')
    mkdirSync(recordings, { recursive: true, mode: 0o700 })
    const pending = openPendingFiles(join(storage, 'pending'), { log })
    const store = await this.#openStore(storage, recordings, pending)
    const flowLog = openFlowLog(join(storage, 'flow-logs'), { clock, log })
    this.#started('flow log', () => flowLog.close())

    const audio = await createAudio({
      rtpPorts: instance.box.sip.rtpPorts,
      log: log.child({ part: 'audio' }),
      // A box that hears nothing is none: to the last resort, which stops in order and is started again.
      onThreadLost: (reason) => {
        throw new Error(`the audio thread was lost: ${reason}`)
      },
    })
    this.#started('audio', () => audio.stop())
    const voice = createVoice({
      audio,
      prompts: instance.prompts,
      engines: instance.voice.engines,
      rules: instance.voice.rules,
      cacheDirectory: join(storage, 'speech'),
      log: log.child({ part: 'voice' }),
    })
    this.#started('voice', () => voice.close())
    const sip = buildSip(this.#of, audio)
    const routing = buildRouting(this.#of, sip, this.#started)
    const queueSwitches = openQueueSwitches(join(storage, 'queues.json'), this.#of)
    restoreQueueSwitches(routing, queueSwitches)
    const figures = buildFigures(this.#of, storage, routing, this.#started)
    tellUntold(figures, store)
    const takesOver = (line: string, isHeld: boolean) => this.#contacts?.takesOver(line, isHeld) ?? false
    const lines = buildLines(this.#of, audio, takesOver, this.#started)
    const numberCalls = new NumberCalls()
    const legs = () => this.#contacts?.legs() ?? []
    const outbound = buildOutbound(this.#of, { sip, lines, numberCalls, legs }, this.#started)
    const worlds = new Worlds((of, started) => {
      const integrations = buildIntegrations(of, started)
      const contacts = createWorld({
        instance: of.instance,
        recordings,
        clock,
        log,
        routing,
        store,
        flowLog,
        audio,
        voice,
        sip,
        canHold: (line) => lines.canHold(line),
        outbound,
        numberCalls,
        pending,
        events: figures.bus,
        counters: this.#counters,
        ...integrations,
      })
      return { contacts, integrations }
    })
    this.#started('worlds of contacts', () => worlds.stop())
    const world = worlds.make(this.#of)
    const contacts = new ContactService(world.contacts, (lost) => {
      tellLost(figures, closeLost(store, lost, { epochMs: clock.epochMs(), aliveUntilMs: store.aliveUntilMs }))
    })
    worlds.use(world, Promise.resolve())
    this.#contacts = contacts
    const { agents, phones } = buildAgents(this.#of, {
      contacts,
      routing,
      audio,
      counters: this.#counters,
      instance: () => this.instance,
    })
    phones.attach(sip)
    contacts.attach(lines)
    lines.onResumed((leg, line) => contacts.resume(leg, line))
    contacts.restore()
    this.#started('callers of before', () => contacts.close())

    const cutOvers = watchCutOvers(this.#of, this.#started)
    const campaigns = buildCampaigns(
      this.#of,
      storage,
      { contacts, routing, instance: () => this.instance },
      this.#started,
    )
    this.#reload = buildReload(this.#of, { contacts, voice, sip, routing, outbound, worlds, cutOvers, campaigns })
    await this.#serveControl({
      storage,
      routing,
      lines,
      contacts,
      worlds,
      agents,
      store,
      flowLog,
      audio,
      voice,
      sip,
      outbound,
      figures,
      queueSwitches,
      campaigns,
    })
    const retention = () => this.instance.box.retention
    startRetention(this.#of, { storage, store, figures, settings: retention }, this.#started)
    await sip.start()
    this.#started('sip', () => sip.stop())
    lines.start()
    this.#started('lines', () => lines.stop(this.#heldLines))
    watchAudio(this.#of, audio, this.#started)
    this.#state = 'running'
    campaigns.resume()
    this.#statusLine = tellStatusLine(this.#of, contacts, lines)
    log.info(
      { instance: instance.box.instance.name, sipPort: instance.box.sip.port, lines: lines.views().length },
      'calls are taken',
    )
  }

  /** The configuration in force. */
  get instance(): Instance {
    return this.#reload?.current ?? this.#of.instance
  }

  /** Takes the files on disk, all or nothing. Never rejects. */
  async reload(): Promise<ReloadOutcome> {
    if (this.#state === 'running' && this.#reload) return await this.#reload.run()
    return { outcome: 'failed', part: 'daemon', reason: `it is ${this.#state}` }
  }

  /** Contacts that the last run left open, by a kill or a power cut, are closed before anything else happens. */
  async #openStore(storage: string, recordings: string, pending: PendingContacts): Promise<DurableContactStore> {
    const { clock, log, faults } = this.#of
    const startedMs = clock.monotonicMs()
    const store = openContactStore(join(storage, 'contacts.db'), { clock, log: log.child({ part: 'store' }), faults })
    const openedInMs = Math.round(clock.monotonicMs() - startedMs)
    this.#started('store', () => store.close())
    const repaired = await repairRecordings(recordings, { log, since: firstDayToRepair(store, clock.epochMs()) })
    const waiting = new Set(pending.all().map(({ contactId }) => contactId))
    const closed = closeInterrupted(store, {
      epochMs: clock.epochMs(),
      aliveUntilMs: store.aliveUntilMs,
      recordingsRepaired: repaired,
      waiting,
    })
    const mark = keepAliveMark({ store, clock, contactsAlive: () => this.#contacts?.alive ?? 0 })
    this.#started('sign of life', () => mark.stop())
    if (closed.length > 0)
      log.warn({ contacts: closed.map((record) => record.ContactId) }, 'interrupted contacts closed')
    log.info({ openedInMs, readyInMs: Math.round(clock.monotonicMs() - startedMs) }, 'contact records are open')
    return store
  }

  async #serveControl(parts: {
    storage: string
    routing: Router
    lines: Lines
    contacts: ContactService
    worlds: Worlds
    agents: AgentService
    store: DurableContactStore
    flowLog: FlowLog
    audio: Audio
    voice: VoiceService
    sip: SipEndpoint
    outbound: OutboundService
    figures: Figures
    queueSwitches: QueueSwitches
    campaigns: Campaigns
  }): Promise<void> {
    const { instance, options, clock, log, faults, notifier } = this.#of
    const { storage, routing, contacts, worlds, store, flowLog, audio, voice, sip, outbound, figures, queueSwitches } =
      parts
    const lag = createLagProbe((task) => log.warn({ ...task }, 'the main thread was held up'))
    const timeZone = () => this.instance.box.instance.timeZone
    const counters = async () => ({
      contacts: { ...this.#counters.snapshot(), alive: contacts.alive },
      audio: await audio.counters(),
      sip: sip.counters(),
      outbound: outbound.counters(),
      campaigns: parts.campaigns.counters(),
      store: store.counters(),
      flowLog: flowLog.counters(),
      voice: voice.counters(),
      ...worlds.counters(),
      routing: routing.counters(),
      events: figures.counters(),
      metrics: figures.metrics.counters(),
      reload: { ...this.#reload?.counters() },
      api: server.counters(),
      faults: faults.counters(),
      systemd: notifier.counters(),
      main: { ...lag.counters(), timers: clock.liveTimers, linesLogged: log.counters().linesWritten },
    })
    const server = createControlServer({
      path: join(options.runtimeDirectory, 'control.sock'),
      clock,
      log: log.child({ part: 'api' }),
      audit: openAuditLog(join(storage, 'audit.jsonl'), { clock, log, faults }),
      methods: createControlMethods({
        ...parts,
        clock,
        faults,
        instance: { name: instance.box.instance.name, directory: instance.directory },
        startedEpochMs: this.#startedEpochMs,
        state: () => this.#state,
        reload: () => this.reload(),
        links: () => sip.links(),
        bans: () => sip.bans(),
        describeLegs: () => Promise.all(contacts.legs().map((leg) => describePath(audio, leg))),
        counters,
        learning: new Learning({ ...parts, clock }),
        figures: {
          clock,
          timeZone,
          metrics: figures.metrics,
          queueSwitches,
          routing,
        },
      }),
    })
    await servePrometheus(this.#of, { figures, routing, timeZone, counters }, this.#started)
    await server.start()
    this.#started('control socket', async () => {
      lag.stop()
      await server.stop()
    })
  }

  /** Refuses new calls, gives the present ones `drainMs` to end, then undoes every start. Never rejects; idempotent. */
  stop(drainMs: number): Promise<void> {
    this.#stopped ??= this.#stopInOrder(drainMs)
    return this.#stopped
  }

  async #stopInOrder(drainMs: number): Promise<void> {
    this.#state = 'draining'
    this.#statusLine?.stop()
    this.#heldLines = (await this.#contacts?.drain(drainMs)) ?? new Set()
    for (const { part, stop } of this.#undo.reverse()) {
      try {
        await stop()
      } catch (fault) {
        this.#of.log.error({ part, err: fault }, 'a part could not be stopped')
      }
    }
  }
}
