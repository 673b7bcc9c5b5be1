// Offer meets answer (RFC 3264): what both sides can do, as SDP for the far end and as RtpRemote for the audio port.
// Pure: ports, keys and addresses come from the caller (call-media.ts).
import { isIP } from 'node:net'
import type { RtpCodec, RtpRemote, SrtpKey } from '../../loop/audio.ts'
import { type CryptoLine, formatCrypto, parseCrypto, srtpSuites } from './crypto.ts'
import { type Direction, directionOf, mirrored } from './direction.ts'
import { type Sdp, type SdpMedia, sdpAttributes } from './sdp.ts'

export type SrtpPolicy = 'off' | 'offered' | 'required'
export type Profile = 'RTP/AVP' | 'RTP/SAVP'

/** Our side of a session. */
export interface LocalMedia {
  address: string
  port: number
  /** In order of preference. */
  codecs: readonly RtpCodec[]
  srtp: SrtpPolicy
  /** Ours for this call: the same key for the same suite for as long as the call lives. */
  keyFor(suite: SrtpKey['suite']): SrtpKey
  origin: Sdp['origin']
}

export type NegotiationFault = 'srtpRequired' | 'incompatibleMedia'

export type Negotiated = { ok: true; sdp: Sdp; remote: RtpRemote } | { ok: false; fault: NegotiationFault }
export type Accepted = { ok: true; remote: RtpRemote } | { ok: false; fault: NegotiationFault }

const staticTypes: Record<RtpCodec, number> = { PCMU: 0, PCMA: 8 }
export const offeredEventType = 101

export function buildOffer(local: LocalMedia, profile: Profile, direction: Direction = 'sendrecv'): Sdp {
  const formats = local.codecs.map((codec) => staticTypes[codec])
  const crypto =
    profile === 'RTP/SAVP'
      ? srtpSuites.map((suite, index) => formatCrypto({ tag: index + 1, key: local.keyFor(suite) }))
      : []
  return description(local, [
    audioMedia(
      local,
      profile,
      [
        ...local.codecs.map((codec, index) => ({ type: formats[index]!, name: `${codec}/8000` })),
        { type: offeredEventType, name: 'telephone-event/8000' },
      ],
      crypto,
      direction,
    ),
  ])
}

/** Our answer to an offer. Exactly one audio medium is taken, the safest that the policy and the offer allow. */
export function answerOffer(offer: Sdp, local: LocalMedia): Negotiated {
  const candidates = offer.media.map((media, index) => ({ index, match: matchMedia(offer, media, local) }))
  const usable = candidates.flatMap(({ index, match }) => (typeof match === 'string' ? [] : [{ index, ...match }]))
  const chosen = usable.find((one) => one.crypto) ?? usable[0]
  if (!chosen) {
    const fault = candidates.some(({ match }) => match === 'srtpRequired') ? 'srtpRequired' : 'incompatibleMedia'
    return { ok: false, fault }
  }
  const { media, codec, crypto, eventType } = chosen
  const direction = mirrored[directionOf(offer, media)]
  const ours = crypto && local.keyFor(crypto.key.suite)
  const types = [{ type: codec.type, name: `${codec.name}/8000` }]
  if (eventType !== undefined) types.push({ type: eventType, name: 'telephone-event/8000' })
  const cryptoLines = crypto && ours ? [formatCrypto({ tag: crypto.tag, key: ours })] : []
  const answered = audioMedia(local, media.protocol as Profile, types, cryptoLines, direction)
  return {
    ok: true,
    sdp: description(
      local,
      offer.media.map((one, index) => (index === chosen.index ? answered : refused(one))),
    ),
    remote: remoteOf(offer, chosen, direction, ours),
  }
}

/** What the far end's answer to our offer means. An answer in the clear to an SRTP offer is a refusal of it. */
export function acceptAnswer(offer: Sdp, answer: Sdp, local: LocalMedia): Accepted {
  const offered = offer.media[0]
  const media = answer.media[0]
  if (!offered || !media || answer.media.length !== offer.media.length) return { ok: false, fault: 'incompatibleMedia' }
  const match = matchMedia(answer, media, local)
  if (typeof match === 'string') return { ok: false, fault: match }
  const { crypto } = match
  const ours = crypto && ownKey(offered, crypto, local)
  if (crypto && !ours) return { ok: false, fault: 'incompatibleMedia' }
  return { ok: true, remote: remoteOf(answer, match, mirrored[directionOf(answer, media)], ours) }
}

interface Match {
  media: SdpMedia
  codec: { name: RtpCodec; type: number }
  crypto: CryptoLine | undefined
  eventType: number | undefined
}

