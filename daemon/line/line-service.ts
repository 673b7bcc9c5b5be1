// All telephone lines: hands the drivers' signals and the audio thread's digits to the line they belong to, and their
// callers to the daemon.
import type { LineDriver, LineSignal } from '../../drivers/line-driver.ts'
import type { Clock } from '../clock.ts'
import type { Leg, LegParty } from '../leg/leg.ts'
import type { Log } from '../log/log.ts'
import type { Audio, AudioEvent } from '../loop/audio.ts'
import { Line } from './line.ts'
import { Loan } from './line-loan.ts'
import type { LineLoan, LineSettings, Lines, LineView } from './lines.ts'

export interface LineServiceOptions {
  lines: LineSettings[]
  audio: Audio
  clock: Clock
  log: Log
  /** As of `LineSurroundings`. Absent: no call is taken over. */
  takesOver?: (line: string, isHeld: boolean) => boolean
}

/** Calls get this long to end in order before their drivers are stopped, which takes 3 s at most. */
const hangUpMs = 900

export function createLineService(options: LineServiceOptions): Lines {
  return new LineService(options)
}

class LineService implements Lines {
  readonly #options: LineServiceOptions
  readonly #lines: Line[]
  readonly #drivers: Set<LineDriver>
  readonly #loans = new Map<Line, Loan>()
  readonly #listeners = new Set<(leg: Leg) => void>()
  readonly #resumedListeners = new Set<(leg: Leg, line: string) => void>()
  #unsubscribe: (() => void)[] = []

  constructor(options: LineServiceOptions) {
    this.#options = options
    const { audio, clock, log } = options
    const around = {
      audio,
      clock,
      log,
      announce: (leg: Leg) => this.#tell(leg, this.#listeners),
      takesOver: options.takesOver ?? (() => false),
      announceResumed: (leg: Leg, line: string) => this.#tell(leg, this.#resumedListeners, line),
    }
    this.#lines = options.lines.map((settings) => new Line(settings, around))
    this.#drivers = new Set(options.lines.map(({ driver }) => driver))
  }

  start(): void {
    if (this.#unsubscribe.length > 0) return
    this.#unsubscribe.push(this.#options.audio.on((event) => this.#heard(event)))
    for (const driver of this.#drivers) {
      this.#unsubscribe.push(driver.onSignal((signal) => this.#signalled(driver, signal)))
      driver.start()
    }
  }

  async stop(held: ReadonlySet<string> = new Set()): Promise<void> {
    const { clock } = this.#options
    const isHeld = ({ settings }: Line) => held.has(settings.name) && settings.driver.abilities.canHold
    const legs = this.#lines.filter((line) => !isHeld(line)).flatMap(({ leg }) => (leg ? [leg] : []))
    const keeping = new Set(this.#lines.filter(isHeld).map(({ settings }) => settings.driver))
    await new Promise<void>((resolve) => {
      const deadline = clock.after(hangUpMs, resolve)
      void Promise.all(legs.map((leg) => leg.hangUp('stopped'))).then(() => {
        deadline.cancel()
        resolve()
      })
    })
    await Promise.all([...this.#drivers].map((driver) => driver.stop({ keepsLines: keeping.has(driver) })))
    // A driver told `deviceLost` as it stopped; a line that missed it for any reason hears it here.
    for (const line of this.#lines) if (line.view().state !== 'faulted') line.deviceLost('stopped')
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#unsubscribe = []
  }

  /** A line's own counters, and its device's as `device.NAME`. */
  views(): LineView[] {
    return this.#lines.map((line) => {
      const view = line.view()
      const device = Object.entries(line.settings.driver.counters()).map(([name, value]) => [`device.${name}`, value])
      return { ...view, counters: { ...view.counters, ...Object.fromEntries(device) } }
    })
  }

  canHold(name: string): boolean {
    return this.#lines.some(({ settings }) => settings.name === name && settings.driver.abilities.canHold)
  }

  call(name: string, digits: string, remote: LegParty): Leg {
    const line = this.#lines.find(({ settings }) => settings.name === name)
    if (!line) throw new Error(`there is no line ${JSON.stringify(name)}`)
    return line.call(digits, remote)
  }

  borrow(name: string, listener: (signal: LineSignal) => void): LineLoan | { refused: string } {
    const line = this.#lines.find(({ settings }) => settings.name === name)
    if (!line) return { refused: 'noSuchLine' }
    if (line.settings.driver.abilities.dials === 'device') return { refused: 'noLoop' }
    const refused = line.notFree()
    if (refused !== undefined) return { refused }
    const { clock } = this.#options
    const loan = new Loan({ line, clock, listener, ended: () => void this.#loans.delete(line) })
    this.#loans.set(line, loan)
    return loan
  }

  onInbound(listener: (leg: Leg) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  onResumed(listener: (leg: Leg, line: string) => void): () => void {
    this.#resumedListeners.add(listener)
    return () => void this.#resumedListeners.delete(listener)
  }

  #tell<Rest extends unknown[]>(leg: Leg, listeners: Set<(leg: Leg, ...rest: Rest) => void>, ...rest: Rest): void {
    for (const listener of [...listeners]) {
      try {
        listener(leg, ...rest)
      } catch (fault) {
        this.#options.log.error({ leg: leg.id, fault: String(fault) }, 'a caller could not be taken on')
      }
    }
  }

  #signalled(driver: LineDriver, signal: LineSignal): void {
    for (const line of this.#lines) {
      if (line.settings.driver !== driver) continue
      if (signal.type === 'deviceReady') line.deviceReady(signal.heldPorts?.includes(line.settings.port))
      else if (signal.type === 'deviceLost') {
        this.#loans.get(line)?.deviceLost(signal)
        line.deviceLost(signal.reason)
      } else if (signal.port === line.settings.port) (this.#loans.get(line) ?? line).signal(signal)
    }
  }

  #heard(event: AudioEvent): void {
    if (!('portId' in event)) return
    const line = this.#lines.find((candidate) => candidate.owns(event.portId))
    if (!line) return
    if (event.type === 'digitReceived') line.digit(event.digit)
    else if (event.type === 'toneHeard') line.tone(event.tone)
    else if (event.type === 'lineSilent') line.silent(event.silentMs)
    else if (event.type === 'portFailed') line.audioLost()
  }
}
