// The noise of a room in which nobody speaks: heard where a far end that detects silence sends nothing (RFC 3389, Opus
// DTX), because dead silence sounds like a lost call.

/** RFC 3389 section 3: level in -dBov, the overload of the coder being 0. */
const mostQuietDb = 127
/** Louder than this is no background: -30 dBov. */
const loudestDb = 30
/** Uniform noise has its peak √3 above its effective value. */
const peakFactor = Math.sqrt(3)
/** Each new level is reached in steps of a frame, so that it is not heard as a click. */
const approach = 0.25

export class ComfortNoise {
  #seed = 0x2545f491
  #peak = 0
  #target = 0

  /** `levelDb`: as in the packet, 0…127 below overload. */
  setLevel(levelDb: number): void {
    const bounded = Math.max(loudestDb, Math.min(mostQuietDb, levelDb & 127))
    this.#target = bounded === mostQuietDb ? 0 : 32767 * 10 ** (-bounded / 20) * peakFactor
  }

  /** The level of what is there: background that was heard. */
  match(frame: Int16Array, from: number, count: number): void {
    let energy = 0
    for (let i = from; i < from + count; i++) energy += frame[i]! * frame[i]!
    const loudest = 32767 * 10 ** (-loudestDb / 20)
    this.#target = Math.min(loudest, Math.sqrt(energy / count)) * peakFactor
  }

  /** False when there is nothing to hear. */
  fill(frame: Int16Array, from: number, count: number): boolean {
    this.#peak += (this.#target - this.#peak) * approach
    const peak = this.#peak
    if (peak < 1) {
      frame.fill(0, from, from + count)
      return false
    }
    let seed = this.#seed
    for (let i = from; i < from + count; i++) {
      seed ^= seed << 13
      seed ^= seed >>> 17
      seed ^= seed << 5
      frame[i] = (seed / 0x80000000) * peak
    }
    this.#seed = seed
    return true
  }
}
