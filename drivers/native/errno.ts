// System error numbers of native calls in words.
import { getSystemErrorMap } from 'node:util'

/** e.g. `EADDRINUSE: address already in use`. Takes the positive number. */
export function describeErrno(errno: number): string {
  const known = getSystemErrorMap().get(-errno)
  return known ? `${known[0]}: ${known[1]}` : `errno ${errno}`
}
