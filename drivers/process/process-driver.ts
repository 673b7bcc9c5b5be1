// A serial device as the daemon sees it: a LineDriver whose work is done by a process of its own, because the serial
// port's library is bound to a process's main loop, and so that its death harms no call on other devices.
//
//   daemon ── process-driver.ts ══ fork's channel ══ run-process.ts, with the host of its kind ── serial ── device
//                  └─ restarts a dead or silent process with growing delay, for ever
import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type {
  LineAbilities,
  LineCommand,
  LineCommandResult,
  LineDetails,
  LineDriver,
  LineDriverCounters,
  LinePortNumber,
  LinePortSettings,
  LineSignal,
} from '../line-driver.ts'
import { pcmFileBytes } from '../pcm-ring.ts'
import { preloadOptions } from './preload.ts'
import type { FromProcess, ToProcess } from './process-messages.ts'
import { type DriverClock, type DriverLog, type DriverTimer, systemMs } from './surroundings.ts'

/** What every kind of device is made with. */
export interface DeviceDriverOptions {
  /** Serial device, by a name that stays: under /dev/serial/by-id or /dev/cordboard. */
  device: string
  ports: LinePortSettings[]
  /** Holds the ports' PCM memory: on tmpfs, made if missing. */
  runtimeDirectory: string
  clock: DriverClock
  log: DriverLog
}

/** What makes the driver one of its kind. `settings` are handed to its process. */
export interface DeviceKind<Settings> {
  /** Short, for names of files. */
  kind: string
  /** The program of its process: a module that calls `runDriverProcess`. */
  program: string
  settings: Settings
  abilities: LineAbilities
}

const commandTimeoutMs = 2000
/** Releasing the lines takes 1.25 s at most when the board does not answer. */
const stopTimeoutMs = 2500
/** A process that gave no sign of life for so long is ended; it gives one a second. */
const silentProcessMs = 5000
const firstRestartMs = 100
const longestRestartMs = 10_000
/** Alive for so long: the next death begins with the first delay again. */
const stableProcessMs = 30_000

interface WaitingCommand {
  settle(result: LineCommandResult): void
}

/** Constructing throws when the runtime directory can't be written; everything later is told by signals. */
export class ProcessDriver<Settings> implements LineDriver {
  readonly #options: DeviceDriverOptions
  readonly #kind: DeviceKind<Settings>
  readonly #clock: DriverClock
  readonly #log: DriverLog
  readonly #listeners = new Set<(signal: LineSignal) => void>()
  readonly #commands = new Map<number, WaitingCommand>()
  readonly #pcmPrefix: string
  readonly abilities: LineAbilities
  #state: LineDriver['state'] = 'closed'
  #child: ChildProcess | undefined
  #wanted = false
  #nextCommandId = 1
  #deaths = 0
  #restart: DriverTimer | undefined
  #silence: DriverTimer | undefined
  #stable: DriverTimer | undefined
  #fromProcess: Record<string, number> = {}
  #details: LineDetails = {}
  readonly #own = { processStarts: 0, processDeaths: 0, processSilences: 0, commandTimeouts: 0, listenerFaults: 0 }

  constructor(options: DeviceDriverOptions, kind: DeviceKind<Settings>) {
    this.#options = options
    this.#kind = kind
    this.abilities = kind.abilities
    this.#clock = options.clock
    this.#log = options.log
    const name = createHash('sha256').update(options.device).digest('hex').slice(0, 12)
    this.#pcmPrefix = join(options.runtimeDirectory, `${kind.kind}-${name}`)
    mkdirSync(options.runtimeDirectory, { recursive: true, mode: 0o700 })
    for (const { port } of options.ports) allocate(this.pcmFile(port))
  }

  get device(): string {
    return this.#options.device
  }

  get state(): LineDriver['state'] {
    return this.#state
  }

  start(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#startProcess()
  }

  async stop({ keepsLines = false }: { keepsLines?: boolean } = {}): Promise<void> {
    this.#wanted = false
    this.#restart?.cancel()
    this.#restart = undefined
    const child = this.#child
    if (child) await this.#endProcess(child, keepsLines)
    this.#setLost('stopped')
    this.#state = 'closed'
  }

