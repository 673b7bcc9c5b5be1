// DTLS-SRTP in SDP (RFC 5763, RFC 8122): whose certificate it will be, and who speaks first.
import type { DtlsParameters } from '../../loop/audio.ts'
import { type Sdp, type SdpAttribute, type SdpMedia, sdpAttribute, sdpAttributes } from './sdp.ts'

export type DtlsRole = 'active' | 'passive'

const maximumFingerprints = 8
const fingerprintForm = /^([A-Za-z0-9-]{3,16})[ \t]+((?:[0-9A-Fa-f]{2}:){15,63}[0-9A-Fa-f]{2})$/

/**
 * What the far end says of itself, in the medium or for the whole session; `role` is ours. Undefined: nothing that could
 * be gone by. `kept`: our role in the association that stands already, which a new offer does not change.
 */
export function readDtls(sdp: Sdp, media: SdpMedia, kept: DtlsRole | undefined): DtlsParameters | undefined {
  const own = sdpAttributes(media, 'fingerprint')
  const said = own.length > 0 ? own : sdpAttributes(sdp, 'fingerprint')
  const fingerprints = said.slice(0, maximumFingerprints).flatMap((value) => {
    const match = fingerprintForm.exec(value)
    return match ? [{ algorithm: match[1]!.toLowerCase(), value: match[2]!.toUpperCase() }] : []
  })
  const setup = sdpAttribute(media, 'setup') ?? sdpAttribute(sdp, 'setup') ?? 'active'
  const role = roleFor(setup, kept)
  return fingerprints.length > 0 && role !== undefined ? { active: role === 'active', fingerprints } : undefined
}

/** RFC 4145 section 4.1. To who leaves it to us we leave the first word: its packet tells us where it is. */
function roleFor(setup: string, kept: DtlsRole | undefined): DtlsRole | undefined {
  switch (setup) {
    case 'active':
      return 'passive'
    case 'passive':
      return 'active'
    case 'actpass':
      return kept ?? 'passive'
    default:
      return undefined
  }
}

export function dtlsAttributes(fingerprint: string, setup: DtlsRole | 'actpass'): SdpAttribute[] {
  return [
    { name: 'fingerprint', value: `sha-256 ${fingerprint}` },
    { name: 'setup', value: setup },
  ]
}
