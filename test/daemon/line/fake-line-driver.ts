// Line hardware without hardware: the test tells what it signals and what it answers.
import type {
  LineAbilities,
  LineCommand,
  LineCommandResult,
  LineDriver,
  LinePortNumber,
  LineSignal,
} from '../../../drivers/line-driver.ts'

/** A signal as a test writes it; the time is the driver's clock. */
type Timeless<Signal> = Signal extends unknown ? Omit<Signal, 'atMs'> : never

export class FakeLineDriver implements LineDriver {
  readonly device = '/dev/fake'
  abilities: LineAbilities = { canHold: true, dials: 'inBand', digits: 'inBand' }
  /** How it was stopped last. */
  keptLines: boolean | undefined
  readonly commands: { port: LinePortNumber; type: LineCommand['type'] }[] = []
  state: LineDriver['state'] = 'closed'
  /** What the next commands of this type are answered; done when absent. `mute`: never. */
  answers: Partial<Record<LineCommand['type'], LineCommandResult | 'mute'>> = {}
  readonly #nowMs: () => number
  readonly #listeners = new Set<(signal: LineSignal) => void>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  get listeners(): number {
    return this.#listeners.size
  }

  start(): void {
    this.state = 'absent'
  }

  async stop({ keepsLines = false }: { keepsLines?: boolean } = {}): Promise<void> {
    this.keptLines = keepsLines
    this.state = 'closed'
    this.signal({ type: 'deviceLost', reason: 'stopped' })
  }

  command(port: LinePortNumber, command: LineCommand): Promise<LineCommandResult> {
    this.commands.push({ port, type: command.type })
    const answer = this.answers[command.type] ?? { done: true }
    return answer === 'mute' ? new Promise(() => {}) : Promise.resolve(answer)
  }

  pcmFile(port: LinePortNumber): string {
    return `/fake/port${port}.pcm`
  }

  onSignal(listener: (signal: LineSignal) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  counters() {
    return { fakes: 1 }
  }

  details() {
    return { model: 'fake' }
  }

  signal(signal: Timeless<LineSignal>): void {
    if (signal.type === 'deviceReady') this.state = 'ready'
    for (const listener of [...this.#listeners]) listener({ ...signal, atMs: this.#nowMs() })
  }

  ready(heldPorts: number[] = []): void {
    this.signal({ type: 'deviceReady', firmware: 'fake', serial: 'F1', ports: [1, 2], heldPorts })
  }
}
