// Whether somebody speaks at the far end of a call out: sound that is none of the exchange's tones. Pure, fed with what
// the line hears; a hint where neither the network nor the loop tells of the answer.

/** Quieter is noise of the line. */
const audibleRms = 300
/** Of the power, in the exchange's frequencies: a tone has nearly all, speech little. */
const toneShare = 0.6
const blockSamples = 400
/** So many blocks of 50 ms of voice within the last so many. */
const voiceBlocks = 10
const windowBlocks = 40

export class VoiceDetector {
  readonly #frequenciesHz: readonly number[]
  readonly #block = new Int16Array(blockSamples)
  readonly #voiced: boolean[] = []
  #filled = 0

  /** All that the country's exchanges play. */
  constructor(frequenciesHz: readonly number[]) {
    this.#frequenciesHz = [...new Set(frequenciesHz)]
  }

  /** 8 kHz. True once, when voice has been heard for long enough. */
  hears(samples: Int16Array): boolean {
    let found = false
    for (let at = 0; at < samples.length; ) {
      const taken = Math.min(blockSamples - this.#filled, samples.length - at)
      this.#block.set(samples.subarray(at, at + taken), this.#filled)
      this.#filled += taken
      at += taken
      if (this.#filled < blockSamples) break
      this.#filled = 0
      found = this.#take(isVoiced(this.#block, this.#frequenciesHz)) || found
    }
    return found
  }

  #take(voiced: boolean): boolean {
    this.#voiced.push(voiced)
    if (this.#voiced.length > windowBlocks) this.#voiced.shift()
    if (this.#voiced.filter(Boolean).length < voiceBlocks) return false
    this.#voiced.length = 0
    return true
  }
}

function isVoiced(block: Int16Array, frequenciesHz: readonly number[]): boolean {
  let power = 0
  for (const sample of block) power += sample * sample
  power /= block.length
  if (Math.sqrt(power) < audibleRms) return false
  return topTwo(frequenciesHz.map((hz) => powerAt(block, hz))) < toneShare * power
}

/** Two tones at once share the power between them. */
function topTwo(powers: number[]): number {
  const [first = 0, second = 0] = powers.toSorted((one, other) => other - one)
  return first + second
}

/** Goertzel: power of the sine of this frequency that is in the block. */
function powerAt(block: Int16Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / 8000)
  let previous = 0
  let beforePrevious = 0
  for (const sample of block) {
    const next = sample + coefficient * previous - beforePrevious
    beforePrevious = previous
    previous = next
  }
  const magnitude = previous * previous + beforePrevious * beforePrevious - coefficient * previous * beforePrevious
  return (2 * magnitude) / block.length ** 2
}
