// Why a contact ended, in the words of the published record, from why a leg ended (contact record facts, 4).
import type { LegEnd } from '../leg/leg.ts'
import type { OfferFailure } from '../routing/routing.ts'
import type { DisconnectReason } from './contact-record.ts'

/** A customer who was on the line is there no longer. */
export function customerEndReason(end: LegEnd): DisconnectReason {
  return end.blame === 'none' || end.blame === 'farEnd' ? 'CUSTOMER_DISCONNECT' : 'TELECOM_PROBLEM'
}

/** A number that was called was not reached: by its SIP status where there is one, else by the leg's own word. */
export function unreachedReason(end: LegEnd): DisconnectReason {
  switch (end.sipStatus) {
    case 486:
    case 600:
      return 'TELECOM_BUSY'
    case 404:
    case 484:
    case 604:
      return 'TELECOM_NUMBER_INVALID'
    case 603:
    case 607:
    case 608:
      return 'TELECOM_POTENTIAL_BLOCKING'
    case 480:
      return 'TELECOM_UNANSWERED'
    case 408:
      return 'TELECOM_TIMEOUT'
  }
  switch (end.reason) {
    case 'busy':
      return 'TELECOM_BUSY'
    case 'invalidNumber':
      return 'TELECOM_NUMBER_INVALID'
    case 'noAnswer':
      return 'TELECOM_TIMEOUT'
    case 'cancelled':
      return 'TELECOM_ORIGINATOR_CANCEL'
    default:
      return 'TELECOM_PROBLEM'
  }
}

/** It rang, and nobody answered: the one case in which a callback is tried again (routing facts, 7). */
export function rangInVain(end: LegEnd): boolean {
  return end.reason === 'noAnswer' || end.sipStatus === 408 || end.sipStatus === 480
}

export function offerFailure(end: LegEnd): OfferFailure {
  switch (end.reason) {
    case 'busy':
    case 'declined':
    case 'unreachable':
    case 'noAnswer':
      return end.reason
    default:
      return 'error'
  }
}
