// One board in the driver's process: joins the link, the PCM of its ports and the line-driver contract.
import { randomInt } from 'node:crypto'
import { WaitingCallerListener } from '../caller-id/waiting-caller.ts'
import { Drift } from '../depth-servo.ts'
import type { LineCommand, LineCommandResult, LineDetails, LinePortSettings } from '../line-driver.ts'
import { PcmPump } from '../pcm-pump.ts'
import type { PcmPath } from '../pcm-ring.ts'
import type { DeviceHost, DeviceHostListener } from '../process/device-host.ts'
import type { DriverState, LogLevelName } from '../process/process-messages.ts'
import type { DriverClock } from '../process/surroundings.ts'
import type { ByteDevice, DeviceListener } from '../serial/serial-device.ts'
import { soundDetails } from '../sound-details.ts'
import { BoardLink, type CommandOutcome, type LinkListener } from './board-link.ts'
import type { AudioUp, Configured, HookAction, HookResult, PortConfig, Welcome } from './board-messages.ts'
import { signalOf, signalsOfStatus } from './board-signals.ts'
import { lineProfileOf } from './line-profile.ts'
import type { LinkState } from './link-machine.ts'
import { OnHookAudio } from './on-hook-audio.ts'

export interface BoardHostOptions {
  ports: LinePortSettings[]
  hostSilenceMs: number
  resumeSession: number
  /** PCM path of each port, by its number. */
  pcm: Map<number, PcmPath>
  openDevice(listener: DeviceListener): ByteDevice
  clock: DriverClock
  listener: DeviceHostListener
}

const driverStates: Record<LinkState['name'], DriverState> = {
  closed: 'closed',
  opening: 'absent',
  waiting: 'absent',
  greeting: 'handshaking',
  configuring: 'handshaking',
  ready: 'ready',
}

const hookActions: Record<Exclude<LineCommand['type'], 'dial' | 'sendDigits'>, HookAction> = {
  goOffHook: 'OFF_HOOK',
  goOnHook: 'ON_HOOK',
  flash: 'FLASH',
}

const refusals: Record<Exclude<HookResult, 'DONE'>, string> = {
  NO_SUCH_PORT: 'noSuchPort',
  NO_BATTERY: 'noBattery',
  NOT_OFF_HOOK: 'notOffHook',
  BAD_DURATION: 'badDuration',
  NOT_CONFIGURED: 'notConfigured',
  BUSY: 'busy',
}

/** A board that talks too much must not fill the log: so many of its lines a second, the rest is counted. */
const boardLinesPerSecond = 10
/** Boards from this minor version on tell what they played while they heard a frame. */
const playedSeqMinor = 3

export class BoardHost implements DeviceHost {
  readonly #link: BoardLink
  readonly #options: BoardHostOptions
  readonly #pumps = new Map<number, PcmPump>()
  readonly #downSeq = new Map<number, number>()
  readonly #onHookAudio: OnHookAudio
  readonly #drift = new Drift()
  readonly #waitingListeners: WaitingCallerListener[] = []
  #tellsPlayed = false
  #details: LineDetails = {}
  #linesUntilMs = 0
  #lines = 0
  #linesDropped = 0

