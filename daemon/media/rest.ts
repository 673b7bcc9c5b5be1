// A port that only has its packets sent on is left alone for some ticks at a time, and its packets are noted meanwhile: to
// take account of several ticks at once costs a fraction of what it costs one by one, scattered over the memory.
import { frameMs } from './port.ts'
import type { RtpTransport } from './rtp-transport.ts'

/** Ticks left alone: so many, and up to seven more by the port, lest all wake in the same tick. Fewer than notes there are. */
const leastTicks = 10
const spread = 7

/** What is done for each packet noted, and for each tick. */
export interface Catching {
  note(sequence: number, timestamp: number, payloadLength: number, arrivalMs: number, keptAt: number): void
  pass(): void
}

export class Rest {
  readonly #transport: RtpTransport
  readonly #slot: number
  readonly #ticks: number
  active = false

  constructor(transport: RtpTransport, slot: number) {
    this.#transport = transport
    this.#slot = slot
    this.#ticks = leastTicks + (slot & spread)
  }

  /** `keepsAudio`: it is going to be heard, afterwards. */
  begin(keepsAudio = false): number {
    this.active = true
    this.#transport.quietForward(this.#slot, keepsAudio ? 'kept' : 'noted')
    return this.#ticks
  }

  /** Everything in the order in which it would have been done: each packet in the tick in which it came. */
  end(ticks: number, catching: Catching): void {
    if (!this.active) return
    this.active = false
    const transport = this.#transport
    const slot = this.#slot
    transport.quietForward(slot, false)
    const notes = transport.notesOf(slot)
    const beganMs = transport.nowMs - ticks * frameMs
    let next = 0
    for (let tick = 1; tick <= ticks + 1; tick++) {
      for (; next < notes; next++) {
        const arrivalMs = transport.noteArrivalMs(slot, next)
        if (tick <= ticks && arrivalMs >= beganMs + tick * frameMs) break
        catching.note(
          transport.noteSequence(slot, next),
          transport.noteTimestamp(slot, next),
          transport.notePayloadLength(slot, next),
          arrivalMs,
          transport.keptAt(slot, next),
        )
      }
      if (tick <= ticks) catching.pass()
    }
    transport.clearNotes(slot)
  }
}
