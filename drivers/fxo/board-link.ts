// The link to one board at work: performs what link-machine.ts decides, cuts and checks frames, keeps commands and
// events going until answered. It knows bytes, messages and time; the lines' meaning and the PCM are its listener's.

import type { DriverClock, DriverTimer } from '../process/surroundings.ts'
import type { ByteDevice, DeviceListener } from '../serial/serial-device.ts'
import { decodeToHost, encodeToBoard } from './board-codec.ts'
import type {
  AudioUp,
  BoardEvent,
  BoardLog,
  Configured,
  HookAck,
  HookCommand,
  Pong,
  PortConfig,
  ToBoard,
  ToHost,
  Welcome,
} from './board-messages.ts'
import { protocolMajor, protocolMinor } from './board-messages.ts'
import { ackCommand, addCommand, emptyTable, resendMs, tickCommands } from './command-table.ts'
import { DeviceClock } from './device-clock.ts'
import { emptyInbox, takeEvent } from './event-inbox.ts'
import { encodeFrame, FrameReader } from './frame-code.ts'
import { advanceLink, type LinkEffect, type LinkInput, type LinkState, type LinkTimer } from './link-machine.ts'

export interface LinkListener {
  ready(welcome: Welcome, configured: Configured): void
  /** `wasReady` is false for a failed attempt to get it. */
  lost(reason: string, wasReady: boolean): void
  stateChanged(state: LinkState['name']): void
  /** In order, each once. `atMs` by the clock given to the link. */
  event(event: BoardEvent, atMs: number): void
  audioUp(frame: AudioUp): void
  log(log: BoardLog): void
  /** A frame that said what the protocol does not allow. */
  malformed(why: string): void
  lacks(what: string): void
}

export interface BoardLinkOptions {
  openDevice(listener: DeviceListener): ByteDevice
  ports: PortConfig[]
  /** The board releases its lines when it has not heard us for so long. */
  hostSilenceMs: number
  /** Session that a host before us held, to be taken over the first time the board is reached; 0: none. */
  resumeSession: number
  clock: DriverClock
  listener: LinkListener
  /** Fresh number of a session, 1 to 2^32-1. */
  newSession(): number
}

/** Audio is dropped when so much waits unsent, half a second of one port; the link is given up at the second figure. */
const audioBacklogBytes = 8 * 1024
const stalledBacklogBytes = 64 * 1024

export type CommandOutcome =
  | { ack: HookAck }
  | { refused: 'deviceAbsent' | 'timeout' | 'superseded' | 'tooManyCommands' }

export class BoardLink {
  readonly #options: BoardLinkOptions
  readonly #clock: DriverClock
  readonly #listener: LinkListener
  readonly #reader = new FrameReader()
  readonly #deviceClock = new DeviceClock()
  readonly #timers = new Map<LinkTimer, DriverTimer>()
  readonly #waiting = new Map<number, (outcome: CommandOutcome) => void>()
  readonly #counts = new Map<string, number>()
  readonly #inputs: LinkInput[] = []
  #isWorking = false
  #state: LinkState = { name: 'closed' }
  #device: ByteDevice | undefined
  #inbox = emptyInbox
  #commands = emptyTable
  #commandTimer: DriverTimer | undefined
  #configureId = 0
  #resumeSession: number
  #ping = { nonce: 0, sentMs: 0 }

  constructor(options: BoardLinkOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#listener = options.listener
    this.#resumeSession = options.resumeSession
  }

  get state(): LinkState {
    return this.#state
  }

  start(): void {
    this.#input({ type: 'start' })
  }

  /** Idempotent. The device is closed when it returns; commands under way are refused. */
  stop(): void {
    this.#input({ type: 'stop' })
    this.#endSession()
  }

