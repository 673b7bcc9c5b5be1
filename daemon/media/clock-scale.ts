// RTP timestamps of a codec's clock as counts of the loop's 8 kHz. Both go round at 2^32, at different times: so it is
// steps that are scaled, from a point that both sides know.
import { telephoneFormat } from './port.ts'

/** Further from the known point than this, it is moved along: well below 2^31. */
const moveAfter = 2 ** 28

export class ClockScale {
  readonly #factor: number
  #known = false
  #theirs = 0
  #ours = 0

  constructor(clockHz: number) {
    this.#factor = clockHz / telephoneFormat.rateHz
  }

  /** As int32, like the timestamp. */
  toLoop(timestamp: number): number {
    if (this.#factor === 1) return timestamp
    if (!this.#known) {
      this.#known = true
      this.#theirs = timestamp
      this.#ours = Math.floor((timestamp >>> 0) / this.#factor) | 0
    }
    const step = (timestamp - this.#theirs) | 0
    const ours = (this.#ours + Math.floor(step / this.#factor)) | 0
    if (step > moveAfter || step < -moveAfter) {
      const whole = Math.floor(step / this.#factor)
      this.#theirs = (this.#theirs + whole * this.#factor) | 0
      this.#ours = (this.#ours + whole) | 0
    }
    return ours
  }

  /** The other way round; true once a timestamp has been told. */
  toRtp(time: number): number {
    if (this.#factor === 1) return time
    return (this.#theirs + ((time - this.#ours) | 0) * this.#factor) | 0
  }
}
