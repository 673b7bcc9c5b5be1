// One cellular module in its driver's process: performs what module-machine.ts decides. Commands and news pass over one
// serial port, the sound of a call over another (pcm-port.ts).
import { AtDialogue } from '../at/at-dialogue.ts'
import { AtReader } from '../at/at-reader.ts'
import { RingBurst } from '../at/ring-burst.ts'
import type { LineCommand, LineCommandResult, LineDetails, LinePortSettings } from '../line-driver.ts'
import type { PcmPath } from '../pcm-ring.ts'
import type { DeviceHost, DeviceHostListener } from '../process/device-host.ts'
import type { DriverState, TimelessSignal } from '../process/process-messages.ts'
import type { DriverClock, DriverTimer } from '../process/surroundings.ts'
import type { ByteDevice, DeviceListener } from '../serial/serial-device.ts'
import type { CallInput, CallTimer } from './call-machine.ts'
import {
  advanceModule,
  type ModuleEffect,
  type ModuleInput,
  type ModuleState,
  type ModuleTimer,
} from './module-machine.ts'
import { isModuleNews, type ModuleNews, readNews } from './module-news.ts'
import { PcmPort } from './pcm-port.ts'
import type { ReadyModule } from './preparation.ts'

export interface ModuleHostOptions {
  port: LinePortSettings
  pcm: PcmPath
  openCommands(listener: DeviceListener): ByteDevice
  openSound(listener: DeviceListener): ByteDevice
  clock: DriverClock
  listener: DeviceHostListener
}

const stalledBacklogBytes = 4096
const keyMs = 1500

const driverStates: Record<ModuleState['name'], DriverState> = {
  closed: 'closed',
  waiting: 'absent',
  opening: 'absent',
  waking: 'handshaking',
  preparing: 'handshaking',
  ready: 'ready',
}

export class ModuleHost implements DeviceHost {
  readonly #options: ModuleHostOptions
  readonly #dialogue: AtDialogue
  readonly #reader: AtReader
  readonly #sound: PcmPort
  readonly #ring: RingBurst
  readonly #timers = new Map<ModuleTimer | CallTimer, DriverTimer>()
  readonly #commands = new Map<number, (result: LineCommandResult) => void>()
  readonly #counts = new Map<string, number>()
  readonly #inputs: ModuleInput[] = []
  #isWorking = false
  #state: ModuleState = { name: 'closed' }
  #device: ByteDevice | undefined
  #nextId = 1
  /** SIM, network, signal: what news told last. */
  #network: Record<string, string | number> = {}
  #isRegistered: boolean | undefined

