// Sums of sines, made sample by sample without tables: each is a vector turned by a fixed angle.
import { telephoneFormat } from './port.ts'

/** Level of a sine that just fills 16 bits (G.711: 3.14 dBm0 in μ-law, 3.17 in A-law). */
const fullScaleDbm0 = 3.14
const maximumSines = 2

export class Oscillator {
  readonly #cosine = new Float64Array(maximumSines)
  readonly #sine = new Float64Array(maximumSines)
  readonly #turnCosine = new Float64Array(maximumSines)
  readonly #turnSine = new Float64Array(maximumSines)
  #sines = 0
  #amplitude = 0

  /** Starts anew at phase 0, with up to two frequencies (more are left out), each at the level. */
  tune(frequenciesHz: readonly number[], levelDbm0: number): void {
    this.#sines = Math.min(maximumSines, frequenciesHz.length)
    this.#amplitude = 32767 * 10 ** ((levelDbm0 - fullScaleDbm0) / 20)
    for (let s = 0; s < this.#sines; s++) {
      const angle = (2 * Math.PI * frequenciesHz[s]!) / telephoneFormat.rateHz
      this.#turnCosine[s] = Math.cos(angle)
      this.#turnSine[s] = Math.sin(angle)
    }
    this.restart()
  }

  /** Back to phase 0: a burst begins without a click. */
  restart(): void {
    this.#cosine.fill(1)
    this.#sine.fill(0)
  }

  /** Writes `count` samples from `from` on, clipped to 16 bits. */
  fill(frame: Int16Array, from: number, count: number): void {
    for (let i = from; i < from + count; i++) {
      let sum = 0
      for (let s = 0; s < this.#sines; s++) {
        const x = this.#cosine[s]!
        const y = this.#sine[s]!
        sum += y
        this.#cosine[s] = x * this.#turnCosine[s]! - y * this.#turnSine[s]!
        this.#sine[s] = x * this.#turnSine[s]! + y * this.#turnCosine[s]!
      }
      frame[i] = Math.max(-32768, Math.min(32767, Math.round(sum * this.#amplitude)))
    }
    this.#normalise()
  }

  /** Rounding makes the vectors grow or shrink by parts in 10^16 a turn: put right once a frame. */
  #normalise(): void {
    for (let s = 0; s < this.#sines; s++) {
      const length = Math.sqrt(this.#cosine[s]! ** 2 + this.#sine[s]! ** 2)
      this.#cosine[s] = this.#cosine[s]! / length
      this.#sine[s] = this.#sine[s]! / length
    }
  }
}