  command(port: LinePortNumber, command: LineCommand): Promise<LineCommandResult> {
    const child = this.#child
    if (!child?.connected || this.#state !== 'ready') return Promise.resolve({ done: false, refused: 'deviceAbsent' })
    const id = this.#nextCommandId++
    return new Promise((resolve) => {
      const timer = this.#clock.after(commandTimeoutMs, () => {
        this.#own.commandTimeouts++
        settle({ done: false, refused: 'timeout' })
      })
      const settle = (result: LineCommandResult) => {
        timer.cancel()
        this.#commands.delete(id)
        resolve(result)
      }
      this.#commands.set(id, { settle })
      this.#tell(child, { type: 'command', id, port, command })
    })
  }

  pcmFile(port: LinePortNumber): string {
    return `${this.#pcmPrefix}-port${port}.pcm`
  }

  onSignal(listener: (signal: LineSignal) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  counters(): LineDriverCounters {
    return { ...this.#fromProcess, ...this.#own }
  }

  details(): LineDetails {
    return this.#state === 'closed' ? {} : this.#details
  }

  #startProcess(): void {
    this.#own.processStarts++
    const child = fork(this.#kind.program, [], {
      execArgv: preloadOptions,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child = child
    this.#state = 'absent'
    child.on('message', (message: FromProcess) => {
      if (child === this.#child) this.#receive(child, message)
    })
    child.on('error', (fault) => this.#log.error({ device: this.device, fault: fault.message }, 'driver process fault'))
    child.once('exit', (code, killedBy) => this.#processEnded(child, killedBy ?? `exit code ${code}`))
    child.once('disconnect', () => child.kill('SIGKILL'))
    const { device, ports } = this.#options
    const pcmFiles = ports.map(({ port }) => ({ port, file: this.pcmFile(port) }))
    // Only what a daemon before this one held is taken over: a process of ours that died has cost its calls already.
    const resumeSession = this.#own.processStarts === 1 ? this.#keptSession() : 0
    this.#tell(child, { type: 'begin', device, ports, pcmFiles, settings: this.#kind.settings, resumeSession })
    this.#watch(child)
    this.#stable = this.#clock.after(stableProcessMs, () => {
      this.#deaths = 0
    })
  }

  #tell(child: ChildProcess, message: ToProcess<Settings>): void {
    // A failed send means that the process is on its way out, which `exit` handles.
    if (child.connected) child.send(message, () => {})
  }

  /** Each sign of life winds this up again. */
  #watch(child: ChildProcess): void {
    this.#silence?.cancel()
    this.#silence = this.#clock.after(silentProcessMs, () => {
      this.#own.processSilences++
      this.#log.error({ device: this.device, silentMs: silentProcessMs }, 'driver process is silent, ending it')
      child.kill('SIGKILL')
    })
  }

  #receive(child: ChildProcess, message: FromProcess): void {
    this.#watch(child)
    switch (message.type) {
      case 'stateChanged':
        if (message.state !== 'closed') this.#state = message.state
        break
      case 'signal': {
        const ageMs = Math.max(0, systemMs() - message.atSystemMs)
        this.#emit({ ...message.signal, atMs: this.#clock.monotonicMs() - ageMs })
        break
      }
      case 'commandDone':
        this.#commands.get(message.id)?.settle(message.result)
        break
      case 'sessionStarted':
        this.#keepSession(message.session)
        break
      case 'counters':
        this.#fromProcess = message.counters
        this.#details = message.details
        break
      case 'log':
        this.#log[message.level]({ device: this.device, ...message.fields }, message.message)
    }
  }

  #processEnded(child: ChildProcess, how: string): void {
    if (child !== this.#child) return
    this.#child = undefined
    this.#silence?.cancel()
    this.#stable?.cancel()
    for (const { settle } of [...this.#commands.values()]) settle({ done: false, refused: 'deviceAbsent' })
    this.#state = 'absent'
    if (!this.#wanted) return
    this.#own.processDeaths++
    const restartMs = Math.min(longestRestartMs, firstRestartMs * 2 ** Math.min(this.#deaths++, 16))
    this.#log.error({ device: this.device, how, restartMs }, 'driver process ended, starting another')
    this.#setLost(`processEnded: ${how}`)
    this.#restart = this.#clock.after(restartMs, () => this.#startProcess())
  }

  get #sessionFile(): string {
    return `${this.#pcmPrefix}.session`
  }

  #keptSession(): number {
    if (!existsSync(this.#sessionFile)) return 0
    const session = Number(readFileSync(this.#sessionFile, 'utf8'))
    return Number.isInteger(session) && session > 0 && session <= 0xffffffff ? session : 0
  }

  /** Without it the next daemon begins anew, and the calls of this one are lost: told, no more. */
  #keepSession(session: number): void {
    try {
      writeFileSync(this.#sessionFile, String(session), { mode: 0o600 })
    } catch (fault) {
      this.#log.warn({ device: this.device, fault: String(fault) }, 'the device’s session could not be noted')
    }
  }

  #endProcess(child: ChildProcess, keepsLines: boolean): Promise<void> {
    return new Promise((resolve) => {
      const deadline = this.#clock.after(stopTimeoutMs, () => child.kill('SIGKILL'))
      child.once('exit', () => {
        deadline.cancel()
        resolve()
      })
      this.#tell(child, { type: 'stop', keepsLines })
    })
  }

  #setLost(reason: string): void {
    this.#emit({ type: 'deviceLost', reason, atMs: this.#clock.monotonicMs() })
  }

  #emit(signal: LineSignal): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(signal)
      } catch (fault) {
        this.#own.listenerFaults++
        this.#log.error({ device: this.device, signal: signal.type, fault: String(fault) }, 'signal listener fault')
      }
    }
  }
}

/** Full size from the start: the audio thread may map it before the process does. */
function allocate(file: string): void {
  const fd = openSync(file, 'a+', 0o600)
  try {
    ftruncateSync(fd, pcmFileBytes)
  } finally {
    closeSync(fd)
  }
}
