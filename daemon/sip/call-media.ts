// The media of one call: an RTP port of the audio service, and the offers and answers made for it.
import { randomInt } from 'node:crypto'
import { isIP } from 'node:net'
import { dtlsCertificate } from '../../drivers/native/dtls.ts'
import type { MediaQuality } from '../leg/leg.ts'
import type { Audio, RtpRemote, SrtpKey } from '../loop/audio.ts'
import { fingerprintOf } from '../media/dtls-handshake.ts'
import type { PortCounters, PortId } from '../media/port.ts'
import type { SipAccount } from './endpoint.ts'
import type { IpFamily, MediaHome } from './media-home.ts'
import { defaultPayloadTypes, notePayloadTypes } from './sdp/codecs.ts'
import { newKey } from './sdp/crypto.ts'
import { isNowhere } from './sdp/direction.ts'
import type { DtlsRole } from './sdp/dtls.ts'
import { newIceCredentials } from './sdp/ice.ts'
import {
  type Agreed,
  acceptAnswer,
  answerOffer,
  buildOffer,
  type LocalMedia,
  type NegotiationFault,
  type Profile,
} from './sdp/negotiate.ts'
import { formatSdp, parseSdp, type Sdp } from './sdp/sdp.ts'

/** SHA-256 of the certificate that the audio thread's handshakes show. */
let fingerprint: string | undefined
function ownFingerprint(): string {
  fingerprint ??= fingerprintOf(dtlsCertificate(), 'sha-256')!
  return fingerprint
}

function firstProfile({ srtp, media }: SipAccount): Profile {
  if (srtp === 'off') return 'RTP/AVP'
  return media === 'dtls' ? 'UDP/TLS/RTP/SAVPF' : 'RTP/SAVP'
}

/** `malformed`: the text is no session description. */
export type MediaFault = NegotiationFault | 'malformed'

/** An RTP port, open from the first offer or answer to the end of the leg. Phones rung at once share it. */
export class RtpPort {
  readonly #audio: Audio
  readonly #home: MediaHome
  readonly #mediaTimeoutMs: number | undefined
  #open: { portId: PortId; localPort: number } | undefined
  #bound = ''
  #codec = ''
  #quality: MediaQuality | undefined
  #closed = false

  constructor(audio: Audio, home: MediaHome, mediaTimeoutMs: number | undefined) {
    this.#audio = audio
    this.#home = home
    this.#mediaTimeoutMs = mediaTimeoutMs
  }

  get portId(): PortId | undefined {
    return this.#open?.portId
  }

  get localPort(): number {
    return this.#open?.localPort ?? 0
  }

  /** Families that it reaches. */
  get families(): IpFamily[] {
    return this.#home.families.filter((family) => this.#bound === '::' || isIP(this.#bound) === family)
  }

  /** What a far end is told of us. */
  addressFor(farEnd: string): string {
    const reached = this.families.some((family) => family === isIP(farEnd))
    return this.#home.addressFor(reached ? farEnd : this.#bound)
  }

