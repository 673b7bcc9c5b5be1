// What is wrong now: named faults that parts of the daemon raise and clear, shown in `status` until they are mended.
import type { Clock } from '../clock.ts'

export interface HealthFault {
  /** Stable, e.g. `LINE-ABSENT`, `DISK-FULL`. Never reused for something else. */
  code: string
  /** The thing concerned, e.g. a line's name or a path. One fault per code and place. */
  where: string
  /** What is wrong. */
  message: string
  /** What to do about it. */
  mend: string
}

export interface RaisedFault extends HealthFault {
  sinceEpochMs: number
  lastEpochMs: number
  /** Times it was raised since it was last clear. */
  count: number
}

export interface Faults {
  /** Again with the same code and place: counted, text replaced. Returns whether it is new. */
  raise(fault: HealthFault): boolean
  /** Returns whether it had been raised. */
  clear(code: string, where: string): boolean
  /** Oldest first. */
  list(): RaisedFault[]
  counters(): { faultsNow: number; faultsRaised: number; faultsCleared: number; faultsForgotten: number }
}

/** At most `maximum` are kept; beyond, the one raised longest ago is forgotten, and counted. */
export function createFaults(clock: Clock, maximum = 200): Faults {
  const faults = new Map<string, RaisedFault>()
  let faultsRaised = 0
  let faultsCleared = 0
  let faultsForgotten = 0
  const keyOf = (code: string, where: string) => `${code} ${where}`
  return {
    raise(fault) {
      faultsRaised++
      const nowMs = clock.epochMs()
      const key = keyOf(fault.code, fault.where)
      const standing = faults.get(key)
      if (standing) {
        Object.assign(standing, fault, { lastEpochMs: nowMs, count: standing.count + 1 })
        return false
      }
      if (faults.size >= maximum) {
        for (const oldest of faults.keys()) {
          faults.delete(oldest)
          faultsForgotten++
          break
        }
      }
      faults.set(key, { ...fault, sinceEpochMs: nowMs, lastEpochMs: nowMs, count: 1 })
      return true
    },
    clear(code, where) {
      const cleared = faults.delete(keyOf(code, where))
      if (cleared) faultsCleared++
      return cleared
    },
    list: () => [...faults.values()].map((fault) => ({ ...fault })),
    counters: () => ({ faultsNow: faults.size, faultsRaised, faultsCleared, faultsForgotten }),
  }
}
