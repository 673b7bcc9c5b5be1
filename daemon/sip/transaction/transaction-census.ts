// Counting transactions for the ledger: what is going on, and what only waits for late copies of what is over.

export interface TransactionCensus {
  live: number
  lingering: number
  /** Timers of the lingering ones: they run out by themselves, 32 s after a call at the latest. */
  lingeringTimers: number
}

export function takeCensus<E extends { runner: { run: { timers: number } } }>(
  entries: Iterable<E>,
  isLingering: (entry: E) => boolean,
): TransactionCensus {
  const census = { live: 0, lingering: 0, lingeringTimers: 0 }
  for (const entry of entries) {
    if (!isLingering(entry)) {
      census.live++
      continue
    }
    census.lingering++
    census.lingeringTimers += entry.runner.run.timers
  }
  return census
}
