// What a link is set up with: one way to a carrier, by registration or by address.
import type { RtpCodec } from '../../loop/audio.ts'
import type { TransportName } from '../transport/hop.ts'
import { formatHost } from '../wire/host-port.ts'

export interface Peer {
  /** Host name or address. */
  host: string
  /** Absent: by DNS (RFC 3263), or the transport's own. */
  port?: number
  /** Absent: by DNS, or UDP. */
  transport?: Extract<TransportName, 'UDP' | 'TCP' | 'TLS'>
}

export interface LinkSettings {
  carrier: string
  link: string
  /** Differs whenever anything of the settings does: a link with the same one goes on undisturbed when they are set anew. */
  revision: string
  /** Where calls go, and the domain of the addresses in them. */
  peer: Peer
  /** Everything goes there first. */
  outboundProxy?: Peer
  /** Absent: an address-based link, known by its sources. */
  registration?: { userName: string; expiresS: number }
  /** For challenges, of REGISTER and of calls. */
  credentials?: { userName: string; password: string }
  /** Networks (`198.51.100.0/24`) that calls may come from, besides the addresses that the link itself resolves to. */
  sources: readonly string[]
  codecs: readonly RtpCodec[]
  srtp: 'off' | 'offered' | 'required'
  /** How keys are sent to the carrier. */
  keysBy: 'rfc4733' | 'info' | 'inband'
  /** Calls at once, both ways. */
  channels: number
  /** Between OPTIONS that ask whether the link is alive; absent: it is not asked. */
  optionsIntervalMs?: number
  /** An INVITE without any response for this long: the link is taken for dead, and the call for another one. */
  noResponseMs: number
  identity: IdentitySettings
  inbound: InboundSettings
}

/** How the caller is told to the carrier. */
export interface IdentitySettings {
  /** `account`: some carriers want their own account in From, and take the caller from elsewhere. */
  from: 'caller' | 'account'
  /** P-Asserted-Identity (RFC 3325). */
  assertedIdentity: boolean
  /** Remote-Party-ID, which the RFC replaced and some still want. */
  remotePartyId: boolean
  /** Who had called, when a call is passed on. */
  diversion: 'diversion' | 'historyInfo' | 'none'
  /** `;user=phone`. */
  userPhone: boolean
}

export interface InboundSettings {
  /** Whether P-Asserted-Identity and Remote-Party-ID of this carrier are believed. */
  trusted: boolean
  /** Where the dialled number stands. `auto`: P-Called-Party-ID, Request-URI, To, the first that is a number. */
  calledFrom: 'auto' | 'requestUri' | 'to' | 'calledPartyId'
  /** The number as E.164, by the link's rules; undefined when it is none. */
  toE164(written: string): string | undefined
  /** Taken for the dialled number when none was found. */
  defaultNumber?: string
}

export function linkName({ carrier, link }: { carrier: string; link: string }): string {
  return `${carrier}/${link}`
}

/** As it is written in requests. */
export function peerUri({ host, port, transport }: Peer): string {
  const parameter = transport === undefined || transport === 'UDP' ? '' : `;transport=${transport.toLowerCase()}`
  return `sip:${formatHost(host)}${port === undefined ? '' : `:${port}`}${parameter}`
}
