// Sums what a port is to hear, with saturation instead of wrap-around. One source alone is passed on as it is.

export class Mixer {
  readonly #sum: Int32Array
  readonly #mixed: Int16Array
  #only: Int16Array | undefined
  #sources = 0

  constructor(frameSamples: number) {
    this.#sum = new Int32Array(frameSamples)
    this.#mixed = new Int16Array(frameSamples)
  }

  start(): void {
    this.#sources = 0
    this.#only = undefined
  }

  /** The frame must not change until `result` was used. */
  add(frame: Int16Array): void {
    const sum = this.#sum
    if (++this.#sources === 1) {
      this.#only = frame
      return
    }
    if (this.#only !== undefined) {
      sum.set(this.#only)
      this.#only = undefined
    }
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + frame[i]!
  }

  /** The sum, valid until the next `start`; false when nothing was added. */
  result(): Int16Array | false {
    if (this.#sources === 0) return false
    if (this.#only !== undefined) return this.#only
    for (let i = 0; i < this.#mixed.length; i++) {
      this.#mixed[i] = Math.max(-32768, Math.min(32767, this.#sum[i]!))
    }
    return this.#mixed
  }
}
