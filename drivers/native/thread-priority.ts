// Sound does not wait: the threads that carry it go before ordinary work, where the system allows it.
import { describeErrno } from './errno.ts'
import { callInt, i32 } from './library.ts'

export interface ThreadPriority {
  /** Of SCHED_RR, 1 to 99. */
  realtime: number
  /** Nice value where real-time scheduling is not allowed. */
  nice: number
  /** For threads that the calling one makes from now on, too. */
  inherit?: boolean
}

/** Of the calling thread. Returns the reason why real-time scheduling was refused, if it was. */
export function raiseThreadPriority({ realtime, nice, inherit = false }: ThreadPriority): string | undefined {
  const errno = callInt('cb_raise_priority', i32(realtime), i32(nice), i32(inherit ? 1 : 0))
  return errno === 0 ? undefined : describeErrno(errno)
}

/** Keeps the calling thread on one processor, whose caches it then has to itself. Returns its number, if there is a choice. */
export function pinThread(): number | undefined {
  const processor = callInt('cb_pin_thread')
  return processor < 0 ? undefined : processor
}
