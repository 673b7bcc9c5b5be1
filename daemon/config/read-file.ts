// Reading what a person put there: bounded in size before a byte is read, and never a pipe that would block the start.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

export type FileProblem =
  | { problem: 'missing' | 'notAFile' | 'notUtf8' }
  | { problem: 'unreadable'; reason: string }
  | { problem: 'tooLarge'; bytes: number }

export type ReadText = { text: string; mode: number } | FileProblem

/** Whole text of a regular file of at most `limitBytes`, without byte order mark. */
export function readText(path: string, limitBytes: number): ReadText {
  let descriptor: number
  try {
    descriptor = openRegular(path)
  } catch (error) {
    return openProblem(error)
  }
  try {
    const status = fstatSync(descriptor)
    if (!status.isFile()) return { problem: 'notAFile' }
    if (status.size > limitBytes) return { problem: 'tooLarge', bytes: status.size }
    const bytes = readAt(descriptor, 0, status.size)
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), mode: status.mode }
  } catch (error) {
    if (error instanceof TypeError) return { problem: 'notUtf8' }
    return openProblem(error)
  } finally {
    closeSync(descriptor)
  }
}

/** Opens for reading; without blocking, should it be a pipe. */
export function openRegular(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
}

/** Up to `length` bytes from `position`; fewer at the end of the file. */
export function readAt(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const got = readSync(descriptor, bytes, filled, length - filled, position + filled)
    if (got === 0) break
    filled += got
  }
  return bytes.subarray(0, filled)
}

export function openProblem(error: unknown): FileProblem {
  const reason = errorCode(error)
  if (reason === 'ENOENT' || reason === 'ENOTDIR') return { problem: 'missing' }
  if (reason === 'EISDIR') return { problem: 'notAFile' }
  return { problem: 'unreadable', reason }
}

/** `EACCES` and the like; the message of what is no system error. */
export function errorCode(error: unknown): string {
  if (error instanceof Error) return 'code' in error && typeof error.code === 'string' ? error.code : error.message
  return String(error)
}