  constructor(options: BoardHostOptions) {
    this.#options = options
    const { clock, listener } = options
    this.#onHookAudio = new OnHookAudio(clock, (port, caller) =>
      listener.signal({ type: 'callerIdReceived', port, ...caller }, clock.monotonicMs()),
    )
    this.#link = new BoardLink({
      openDevice: options.openDevice,
      ports: options.ports.map(portConfig),
      hostSilenceMs: options.hostSilenceMs,
      resumeSession: options.resumeSession,
      clock: options.clock,
      listener: this.#linkListener(),
      newSession: () => randomInt(1, 0xffffffff),
    })
  }

  start(): void {
    this.#link.start()
  }

  stop(): void {
    this.#link.stop()
    this.#onHookAudio.close()
    this.#closePumps()
  }

  /** Every port on-hook, as far as the board can be reached. Resolves within 1.25 s. */
  async releaseAll(): Promise<void> {
    await Promise.all(this.#options.ports.map(({ port }) => this.command(port, { type: 'goOnHook' })))
  }

  command(port: number, command: LineCommand): Promise<LineCommandResult> {
    if (command.type === 'dial' || command.type === 'sendDigits')
      return Promise.resolve({ done: false, refused: 'notOfThisDevice' })
    const action = hookActions[command.type]
    const flashMs = command.type === 'flash' ? command.durationMs : 0
    return new Promise((resolve) => {
      this.#link.command({ port, action, flashMs }, (outcome) => {
        // Before the daemon hears of it: what it plays from now on belongs to this call.
        if (command.type === 'goOffHook') this.#pumps.get(port)?.begin()
        resolve(commandResult(command.type, outcome))
      })
    })
  }

  counters(): Record<string, number> {
    const counters: Record<string, number> = { ...this.#link.counters(), boardLinesDropped: this.#linesDropped }
    for (const [port, pump] of this.#pumps)
      for (const [name, value] of Object.entries(pump.counters)) counters[`port${port}.${name}`] = value
    return counters
  }

  details(): LineDetails {
    return { ...this.#details, ...soundDetails(this.#drift, this.#pumps) }
  }

  #linkListener(): LinkListener {
    const { listener, clock, ports } = this.#options
    const now = () => clock.monotonicMs()
    return {
      ready: (welcome, configured) => {
        const { firmware, board, serial } = welcome
        listener.log('info', { firmware, board, serial }, 'board is ready')
        this.#details = { model: board, firmware, serial }
        this.#beginSession(welcome)
        listener.sessionStarted(welcome.session)
        const heldPorts = this.#heldPorts(welcome, configured)
        listener.signal(
          { type: 'deviceReady', firmware, serial, ports: ports.map(({ port }) => port), heldPorts },
          now(),
        )
        for (const status of configured.status)
          if (this.#pumps.has(status.port)) for (const signal of signalsOfStatus(status)) listener.signal(signal, now())
        this.#compareConfig(configured.ports)
      },
      lost: (reason, wasReady) => {
        listener.log(wasReady ? 'error' : 'debug', { reason }, wasReady ? 'board lost' : 'board not reached')
        if (wasReady || reason.includes('Refused')) listener.signal({ type: 'deviceLost', reason }, now())
      },
      stateChanged: (state) => listener.stateChanged(driverStates[state]),
      event: (event, atMs) => {
        if (event.kind === 'boardReset') {
          const { reason } = event.boardReset
          listener.log(reason === 'POWER_ON' ? 'info' : 'warn', { reason }, 'board has been reset')
        }
        const signal = signalOf(event)
        if (signal && this.#pumps.has(event.port)) listener.signal(signal, atMs)
      },
      audioUp: (frame) => this.#audioUp(frame),
      log: ({ level, text }) => this.#boardLine(level.toLowerCase() as LogLevelName, { text }, 'board says'),
      malformed: (why) => this.#boardLine('warn', { why }, 'board sent a malformed frame'),
      lacks: (what) => listener.log('debug', { what }, 'device lacks something'),
    }
  }

  #beginSession(welcome: Welcome): void {
    this.#downSeq.clear()
    this.#closePumps()
    this.#tellsPlayed = welcome.minor >= playedSeqMinor
    const { frameSamples } = welcome
    const { clock, ports, pcm } = this.#options
    for (const [port, path] of pcm) {
      const { echoTailMs = 0, callWaiting = false } = ports.find((settings) => settings.port === port) ?? {}
      const between = callWaiting ? this.#listenForWaiting(port) : undefined
      const nowMs = () => clock.monotonicMs()
      this.#pumps.set(port, new PcmPump({ path, frameSamples, nowMs, drift: this.#drift, echoTailMs, between }))
    }
  }

  #listenForWaiting(port: number): WaitingCallerListener {
    const { clock, listener } = this.#options
    const waiting = new WaitingCallerListener((caller) =>
      listener.signal({ type: 'callWaiting', port, ...caller }, clock.monotonicMs()),
    )
    this.#waitingListeners.push(waiting)
    return waiting
  }

  #closePumps(): void {
    for (const pump of this.#pumps.values()) pump.close()
    this.#pumps.clear()
    for (const listener of this.#waitingListeners) listener.close()
    this.#waitingListeners.length = 0
  }

  /** Ports that are off-hook still, for calls of the host before; not those whose caller hung up while no host was there. */
  #heldPorts({ resumed }: Welcome, { status }: Configured): number[] {
    if (!resumed) return []
    const held = status.filter(
      ({ port, hook, currentLost }) => hook === 'IS_OFF_HOOK' && !currentLost && this.#pumps.has(port),
    )
    for (const { port } of held) this.#pumps.get(port)?.begin()
    return held.map(({ port }) => port)
  }

  #compareConfig(applied: PortConfig[]): void {
    for (const asked of this.#options.ports) {
      const got = applied.find(({ port }) => port === asked.port)
      if (got?.currentLossMs === asked.currentLossMs) continue
      const fields = { port: asked.port, asked: asked.currentLossMs, applied: got?.currentLossMs }
      this.#options.listener.log('warn', fields, 'board applied another current loss time than asked')
    }
  }

  #audioUp({ port, seq, pcm, onHook, playedSeq }: AudioUp): void {
    const pump = this.#pumps.get(port)
    if (pump && onHook) {
      pump.pass(seq)
      this.#onHookAudio.hear(port, pcm)
      return
    }
    const played = playedSeq === 0 ? 'none' : (playedSeq - 1) >>> 0
    if (!pump?.take(seq, pcm, this.#tellsPlayed ? played : undefined)) return
    const downSeq = this.#downSeq.get(port) ?? 0
    this.#downSeq.set(port, (downSeq + 1) >>> 0)
    this.#link.sendAudio(port, downSeq, pump.next())
  }

  #boardLine(level: LogLevelName, fields: object, message: string): void {
    const nowMs = this.#options.clock.monotonicMs()
    if (nowMs >= this.#linesUntilMs) {
      this.#linesUntilMs = nowMs + 1000
      this.#lines = 0
    }
    if (++this.#lines > boardLinesPerSecond) this.#linesDropped++
    else this.#options.listener.log(level, fields, message)
  }
}

/** From a ring or a reversal to the end of any network's caller ID (line signalling facts, 1.3). */
const onHookAudioMs = 6000

/** Ring: 15–68 Hz for 100 ms, over after 200 ms without: the values of the hardware notes for loop-start lines. */
function portConfig(settings: LinePortSettings): PortConfig {
  const { port, currentLossMs, country, receiveGainDb = 0, transmitGainDb = 0 } = settings
  const ring = { ringOnMs: 100, ringOffMs: 200, ringLowestHz: 15, ringHighestHz: 68 }
  const profile =
    country === undefined ? { acTermination: 'AC_AS_BUILT' as const, limitsCurrent: false } : lineProfileOf(country)
  const gains = { receiveGainDb10: Math.round(receiveGainDb * 10), transmitGainDb10: Math.round(transmitGainDb * 10) }
  return { port, currentLossMs, ...ring, onHookAudioMs, ...profile, ...gains }
}

function commandResult(type: LineCommand['type'], outcome: CommandOutcome): LineCommandResult {
  if ('refused' in outcome) return { done: false, refused: outcome.refused }
  const { result, hook } = outcome.ack
  if (result !== 'DONE') return { done: false, refused: refusals[result] }
  // A board that says done and is not must not make a held line look free.
  const wanted = type === 'goOnHook' ? 'IS_ON_HOOK' : 'IS_OFF_HOOK'
  return hook === wanted ? { done: true } : { done: false, refused: 'hookStuck' }
}
