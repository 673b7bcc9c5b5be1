// Calls from the box to the telephone network, as the rest of the daemon asks for them: by number, not by link. Which
// link or line takes a call, what may be dialled at all, and what is tried next when a link fails, is decided in here.
import type { Leg } from '../leg/leg.ts'

export interface OutboundRequest {
  /** E.164, or as dialled in the instance's country; emergency numbers as they are. */
  number: string
  /** Without a number: the instance's own rule. A number that is not one of the instance's claimed ones is refused. */
  callerId: { number?: string; name?: string; withheld?: boolean }
  /** E.164 of the customer when the call passes theirs on: shown as caller where the carrier allows it. */
  onBehalfOf?: string
  /** Whose call it is: the toll-fraud guard counts and limits by it. */
  from:
    | { kind: 'flow'; contactId: string }
    | { kind: 'agent'; userName: string }
    | { kind: 'callback'; contactId: string }
    | { kind: 'campaign'; campaign: string }
}

export type OutboundRefusal =
  | 'invalidNumber'
  | 'notAllowed'
  | 'callerIdNotAllowed'
  | 'volumeLimit'
  | 'nightLimit'
  | 'noRoute'
  | 'atCapacity'

export interface OutboundCalls {
  /**
   * The leg is `dialling` at once. It stands for the whole attempt: links that fail before anybody rang are passed over
   * inside it, and it ends once, with the end of the last one tried.
   */
  call(request: OutboundRequest): { leg: Leg } | { refused: OutboundRefusal; detail: string }
  /** Dialled with or without what asks for an outside line. No limit holds for it. */
  isEmergency(number: string): boolean
}
