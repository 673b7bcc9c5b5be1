// The board's clock seen from the host: turns device microseconds into the host's milliseconds, and tells how far the
// board's crystal is off. Each answered ping bounds the offset; the quickest of the last ones is believed most.

interface Sample {
  hostMs: number
  deviceMs: number
  roundTripMs: number
}

const samplesMax = 16
/** Two readings closer than this say nothing about parts per million. */
const rateSpanMs = 30_000

export class DeviceClock {
  #recent: Sample[] = []
  #first: Sample | undefined

  /** The board answered at `deviceUs` to a ping sent and answered at these times. */
  add(sentMs: number, answeredMs: number, deviceUs: number): void {
    const sample = {
      hostMs: (sentMs + answeredMs) / 2,
      deviceMs: deviceUs / 1000,
      roundTripMs: answeredMs - sentMs,
    }
    this.#recent.push(sample)
    if (this.#recent.length > samplesMax) this.#recent.shift()
    if (!this.#first || sample.roundTripMs < this.#first.roundTripMs / 2) this.#first = sample
  }

  /** After a reset of the board its clock begins anew. */
  reset(): void {
    this.#recent = []
    this.#first = undefined
  }

  /** When something of the board happened, in host time; `nowMs` when nothing is known, and never later than that. */
  toHostMs(deviceUs: number, nowMs: number): number {
    const best = this.#best()
    if (!best) return nowMs
    return Math.min(nowMs, best.hostMs + deviceUs / 1000 - best.deviceMs)
  }

  get roundTripMs(): number | undefined {
    return this.#recent.at(-1)?.roundTripMs
  }

  /** Positive: the board's clock is fast. Undefined until half a minute has been seen. */
  get ppm(): number | undefined {
    const best = this.#best()
    if (!best || !this.#first || best.hostMs - this.#first.hostMs < rateSpanMs) return undefined
    return ((best.deviceMs - this.#first.deviceMs) / (best.hostMs - this.#first.hostMs) - 1) * 1e6
  }

  #best(): Sample | undefined {
    let best: Sample | undefined
    for (const sample of this.#recent) if (!best || sample.roundTripMs <= best.roundTripMs) best = sample
    return best
  }
}
