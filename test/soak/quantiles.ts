// How times are spread, in words.

/** Of milliseconds in any order; zeros where there are none. */
export function quantiles(timesMs: readonly number[]): string {
  const sorted = timesMs.toSorted((one, other) => one - other)
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms`
}