  /** What the far end is told, and the address of the other family, where the port is open to both. */
  withOtherFamily(told: string): readonly string[] {
    const others = this.families.filter((family) => family !== isIP(told))
    return [...new Set([told, ...others.map((family) => this.#home.addressOf(family))])]
  }

  /** For these to reach. False when no port is free, or the leg was over before there was one. */
  async open(farEnds: readonly string[]): Promise<boolean> {
    this.#bound = this.#home.bindFor(farEnds)
    const options = { localAddress: this.#bound }
    const timeout = this.#mediaTimeoutMs === undefined ? {} : { mediaTimeoutMs: this.#mediaTimeoutMs }
    const opened = await this.#audio.openRtp({ ...options, ...timeout }).catch((_noPort: unknown) => undefined)
    if (!opened) return false
    if (this.#closed) {
      await this.#audio.close(opened.portId)
      return false
    }
    this.#open = opened
    return true
  }

  setRemote(remote: RtpRemote): void {
    this.#codec = remote.codec
    if (this.#open) this.#audio.setRtpRemote(this.#open.portId, remote)
  }

  /** Once it is closed, if anything was received. */
  get quality(): MediaQuality | undefined {
    return this.#quality
  }

  /** Resolves when the audio service has released the port. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    const open = this.#open
    this.#open = undefined
    if (open) this.#quality = qualityOf(await this.#audio.close(open.portId), this.#codec)
  }
}

function qualityOf(counters: PortCounters, codec: string): MediaQuality | undefined {
  const { packetsReceived = 0, roundTripMs, worstRoundTripMs, theirLossPercent, theirJitterMs } = counters
  if (packetsReceived === 0) return undefined
  return {
    codec,
    packetsReceived,
    packetsLost: counters.lostPackets ?? 0,
    jitterMs: counters.jitterMs ?? 0,
    worstJitterMs: counters.worstJitterMs ?? 0,
    concealedFrames: counters.concealedFrames ?? 0,
    ...(roundTripMs === undefined ? {} : { roundTripMs }),
    ...(worstRoundTripMs === undefined ? {} : { worstRoundTripMs }),
    ...(theirLossPercent === undefined ? {} : { farEndLossPercent: theirLossPercent }),
    ...(theirJitterMs === undefined ? {} : { farEndJitterMs: theirJitterMs }),
  }
}

/** Where the far end wants audio; undefined: the text says nothing of use. */
export function mediaAddressIn(text: string): string | undefined {
  const sdp = parseSdp(text)
  return sdp && addressOf(sdp, [4, 6])
}

function addressOf(sdp: Sdp, families: readonly number[]): string | undefined {
  const wanted = sdp.media.filter(({ kind, port }) => kind === 'audio' && port !== 0)
  const named = wanted.map((media) => media.address ?? sdp.address ?? '')
  return named.find((address) => families.includes(isIP(address)) && !isNowhere(address))
}

function withKeysBy(keysBy: SipAccount['keysBy'], remote: RtpRemote): RtpRemote {
  if (keysBy === 'info') return { ...remote, sendsNoEvents: true }
  const { eventPayloadType: _type, ...withoutEvents } = remote
  // They go as tones then.
  return keysBy === 'inband' ? withoutEvents : remote
}

/** Of answers that are tried and never sent. */
const probeIce = newIceCredentials()

/** Offer and answer with one phone. Keys, session id and version belong to it alone. */
export class MediaSession {
  readonly #port: RtpPort
  readonly #account: SipAccount
  /** It sends from there, or from an address of the family. */
  #farEnd: string
  readonly #sessionId = String(randomInt(2 ** 47))
  readonly #keys = new Map<SrtpKey['suite'], SrtpKey>()
  readonly #payloadTypes = defaultPayloadTypes()
  readonly #ice = newIceCredentials()
  #dtlsRole: DtlsRole | undefined
  #version = 0
  #lastSent = ''
  #profile: Profile
  #offered: Sdp | undefined
  /** Our description of the session that stands. */
  #standing: Sdp | undefined
  #remote: RtpRemote | undefined
  /** The far end is on hold here, or is to be: every description from now on says so. */
  isHolding = false

  constructor(options: { port: RtpPort; account: SipAccount; farEnd: string }) {
    this.#port = options.port
    this.#account = options.account
    this.#farEnd = options.farEnd
    this.#profile = firstProfile(options.account)
  }

  get profile(): Profile {
    return this.#profile
  }

  /** What was agreed on last. */
  get remote(): RtpRemote | undefined {
    return this.#remote
  }

  get secured(): boolean {
    return this.#remote?.sendKey !== undefined || this.#remote?.dtls !== undefined
  }

  /** The far end has us on hold: it said that it will not hear us. */
  get isHeldByFarEnd(): boolean {
    return this.#remote?.direction === 'recvonly' || this.#remote?.direction === 'inactive'
  }

  /** We offered and wait for the answer. */
  get offering(): boolean {
    return this.#offered !== undefined
  }

  /** A full offer, the first one or to a re-INVITE without one. */
  offer(profile: Profile = this.#profile): string {
    this.#profile = profile
    const offer = buildOffer(this.#local(), profile, this.#standing)
    this.#offered = offer
    return this.#sent(offer)
  }

  /** An offer that changes nothing, for a refresh: what stands, described as it was. */
  repeat(): string {
    const standing = this.#standing
    // Roles of DTLS are left open in an offer (RFC 8842 section 5.2), and were not in an answer.
    if (!standing || this.#remote?.dtls) return this.offer()
    this.#offered = standing
    return this.#sent(standing)
  }

  /** Our offer was refused, or has its answer long since: what was agreed on goes on to hold (RFC 3261 section 14.1). */
  closeOffer(): void {
    this.#offered = undefined
  }

  /** Our answer to the far end's offer; what was agreed holds from now on. */
  answer(text: string): { ok: true; sdp: string } | { ok: false; fault: MediaFault } {
    const offer = parseSdp(text)
    if (!offer) return { ok: false, fault: 'malformed' }
    const farEnd = addressOf(offer, this.#port.families) ?? this.#farEnd
    const result = answerOffer(offer, this.#local(farEnd))
    if (!result.ok) return result
    this.#farEnd = farEnd
    this.#offered = undefined
    this.#agree(result, result.sdp)
    return { ok: true, sdp: this.#sent(result.sdp) }
  }

  /** The far end's answer to our offer. `early`: it is not its last word yet, and the offer stays open. */
  accept(text: string, when?: 'early'): { ok: true } | { ok: false; fault: MediaFault } {
    const offered = this.#offered
    const answer = parseSdp(text)
    if (!answer || !offered) return { ok: false, fault: 'malformed' }
    const result = acceptAnswer(offered, answer, this.#local())
    if (!result.ok) return result
    if (when !== 'early') this.#offered = undefined
    this.#agree(result, offered)
    return { ok: true }
  }

  /** Whether an offer could be answered at all, before anything is opened for it. */
  static refusal(text: string, account: SipAccount, families: readonly IpFamily[]): MediaFault | undefined {
    const offer = parseSdp(text)
    if (!offer) return 'malformed'
    const probe = answerOffer(offer, {
      address: '127.0.0.1',
      candidates: [],
      families,
      port: 9,
      codecs: account.codecs,
      payloadTypes: defaultPayloadTypes(),
      srtp: account.srtp,
      keyFor: newKey,
      fingerprint: ownFingerprint(),
      dtlsRole: undefined,
      ice: probeIce,
      origin: { userName: '-', sessionId: '0', version: '0', address: '127.0.0.1' },
    })
    return probe.ok ? undefined : probe.fault
  }

  #agree({ remote, profile, formats }: Agreed, ours: Sdp): void {
    this.#standing = ours
    // Held the old way, with the address 0.0.0.0: the place to send to on resume is the last one known.
    const last = this.#remote
    this.#remote = isNowhere(remote.address) && last ? { ...remote, address: last.address, port: last.port } : remote
    this.#profile = profile
    notePayloadTypes(this.#payloadTypes, formats)
    if (remote.dtls) this.#dtlsRole = remote.dtls.active ? 'active' : 'passive'
    this.#port.setRemote(withKeysBy(this.#account.keysBy, this.#remote))
  }

  #local(farEnd = this.#farEnd): LocalMedia {
    const address = this.#port.addressFor(farEnd)
    return {
      address,
      candidates: this.#port.withOtherFamily(address),
      families: this.#port.families,
      port: this.#port.localPort,
      codecs: this.#account.codecs,
      standingCodec: this.#remote?.codec,
      payloadTypes: this.#payloadTypes,
      srtp: this.#account.srtp,
      keyFor: (suite) => this.#keyFor(suite),
      fingerprint: ownFingerprint(),
      dtlsRole: this.#dtlsRole,
      ice: this.#ice,
      isHolding: this.isHolding,
      origin: {
        userName: 'cordboard',
        sessionId: this.#sessionId,
        version: String(this.#version),
        address,
      },
    }
  }

  #keyFor(suite: SrtpKey['suite']): SrtpKey {
    const known = this.#keys.get(suite)
    if (known) return known
    const key = newKey(suite)
    this.#keys.set(suite, key)
    return key
  }

  /** RFC 3264 section 8: the version grows by one when the description differs from the last one, and only then. */
  #sent(sdp: Sdp): string {
    const content = formatSdp({ ...sdp, origin: { ...sdp.origin, version: '0' } })
    if (this.#lastSent !== '' && content !== this.#lastSent) this.#version++
    this.#lastSent = content
    return formatSdp({ ...sdp, origin: { ...sdp.origin, version: String(this.#version) } })
  }
}
