// The frames that went down to a device lately, to be found again when it has played them: their echo comes then.

/** Far more than a device queues: 640 ms of 20 ms frames. */
const kept = 32

export class PlayedFrames {
  readonly #frames: Int16Array[]
  /** Of the next one. */
  #seq = 0

  constructor(frameSamples: number) {
    this.#frames = Array.from({ length: kept }, () => new Int16Array(frameSamples))
  }

  add(frame: Int16Array): void {
    this.#frames[this.#seq % kept]!.set(frame)
    this.#seq++
  }

  /** Those before belong to another call. Numbers go on. */
  reset(): void {
    for (const frame of this.#frames) frame.fill(0)
  }

  /** Counted from 0, modulo 2^32; left out: the latest. Undefined when it is too old, or never was. */
  at(seq: number | undefined): Int16Array | undefined {
    const back = seq === undefined ? 1 : (this.#seq - seq) | 0
    if (back < 1 || back > kept) return undefined
    return this.#frames[(this.#seq - back + kept) % kept]
  }
}
