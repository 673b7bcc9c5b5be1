// The bell by which the main thread ends the audio thread's wait: an eventfd, rung by a plain write.
import { closeSync, writeSync } from 'node:fs'
import { describeErrno } from './errno.ts'
import { callInt, i32 } from './library.ts'

const one = new Uint8Array(new BigUint64Array([1n]).buffer)

/** The descriptor is good in every thread of the process; whoever opened it closes it. */
export function openWake(): number {
  const fd = callInt('cb_wake_open')
  if (fd < 0) throw new Error('can not open the wake-up descriptor of the audio thread')
  return fd
}

export function ringWake(fd: number): void {
  writeSync(fd, one)
}

export function closeWake(fd: number): void {
  closeSync(fd)
}

/**
 * Of the calling thread alone: real-time scheduling (SCHED_RR) at this priority, or the nice value where the system does
 * not allow it. Returns the reason for that.
 */
export function raiseThreadPriority(realtime: number, nice: number): string | undefined {
  const errno = callInt('cb_raise_priority', i32(realtime), i32(nice))
  return errno === 0 ? undefined : describeErrno(errno)
}
