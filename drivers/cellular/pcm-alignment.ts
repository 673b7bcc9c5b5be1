// 16-bit samples on a serial port have no frames: a byte that is lost turns all that follows into noise. Speech changes
// little from sample to sample, noise of wrongly paired bytes changes by half the scale: so the pairing that makes the
// smoother sound is the right one.

/** As much sound is compared at once: a quarter of a second. */
const windowSamples = 2000
/** The other pairing must be so many times smoother, twice in a row. */
const clearly = 2
/** From sample to sample, on the average: low bytes taken for high ones make some 20,000, the loudest speech a third. */
const noiseChange = 10_000

export class PcmAlignment {
  #own = 0
  #other = 0
  #samples = 0
  #ownBefore = 0
  #otherBefore = 0
  #lastHigh = 0
  #suspicions = 0

  reset(): void {
    this.#own = 0
    this.#other = 0
    this.#samples = 0
    this.#suspicions = 0
  }

  /** Little-endian samples as they are paired now. True: drop one byte, the pairing is wrong. */
  isShifted(pcm: Buffer): boolean {
    for (let at = 0; at + 1 < pcm.length; at += 2) {
      const own = pcm.readInt16LE(at)
      // The byte before, as low byte, with this low byte as the high one.
      const other = ((pcm[at]! << 24) >> 16) | this.#lastHigh
      this.#lastHigh = pcm[at + 1]!
      this.#own += Math.abs(own - this.#ownBefore)
      this.#other += Math.abs(other - this.#otherBefore)
      this.#ownBefore = own
      this.#otherBefore = other
    }
    this.#samples += pcm.length >> 1
    if (this.#samples < windowSamples) return false
    const noise = noiseChange * this.#samples
    const suspect = this.#own > noise && this.#other < noise && this.#own > clearly * this.#other
    this.#own = 0
    this.#other = 0
    this.#samples = 0
    this.#suspicions = suspect ? this.#suspicions + 1 : 0
    if (this.#suspicions < 2) return false
    this.#suspicions = 0
    return true
  }
}
