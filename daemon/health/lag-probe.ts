// How long the main thread keeps its events waiting: garbage collection, JSON, SQL and our own long tasks. None of it is
// heard, the audio thread has its own clock; it delays signalling, so it is measured.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type LongTask, watchLongTasks } from './long-tasks.ts'

export interface LagCounters {
  /** Milliseconds beyond the moment an event was due, since the start or the last `reset`. */
  mainLagP50Ms: number
  mainLagP99Ms: number
  mainLagWorstMs: number
  /** Tasks of the event loop that took longer than a tenth of a second, since the start. */
  mainLongTasks: number
}

export interface LagProbe {
  counters(): LagCounters
  reset(): void
  stop(): void
}

const resolutionMs = 10
const longTaskMs = 100

/** `onLongTask` is told what held the thread up, each time. */
export function createLagProbe(onLongTask: (task: LongTask) => void = () => {}): LagProbe {
  let longTasks = 0
  const stopWatching = watchLongTasks(longTaskMs, (task) => {
    longTasks++
    onLongTask(task)
  })
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
      mainLongTasks: longTasks,
    }),
    reset: () => histogram.reset(),
    stop: () => {
      histogram.disable()
      stopWatching()
    },
  }
}
