// Offer meets answer (RFC 3264): what both sides can do, as SDP for the far end and as RtpRemote for the audio port.
// Pure: ports, keys and addresses come from the caller (call-media.ts).
import { isIP } from 'node:net'
import type { DtlsParameters, IceParameters, RtpCodec, RtpRemote, SrtpKey } from '../../loop/audio.ts'
import {
  type AudioFormats,
  answeredFormats,
  type FormatLines,
  offeredFormats,
  type PayloadTypes,
  readFormats,
  remoteFormats,
} from './codecs.ts'
import { type CryptoLine, formatCrypto, parseCrypto, srtpSuites } from './crypto.ts'
import { type Direction, deaf, directionOf, isNowhere, mirrored } from './direction.ts'
import { type DtlsRole, dtlsAttributes, readDtls } from './dtls.ts'
import { type IceCredentials, iceAttributes, readIce } from './ice.ts'
import { hasRtcpMux, rtcpMux, rtcpOf } from './rtcp.ts'
import { type Sdp, type SdpAttribute, type SdpMedia, sdpAttribute, sdpAttributes } from './sdp.ts'

export type SrtpPolicy = 'off' | 'offered' | 'required'

/** How the media is secured, by the protocol of its line. */
const keyings = {
  'RTP/AVP': 'none',
  'RTP/AVPF': 'none',
  'RTP/SAVP': 'sdes',
  'RTP/SAVPF': 'sdes',
  'UDP/TLS/RTP/SAVP': 'dtls',
  'UDP/TLS/RTP/SAVPF': 'dtls',
} as const
export type Profile = keyof typeof keyings

/** Our side of a session. */
export interface LocalMedia {
  address: string
  /** For ICE: every address that our port has, `address` first. */
  candidates: readonly string[]
  /** 4, 6: what our port can send to. */
  families: readonly number[]
  port: number
  /** In order of preference. */
  codecs: readonly RtpCodec[]
  /** What is spoken now. It is kept as long as the far end has it, whatever comes first: packets go on as they are, unheard. */
  standingCodec?: RtpCodec | undefined
  payloadTypes: PayloadTypes
  srtp: SrtpPolicy
  /** Ours for this call: the same key for the same suite for as long as the call lives. */
  keyFor(suite: SrtpKey['suite']): SrtpKey
  /** SHA-256 of our certificate, and our role in the DTLS association that stands already. */
  fingerprint: string
  dtlsRole: DtlsRole | undefined
  ice: IceCredentials
  /** The far end is on hold here: it is sent to, and not listened to. */
  isHolding?: boolean
  origin: Sdp['origin']
}

export type NegotiationFault = 'srtpRequired' | 'incompatibleMedia'

export interface Agreed {
  ok: true
  remote: RtpRemote
  profile: Profile
  formats: AudioFormats
}

export type Negotiated = (Agreed & { sdp: Sdp }) | { ok: false; fault: NegotiationFault }
export type Accepted = Agreed | { ok: false; fault: NegotiationFault }

/** `before`: our last description of the same session: lines never change places, nor go (RFC 3264 section 8). */
export function buildOffer(local: LocalMedia, profile: Profile, before?: Sdp): Sdp {
  const keying = keyings[profile]
  const security: SdpAttribute[] =
    keying === 'sdes'
      ? srtpSuites.map((suite, index) => cryptoAttribute({ tag: index + 1, key: local.keyFor(suite) }))
      : keying === 'dtls'
        ? [
            ...dtlsAttributes(local.fingerprint, 'actpass'),
            ...iceAttributes(local.ice, local.candidates, local.port, true),
          ]
        : []
  const formats = offeredFormats(standingFirst(local), local.payloadTypes)
  const place = before ? placeOfAudio(before) : 0
  const mid = before?.media[place] && sdpAttribute(before.media[place], 'mid')
  const attributes = [...(mid === undefined ? [] : [{ name: 'mid', value: mid }]), ...security, rtcpMux]
  // What we wish, whatever the far end does now: who holds us says so again in the answer (RFC 6337 section 5.3).
  const media = audioMedia(local, profile, formats, attributes, 20, ownDirection('sendrecv', local))
  const group = before?.attributes.filter(({ name }) => name === 'group') ?? []
  const lines = before?.media.map((line, index) => (index === place ? media : line)) ?? [media]
  return description(local, [...(keying === 'dtls' ? [iceLite] : []), ...group], lines)
}

