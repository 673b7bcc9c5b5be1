// The parts of a running daemon, built from an instance and started in order, stopped in the opposite one. The only
// file that sees every folder.
//
//   store ─▶ audio thread ─▶ voice ─▶ sip, lines ─▶ routing ─▶ contacts ─▶ control socket ─▶ calls are taken
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createFxoDriver } from '../drivers/fxo/fxo-driver.ts'
import type { LineDriver } from '../drivers/line-driver.ts'
import { createControlMethods } from './api/control-methods.ts'
import { createControlServer } from './api/control-server.ts'
import type { StatusReport } from './api/reports.ts'
import type { Bots } from './bots/bots.ts'
import { createBots } from './bots/create-bots.ts'
import type { Clock, Timer } from './clock.ts'
import type { Instance } from './config/instance.ts'
import { ContactService } from './contact/contact-service.ts'
import { createWorld, describePath } from './contact-wiring.ts'
import { Counters } from './counters.ts'
import { createFunctions } from './functions/create-functions.ts'
import type { Functions } from './functions/functions.ts'
import type { Faults } from './health/faults.ts'
import { createLagProbe } from './health/lag-probe.ts'
import type { Notifier } from './health/notifier.ts'
import { createWatchdog } from './health/watchdog.ts'
import { createLineService } from './line/line-service.ts'
import type { Lines } from './line/lines.ts'
import type { RootLog } from './log/log.ts'
import type { Audio } from './loop/audio.ts'
import { createAudio } from './loop/audio-service.ts'
import type { DaemonOptions } from './options.ts'
import { createRouting, type Router } from './routing/router.ts'
import type { SipEndpoint } from './sip/endpoint.ts'
import { createSipEndpoint } from './sip/sip-endpoint.ts'
import { type DurableContactStore, openContactStore } from './store/contact-store.ts'
import { type FlowLog, openFlowLog } from './store/flow-log.ts'
import { repairRecordings } from './store/recording-repair.ts'
import { closeInterrupted } from './store/recovery.ts'
import { createVoice, type VoiceService } from './voice/create-voice.ts'

export interface DaemonSurroundings {
  instance: Instance
  options: DaemonOptions
  clock: Clock
  log: RootLog
  faults: Faults
  notifier: Notifier
}

/** A board that has power is found within this time. */
const deviceGraceMs = 10_000
/** How often systemd's status line is made anew. */
const statusLineMs = 5_000

export class Daemon {
  readonly #of: DaemonSurroundings
  readonly #startedEpochMs: number
  readonly #counters = new Counters()
  /** What undoes each start, newest last. */
  readonly #undo: { part: string; stop: () => Promise<void> | void }[] = []
  #state: StatusReport['state'] = 'starting'
  #contacts: ContactService | undefined
  #statusTimer: Timer | undefined
  #stopped: Promise<void> | undefined

  constructor(of: DaemonSurroundings) {
    this.#of = of
    this.#startedEpochMs = of.clock.epochMs()
  }

  /** Resolves when calls are taken. Rejects with a message that names the mend; `stop` then undoes what was started. */
  async start(): Promise<void> {
    const { instance, options, clock, log } = this.#of
    const storage = instance.box.storage.directory
    const recordings = join(storage, 'recordings')
    for (const directory of [storage, recordings, options.runtimeDirectory])
      mkdirSync(directory, { recursive: true, mode: 0o700 })
    const store = await this.#openStore(storage, recordings)
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
    const sip = this.#buildSip(audio)
    const routing = this.#buildRouting(sip)
    const lines = this.#buildLines(audio)
    const world = createWorld({
      instance,
      recordings,
      clock,
      log,
      routing,
      store,
      flowLog,
      audio,
      voice,
      sip,
      counters: this.#counters,
      ...this.#buildIntegrations(),
    })
    const contacts = new ContactService(world)
    this.#contacts = contacts
    contacts.attach(sip)
    contacts.attach(lines)

    await this.#serveControl({ routing, lines, contacts, store, flowLog, audio, voice, sip })
    await sip.start()
    this.#started('sip', () => sip.stop())
    lines.start()
    this.#started('lines', () => lines.stop())
    this.#watch(audio)
    this.#state = 'running'
    this.#tellStatus(contacts, lines)
    log.info(
      { instance: instance.box.instance.name, sipPort: instance.box.sip.port, lines: lines.views().length },
      'calls are taken',
    )
  }

