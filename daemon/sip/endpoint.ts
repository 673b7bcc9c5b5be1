// The SIP side as the rest of the daemon sees it: agents' phones register, call in and are called. sip-endpoint.ts
// builds it; the rest of the folder is how.
import type { Leg, LegSource } from '../leg/leg.ts'
import type { RtpCodec } from '../loop/audio.ts'
import type { Ban } from './access/bans.ts'
import type { LinkSettings } from './carrier/link-settings.ts'

/** An account a phone signs in with; a carrier's link has one too, known by where it speaks from. */
export interface SipAccount {
  userName: string
  /** Absent: the account can't register or call in. */
  password: string | undefined
  /** Fixed host:port of a phone that does not register. */
  address?: string
  srtp: 'off' | 'offered' | 'required'
  /** How our own offers agree on SRTP keys; `sdes` when absent. Offers of the far end say it themselves. */
  media?: 'sdes' | 'dtls'
  codecs: RtpCodec[]
  /** How keys are sent to the far end; `rfc4733` when absent. `inband`: as tones, `info`: by SIP INFO. */
  keysBy?: 'rfc4733' | 'info' | 'inband'
  /** What the box proves itself with when the far end challenges it. */
  credentials?: { userName: string; password: string }
}

export interface DialOptions {
  /** Account whose phones ring. */
  userName: string
  /** Shown to the agent as the caller. */
  callerAddress?: string
  callerName?: string
  /** The phone is asked to answer at once, by itself. */
  autoAnswer?: boolean
}

/** One call over one link of a carrier; which one is the caller's choice (`daemon/carrier`). */
export interface CarrierDialOptions {
  carrier: string
  link: string
  /** As the link wants it written: the number rules have been applied. */
  number: string
  caller: { number?: string; name?: string; withheld?: boolean }
  /** The number that passes a call on, as the link wants it written (RFC 5806); `caller` is then who had called it. */
  divertedFrom?: string
  /** Whether the call may go on to this number, if the carrier says so (3xx). Absent: to no other number. */
  mayGoTo?: (number: string) => boolean
  /** Is sent even where the link has as many calls as it takes: its carrier may let it through. */
  emergency?: boolean
}

/** `unknown`: it is not watched (no OPTIONS) and has not failed yet; it may be tried. */
export type LinkState = 'up' | 'down' | 'unknown'

export interface LinkView {
  carrier: string
  link: string
  state: LinkState
  sinceEpochMs: number
  /** Why it is down: `timeout`, `503`, `unregistered`, `unresolved`, … */
  reason?: string
  calls: number
  channels: number
}

export interface SipCounters {
  [name: string]: number
}

export interface SipEndpoint extends LegSource {
  /** Binds the socket. Rejects with a message that names address and port. */
  start(): Promise<void>
  /** Ends every dialog in order, then the socket. Bounded: 3 s. */
  stop(): Promise<void>
  /** From now on these accounts, and no other; phones of those that are gone are forgotten, calls in progress go on. */
  setAccounts(accounts: readonly SipAccount[]): void
  /** Rings the account's phones; the leg is `dialling` at once, and ends `unreachable` when there is none. */
  dial(options: DialOptions): Leg
  /**
   * Calls out over a link. The leg ends `unreachable`, `serverFailure` or `congestion` with blame `trunk` when another
   * link should be tried, and `atCapacity` when the link's channels are in use.
   */
  dialCarrier(options: CarrierDialOptions): Leg
  links(): LinkView[]
  /** From now on these links; calls over what is gone go on. */
  setLinks(links: readonly LinkSettings[]): void
  onLinkChange(listener: (link: LinkView) => void): () => void
  /** Whether a phone of the account can be rung now. */
  reachable(userName: string): boolean
  onReachable(listener: (userName: string, reachable: boolean) => void): () => void
  /** Hosts that are not heard for a while, for what they did. */
  bans(): Ban[]
  /** Takes renewed certificates at once; they are looked for every half minute anyway. Never rejects. */
  reloadCertificates(): Promise<void>
  counters(): SipCounters
}
