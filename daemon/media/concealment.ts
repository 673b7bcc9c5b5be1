// Covers lost samples by repeating the last pitch period, fading to silence, after G.711 Appendix I: first 10 ms at
// full level, then down by 20 % each 10 ms, silent after 60 ms. Without the appendix's 3.75 ms of added delay: the
// crossfade is done on the first samples after the loss.

const historySamples = 400
const minimumPitch = 40
const maximumPitch = 120
/** Samples compared when the pitch is sought. */
const windowSamples = 160
const fullLevelSamples = 80
const fadeSamples = 400
const crossfadeSamples = 32

export class Concealment {
  /** The latest samples heard or made, oldest first. */
  readonly #history = new Int16Array(historySamples)
  readonly #period = new Float32Array(maximumPitch)
  #pitch = minimumPitch
  #phase = 0
  /** Samples made since the last true one. */
  #made = 0
  #crossfadeLeft = 0

  reset(): void {
    this.#history.fill(0)
    this.#made = 0
    this.#crossfadeLeft = 0
  }

  /** True samples, `count` of them from `from` on; the first after a loss are blended with what was being made. */
  hear(frame: Int16Array, from: number, count: number): void {
    if (this.#made > 0) {
      this.#crossfadeLeft = crossfadeSamples
      if (this.#made >= fullLevelSamples + fadeSamples) this.#crossfadeLeft = 0
    }
    for (let i = from; this.#crossfadeLeft > 0 && i < from + count; i++) {
      const share = this.#crossfadeLeft / (crossfadeSamples + 1)
      frame[i] = Math.round(frame[i]! * (1 - share) + this.#next() * share)
      this.#crossfadeLeft--
    }
    this.#made = 0
    this.#remember(frame, from, count)
  }

  /** Makes `count` samples. False when they are silence: nothing is left to repeat. */
  make(frame: Int16Array, from: number, count: number): boolean {
    if (this.#made === 0) this.#findPeriod()
    const audible = this.#made < fullLevelSamples + fadeSamples
    if (audible) for (let i = from; i < from + count; i++) frame[i] = Math.round(this.#next())
    else frame.fill(0, from, from + count)
    this.#remember(frame, from, count)
    return audible
  }

  #next(): number {
    const faded = Math.max(0, this.#made - fullLevelSamples) / fadeSamples
    const sample = this.#period[this.#phase]! * Math.max(0, 1 - faded)
    this.#phase = (this.#phase + 1) % this.#pitch
    this.#made++
    return sample
  }

  #remember(frame: Int16Array, from: number, count: number): void {
    const kept = Math.min(count, historySamples)
    this.#history.copyWithin(0, kept)
    for (let i = 0; i < kept; i++) this.#history[historySamples - kept + i] = frame[from + count - kept + i]!
  }

  /** The lag at which the history resembles itself most; one period of it, its seam smoothed over a quarter. */
  #findPeriod(): void {
    const history = this.#history
    const end = historySamples
    let bestLag = minimumPitch
    let best = -Infinity
    for (let lag = minimumPitch; lag <= maximumPitch; lag++) {
      let product = 0
      let energy = 1
      for (let i = end - windowSamples; i < end; i += 2) {
        const earlier = history[i - lag]!
        product += history[i]! * earlier
        energy += earlier * earlier
      }
      const likeness = product <= 0 ? product : (product * product) / energy
      if (likeness > best) {
        best = likeness
        bestLag = lag
      }
    }
    const blend = bestLag >> 2
    for (let i = 0; i < bestLag; i++) {
      const sample = history[end - bestLag + i]!
      const intoBlend = i - (bestLag - blend)
      // The last quarter leans towards what stood before the period, so that its end meets its beginning.
      const share = intoBlend < 0 ? 0 : (intoBlend + 1) / (blend + 1)
      this.#period[i] = sample * (1 - share) + history[end - 2 * bestLag + i]! * share
    }
    this.#pitch = bestLag
    this.#phase = 0
  }
}
