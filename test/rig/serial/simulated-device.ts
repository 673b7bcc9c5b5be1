// What every simulated serial device is to whoever drives it: a source and a sink of bytes that lives by time passed to
// it, so that the same firmware runs in memory under a test's clock and on a pseudo-terminal in real time.

export interface SimulatedDevice {
  /** What it has sent since it was asked last, by channel (0 unless it has several ports). */
  sent(channel: number): Uint8Array
  receive(bytes: Uint8Array, channel: number): void
  /** Time passes: at most 20 ms a step. */
  step(ms: number): void
  /** Its plug is pulled, or it is put back: nothing is remembered. */
  powerCycle(): void
}

/** Bytes waiting to be fetched, as `SimulatedDevice.sent` gives them. */
export class Outlet {
  #parts: Uint8Array[] = []

  write(bytes: Uint8Array | string): void {
    this.#parts.push(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }

  take(): Uint8Array {
    if (this.#parts.length === 0) return nothing
    const all = Buffer.concat(this.#parts)
    this.#parts = []
    return all
  }
}

const nothing = new Uint8Array(0)
