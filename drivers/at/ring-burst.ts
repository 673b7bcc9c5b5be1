// RING lines as bursts with an end: a device tells that it rings, never that it stopped.
import type { LinePortNumber } from '../line-driver.ts'
import type { TimelessSignal } from '../process/process-messages.ts'
import type { DriverClock, DriverTimer } from '../process/surroundings.ts'

/** Longest pause within the bursts of one ring, and then some: those told closer together are one. */
const burstMs = 900

export interface RingBurstOptions {
  port: LinePortNumber
  clock: DriverClock
  signal(signal: TimelessSignal): void
}

export class RingBurst {
  readonly #options: RingBurstOptions
  #burst: { startedMs: number; end: DriverTimer } | undefined

  constructor(options: RingBurstOptions) {
    this.#options = options
  }

  /** Ends what is under way, untold. */
  reset(): void {
    this.#burst?.end.cancel()
    this.#burst = undefined
  }

  ring(): void {
    const { port, clock, signal } = this.#options
    const startedMs = this.#burst?.startedMs ?? clock.monotonicMs()
    this.#burst?.end.cancel()
    // Neither modems nor modules tell the frequency.
    if (!this.#burst) signal({ type: 'ringStarted', port, frequencyHz: 0 })
    const end = clock.after(burstMs, () => {
      this.#burst = undefined
      signal({ type: 'ringStopped', port, durationMs: Math.round(clock.monotonicMs() - startedMs) })
    })
    this.#burst = { startedMs, end }
  }
}
