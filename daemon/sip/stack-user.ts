// What the SIP stack tells its user, the endpoint, and what it wants of it.
import type { IncomingInviteRequest } from 'sip.js/lib/core/index.js'
import type { SipAccount } from './endpoint.ts'
import type { Hop } from './transport/hop.ts'
import type { WireRequest } from './wire/wire-message.ts'

/** An answer the stack sends for its user. */
export interface Reply {
  status: number
  reason: string
  headers: readonly string[]
  sdp?: string
}

export interface StackUser {
  /** An INVITE of an authenticated phone, outside any dialog. */
  receiveInvite(uas: IncomingInviteRequest, request: WireRequest, account: SipAccount, source: Hop): void
  receiveRegister(request: WireRequest, account: SipAccount, source: Hop): Reply
  /** UPDATE inside a dialog of sip.js, in order. */
  receiveUpdate(dialogId: string, request: WireRequest): Reply
  /** Nobody acknowledged the 2xx of this INVITE. */
  ackMissing(callId: string): void
  /** A connection is gone, and with it what was registered over it. */
  connectionLost(way: number): void
  /** The far end of this call has been without a connection for too long. */
  farEndLost(callId: string): void
}
