// Who may talk to whom (RFC 3264 section 6.1), from one table. Directions of an offer or answer are its writer's view;
// what the audio port gets is ours.
import { type Sdp, type SdpMedia, sdpAttribute } from './sdp.ts'

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

const names: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive']

/** Ours, when they say theirs. */
export const mirrored: Record<Direction, Direction> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
}

/**
 * The writer's direction, when what comes is not wanted: it holds the other (RFC 3264 section 8.4), or can't be sent to,
 * which is the old way to hold, `c=0.0.0.0` (RFC 2543).
 */
export const deaf: Record<Direction, Direction> = {
  sendrecv: 'sendonly',
  sendonly: 'sendonly',
  recvonly: 'inactive',
  inactive: 'inactive',
}

/** The writer's own direction for one medium. */
export function directionOf(sdp: Sdp, media: SdpMedia): Direction {
  const said =
    names.find((name) => sdpAttribute(media, name) !== undefined) ??
    names.find((name) => sdpAttribute(sdp, name) !== undefined) ??
    'sendrecv'
  const address = media.address ?? sdp.address
  // With ICE the address that counts is found by checks, and this one may well be nowhere (RFC 8839 section 4.3.1).
  const findsAddress = sdpAttribute(media, 'ice-ufrag') !== undefined || sdpAttribute(sdp, 'ice-ufrag') !== undefined
  if (findsAddress) return said
  return isNowhere(address ?? '') ? deaf[said] : said
}

/** Nothing can be sent there. */
export const isNowhere = (address: string) => address === '0.0.0.0' || address === '::'
