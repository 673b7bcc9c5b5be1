// Waits for one action that does not finish at once: until it settles, until its time is over, or until the run is
// aborted and the action has had its grace to stop what it started. The next action never starts before that.
import type { Clock, Timer } from '../clock.ts'

export type Settled<T> =
  | { how: 'done'; value: T }
  | { how: 'thrown'; fault: unknown }
  /** Cut off by the time limit; the action has stopped. */
  | { how: 'timedOut' }
  /** The run was aborted; the action has stopped. */
  | { how: 'left' }
  /** Aborted or cut off, and still not settled at the end of the grace. */
  | { how: 'stuck' }

export interface SettleOptions {
  clock: Clock
  /** Of the run. */
  signal: AbortSignal
  /** Stops the action itself. */
  stop: AbortController
  /** Undefined: as long as it likes. */
  limitMs: number | undefined
  /** How long a stopped action may take to settle. */
  graceMs: number
}

export function settleAction<T>(action: Promise<T>, options: SettleOptions): Promise<Settled<T>> {
  const { clock, signal, stop, limitMs, graceMs } = options
  return new Promise((resolve) => {
    let timer: Timer | undefined
    let stopped: 'left' | 'timedOut' | undefined

    const finish = (settled: Settled<T>) => {
      timer?.cancel()
      signal.removeEventListener('abort', leave)
      resolve(settled)
    }
    const halt = (why: 'left' | 'timedOut', reason: unknown) => {
      stopped = why
      timer?.cancel()
      timer = clock.after(graceMs, () => finish({ how: 'stuck' }))
      stop.abort(reason)
    }
    const leave = () => halt('left', signal.reason)

    if (signal.aborted) leave()
    else {
      signal.addEventListener('abort', leave, { once: true })
      if (limitMs !== undefined)
        timer = clock.after(limitMs, () => halt('timedOut', new Error(`not finished within ${limitMs / 1000} s`)))
    }
    action.then(
      (value) => finish(stopped ? { how: stopped } : { how: 'done', value }),
      (fault: unknown) => finish(stopped ? { how: stopped } : { how: 'thrown', fault }),
    )
  })
}
