// Telephone samples to a recogniser's rate while they come: in blocks, each resampled with a little of what is around
// it, so that nothing is heard of the seams.
import { resample } from '../../drivers/native/resample.ts'
import { telephoneHz } from './utterance.ts'

/** 200 ms: a recogniser is in no hurry before the end. */
const blockSamples = 1600
/** Around a block, well beyond the filter's length; both a whole number of samples at every rate. */
const overlapSamples = 240

export class StreamResampler {
  readonly #toHz: number
  /** The end of what was resampled, then what is not yet. */
  #pending = new Int16Array(0)
  #before = 0

  constructor(toHz: number) {
    this.#toHz = toHz
  }

  /** What is ready now; may be empty. */
  push(samples: Int16Array): Int16Array {
    this.#pending = joined(this.#pending, samples)
    const ready = this.#pending.length - this.#before - overlapSamples
    return ready < blockSamples ? new Int16Array(0) : this.#take(ready)
  }

  /** The rest. */
  end(): Int16Array {
    return this.#take(this.#pending.length - this.#before)
  }

  #take(count: number): Int16Array {
    const scale = this.#toHz / telephoneHz
    const made = resample(this.#pending, telephoneHz, this.#toHz)
    const start = Math.round(this.#before * scale)
    const taken = made.slice(start, start + Math.round(count * scale))
    const keepFrom = Math.max(0, this.#before + count - overlapSamples)
    this.#before = this.#before + count - keepFrom
    this.#pending = this.#pending.slice(keepFrom)
    return taken
  }
}

function joined(first: Int16Array, second: Int16Array): Int16Array<ArrayBuffer> {
  const both = new Int16Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
