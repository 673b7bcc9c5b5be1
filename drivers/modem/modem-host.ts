// One voice modem in its driver's process: performs what modem-machine.ts decides, and carries its sound.
//
//   text:   bytes ─▶ AtReader ─▶ AtDialogue (answers) · RingNews (unasked)
//   stream: bytes ─▶ DleDecoder ─▶ frames ─▶ PcmPump ─▶ capture ring     for each frame up, one goes down:
//           bytes ◀── shield ◀── frame ◀──── PcmPump ◀─ playback ring    both share the codec's clock
import { AtDialogue } from '../at/at-dialogue.ts'
import { AtReader } from '../at/at-reader.ts'
import { Drift } from '../depth-servo.ts'
import type { LineCommand, LineCommandResult, LineDetails, LinePortSettings } from '../line-driver.ts'
import { PcmPump } from '../pcm-pump.ts'
import type { PcmPath } from '../pcm-ring.ts'
import type { DeviceHost, DeviceHostListener } from '../process/device-host.ts'
import type { DriverState, TimelessSignal } from '../process/process-messages.ts'
import type { DriverClock, DriverTimer } from '../process/surroundings.ts'
import type { ByteDevice, DeviceListener } from '../serial/serial-device.ts'
import { soundDetails } from '../sound-details.ts'
import { DleDecoder, shield } from './dle-code.ts'
import { advanceModem, type ModemEffect, type ModemInput, type ModemState, type ModemTimer } from './modem-machine.ts'
import type { PreparationOptions } from './preparation.ts'
import { isModemNews, RingNews } from './ring-news.ts'
import { sampleFormats } from './sample-format.ts'
import { StreamEvents } from './stream-events.ts'

export interface ModemHostOptions {
  port: LinePortSettings
  pcm: PcmPath
  settings: PreparationOptions
  openDevice(listener: DeviceListener): ByteDevice
  clock: DriverClock
  listener: DeviceHostListener
}

const frameSamples = 160
/** What is sent to a modem may wait in it for so long before it is played; no modem tells. */
const queueMs = 64
/** A burst may be late by a third of a second; sound that stays away longer does not come back by itself. */
const soundStallMs = 1000
const soundCheckMs = 200
/** Unsent: half a second of sound is dropped, more means that the modem takes nothing any more. */
const soundBacklogBytes = 4096
const stalledBacklogBytes = 16_384

const driverStates: Record<ModemState['name'], DriverState> = {
  closed: 'closed',
  waiting: 'absent',
  opening: 'absent',
  resyncing: 'handshaking',
  preparing: 'handshaking',
  idle: 'ready',
  seizing: 'ready',
  voice: 'ready',
  leaving: 'ready',
}

export class ModemHost implements DeviceHost {
  readonly #options: ModemHostOptions
  readonly #dialogue: AtDialogue
  readonly #reader: AtReader
  readonly #decoder: DleDecoder
  readonly #rings: RingNews
  readonly #events: StreamEvents
  readonly #drift = new Drift()
  readonly #pump: PcmPump
  readonly #timers = new Map<ModemTimer, DriverTimer>()
  readonly #commands = new Map<number, (result: LineCommandResult) => void>()
  readonly #counts = new Map<string, number>()
  readonly #inputs: ModemInput[] = []
  readonly #octets = new Uint8Array(frameSamples)
  readonly #pcm = Buffer.alloc(frameSamples * 2)
  readonly #down = new Uint8Array(frameSamples)
  #isWorking = false
  #state: ModemState = { name: 'closed' }
  #device: ByteDevice | undefined
  #inStream = false
  #filled = 0
  #frames = 0
  #soundAtMs = 0
  #soundCheck: DriverTimer | undefined
  #nextId = 1

