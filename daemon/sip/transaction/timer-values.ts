// RFC 3261 table 4, for unreliable transports, with L and M of RFC 6026.

/** Round-trip estimate. */
export const t1Ms = 500
/** Longest interval between resends. */
export const t2Ms = 4000
/** Longest life of a message in the network. */
export const t4Ms = 5000
/** Timers B, D, F, H, J, L and M. */
export const transactionMs = 64 * t1Ms