  /** Contacts that the last run left open, by a kill or a power cut, are closed before anything else happens. */
  async #openStore(storage: string, recordings: string): Promise<DurableContactStore> {
    const { clock, log, faults } = this.#of
    const store = openContactStore(join(storage, 'contacts.db'), { clock, log: log.child({ part: 'store' }), faults })
    this.#started('store', () => store.close())
    const repaired = await repairRecordings(recordings)
    const closed = closeInterrupted(store, { epochMs: clock.epochMs(), recordingsRepaired: repaired })
    if (closed.length > 0)
      log.warn({ contacts: closed.map((record) => record.ContactId) }, 'interrupted contacts closed')
    return store
  }

  /** What stands in for Lambda and Lex. */
  #buildIntegrations(): { functions: Functions; bots: Bots } {
    const { instance, clock, log } = this.#of
    const functions = createFunctions({
      functions: instance.functions.values(),
      instanceDirectory: instance.directory,
      clock,
      log: log.child({ part: 'functions' }),
    })
    this.#started('functions', () => functions.close())
    const bots = createBots({
      bots: instance.bots.values(),
      clock,
      timeZone: instance.box.instance.timeZone,
      log: log.child({ part: 'bots' }),
    })
    this.#started('bots', () => bots.close())
    return { functions, bots }
  }

  #buildSip(audio: Audio): SipEndpoint {
    const { instance, clock, log } = this.#of
    const { address, port, realm, advertisedAddress } = instance.box.sip
    return createSipEndpoint({
      address,
      port,
      realm,
      ...(advertisedAddress !== undefined && { advertisedAddress }),
      accounts: [...instance.agents.values()].map((agent) => ({
        userName: agent.userName,
        password: agent.password,
        ...(agent.phone.address !== undefined && { address: agent.phone.address }),
        srtp: agent.phone.srtp,
        codecs: agent.phone.codecs,
      })),
      audio,
      clock,
      log: log.child({ part: 'sip' }),
    })
  }

  /** An agent is rung only while a phone of theirs can be. */
  #buildRouting(sip: SipEndpoint): Router {
    const { instance, clock, log } = this.#of
    const { offerTimeoutS, missedPauseS } = instance.box.routing
    const routing = createRouting({
      queues: instance.queues.values(),
      routingProfiles: instance.routingProfiles.values(),
      agents: instance.agents.values(),
      maximumContacts: instance.box.limits.concurrentCalls,
      offerTimeoutS,
      missedPauseS,
      clock,
      log: log.child({ part: 'routing' }),
    })
    this.#started('routing', () => routing.close())
    for (const userName of instance.agents.keys()) routing.setReachable(userName, sip.reachable(userName))
    sip.onReachable((userName, reachable) => routing.setReachable(userName, reachable))
    return routing
  }

  #buildLines(audio: Audio): Lines {
    const { instance, options, clock, log } = this.#of
    const lineLog = log.child({ part: 'line' })
    const settings = instance.boards.flatMap((board) => {
      const driver = createFxoDriver({
        device: board.device,
        ports: board.lines.map(({ port, currentLossMs }) => ({ port, currentLossMs })),
        runtimeDirectory: options.runtimeDirectory,
        clock,
        log: lineLog,
      })
      this.#tellDeviceFaults(board.name, driver)
      return board.lines.map(({ name, port, number, currentLossMs }) => ({ name, driver, port, number, currentLossMs }))
    })
    return createLineService({ lines: settings, audio, clock, log: lineLog })
  }

  /** A board that is gone, or was not there within a few seconds of the start, stands in `status` until it is back. */
  #tellDeviceFaults(board: string, driver: LineDriver): void {
    const { clock, faults } = this.#of
    const raise = (reason: string) =>
      faults.raise({
        code: 'LINE-DEVICE',
        where: board,
        message: `The board does not answer at ${driver.device}: ${reason}.`,
        mend: 'Check its plug and power, and that the path in lines.yaml is the one under /dev/cordboard or /dev/serial/by-id.',
      })
    const grace = clock.after(deviceGraceMs, () => void raise('it has not been found since the start'))
    this.#started(`watch over ${board}`, () => grace.cancel())
    driver.onSignal((signal) => {
      if (signal.type === 'deviceLost') raise(signal.reason)
      else if (signal.type === 'deviceReady') {
        grace.cancel()
        faults.clear('LINE-DEVICE', board)
      }
    })
  }

  async #serveControl(parts: {
    routing: Router
    lines: Lines
    contacts: ContactService
    store: DurableContactStore
    flowLog: FlowLog
    audio: Audio
    voice: VoiceService
    sip: SipEndpoint
  }): Promise<void> {
    const { instance, options, clock, log, faults, notifier } = this.#of
    const { routing, contacts, store, flowLog, audio, voice, sip } = parts
    const lag = createLagProbe()
    const server = createControlServer({
      path: join(options.runtimeDirectory, 'control.sock'),
      clock,
      log: log.child({ part: 'api' }),
      methods: createControlMethods({
        ...parts,
        clock,
        faults,
        instance: { name: instance.box.instance.name, directory: instance.directory },
        startedEpochMs: this.#startedEpochMs,
        state: () => this.#state,
        describeLegs: () => Promise.all(contacts.legs().map((leg) => describePath(audio, leg))),
        counters: async () => ({
          contacts: { ...this.#counters.snapshot(), alive: contacts.alive },
          audio: await audio.counters(),
          sip: sip.counters(),
          store: store.counters(),
          flowLog: flowLog.counters(),
          voice: voice.counters(),
          routing: routing.counters(),
          api: server.counters(),
          faults: faults.counters(),
          systemd: notifier.counters(),
          main: { ...lag.counters(), timers: clock.liveTimers, linesLogged: log.counters().linesWritten },
        }),
      }),
    })
    await server.start()
    this.#started('control socket', async () => {
      lag.stop()
      await server.stop()
    })
  }

  #watch(audio: Audio): void {
    const { clock, log, notifier } = this.#of
    audio.on((event) => {
      if (event.type === 'loopLate') log.warn(event, 'audio loop was late')
      else if (event.type === 'recordingFailed') this.#recordingFailed(event.file, event.reason)
      else if (event.type === 'portFailed') log.error(event, 'audio port failed')
    })
    if (notifier.watchdogMs === undefined) return
    const watchdog = createWatchdog({
      loopTicks: async () => (await audio.counters()).ticks,
      clock,
      notify: notifier,
      watchdogMs: notifier.watchdogMs,
      onMiss: (reason, inARow) => log.error({ reason, inARow }, 'watchdog kick was not earned'),
    })
    this.#started('watchdog', () => watchdog.stop())
  }

  /** The line under `systemctl status`. */
  #tellStatus(contacts: ContactService, lines: Lines): void {
    const { clock, faults, notifier } = this.#of
    if (!notifier.present) return
    const ready = lines.views().filter((line) => line.state !== 'faulted').length
    const parts = [`${contacts.alive} contacts`, `${ready} of ${lines.views().length} lines ready`]
    const standing = faults.list().length
    if (standing > 0) parts.push(`${standing} faults: see cordboard status`)
    notifier.status(parts.join(', '))
    this.#statusTimer = clock.after(statusLineMs, () => this.#tellStatus(contacts, lines))
  }

  #recordingFailed(file: string, reason: string): void {
    this.#of.log.error({ file, reason }, 'recording failed; the call goes on')
    this.#of.faults.raise({
      code: 'STORE-RECORDING',
      where: file,
      message: `A recording could not be written: ${reason}.`,
      mend: 'Make room on the disk that holds storage.directory, or mend it; later calls are recorded again by themselves.',
    })
  }

  /** Refuses new calls, gives the present ones `drainMs` to end, then undoes every start. Never rejects; idempotent. */
  stop(drainMs: number): Promise<void> {
    this.#stopped ??= this.#stopInOrder(drainMs)
    return this.#stopped
  }

  async #stopInOrder(drainMs: number): Promise<void> {
    this.#state = 'draining'
    this.#statusTimer?.cancel()
    await this.#contacts?.drain(drainMs)
    for (const { part, stop } of this.#undo.reverse()) {
      try {
        await stop()
      } catch (fault) {
        this.#of.log.error({ part, err: fault }, 'a part could not be stopped')
      }
    }
  }

  #started(part: string, stop: () => Promise<void> | void): void {
    this.#undo.push({ part, stop })
  }
}
