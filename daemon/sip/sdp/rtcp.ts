// Where RTCP goes: the port of RTP (RFC 5761), the one that is named (RFC 3605), or the one above.
import { isIP } from 'node:net'
import type { RtpRemote } from '../../loop/audio.ts'
import { type SdpAttribute, type SdpMedia, sdpAttribute } from './sdp.ts'

export const rtcpMux: SdpAttribute = { name: 'rtcp-mux', value: undefined }

export const hasRtcpMux = (media: SdpMedia) => sdpAttribute(media, 'rtcp-mux') !== undefined

/** Undefined: there is no such port. */
export function rtcpOf(media: SdpMedia, address: string): NonNullable<RtpRemote['rtcp']> | undefined {
  if (hasRtcpMux(media)) return 'mux'
  const match = /^(\d{1,5})(?: IN IP[46] (\S{1,64}))?$/.exec(sdpAttribute(media, 'rtcp') ?? '')
  const port = match ? Number(match[1]) : media.port + 1
  const named = match?.[2]
  if (port === 0 || port > 65535) return undefined
  return { address: named !== undefined && isIP(named) !== 0 ? named : address, port }
}
