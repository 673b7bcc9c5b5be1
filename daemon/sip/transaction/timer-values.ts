// RFC 3261 table 4, with L and M of RFC 6026.

/** Round-trip estimate. */
export const t1Ms = 500
/** Longest interval between resends. */
export const t2Ms = 4000
/** Longest life of a message in the network. */
export const t4Ms = 5000
/** Timers B, D, F, H, J, L and M. */
export const transactionMs = 64 * t1Ms

/** What differs between transports: over a reliable one nothing is resent, and no late copy of anything comes. */
export interface TransportTimers {
  /** A, E and G run. */
  resends: boolean
  /** D: how long failures of an INVITE are acknowledged again. */
  failureCopiesMs: number
  /** I and K: how long copies of an ACK or of a response are absorbed. */
  copiesMs: number
  /** J: how long a response is kept for copies of its request. */
  requestCopiesMs: number
}

export const unreliable: TransportTimers = {
  resends: true,
  failureCopiesMs: transactionMs,
  copiesMs: t4Ms,
  requestCopiesMs: transactionMs,
}

export const reliable: TransportTimers = { resends: false, failureCopiesMs: 0, copiesMs: 0, requestCopiesMs: 0 }
