// How memory grows with the number of calls, once it has warmed up.

export interface Sample {
  seconds: number
  /** Made so far. */
  calls: number
  megabytes: number
}

/** The part of the time in which memory may grow: code is compiled, pools fill. */
const warmUp = 0.2

/** Megabytes per 1,000 calls: the least-squares line through all samples but those of the warm-up. 0 for less than two. */
export function slopePer1000Calls(samples: readonly Sample[]): number {
  const warm = samples.slice(Math.floor(samples.length * warmUp))
  if (warm.length < 2) return 0
  const mean = (of: (sample: Sample) => number) => warm.reduce((sum, one) => sum + of(one), 0) / warm.length
  const calls = mean((sample) => sample.calls)
  const megabytes = mean((sample) => sample.megabytes)
  const together = mean((sample) => (sample.calls - calls) * (sample.megabytes - megabytes))
  const spread = mean((sample) => (sample.calls - calls) ** 2)
  return spread === 0 ? 0 : (together / spread) * 1000
}