  constructor(options: ModemHostOptions) {
    this.#options = options
    const { clock, port, pcm } = options
    const signal = (news: TimelessSignal) => this.#signal(news)
    this.#dialogue = new AtDialogue({
      clock,
      write: (text) => this.#write(Buffer.from(text, 'latin1')),
      isUnasked: isModemNews,
      unasked: (line) => this.#rings.line(line),
    })
    this.#reader = new AtReader({
      line: (line) => this.#dialogue.take(line),
      event: (code) => this.#events.take(code),
    })
    this.#decoder = new DleDecoder({
      sound: (octets) => this.#takeSound(octets),
      event: (code) => this.#events.take(code),
      complex: () => this.#count('complexEvents'),
      ended: () => this.#leaveStream(),
    })
    this.#rings = new RingNews({ port: port.port, clock, signal })
    this.#events = new StreamEvents({
      port,
      clock,
      signal,
      ring: () => this.#rings.ring(),
      count: (what) => this.#count(what),
    })
    this.#pump = new PcmPump({
      path: pcm,
      frameSamples,
      nowMs: () => clock.monotonicMs(),
      drift: this.#drift,
      echoTailMs: port.echoTailMs ? port.echoTailMs + queueMs : 0,
    })
  }

  start(): void {
    this.#input({ type: 'start' })
  }

  stop(): void {
    this.#input({ type: 'stop' })
    this.#forgetLine()
    this.#pump.close()
  }

  async releaseAll(): Promise<void> {
    if ('readyAtMs' in this.#state) await this.#askHook('onHook')
  }

  command(port: number, command: LineCommand): Promise<LineCommandResult> {
    if (port !== this.#options.port.port) return Promise.resolve({ done: false, refused: 'noSuchPort' })
    if (command.type === 'goOffHook') return this.#askHook('offHook')
    if (command.type === 'goOnHook') return this.#askHook('onHook')
    return Promise.resolve({ done: false, refused: 'notOfThisDevice' })
  }

  counters(): Record<string, number> {
    const port = Object.entries(this.#pump.counters).map(([name, value]) => [`port1.${name}`, value] as const)
    return { ...Object.fromEntries(this.#counts), ...this.#dialogue.counters, ...Object.fromEntries(port) }
  }

  details(): LineDetails {
    if (!('modem' in this.#state)) return {}
    const { model, firmware, coding } = this.#state.modem
    return { model, firmware, coding, ...soundDetails(this.#drift, new Map([[this.#options.port.port, this.#pump]])) }
  }

  #askHook(hook: 'onHook' | 'offHook'): Promise<LineCommandResult> {
    const id = this.#nextId++
    return new Promise((resolve) => {
      this.#commands.set(id, resolve)
      this.#input({ type: 'hookAsked', id, hook })
    })
  }

  /** Inputs that come up while another one is worked off wait for their turn. */
  #input(input: ModemInput): void {
    this.#inputs.push(input)
    if (this.#isWorking) return
    this.#isWorking = true
    const { clock, settings, listener } = this.#options
    try {
      for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) {
        const before = driverStates[this.#state.name]
        const { state, effects } = advanceModem(this.#state, next, clock.monotonicMs(), settings)
        this.#state = state
        if (driverStates[state.name] !== before) listener.stateChanged(driverStates[state.name])
        for (const effect of effects) this.#perform(effect)
      }
    } finally {
      this.#isWorking = false
    }
  }

  #perform(effect: ModemEffect): void {
    const { listener, port, clock } = this.#options
    switch (effect.do) {
      case 'openPort':
        this.#openDevice()
        break
      case 'closePort':
        this.#device?.close()
        this.#device = undefined
        this.#listenForText()
        break
      case 'write':
        this.#write(effect.bytes)
        break
      case 'ask':
        this.#ask(effect.command, effect.timeoutMs)
        break
      case 'listenForText':
        this.#listenForText()
        break
      case 'setTimer': {
        const { timer, ms } = effect
        this.#timers.get(timer)?.cancel()
        const set = clock.after(ms, () => {
          this.#timers.delete(timer)
          this.#input({ type: 'timerFired', timer })
        })
        this.#timers.set(timer, set)
        break
      }
      case 'cancelTimer':
        this.#timers.get(effect.timer)?.cancel()
        this.#timers.delete(effect.timer)
        break
      case 'cancelTimers':
        for (const timer of this.#timers.values()) timer.cancel()
        this.#timers.clear()
        break
      case 'tellReady': {
        const { model, firmware, chip, coding } = effect.modem
        listener.log('info', { model, firmware, chip: chip.name, coding }, 'modem is ready')
        this.#signal({ type: 'deviceReady', firmware, serial: model, ports: [port.port] })
        break
      }
      case 'tellLost': {
        const { reason, wasReady } = effect
        this.#forgetLine()
        listener.log(wasReady ? 'error' : 'debug', { reason }, wasReady ? 'modem lost' : 'modem not reached')
        if (wasReady || /^(?:noVoice|unfitChip|noFormat)/.test(reason)) this.#signal({ type: 'deviceLost', reason })
        break
      }
      case 'tellHook':
        this.#signal({ type: 'hookChanged', port: port.port, hook: effect.hook })
        break
      case 'settle':
        this.#commands.get(effect.id)?.(effect.result)
        this.#commands.delete(effect.id)
        break
      case 'count':
        this.#count(effect.what)
    }
  }

  #openDevice(): void {
    this.#count('opens')
    const device = this.#options.openDevice({
      received: (chunk) => this.#received(chunk),
      closed: (reason) => this.#input({ type: 'portClosed', reason }),
      lacks: (what) => this.#options.listener.log('debug', { what }, 'device lacks something'),
    })
    this.#device = device
    device.open(
      () => this.#input({ type: 'opened' }),
      (reason) => this.#input({ type: 'openFailed', reason }),
    )
  }

  #ask(command: string, timeoutMs: number): void {
    this.#dialogue.send(command, timeoutMs, (reply) => {
      // What follows CONNECT in the same chunk is sound already.
      if (reply.result === 'connect') this.#enterStream()
      this.#input({ type: 'replied', command, reply })
    })
  }

  #received(chunk: Uint8Array): void {
    for (let rest = chunk; rest.length > 0; ) {
      const used = this.#inStream ? this.#decoder.push(rest) : this.#reader.push(rest)
      rest = rest.subarray(used)
    }
  }

  #enterStream(): void {
    this.#reader.stopHere()
    this.#inStream = true
    this.#decoder.reset()
    this.#pump.begin()
    this.#filled = 0
    this.#soundAtMs = this.#options.clock.monotonicMs()
    this.#watchSound()
  }

  #leaveStream(): void {
    this.#listenForText()
    this.#input({ type: 'streamEnded' })
  }

  #listenForText(): void {
    this.#inStream = false
    this.#soundCheck?.cancel()
    this.#soundCheck = undefined
    this.#reader.reset()
    this.#dialogue.reset()
  }

  #forgetLine(): void {
    this.#rings.reset()
  }

  #watchSound(): void {
    const { clock } = this.#options
    this.#soundCheck = clock.after(soundCheckMs, () => {
      const silentMs = clock.monotonicMs() - this.#soundAtMs
      if (silentMs > soundCheckMs) this.#count('soundLate')
      if (silentMs >= soundStallMs) this.#input({ type: 'soundStalled' })
      if (this.#inStream) this.#watchSound()
    })
  }

  #takeSound(octets: Uint8Array): void {
    this.#soundAtMs = this.#options.clock.monotonicMs()
    for (let at = 0; at < octets.length; ) {
      const taken = Math.min(frameSamples - this.#filled, octets.length - at)
      this.#octets.set(octets.subarray(at, at + taken), this.#filled)
      this.#filled += taken
      at += taken
      if (this.#filled === frameSamples) this.#frameUp()
    }
  }

  #frameUp(): void {
    this.#filled = 0
    if (!('modem' in this.#state)) return
    const format = sampleFormats[this.#state.modem.coding]
    format.decode(this.#octets, this.#pcm)
    this.#pump.take(this.#frames++, this.#pcm)
    if ((this.#device?.unsentBytes ?? 0) > soundBacklogBytes) {
      this.#count('soundDownDropped')
      return
    }
    this.#pcm.set(this.#pump.next())
    format.encode(this.#pcm, this.#down)
    this.#write(shield(this.#down))
  }

  #write(bytes: Uint8Array): void {
    const device = this.#device
    if (!device) return
    if (device.unsentBytes > stalledBacklogBytes) this.#input({ type: 'writeStalled' })
    else device.write(bytes)
  }

  #signal(signal: TimelessSignal): void {
    this.#options.listener.signal(signal, this.#options.clock.monotonicMs())
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1)
  }
}
