// How long the main thread keeps its events waiting: garbage collection, JSON, SQL and our own long tasks. None of it is
// heard, the audio thread has its own clock; it delays signalling, so it is measured.
import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface LagCounters {
  /** Milliseconds beyond the moment an event was due, since the start or the last `reset`. */
  mainLagP50Ms: number
  mainLagP99Ms: number
  mainLagWorstMs: number
}

export interface LagProbe {
  counters(): LagCounters
  reset(): void
  stop(): void
}

const resolutionMs = 10

export function createLagProbe(): LagProbe {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  /** The histogram holds times between two wake-ups, in nanoseconds; what passes the resolution is lag. */
  const lagMs = (nanoseconds: number) =>
    histogram.count === 0 ? 0 : Math.max(0, Math.round((nanoseconds / 1e6 - resolutionMs) * 100) / 100)
  return {
    counters: () => ({
      mainLagP50Ms: lagMs(histogram.percentile(50)),
      mainLagP99Ms: lagMs(histogram.percentile(99)),
      mainLagWorstMs: lagMs(histogram.max),
    }),
    reset: () => histogram.reset(),
    stop: () => void histogram.disable(),
  }
}
