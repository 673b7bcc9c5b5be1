// What nobody caught. Faults inside one call are contained by the call; what arrives here comes from a place we do not
// know:
//   uncaught exception   the stack was torn down anywhere, state may be half changed: orderly exit, systemd restarts us
//   unhandled rejection  no stack was torn down: told, counted, shown as a fault, and the calls go on; too many in a
//                        minute, and it is an orderly exit too
import type { Clock } from '../clock.ts'
import { writeFatal } from '../log/fatal.ts'
import type { Faults } from './faults.ts'

export interface LastResortOptions {
  clock: Clock
  faults: Faults
  /** Every line on-hook, every dialog ended, records saved; without waiting for calls to end by themselves. */
  stop: () => Promise<void>
  /** Longest time for `stop`; then the process ends all the same. */
  stopTimeoutMs?: number
  /** The process, or a stand-in of the tests. */
  target?: LastResortTarget
  tell?: (fields: object, message: string) => void
}

export interface LastResortTarget {
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (fault: unknown) => void): unknown
  off(event: 'uncaughtException' | 'unhandledRejection', listener: (fault: unknown) => void): unknown
  exit(code: number): void
}

export interface LastResort {
  counters(): { uncaughtExceptions: number; unhandledRejections: number }
  remove(): void
}

/** systemd's `Restart=on-failure` acts on it; 2 is a bad configuration, which a restart can't mend. */
export const faultExitCode = 1

const rejectionsPerMinute = 10
/** A fault that repeats itself must not cut the orderly stop short at once; the stop's deadline holds anyway. */
const exceptionsWhileStopping = 10

export function installLastResort(options: LastResortOptions): LastResort {
  const { clock } = options
  const target: LastResortTarget = options.target ?? process
  const tell = options.tell ?? writeFatal
  let uncaughtExceptions = 0
  let unhandledRejections = 0
  let recentMs: number[] = []
  let exceptionsLeft: number | undefined

  const exit = () => {
    if (exceptionsLeft !== undefined) {
      if (--exceptionsLeft < 0) target.exit(faultExitCode)
      return
    }
    exceptionsLeft = exceptionsWhileStopping
    const deadline = clock.after(options.stopTimeoutMs ?? 8000, () => {
      tell({}, 'the orderly stop took too long')
      target.exit(faultExitCode)
    })
    const leave = () => {
      deadline.cancel()
      target.exit(faultExitCode)
    }
    stopSafely(options.stop).then(leave, (fault: unknown) => {
      tell({ err: fault }, 'the orderly stop failed as well')
      leave()
    })
  }

  const onException = (fault: unknown) => {
    uncaughtExceptions++
    tell({ err: fault }, 'uncaught exception: the daemon stops, systemd starts it again')
    exit()
  }

  const onRejection = (fault: unknown) => {
    unhandledRejections++
    const nowMs = clock.monotonicMs()
    recentMs = [...recentMs.filter((atMs) => nowMs - atMs < 60_000), nowMs]
    if (recentMs.length > rejectionsPerMinute) {
      tell({ err: fault }, 'too many unhandled rejections: the daemon stops, systemd starts it again')
      exit()
      return
    }
    tell({ err: fault }, 'unhandled rejection: calls go on, please report it')
    options.faults.raise({
      code: 'HEALTH-UNHANDLED',
      where: 'daemon',
      message: `A fault reached nobody: ${fault instanceof Error ? fault.message : String(fault)}.`,
      mend: 'Report it with the fatal line of the journal; restart the daemon when calls allow.',
    })
  }

  target.on('uncaughtException', onException)
  target.on('unhandledRejection', onRejection)
  return {
    counters: () => ({ uncaughtExceptions, unhandledRejections }),
    remove: () => {
      target.off('uncaughtException', onException)
      target.off('unhandledRejection', onRejection)
    },
  }
}

/** A throw becomes a rejection. */
async function stopSafely(stop: () => Promise<void>): Promise<void> {
  await stop()
}