/** Our answer to an offer. Exactly one audio medium is taken, the safest that the policy and the offer allow. */
export function answerOffer(offer: Sdp, local: LocalMedia): Negotiated {
  const candidates = offer.media.map((media, index) => ({
    index,
    match: matchMedia(offer, media, local, local.standingCodec),
  }))
  const usable = candidates.flatMap(({ index, match }) => (typeof match === 'string' ? [] : [{ index, ...match }]))
  const chosen = usable.find((one) => keyings[one.profile] !== 'none') ?? usable[0]
  if (!chosen) {
    const fault = candidates.some(({ match }) => match === 'srtpRequired') ? 'srtpRequired' : 'incompatibleMedia'
    return { ok: false, fault }
  }
  const { media, formats, crypto, dtls, ice, profile } = chosen
  const direction = ownDirection(mirrored[directionOf(offer, media)], local)
  const ours = crypto && local.keyFor(crypto.key.suite)
  const mid = sdpAttribute(media, 'mid')
  const attributes: SdpAttribute[] = [
    ...(mid === undefined ? [] : [{ name: 'mid', value: mid }]),
    ...(crypto && ours ? [cryptoAttribute({ tag: crypto.tag, key: ours })] : []),
    ...(dtls ? dtlsAttributes(local.fingerprint, dtls.active ? 'active' : 'passive') : []),
    ...(ice ? iceAttributes(local.ice, local.candidates, local.port, ice.separateRtcp) : []),
    ...(hasRtcpMux(media) ? [rtcpMux] : []),
  ]
  const answered = audioMedia(local, profile, answeredFormats(formats), attributes, formats.ptimeMs, direction)
  const session = [
    ...(ice && !ice.theirLite ? [iceLite] : []),
    ...(mid !== undefined && isBundled(offer, mid) ? [{ name: 'group', value: `BUNDLE ${mid}` }] : []),
  ]
  return {
    ok: true,
    sdp: description(
      local,
      session,
      offer.media.map((one, index) => (index === chosen.index ? answered : refused(one))),
    ),
    remote: remoteOf(offer, chosen, direction, ours),
    profile,
    formats,
  }
}

/** What the far end's answer to our offer means. An answer in the clear to an SRTP offer is a refusal of it. */
export function acceptAnswer(offer: Sdp, answer: Sdp, local: LocalMedia): Accepted {
  const place = placeOfAudio(offer)
  const offered = offer.media[place]
  const media = answer.media[place]
  if (!offered || !media || answer.media.length !== offer.media.length) return { ok: false, fault: 'incompatibleMedia' }
  const match = matchMedia(answer, media, local)
  if (typeof match === 'string') return { ok: false, fault: match }
  const { crypto, dtls, profile, formats } = match
  const ours = crypto && ownKey(offered, crypto, local)
  if (crypto && !ours) return { ok: false, fault: 'incompatibleMedia' }
  // Certificates can't be agreed on with who was not shown ours.
  if (dtls && sdpAttribute(offered, 'fingerprint') === undefined) return { ok: false, fault: 'incompatibleMedia' }
  // We said that we are lite: between two of that kind nobody checks, and the plain addresses hold (RFC 8445 6.1.1).
  const ice = match.ice?.theirLite ? undefined : match.ice
  const direction = ownDirection(mirrored[directionOf(answer, media)], local)
  const remote = remoteOf(answer, { ...match, ice }, direction, ours)
  return { ok: true, remote, profile, formats }
}

function ownDirection(direction: Direction, { isHolding }: LocalMedia): Direction {
  return isHolding ? deaf[direction] : direction
}

function standingFirst({ codecs, standingCodec }: LocalMedia): readonly RtpCodec[] {
  if (standingCodec === undefined) return codecs
  return [standingCodec, ...codecs.filter((one) => one !== standingCodec)]
}

/** In a description of ours: the one medium that we take. Those that we refused have port 0. */
function placeOfAudio(ours: Sdp): number {
  return Math.max(
    0,
    ours.media.findIndex(({ port }) => port !== 0),
  )
}

interface Match {
  media: SdpMedia
  profile: Profile
  formats: AudioFormats
  crypto: CryptoLine | undefined
  dtls: DtlsParameters | undefined
  ice: IceParameters | undefined
}

