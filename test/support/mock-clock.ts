// A clock whose hands the test turns. Timers fire in order of their due time, then of their birth.
import { HandClock } from '../../daemon/author/hand-clock.ts'

export class MockClock extends HandClock {
  constructor(startEpochMs = Date.UTC(2026, 0, 5, 10, 0, 0)) {
    super(startEpochMs)
  }

  /** Advances by `ms`, firing what falls due; promises get their turn between two timers. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.monotonicMs() + ms
    await settle()
    while ((this.nextDueMs ?? Infinity) <= untilMs) {
      this.fireNext()
      await settle()
    }
    this.turnTo(untilMs)
  }
}

/** Lets every promise that is already settled run its continuations. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
}
