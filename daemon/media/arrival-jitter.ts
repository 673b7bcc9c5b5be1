// How unevenly packets arrive (RFC 3550 section 6.4.1): the mean deviation of their spacing from that at the sender.

export class ArrivalJitter {
  readonly #clockPerMs: number
  #transit = Number.NaN
  #jitter = 0
  #worst = 0

  constructor(clockHz: number) {
    this.#clockPerMs = clockHz / 1000
  }

  /** A packet of a stream; its timestamp is in units of the clock, as int32. */
  note(timestamp: number, arrivalMs: number): void {
    const transit = (arrivalMs * this.#clockPerMs - timestamp) % 2 ** 32
    const previous = this.#transit
    this.#transit = transit
    if (Number.isNaN(previous)) return
    // Timestamps go round: the shorter way is meant.
    const step = Math.abs(transit - previous)
    const deviation = Math.min(step, 2 ** 32 - step)
    // More than 10 s is a jump of the sender's clock, not of the network.
    if (deviation > this.#clockPerMs * 10_000) return
    this.#jitter += (deviation - this.#jitter) / 16
    if (this.#jitter > this.#worst) this.#worst = this.#jitter
  }

  /** Another stream follows; what was measured stays told. */
  restart(): void {
    this.#transit = Number.NaN
  }

  /** In units of the clock, as RTCP wants it. */
  get units(): number {
    return Math.round(this.#jitter)
  }

  get ms(): number {
    return this.#jitter / this.#clockPerMs
  }

  get worstMs(): number {
    return this.#worst / this.#clockPerMs
  }
}
