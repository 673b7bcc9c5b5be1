// The SIP side as the rest of the daemon sees it: agents' phones register, call in and are called. sip-endpoint.ts
// builds it; the rest of the folder is how.
import type { Leg, LegSource } from '../leg/leg.ts'
import type { RtpCodec } from '../loop/audio.ts'

/** An account a phone signs in with. */
export interface SipAccount {
  userName: string
  /** Absent: the account can't register or call in. */
  password: string | undefined
  /** Fixed host:port of a phone that does not register. */
  address?: string
  srtp: 'off' | 'offered' | 'required'
  codecs: RtpCodec[]
}

export interface DialOptions {
  /** Account whose phones ring. */
  userName: string
  /** Shown to the agent as the caller. */
  callerAddress?: string
  callerName?: string
}

export interface SipCounters {
  [name: string]: number
}

export interface SipEndpoint extends LegSource {
  /** Binds the socket. Rejects with a message that names address and port. */
  start(): Promise<void>
  /** Ends every dialog in order, then the socket. Bounded: 3 s. */
  stop(): Promise<void>
  /** Rings the account's phones; the leg is `dialling` at once, and ends `unreachable` when there is none. */
  dial(options: DialOptions): Leg
  /** Whether a phone of the account can be rung now. */
  reachable(userName: string): boolean
  onReachable(listener: (userName: string, reachable: boolean) => void): () => void
  counters(): SipCounters
}
