// What offer and answer have agreed on for one RTP port, seen from here: `sends` means that we send.
import type { DtlsAgreement } from './dtls-handshake.ts'
import type { IceAgreement } from './ice-agent.ts'
import type { StreamKey } from './rtp-transport.ts'

export type AudioCodec = 'PCMU' | 'PCMA' | 'G722' | 'opus'

/** Clock of RTP timestamps. G.722 counts as if it sampled at 8 kHz (RFC 3551 section 4.5.2). */
export const clockHzOf: Record<AudioCodec, number> = { PCMU: 8000, PCMA: 8000, G722: 8000, opus: 48_000 }

/** What the far end wants to be sent as Opus. */
export interface OpusWishes {
  inbandFec: boolean
  dtx: boolean
  cbr: boolean
  maximumBitrate?: number
}

export interface RtpAgreement {
  /** Port 0: nowhere to send to. */
  address: number
  port: number
  codec: AudioCodec
  payloadType: number
  eventPayloadType: number | undefined
  eventClockHz: number
  /** False: the far end gets its keys another way. */
  sendsEvents: boolean
  comfortNoisePayloadType: number | undefined
  opus: OpusWishes | undefined
  /** Of the packets we send: 10 to 60. */
  ptimeMs: number
  rtcp: 'mux' | { address: number; port: number } | undefined
  sends: boolean
  receives: boolean
  sendKey: StreamKey | undefined
  receiveKey: StreamKey | undefined
  dtls: DtlsAgreement | undefined
  ice: IceAgreement | undefined
}

/** For people: codec, protection, and the way if it is not both. */
export function agreementText(agreement: RtpAgreement, isLocked: boolean): string {
  const { codec, dtls, sendKey, receiveKey, sends, receives } = agreement
  const parts: string[] = [codec]
  if (dtls) parts.push(isLocked ? 'dtls pending' : 'dtls-srtp')
  else if (sendKey || receiveKey) parts.push('srtp')
  if (!sends || !receives) parts.push(sends ? 'sendonly' : receives ? 'recvonly' : 'inactive')
  return parts.join(' ')
}
