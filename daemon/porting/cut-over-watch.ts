// Tells when ported numbers come over: at the agreed second, and where to try them. It switches nothing, for standing.ts
// answers by the time; a box that was off at that second says so when it is up again.
import type { Clock, Timer } from '../clock.ts'
import type { Port } from '../config/porting-schema.ts'
import type { Log } from '../log/log.ts'
import { stateAt } from './port-machine.ts'
import { testCalls } from './standing.ts'

/** Node's timers reach no further than 24 days; and a clock that was set is seen within the hour. */
const longestWaitMs = 3_600_000

export class CutOverWatch {
  readonly #clock: Clock
  readonly #log: Log
  readonly #told = new Set<string>()
  #ports: readonly Port[] = []
  #timer: Timer | undefined

  constructor({ clock, log }: { clock: Clock; log: Log }) {
    this.#clock = clock
    this.#log = log
  }

  watch(ports: readonly Port[]): void {
    this.#ports = ports
    this.#look()
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #look(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const nowMs = this.#clock.epochMs()
    for (const port of this.#ports) if (stateAt(port, nowMs) === 'porting') this.#tell(port)
    const waits = this.#ports
      .filter(({ state, cutOver }) => state === 'preloaded' && cutOver !== undefined)
      .map(({ cutOver }) => Date.parse(cutOver ?? '') - nowMs)
      .filter((waitMs) => waitMs > 0)
    if (waits.length > 0) this.#timer = this.#clock.after(Math.min(longestWaitMs, ...waits), () => this.#look())
  }

  #tell(port: Port): void {
    const key = `${port.id} ${port.cutOver}`
    if (this.#told.has(key)) return
    this.#told.add(key)
    this.#log.warn(
      { port: port.id, numbers: port.numbers, over: port.winning, testCalls: testCalls(port) },
      'ported numbers have come over: calls go by the new carrier now',
    )
  }
}
