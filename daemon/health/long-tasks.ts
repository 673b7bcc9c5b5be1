// Names what holds the main thread up: the time of every task of the event loop is taken, with the promises that follow it,
// and one that is too long is told with what began it. Pauses of garbage collection count for the task they fall into.
import { createHook, executionAsyncResource } from 'node:async_hooks'

export interface LongTask {
  /** What began it, e.g. `timer () => this.#refresh()`, `UDP`, `TCP`. */
  name: string
  ms: number
}

/** What Node has of a task: its kind, and of a timer what it runs. */
interface Resource {
  constructor?: { name: string }
  _onTimeout?: unknown
  _timerArgs?: unknown[]
}

const longestName = 120

/** Returns what ends the watch. A task is told when the next one begins, and `onLongTask` must not throw. */
export function watchLongTasks(longerThanMs: number, onLongTask: (task: LongTask) => void): () => void {
  const { nodeTiming } = performance
  let depth = 0
  let task: Resource | undefined
  let beganMs = 0
  let idleMs = 0
  const hook = createHook({
    // Each promise would cost more than all else, and belongs to the task before it.
    trackPromises: false,
    before: () => {
      if (depth++ > 0) return
      const nowMs = performance.now()
      const idleNowMs = nodeTiming.idleTime
      const ms = nowMs - beganMs - (idleNowMs - idleMs)
      if (task !== undefined && ms > longerThanMs) onLongTask({ name: nameOf(task), ms: Math.round(ms) })
      task = executionAsyncResource()
      beganMs = nowMs
      idleMs = idleNowMs
    },
    after: () => {
      depth--
    },
  }).enable()
  return () => void hook.disable()
}

function nameOf(task: Resource): string {
  // The daemon's clock hands over what it runs (clock.ts).
  const run = [task._timerArgs?.[0], task._onTimeout].find((one) => typeof one === 'function')
  if (run) return `timer ${String(run).replace(/\s+/g, ' ').slice(0, longestName)}`
  const kind = task.constructor?.name ?? 'unknown'
  return kind === 'Object' ? 'promises of the task before' : kind
}
