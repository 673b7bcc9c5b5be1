// Sound from one clock to another that runs a little faster or slower, without a slip: a resampler whose ratio is changed
// as it goes.
import {
  callInt,
  callPointer,
  callVoid,
  detachView,
  type NativePointer,
  pointer,
  prepareCall,
  viewMemory,
} from './library.ts'

/** Of samples in or out in one run. */
export const matcherSamples = 640
const headWords = 4
const arenaBytes = headWords * 4 + 2 * matcherSamples * 2

/** Half the length of the filter. */
export const matcherDelayMs = 3

/** The ratio is set in steps of 15 ppm; what is between them is the mean of several runs. */
const stepsInAll = 65_521

let live = 0

/** Matchers not closed yet: the ledger of the tests. */
export function liveRateMatchers(): number {
  return live
}

export class RateMatcher {
  /** Samples to be matched. */
  readonly input: Int16Array
  /** Samples that were made. */
  readonly output: Int16Array
  readonly #self: NativePointer
  readonly #arena: ArrayBuffer
  readonly #head: Int32Array
  readonly #run: () => number
  #carriedSteps = 0

  constructor() {
    const self = callPointer('cb_match_open')
    if (self === undefined) throw new Error('no memory for a resampler')
    if (callInt('cb_match_arena_bytes') !== arenaBytes)
      throw new Error('the native library does not match its sources: run scripts/native --force')
    this.#self = self
    this.#arena = viewMemory(self, arenaBytes)
    this.#head = new Int32Array(this.#arena, 0, headWords)
    this.input = new Int16Array(this.#arena, headWords * 4, matcherSamples)
    this.output = new Int16Array(this.#arena, headWords * 4 + matcherSamples * 2, matcherSamples)
    this.#run = prepareCall('cb_match_run', pointer(self))
    live++
  }

  /**
   * Makes up to `wanted` samples of `output` from the first `count` of `input`, whose clock is `ppm` faster than that of
   * the output. Returns how many it made; `used` tells how many it took. Allocates nothing.
   */
  match(count: number, wanted: number, ppm: number): number {
    this.#head[0] = count
    this.#head[1] = wanted
    const wantedSteps = (ppm * stepsInAll) / 1e6 + this.#carriedSteps
    // Not 0: at a ratio of exactly one speexdsp has another kind of filter.
    const steps = Math.round(wantedSteps) || 1
    this.#carriedSteps = wantedSteps - steps
    this.#head[2] = steps
    const error = this.#run()
    if (error !== 0) throw new Error(`speexdsp could not resample at ${ppm} ppm (error ${error})`)
    return this.#head[1]!
  }

  get used(): number {
    return this.#head[0]!
  }

  /** What the filter holds of earlier sound is forgotten. */
  reset(): void {
    callVoid('cb_match_reset', pointer(this.#self))
  }

  /** Idempotent. */
  close(): void {
    if (this.#arena.detached) return
    live--
    detachView(this.#arena)
    callVoid('cb_match_close', pointer(this.#self))
  }
}
