// A line lent to whoever measures it: seized and released by hand, its signals told to the borrower and not to the line's
// own machine. To that machine the borrower is another telephone on the same pair.
import type { LineCommand, LineCommandResult, LineSignal } from '../../drivers/line-driver.ts'
import type { Clock } from '../clock.ts'
import type { Line } from './line.ts'
import { lineTimings } from './line-states.ts'
import type { LineLoan } from './lines.ts'

export type PortSignal = Extract<LineSignal, { port: number }>

export interface LoanOptions {
  line: Line
  clock: Clock
  /** What the line tells, and that its device is lost. */
  listener: (signal: LineSignal) => void
  /** Signals go to the line again. */
  ended: () => void
}

/** On-hook is tried so often; a device that does not take it says so by `deviceLost`, or releases the line by itself. */
const releaseTries = 3

export class Loan implements LineLoan {
  readonly #of: LoanOptions
  #isOver = false
  /** Of a real telephone on the pair. */
  #neighbour = false

  constructor(options: LoanOptions) {
    this.#of = options
    this.#tellUse(true)
  }

  get pcmFile(): string {
    const { driver, port } = this.#of.line.settings
    return driver.pcmFile(port)
  }

  command(command: LineCommand): Promise<LineCommandResult> {
    const { driver, port } = this.#of.line.settings
    return driver.command(port, command)
  }

  /** Of this line's port. */
  signal(signal: PortSignal): void {
    if (signal.type === 'lineUseChanged') this.#neighbour = signal.inUse
    if (signal.type === 'batteryChanged') this.#of.line.signal(signal)
    this.#of.listener(signal)
  }

  deviceLost(signal: LineSignal): void {
    this.#of.listener(signal)
  }

  async giveBack(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    for (let tries = 0; tries < releaseTries; tries++) if ((await this.command({ type: 'goOnHook' })).done) break
    await new Promise<void>((resolve) => this.#of.clock.after(lineTimings.guardMs, resolve))
    this.#of.ended()
    this.#tellUse(this.#neighbour)
  }

  #tellUse(inUse: boolean): void {
    const { line, clock } = this.#of
    line.signal({ type: 'lineUseChanged', port: line.settings.port, inUse, atMs: clock.monotonicMs() })
  }
}