function matchMedia(sdp: Sdp, media: SdpMedia, local: LocalMedia, kept?: RtpCodec): Match | NegotiationFault {
  const profile = profileOf(media.protocol)
  if (media.kind !== 'audio' || media.port === 0 || profile === undefined) return 'incompatibleMedia'
  const ice = readIce(sdp, media, local.ice, local.families)
  if (!isReachable(media.address ?? sdp.address ?? '', ice, local)) return 'incompatibleMedia'
  const formats = readFormats(media, local.codecs, kept)
  if (!formats) return 'incompatibleMedia'
  // a=crypto under RTP/AVP is no agreement to encrypt (RFC 4568 section 6.1 wants RTP/SAVP): the lines are not read.
  const keying = keyings[profile]
  const crypto =
    keying === 'sdes' ? sdpAttributes(media, 'crypto').flatMap((one) => parseCrypto(one) ?? [])[0] : undefined
  const dtls = keying === 'dtls' ? readDtls(sdp, media, local.dtlsRole) : undefined
  const secured = crypto !== undefined || dtls !== undefined
  if (local.srtp === 'required' && !secured) return 'srtpRequired'
  if (keying !== 'none' && (!secured || local.srtp === 'off')) return 'incompatibleMedia'
  return { media, profile, formats, crypto, dtls, ice }
}

/** With ICE the address is only one of the candidates, and need not be that of our family (RFC 8839 section 4.2.1.2). */
function isReachable(address: string, ice: IceParameters | undefined, { families }: LocalMedia): boolean {
  if (isIP(address) === 0) return false
  return families.includes(isIP(address)) || isNowhere(address) || (ice?.candidates.length ?? 0) > 0
}

function profileOf(protocol: string): Profile | undefined {
  return Object.hasOwn(keyings, protocol) ? (protocol as Profile) : undefined
}

/** The key of ours that the answered line chose, by its tag. */
function ownKey(offered: SdpMedia, chosen: CryptoLine, local: LocalMedia): SrtpKey | undefined {
  const line = sdpAttributes(offered, 'crypto').flatMap((one) => parseCrypto(one) ?? [])
  const ours = line.find((one) => one.tag === chosen.tag)
  return ours?.key.suite === chosen.key.suite ? local.keyFor(chosen.key.suite) : undefined
}

function remoteOf(sdp: Sdp, match: Match, direction: Direction, ours: SrtpKey | undefined): RtpRemote {
  const { media, formats, crypto, dtls, ice } = match
  const address = media.address ?? sdp.address!
  const rtcp = rtcpOf(media, address)
  // With DTLS or ICE a second port would need a second handshake and checks of its own: it has no RTCP then.
  const hasRtcp = rtcp === 'mux' || (dtls === undefined && ice === undefined)
  return {
    address,
    port: media.port,
    direction,
    ...remoteFormats(formats),
    ...(rtcp !== undefined && hasRtcp ? { rtcp } : {}),
    ...(crypto && ours ? { sendKey: ours, receiveKey: crypto.key } : {}),
    ...(dtls ? { dtls } : {}),
    ...(ice ? { ice } : {}),
  }
}

const iceLite: SdpAttribute = { name: 'ice-lite', value: undefined }

const cryptoAttribute = (line: CryptoLine): SdpAttribute => ({ name: 'crypto', value: formatCrypto(line) })

/** RFC 9143: a group of which we take one medium is a group of one. */
function isBundled(offer: Sdp, mid: string): boolean {
  return sdpAttributes(offer, 'group').some((value) => {
    const [kind, ...mids] = value.split(' ')
    return kind === 'BUNDLE' && mids.includes(mid)
  })
}

function description(local: LocalMedia, attributes: SdpAttribute[], media: SdpMedia[]): Sdp {
  return { origin: local.origin, address: local.address, attributes, media }
}

function audioMedia(
  local: LocalMedia,
  protocol: Profile,
  { formats, attributes }: FormatLines,
  more: readonly SdpAttribute[],
  ptimeMs: number,
  direction: Direction,
): SdpMedia {
  return {
    kind: 'audio',
    port: local.port,
    protocol,
    formats,
    address: undefined,
    attributes: [
      ...attributes,
      ...more,
      { name: 'ptime', value: String(ptimeMs) },
      { name: direction, value: undefined },
    ],
  }
}

/** RFC 3264 section 6: a medium we don't take keeps its line, with port 0. */
function refused(media: SdpMedia): SdpMedia {
  return { ...media, port: 0, address: undefined, attributes: [] }
}
