// One way out to the telephone network, as routing sees it: a SIP link of a carrier, or a telephone line that can dial.
// A line plugs in by the same contract: its view says `down` while the device is gone, it has one channel, and its leg
// ends with blame `trunk` when there is no dial tone.
import type { Leg } from '../leg/leg.ts'
import type { RouteLink } from './route.ts'

export interface LinkCall {
  /** E.164, or an emergency number as it is. */
  number: string
  emergency: boolean
  caller: {
    /** E.164. */
    number?: string
    name?: string
    withheld?: boolean
  }
  /** E.164 of the customer whose call is passed on. */
  onBehalfOf?: string
  /** Whether a carrier may send the call on to this number (E.164). */
  mayGoTo(number: string): boolean
}

export interface OutboundLink {
  /** As it stands now. */
  view(): RouteLink
  /** The leg is `dialling` at once; it ends with blame `trunk` when another link may do better. */
  dial(call: LinkCall): Leg
}
