// ICE in SDP (RFC 8839): credentials, and candidates as far as we use them: over UDP, and of RTP only.
import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import type { IceParameters } from '../../loop/audio.ts'
import { type Sdp, type SdpAttribute, type SdpMedia, sdpAttribute, sdpAttributes } from './sdp.ts'

export interface IceCredentials {
  ufrag: string
  password: string
}

const maximumCandidates = 16
/** RFC 8445 section 5.1.2.1: a host's addresses in their order; component 1 is RTP, 2 RTCP. */
const hostPriority = (place: number, component: 1 | 2) => 126 * 2 ** 24 + (65535 - place) * 2 ** 8 + 256 - component
const icechars = /^[A-Za-z0-9+/]{4,256}$/
const candidateForm = /^\S{1,32} 1 udp \d{1,10} (\S{1,64}) (\d{1,5}) typ (?:host|srflx|prflx|relay)\b/i

/** RFC 8839 section 5.4: at least 24 and 128 bits of chance. */
export function newIceCredentials(): IceCredentials {
  return { ufrag: randomBytes(6).toString('base64').slice(0, 8), password: randomBytes(18).toString('base64') }
}

/** Undefined when the far end does not do ICE. */
export function readIce(
  sdp: Sdp,
  media: SdpMedia,
  own: IceCredentials,
  families: readonly number[],
): IceParameters | undefined {
  const ufrag = sdpAttribute(media, 'ice-ufrag') ?? sdpAttribute(sdp, 'ice-ufrag')
  const password = sdpAttribute(media, 'ice-pwd') ?? sdpAttribute(sdp, 'ice-pwd')
  if (ufrag === undefined || password === undefined) return undefined
  if (!icechars.test(ufrag) || !icechars.test(password) || password.length < 22) return undefined
  const candidates = sdpAttributes(media, 'candidate').flatMap((value) => {
    const match = candidateForm.exec(value)
    const port = Number(match?.[2])
    const address = match?.[1] ?? ''
    return families.includes(isIP(address)) && port > 0 && port <= 65535 ? [{ address, port }] : []
  })
  return {
    ownUfrag: own.ufrag,
    ownPassword: own.password,
    theirUfrag: ufrag,
    theirPassword: password,
    theirLite: sdpAttribute(sdp, 'ice-lite') !== undefined,
    separateRtcp: sdpAttributes(media, 'candidate').some((value) => /^\S{1,32} 2 /.test(value)),
    candidates: candidates.slice(0, maximumCandidates),
  }
}

/** Of the medium: our addresses, the best first; for RTCP the port above, where the far end might want it. */
export function iceAttributes(
  own: IceCredentials,
  addresses: readonly string[],
  port: number,
  separateRtcp: boolean,
): SdpAttribute[] {
  const candidates = (component: 1 | 2): SdpAttribute[] =>
    addresses.map((address, at) => ({
      name: 'candidate',
      value: `${at + 1} ${component} UDP ${hostPriority(at, component)} ${address} ${port + component - 1} typ host`,
    }))
  return [
    { name: 'ice-ufrag', value: own.ufrag },
    { name: 'ice-pwd', value: own.password },
    ...candidates(1),
    ...(separateRtcp ? candidates(2) : []),
    { name: 'end-of-candidates', value: undefined },
  ]
}
