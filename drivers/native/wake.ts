// The bell by which the main thread ends the audio thread's wait: an eventfd, rung by a plain write.
import { closeSync, writeSync } from 'node:fs'
import { callInt } from './library.ts'

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