function matchMedia(sdp: Sdp, media: SdpMedia, local: LocalMedia): Match | NegotiationFault {
  if (media.kind !== 'audio' || media.port === 0) return 'incompatibleMedia'
  if (media.protocol !== 'RTP/AVP' && media.protocol !== 'RTP/SAVP') return 'incompatibleMedia'
  if (isIP(media.address ?? sdp.address ?? '') === 0) return 'incompatibleMedia'
  const codec = firstCodec(media, local.codecs)
  if (!codec) return 'incompatibleMedia'
  // a=crypto under RTP/AVP is no agreement to encrypt (RFC 4568 section 6.1 wants RTP/SAVP): the lines are not read.
  const secured = media.protocol === 'RTP/SAVP'
  const crypto = secured ? sdpAttributes(media, 'crypto').flatMap((one) => parseCrypto(one) ?? [])[0] : undefined
  if (local.srtp === 'required' && !crypto) return 'srtpRequired'
  if (secured && (!crypto || local.srtp === 'off')) return 'incompatibleMedia'
  return { media, codec, crypto, eventType: eventTypeOf(media) }
}

/** The writer's first choice among ours. */
function firstCodec(media: SdpMedia, codecs: readonly RtpCodec[]): { name: RtpCodec; type: number } | undefined {
  for (const format of media.formats) {
    const type = payloadType(format)
    const name = codecs.find((codec) => rtpName(media, type) === codec)
    if (type !== undefined && name) return { name, type }
  }
  return undefined
}

function rtpName(media: SdpMedia, type: number | undefined): string | undefined {
  if (type === undefined) return undefined
  const mapped = rtpMaps(media).find((one) => one.type === type)
  if (mapped) return mapped.clock === 8000 ? mapped.name : undefined
  return Object.entries(staticTypes).find(([, one]) => one === type)?.[0]
}

function eventTypeOf(media: SdpMedia): number | undefined {
  const found = rtpMaps(media).find((one) => one.name === 'TELEPHONE-EVENT' && one.clock === 8000)
  return found && media.formats.includes(String(found.type)) ? found.type : undefined
}

function rtpMaps(media: SdpMedia): { type: number; name: string; clock: number }[] {
  return sdpAttributes(media, 'rtpmap').flatMap((value) => {
    const match = /^(\d{1,3})[ \t]+([A-Za-z0-9._-]+)\/(\d{1,6})(?:\/1)?$/.exec(value)
    const type = payloadType(match?.[1])
    return match && type !== undefined ? [{ type, name: match[2]!.toUpperCase(), clock: Number(match[3]) }] : []
  })
}

function payloadType(format: string | undefined): number | undefined {
  if (format === undefined || !/^\d{1,3}$/.test(format)) return undefined
  const type = Number(format)
  return type <= 127 ? type : undefined
}

/** The key of ours that the answered line chose, by its tag. */
function ownKey(offered: SdpMedia, chosen: CryptoLine, local: LocalMedia): SrtpKey | undefined {
  const line = sdpAttributes(offered, 'crypto').flatMap((one) => parseCrypto(one) ?? [])
  const ours = line.find((one) => one.tag === chosen.tag)
  return ours?.key.suite === chosen.key.suite ? local.keyFor(chosen.key.suite) : undefined
}

function remoteOf(sdp: Sdp, match: Match, direction: Direction, ours: SrtpKey | undefined): RtpRemote {
  return {
    address: match.media.address ?? sdp.address!,
    port: match.media.port,
    codec: match.codec.name,
    payloadType: match.codec.type,
    direction,
    ...(match.eventType === undefined ? {} : { eventPayloadType: match.eventType }),
    ...(match.crypto && ours ? { sendKey: ours, receiveKey: match.crypto.key } : {}),
  }
}

function description(local: LocalMedia, media: SdpMedia[]): Sdp {
  return { origin: local.origin, address: local.address, attributes: [], media }
}

function audioMedia(
  local: LocalMedia,
  protocol: Profile,
  types: readonly { type: number; name: string }[],
  crypto: readonly string[],
  direction: Direction,
): SdpMedia {
  const event = types.find((one) => one.name.startsWith('telephone-event'))
  return {
    kind: 'audio',
    port: local.port,
    protocol,
    formats: types.map((one) => String(one.type)),
    address: undefined,
    attributes: [
      ...types.map((one) => ({ name: 'rtpmap', value: `${one.type} ${one.name}` })),
      ...(event ? [{ name: 'fmtp', value: `${event.type} 0-15` }] : []),
      ...crypto.map((value) => ({ name: 'crypto', value })),
      { name: 'ptime', value: '20' },
      { name: direction, value: undefined },
    ],
  }
}

/** RFC 3264 section 6: a medium we don't take keeps its line, with port 0. */
function refused(media: SdpMedia): SdpMedia {
  return { ...media, port: 0, address: undefined, attributes: [] }
}