  constructor(options: ModuleHostOptions) {
    this.#options = options
    const { clock, pcm, port } = options
    this.#dialogue = new AtDialogue({
      clock,
      write: (text) => this.#write(text),
      isUnasked: (line, command) => isModuleNews(line) && !endsDialling(line, command),
      unasked: (line) => this.#news(line),
    })
    this.#reader = new AtReader({ line: (line) => this.#dialogue.take(line) })
    this.#sound = new PcmPort({
      pcm,
      clock,
      openDevice: options.openSound,
      missing: (why) => {
        options.listener.log('warn', { why }, 'no sound from the far end: the module is asked for it anew')
        this.#callInput({ type: 'soundMissing' })
      },
      closed: (reason) => this.#input({ type: 'portClosed', reason: `sound port: ${reason}` }),
    })
    this.#ring = new RingBurst({ clock, port: port.port, signal: (signal) => this.#signal(signal) })
  }

  start(): void {
    this.#input({ type: 'start' })
  }

  stop(): void {
    this.#input({ type: 'stop' })
    this.#ring.reset()
    this.#sound.end()
  }

  async releaseAll(): Promise<void> {
    if (this.#state.name === 'ready') await this.command(this.#options.port.port, { type: 'goOnHook' })
  }

  command(port: number, command: LineCommand): Promise<LineCommandResult> {
    if (port !== this.#options.port.port) return Promise.resolve({ done: false, refused: 'noSuchPort' })
    if (command.type === 'sendDigits') return this.#sendDigits(command.digits)
    if (command.type === 'flash') return Promise.resolve({ done: false, refused: 'notOfThisDevice' })
    const id = this.#nextId++
    return new Promise((resolve) => {
      this.#commands.set(id, resolve)
      this.#callInput({ type: 'asked', id, command })
    })
  }

  counters(): Record<string, number> {
    const port = Object.entries(this.#sound.pumpCounters).map(([name, value]) => [`port1.${name}`, value] as const)
    return {
      ...Object.fromEntries(this.#counts),
      ...this.#dialogue.counters,
      ...this.#sound.counters,
      ...Object.fromEntries(port),
    }
  }

  details(): LineDetails {
    if (this.#state.name !== 'ready') return { ...this.#network }
    const { model, firmware, imei, family } = this.#state.module
    const { oneWay } = this.#sound
    const sound = oneWay && { sound: oneWay === 'fromFarEnd' ? 'nothing is heard' : 'nothing is taken' }
    return {
      model: `${family.name}, ${model}`,
      firmware,
      imei,
      ...this.#network,
      ...sound,
      ...this.#sound.details(this.#options.port.port),
    }
  }

  async #sendDigits(digits: string): Promise<LineCommandResult> {
    if (this.#state.name !== 'ready' || this.#state.call.is !== 'active') return { done: false, refused: 'noCall' }
    if (!/^[\d*#A-D]{1,32}$/.test(digits)) return { done: false, refused: 'invalidDigits' }
    for (const digit of digits) {
      const sent = await new Promise<boolean>((resolve) =>
        this.#dialogue.send(`AT+VTS="${digit}"`, keyMs, ({ result }) => resolve(result === 'ok')),
      )
      if (!sent) return { done: false, refused: 'keyRefused' }
    }
    return { done: true }
  }

  #callInput(input: CallInput): void {
    this.#input({ type: 'call', input })
  }

  /** Inputs that come up while another one is worked off wait for their turn. */
  #input(input: ModuleInput): void {
    this.#inputs.push(input)
    if (this.#isWorking) return
    this.#isWorking = true
    const { clock, listener } = this.#options
    try {
      for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) {
        const before = driverStates[this.#state.name]
        const { state, effects } = advanceModule(this.#state, next, clock.monotonicMs())
        this.#state = state
        if (driverStates[state.name] !== before) listener.stateChanged(driverStates[state.name])
        for (const effect of effects) this.#perform(effect)
      }
    } finally {
      this.#isWorking = false
    }
  }

  #perform(effect: ModuleEffect): void {
    const { port } = this.#options.port
    switch (effect.do) {
      case 'openPorts':
        this.#openPorts()
        break
      case 'closePorts':
        this.#closePorts()
        break
      case 'ask': {
        const { command, timeoutMs } = effect
        this.#dialogue.send(command, timeoutMs, (reply) => this.#input({ type: 'replied', command, reply }))
        break
      }
      case 'setTimer':
        this.#setTimer(effect.timer, effect.ms, () => this.#input({ type: 'timerFired', timer: effect.timer }))
        break
      case 'setCallTimer':
        this.#setTimer(effect.timer, effect.ms, () => this.#callInput({ type: 'callTimerFired', timer: effect.timer }))
        break
      case 'cancelTimers':
        this.#cancel(['reopen', 'check', 'poll', 'sound', 'drain'])
        break
      case 'cancelCallTimers':
        this.#cancel(['poll', 'sound', 'drain'])
        break
      case 'tellReady':
        this.#tellReady(effect.module)
        break
      case 'tellLost':
        this.#tellLost(effect.reason, effect.wasReady)
        break
      case 'tellHook':
        this.#ring.reset()
        this.#signal({ type: 'hookChanged', port, hook: effect.hook })
        break
      case 'tellRing':
        this.#ring.ring()
        break
      case 'tellCaller': {
        const { do: _, ...caller } = effect
        this.#signal({ type: 'callerIdReceived', port, ...caller })
        break
      }
      case 'tellDigit':
        this.#signal({ type: 'digitReceived', port, digit: effect.digit })
        break
      case 'tellProgress':
        this.#signal({ type: 'callProgressed', port, progress: effect.progress })
        break
      case 'tellGone':
        this.#ring.reset()
        this.#signal({ type: 'farEndHungUp', port, cause: effect.cause })
        break
      case 'tellNetwork':
        this.#networkTold(effect.news)
        break
      case 'startSound':
        this.#sound.start()
        break
      case 'stopSound':
        this.#sound.stop()
        break
      case 'settle':
        this.#commands.get(effect.id)?.(effect.result)
        this.#commands.delete(effect.id)
        break
      case 'count':
      case 'countCall':
        this.#counts.set(effect.what, (this.#counts.get(effect.what) ?? 0) + 1)
    }
  }

  #setTimer(timer: ModuleTimer | CallTimer, ms: number, run: () => void): void {
    this.#timers.get(timer)?.cancel()
    const set = this.#options.clock.after(ms, () => {
      this.#timers.delete(timer)
      run()
    })
    this.#timers.set(timer, set)
  }

  #cancel(timers: readonly (ModuleTimer | CallTimer)[]): void {
    for (const timer of timers) {
      this.#timers.get(timer)?.cancel()
      this.#timers.delete(timer)
    }
  }

  #openPorts(): void {
    const failed = (port: string) => (reason: string) =>
      this.#input({ type: 'openFailed', reason: `${port}: ${reason}` })
    const device = this.#options.openCommands({
      received: (chunk) => void this.#reader.push(chunk),
      closed: (reason) => this.#input({ type: 'portClosed', reason }),
      lacks: (what) => this.#options.listener.log('debug', { what }, 'device lacks something'),
    })
    this.#device = device
    device.open(
      () =>
        this.#sound.open(() => {
          if (this.#device === device) this.#input({ type: 'opened' })
        }, failed('sound port')),
      failed('command port'),
    )
  }

  #closePorts(): void {
    this.#sound.close()
    this.#device?.close()
    this.#device = undefined
    this.#reader.reset()
    this.#dialogue.reset()
  }

  #tellReady(module: ReadyModule): void {
    const { listener, port } = this.#options
    const { model, firmware, imei, family } = module
    listener.log('info', { model, firmware, imei, family: family.name }, 'cellular module is ready')
    if (family.badFirmware?.says.test(firmware))
      listener.log('warn', { firmware }, `the firmware of this module is unfit for calls: ${family.badFirmware.why}`)
    this.#signal({ type: 'deviceReady', firmware, serial: imei, ports: [port.port] })
    this.#network = { ...this.#network, sim: 'READY' }
    this.#isRegistered = undefined
    this.#tellRegistration()
  }

  #tellLost(reason: string, wasReady: boolean): void {
    const { listener } = this.#options
    this.#ring.reset()
    this.#network = reason.startsWith('sim') || reason.startsWith('noSim') ? { sim: reason } : {}
    listener.log(wasReady ? 'error' : 'debug', { reason }, wasReady ? 'cellular module lost' : 'module not reached')
    if (wasReady || /^(?:unfitModule|noSim|sim)/.test(reason)) this.#signal({ type: 'deviceLost', reason })
  }

  #networkTold(news: ModuleNews): void {
    if (news.news === 'signal') {
      if (news.dbm === undefined) delete this.#network.signalDbm
      else this.#network.signalDbm = news.dbm
    } else if (news.news === 'operator') this.#network.operator = news.name
    else if (news.news === 'registration') {
      this.#network.network = news.registration
      if (this.#state.name === 'ready') this.#tellRegistration()
    }
  }

  /** To a module what battery is to a line: without it there are no calls. */
  #tellRegistration(): void {
    const { network } = this.#network
    const isRegistered = network === 'home' || network === 'roaming'
    if (network === undefined || isRegistered === this.#isRegistered) return
    this.#isRegistered = isRegistered
    const battery = isRegistered ? 'present' : 'lost'
    this.#signal({ type: 'batteryChanged', port: this.#options.port.port, battery })
  }

  #news(line: string): void {
    const news = readNews(line)
    if (!news) return
    // Told while the module is made ready, before there is a call machine to hear it.
    if (this.#state.name === 'preparing') this.#networkTold(news)
    this.#input({ type: 'news', news })
  }

  #write(text: string): void {
    const device = this.#device
    if (!device) return
    if (device.unsentBytes > stalledBacklogBytes) this.#input({ type: 'writeStalled' })
    else device.write(Buffer.from(text, 'latin1'))
  }

  #signal(signal: TimelessSignal): void {
    this.#options.listener.signal(signal, this.#options.clock.monotonicMs())
  }
}

/** Then they are the answer to it (27.007 section 6.31), and not the end of a call that is there. */
function endsDialling(line: string, command: string | undefined): boolean {
  return (command?.startsWith('ATD') ?? false) && /^(?:NO CARRIER|BUSY|NO ANSWER)$/.test(line)
}
