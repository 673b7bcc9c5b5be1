// SRTP's library, which must be started before there is a key.
import { callInt } from './library.ts'

/**
 * Starts libsrtp2 and puts our ciphers into it, which are tried by known answers. It takes tens of milliseconds: to be
 * called before any thread has sound to send. Throws when a trial fails.
 */
export function startSrtp(): void {
  const status = callInt('cb_srtp_start')
  if (status === 0) return
  throw new Error(
    `SRTP can't be started: libsrtp2 says ${status} (srtp_err_status_t); build anew by scripts/native --force, ` +
      'with the libsrtp2-dev of the libsrtp2-1 that is installed',
  )
}