  /** `done` is called once, at the latest 1.25 s later. */
  command(command: Omit<HookCommand, 'requestId'>, done: (outcome: CommandOutcome) => void): void {
    if (this.#state.name !== 'ready') {
      done({ refused: 'deviceAbsent' })
      return
    }
    const added = addCommand(this.#commands, command, this.#clock.monotonicMs())
    if (!added) {
      done({ refused: 'tooManyCommands' })
      return
    }
    this.#commands = added.table
    for (const old of added.superseded) this.#settle(old, { refused: 'superseded' })
    this.#waiting.set(added.send.requestId, done)
    this.#send({ body: 'hookCommand', hookCommand: added.send })
    this.#scheduleCommands()
  }

  /** Dropped and counted when the board does not take what is sent. */
  sendAudio(port: number, seq: number, pcm: Uint8Array): void {
    if (!this.#device || this.#device.unsentBytes > audioBacklogBytes) this.#count('audioDownDropped')
    else this.#send({ body: 'audioDown', audioDown: { port, seq, pcm } })
  }

  counters(): Record<string, number> {
    const clock: Record<string, number> = {}
    const { roundTripMs, ppm } = this.#deviceClock
    if (roundTripMs !== undefined) clock.roundTripMs = Math.round(roundTripMs * 10) / 10
    if (ppm !== undefined) clock.clockPpm = Math.round(ppm)
    return { ...Object.fromEntries(this.#counts), ...this.#reader.counters, ...clock }
  }

  #count(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by)
  }

  /** Inputs that come up while another one is worked off wait for their turn. */
  #input(input: LinkInput): void {
    this.#inputs.push(input)
    if (this.#isWorking) return
    this.#isWorking = true
    try {
      for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) {
        const before = this.#state.name
        const { state, effects } = advanceLink(this.#state, next)
        this.#state = state
        if (state.name !== before) this.#listener.stateChanged(state.name)
        for (const effect of effects) this.#perform(effect)
      }
    } finally {
      this.#isWorking = false
    }
  }

  #perform(effect: LinkEffect): void {
    switch (effect.do) {
      case 'openPort':
        this.#count('opens')
        this.#openDevice()
        break
      case 'closePort':
        this.#device?.close()
        this.#device = undefined
        break
      case 'sendHello':
        this.#beginSession()
        this.#send({
          body: 'hello',
          hello: {
            session: effect.session,
            lowestMajor: protocolMajor,
            highestMajor: protocolMajor,
            minor: protocolMinor,
            host: 'cordboard',
            resume: this.#resumeSession,
          },
        })
        break
      case 'sendConfigure':
        this.#configureId++
        this.#send({
          body: 'configure',
          configure: {
            requestId: this.#configureId,
            ports: this.#options.ports,
            hostSilenceMs: this.#options.hostSilenceMs,
          },
        })
        break
      case 'sendPing':
        this.#sendPing()
        break
      case 'setTimer':
        this.#setTimer(effect.timer, effect.ms)
        break
      case 'cancelTimers':
        for (const timer of this.#timers.values()) timer.cancel()
        this.#timers.clear()
        break
      case 'tellReady':
        this.#resumeSession = 0
        this.#listener.ready(effect.welcome, effect.configured)
        break
      case 'tellLost':
        this.#count(`lost.${effect.reason.split(':')[0]}`)
        this.#endSession()
        this.#listener.lost(effect.reason, effect.wasReady)
        break
      case 'count':
        this.#count(effect.what)
    }
  }

  #setTimer(timer: LinkTimer, ms: number): void {
    this.#timers.get(timer)?.cancel()
    const set = this.#clock.after(ms, () => {
      this.#timers.delete(timer)
      this.#input({ type: 'timerFired', timer })
    })
    this.#timers.set(timer, set)
  }

  #openDevice(): void {
    // What a device says that was closed meanwhile is nobody's: `device` is compared in each answer.
    const device = this.#options.openDevice({
      received: (chunk) => {
        if (device === this.#device) this.#receive(chunk)
      },
      closed: (reason) => {
        if (device === this.#device) this.#input({ type: 'portClosed', reason: `portClosed: ${reason}` })
      },
      lacks: (what) => this.#listener.lacks(what),
    })
    this.#device = device
    device.open(
      () => {
        if (device !== this.#device) return
        this.#reader.reset()
        device.write(resync)
        this.#input({ type: 'opened', session: this.#options.newSession() })
      },
      (reason) => {
        if (device === this.#device) this.#input({ type: 'openFailed', reason: `openFailed: ${reason}` })
      },
    )
  }

  #beginSession(): void {
    this.#inbox = emptyInbox
    this.#deviceClock.reset()
  }

  #endSession(): void {
    this.#commandTimer?.cancel()
    this.#commandTimer = undefined
    this.#commands = emptyTable
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const done of waiting) done({ refused: 'deviceAbsent' })
  }

  #send(message: ToBoard): void {
    if (!this.#device) return
    if (this.#device.unsentBytes > stalledBacklogBytes) {
      this.#input({ type: 'writeStalled' })
      return
    }
    this.#device.write(encodeFrame(encodeToBoard(message)))
    this.#count('framesSent')
  }

  #sendPing(): void {
    this.#ping = { nonce: (this.#ping.nonce + 1) >>> 0, sentMs: this.#clock.monotonicMs() }
    this.#send({ body: 'ping', ping: { nonce: this.#ping.nonce } })
  }

  #receive(chunk: Uint8Array): void {
    for (const bytes of this.#reader.push(chunk)) {
      const decoded = decodeToHost(bytes)
      if (decoded.is === 'message') this.#dispatch(decoded.message)
      else if (decoded.is === 'unknown') this.#count('unknownMessages')
      else {
        this.#count('malformed')
        this.#listener.malformed(decoded.why)
      }
    }
  }

  #dispatch(message: ToHost): void {
    switch (message.body) {
      case 'welcome':
        this.#input({ type: 'welcomeReceived', welcome: message.welcome })
        break
      case 'configured':
        if (message.configured.requestId !== this.#configureId) this.#count('staleFrames')
        else this.#input({ type: 'configuredReceived', configured: message.configured })
        break
      case 'pong':
        this.#takePong(message.pong)
        break
      case 'log':
        this.#listener.log(message.log)
        break
      default:
        if (this.#state.name === 'ready') this.#dispatchReady(message)
        else this.#count('unexpected')
    }
  }

  #dispatchReady(message: Extract<ToHost, { body: 'hookAck' | 'event' | 'audioUp' | 'counters' }>): void {
    switch (message.body) {
      case 'hookAck':
        this.#takeAck(message.hookAck)
        break
      case 'event':
        this.#takeEvent(message.event)
        break
      case 'audioUp':
        if (this.#options.ports.some(({ port }) => port === message.audioUp.port))
          this.#listener.audioUp(message.audioUp)
        else this.#count('unexpected')
        break
      case 'counters':
        for (const [name, value] of Object.entries(message.counters)) this.#counts.set(`board.${name}`, value)
    }
  }

  #takePong(pong: Pong): void {
    if (pong.nonce === this.#ping.nonce)
      this.#deviceClock.add(this.#ping.sentMs, this.#clock.monotonicMs(), pong.deviceUs)
    this.#input({ type: 'pongReceived', session: pong.session })
  }

  #takeEvent(event: BoardEvent): void {
    const verdict = takeEvent(this.#inbox, event)
    this.#inbox = verdict.inbox
    this.#count(verdict.is === 'new' ? 'events' : `${verdict.is}Events`)
    if (verdict.is === 'absurd') return
    this.#send({ body: 'eventAck', eventAck: { nextSeq: this.#inbox.nextSeq } })
    if (verdict.is !== 'new') return
    if (verdict.lost > 0) this.#count('eventsLost', verdict.lost)
    this.#listener.event(event, this.#deviceClock.toHostMs(event.deviceUs, this.#clock.monotonicMs()))
  }

  #takeAck(ack: HookAck): void {
    const { table, acked } = ackCommand(this.#commands, ack)
    this.#commands = table
    if (acked) this.#settle(acked, { ack })
    else this.#count('unexpected')
  }

  #settle(command: HookCommand, outcome: CommandOutcome): void {
    const done = this.#waiting.get(command.requestId)
    this.#waiting.delete(command.requestId)
    done?.(outcome)
  }

  /** One timer for all commands, alive only while one has no answer. */
  #scheduleCommands(): void {
    if (this.#commandTimer || this.#commands.pending.length === 0) return
    this.#commandTimer = this.#clock.after(resendMs / 5, () => {
      this.#commandTimer = undefined
      const { table, resend, givenUp } = tickCommands(this.#commands, this.#clock.monotonicMs())
      this.#commands = table
      for (const command of resend) {
        this.#count('commandsResent')
        this.#send({ body: 'hookCommand', hookCommand: command })
      }
      for (const command of givenUp) {
        this.#count('commandsGivenUp')
        this.#settle(command, { refused: 'timeout' })
      }
      this.#scheduleCommands()
    })
  }
}

/** Ends whatever half a frame an earlier host may have left with the board. */
const resync = Buffer.from([0])
