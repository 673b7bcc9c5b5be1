// Why a call ended, between SIP's numbers and the leg's words: two tables.
import type { LegEnd } from '../leg/leg.ts'

/** How a final failure of our INVITE ends the leg. `rang`: the phone had said it was ringing. */
export function endOfFailure(status: number, rang: boolean): LegEnd {
  const end = (blame: LegEnd['blame'], reason: string): LegEnd => ({
    by: 'farEnd',
    blame,
    reason,
    sipStatus: status,
  })
  switch (status) {
    case 486:
    case 600:
      return end('none', 'busy')
    case 603:
    case 607:
    case 608:
      return end('none', 'declined')
    case 487:
      return end('none', 'cancelled')
    case 408:
    case 480:
      return rang ? end('none', 'noAnswer') : end('farEnd', 'unreachable')
    case 404:
    case 410:
    case 430:
    case 503:
    case 604:
      return end('farEnd', 'unreachable')
    case 401:
    case 403:
    case 407:
      return end('config', 'refused')
    case 415:
    case 488:
    case 606:
      return end('config', 'incompatibleMedia')
    default:
      return status < 400 ? end('farEnd', 'redirected') : end('farEnd', 'failed')
  }
}

/**
 * The same for a call over a carrier's link. Blame `trunk`: the link failed, not the party called, and another one may
 * do better. A number that nobody has, and a party that is busy or away, are so by every link.
 */
export function endOfCarrierFailure(status: number, rang: boolean): LegEnd {
  const end = (blame: LegEnd['blame'], reason: string): LegEnd => ({ by: 'farEnd', blame, reason, sipStatus: status })
  if (rang) return brokeDown.has(status) ? end('trunk', 'serverFailure') : endOfFailure(status, rang)
  switch (status) {
    case 408:
      return end('trunk', 'unreachable')
    case 480:
      return end('none', 'noAnswer')
    case 404:
    case 410:
    case 484:
    case 604:
      return end('none', 'numberUnassigned')
    case 401:
    case 402:
    case 403:
    case 407:
      return end('trunk', 'refused')
    case 488:
    case 415:
    case 606:
      return end('trunk', 'incompatibleMedia')
    case 503:
      return end('trunk', 'congestion')
    default:
      return status >= 500 && status < 600 ? end('trunk', 'serverFailure') : endOfFailure(status, rang)
  }
}

/** What no telephone says that rings: something on the way to it broke down. */
const brokeDown: ReadonlySet<number> = new Set([500, 502, 503, 504])

/** Statuses after which ringing the account's other phones goes on; a 6xx speaks for all of them (RFC 3261 16.7). */
export function speaksForAll(status: number): boolean {
  return status >= 600
}

/** Of several phones' failures, the one that tells the caller most; 0 is none yet. */
export function worseToHide(a: number, b: number): number {
  return rank(a) >= rank(b) ? a : b
}

function rank(status: number): number {
  if (status === 0) return -1
  if (status >= 600) return 4
  if (status === 486) return 3
  if (status === 488 || status === 606 || status === 415) return 2
  return status === 408 || status === 503 ? 0 : 1
}

/** Media failures of a phone's offer or answer. */
export function endOfMedia(fault: 'srtpRequired' | 'incompatibleMedia'): LegEnd {
  return { by: 'us', blame: 'config', reason: fault, sipStatus: 488 }
}

/** `Reason` (RFC 3326) of the BYE that ends a call for something that went wrong; none where somebody just hung up. */
export function reasonLines(reason: string): string[] {
  const cause = byeCauses[reason]
  return cause === undefined ? [] : [`Reason: SIP;${cause}`]
}

const byeCauses: Readonly<Record<string, string>> = {
  incompatibleMedia: 'cause=488;text="No usable answer to the offer"',
  srtpRequired: 'cause=488;text="SRTP is required"',
  noAck: 'cause=408;text="ACK missing"',
  sessionExpired: 'cause=408;text="Session not refreshed"',
}

export interface Rejection {
  statusCode: number
  extraHeaders: string[]
}

/** What a caller is told when we don't answer: the reason given to `hangUp` before that. */
export function rejectionFor(reason: string): Rejection {
  switch (reason) {
    case 'busy':
      return { statusCode: 486, extraHeaders: [] }
    case 'noRoute':
      return { statusCode: 404, extraHeaders: [] }
    case 'declined':
      return { statusCode: 603, extraHeaders: [] }
    case 'atCapacity':
      return { statusCode: 503, extraHeaders: ['Retry-After: 30'] }
    case 'noPrack':
      return { statusCode: 504, extraHeaders: [] }
    default:
      return { statusCode: 480, extraHeaders: [] }
  }
}
