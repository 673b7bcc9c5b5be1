// A clock that jumps from one due time to the next, for simulated days: nothing waits, and no promise gets a turn.
import { HandClock } from '../../../daemon/author/hand-clock.ts'

export class SimClock extends HandClock {
  constructor(startEpochMs = Date.UTC(2026, 0, 5)) {
    super(startEpochMs)
  }

  runUntil(untilMs: number): void {
    while ((this.nextDueMs ?? Infinity) <= untilMs) this.fireNext()
    this.turnTo(untilMs)
  }
}
