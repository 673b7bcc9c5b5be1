// Audio formats in SDP: payload types, rtpmap and fmtp of what we speak, and what the far end says of its own.
import type { OpusParameters, RtpCodec, RtpRemote } from '../../loop/audio.ts'
import { type SdpAttribute, type SdpMedia, sdpAttribute, sdpAttributes } from './sdp.ts'

interface CodecForm {
  /** As written in rtpmap; compared without regard to case. */
  name: string
  clockHz: number
  /** Of rtpmap: Opus is always written with two (RFC 7587 section 7). */
  channels: 1 | 2
  /** RFC 3551 table 4; the others are given a number in each session. */
  staticType?: number
}

/** G.722 is written with 8000, though it samples at 16 kHz (RFC 3551 section 4.5.2). */
const forms: Record<RtpCodec, CodecForm> = {
  PCMU: { name: 'PCMU', clockHz: 8000, channels: 1, staticType: 0 },
  PCMA: { name: 'PCMA', clockHz: 8000, channels: 1, staticType: 8 },
  G722: { name: 'G722', clockHz: 8000, channels: 1, staticType: 9 },
  opus: { name: 'opus', clockHz: 48_000, channels: 2 },
}

/** Numbers of a session that are not fixed: ours until the far end has given others. */
export interface PayloadTypes {
  opus: number
  events: Record<8000 | 48_000, number>
}

export const defaultPayloadTypes = (): PayloadTypes => ({ opus: 111, events: { 8000: 101, 48000: 110 } })

/** Payload type 13, always for 8 kHz (RFC 3389 section 4). */
const comfortNoiseType = 13

/**
 * What we ask of an Opus sender: wideband at most, which is what a telephone line could ever carry on, and copies of
 * frames against loss. Frames are decoded to 8 kHz, or passed on as they are to another Opus leg.
 */
const ownOpusFormat = 'maxplaybackrate=16000;sprop-maxcapturerate=16000;maxaveragebitrate=32000;useinbandfec=1'
const leastBitrate = 6000
const mostBitrate = 510_000

const shortestPtimeMs = 10
const longestPtimeMs = 60
const usualPtimeMs = 20

export interface AudioFormats {
  codec: RtpCodec
  payloadType: number
  opus: OpusParameters | undefined
  events: { payloadType: number; clockHz: 8000 | 48_000 } | undefined
  comfortNoisePayloadType: number | undefined
  ptimeMs: number
}

interface RtpMap {
  type: number
  name: string
  clockHz: number
  channels: number
}

/** The writer's first choice among ours, and what goes with it; where `kept` is among them, that one. */
export function readFormats(
  media: SdpMedia,
  codecs: readonly RtpCodec[],
  kept?: RtpCodec | undefined,
): AudioFormats | undefined {
  const maps = rtpMaps(media)
  const usable = media.formats.flatMap((format) => {
    const payloadType = payloadTypeOf(format)
    const codec = payloadType === undefined ? undefined : codecs.find((one) => isCodec(one, payloadType, maps))
    return payloadType === undefined || codec === undefined ? [] : [{ payloadType, codec }]
  })
  const chosen = usable.find(({ codec }) => codec === kept) ?? usable[0]
  if (!chosen) return undefined
  const { payloadType, codec } = chosen
  const { clockHz } = forms[codec]
  return {
    codec,
    payloadType,
    opus: codec === 'opus' ? readOpusParameters(formatOf(media, payloadType)) : undefined,
    events: eventsOf(media, maps, clockHz),
    comfortNoisePayloadType:
      clockHz === 8000 && media.formats.includes(String(comfortNoiseType)) ? comfortNoiseType : undefined,
    ptimeMs: ptimeOf(media, codec),
  }
}

/** Formats and attributes of an offer. */
export function offeredFormats(codecs: readonly RtpCodec[], types: PayloadTypes): FormatLines {
  // Events of 8 kHz beside Opus too: many phones know no others.
  const events: (8000 | 48_000)[] = codecs.includes('opus') ? [8000, 48_000] : [8000]
  return joinLines([
    ...codecs.map((codec) => codecLines(codec, forms[codec].staticType ?? types.opus)),
    ...events.map((clockHz) => eventLines(types.events[clockHz], clockHz)),
  ])
}

/** Formats and attributes of an answer: the one codec, and what was offered beside it. */
export function answeredFormats(formats: AudioFormats): FormatLines {
  const { codec, payloadType, events, comfortNoisePayloadType } = formats
  const lines = [codecLines(codec, payloadType)]
  if (comfortNoisePayloadType !== undefined)
    lines.push({ formats: [String(comfortNoisePayloadType)], attributes: [rtpMap(comfortNoisePayloadType, 'CN/8000')] })
  if (events) lines.push(eventLines(events.payloadType, events.clockHz))
  return joinLines(lines)
}

/** The numbers of the session from now on: those the far end has given (RFC 3264 section 8.3.2). */
export function notePayloadTypes(types: PayloadTypes, formats: AudioFormats): void {
  if (formats.codec === 'opus') types.opus = formats.payloadType
  if (formats.events) types.events[formats.events.clockHz] = formats.events.payloadType
  // A number has one meaning: whatever of ours stood there moves away.
  const taken = [formats.payloadType, formats.events?.payloadType]
  const free = (from: number) => {
    let type = from
    while (taken.includes(type)) type++
    taken.push(type)
    return type
  }
  if (formats.codec !== 'opus') types.opus = free(types.opus)
  for (const clockHz of [8000, 48_000] as const)
    if (formats.events?.clockHz !== clockHz) types.events[clockHz] = free(types.events[clockHz])
}

/** The part of `RtpRemote` that tells of formats. */
export function remoteFormats(
  formats: AudioFormats,
): Pick<
  RtpRemote,
  'codec' | 'payloadType' | 'eventPayloadType' | 'eventClockHz' | 'comfortNoisePayloadType' | 'opus' | 'ptimeMs'
> {
  const { codec, payloadType, events, comfortNoisePayloadType, opus, ptimeMs } = formats
  return {
    codec,
    payloadType,
    ptimeMs,
    ...(events ? { eventPayloadType: events.payloadType, eventClockHz: events.clockHz } : {}),
    ...(comfortNoisePayloadType === undefined ? {} : { comfortNoisePayloadType }),
    ...(opus ? { opus } : {}),
  }
}

export interface FormatLines {
  formats: string[]
  attributes: SdpAttribute[]
}

function joinLines(lines: readonly FormatLines[]): FormatLines {
  return { formats: lines.flatMap((one) => one.formats), attributes: lines.flatMap((one) => one.attributes) }
}

function codecLines(codec: RtpCodec, type: number): FormatLines {
  const { name, clockHz, channels } = forms[codec]
  const attributes = [rtpMap(type, `${name}/${clockHz}${channels === 1 ? '' : `/${channels}`}`)]
  if (codec === 'opus') attributes.push(fmtp(type, ownOpusFormat))
  return { formats: [String(type)], attributes }
}

function eventLines(type: number, clockHz: number): FormatLines {
  return {
    formats: [String(type)],
    attributes: [rtpMap(type, `telephone-event/${clockHz}`), fmtp(type, '0-15')],
  }
}

const rtpMap = (type: number, text: string): SdpAttribute => ({ name: 'rtpmap', value: `${type} ${text}` })
const fmtp = (type: number, text: string): SdpAttribute => ({ name: 'fmtp', value: `${type} ${text}` })

function isCodec(codec: RtpCodec, type: number, maps: readonly RtpMap[]): boolean {
  const { name, clockHz, channels, staticType } = forms[codec]
  const map = maps.find((one) => one.type === type)
  if (!map) return staticType === type
  return map.name === name.toUpperCase() && map.clockHz === clockHz && map.channels === channels
}

/** Events of the codec's own clock, else of the other: far ends that mix them are understood (RFC 4733 section 2.1). */
function eventsOf(media: SdpMedia, maps: readonly RtpMap[], clockHz: number): AudioFormats['events'] {
  const all = maps.flatMap(({ name, type, clockHz: own }) =>
    name === 'TELEPHONE-EVENT' && (own === 8000 || own === 48_000) && media.formats.includes(String(type))
      ? [{ payloadType: type, clockHz: own as 8000 | 48_000 }]
      : [],
  )
  return all.find((one) => one.clockHz === clockHz) ?? all[0]
}

/** RFC 7587 section 6.1. Unknown parameters and values out of bounds mean nothing. */
function readOpusParameters(format: string): OpusParameters {
  const said = new Map(
    format.split(';').map((part): [string, string] => {
      const [name = '', value = ''] = part.split('=')
      return [name.trim().toLowerCase(), value.trim()]
    }),
  )
  const bitrate = Number(said.get('maxaveragebitrate') ?? Number.NaN)
  return {
    inbandFec: said.get('useinbandfec') === '1',
    dtx: said.get('usedtx') === '1',
    cbr: said.get('cbr') === '1',
    ...(bitrate >= leastBitrate && bitrate <= mostBitrate ? { maximumBitrate: bitrate } : {}),
  }
}

/** What is asked for, within what can be received, within what we can make. */
function ptimeOf(media: SdpMedia, codec: RtpCodec): number {
  const asked = milliseconds(sdpAttribute(media, 'ptime')) ?? usualPtimeMs
  const most = milliseconds(sdpAttribute(media, 'maxptime')) ?? longestPtimeMs
  const bounded = Math.max(shortestPtimeMs, Math.min(asked, most, longestPtimeMs))
  const ptimeMs = Math.floor(bounded / 10) * 10
  // Opus has no frames of 30 and 50 ms.
  return codec === 'opus' && (ptimeMs === 30 || ptimeMs === 50) ? ptimeMs - 10 : ptimeMs
}

function milliseconds(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,4}(\.\d+)?$/.test(value) && Number(value) > 0 ? Number(value) : undefined
}

function formatOf(media: SdpMedia, type: number): string {
  const prefix = `${type} `
  return (
    sdpAttributes(media, 'fmtp')
      .find((value) => value.startsWith(prefix))
      ?.slice(prefix.length) ?? ''
  )
}

function rtpMaps(media: SdpMedia): RtpMap[] {
  return sdpAttributes(media, 'rtpmap').flatMap((value) => {
    const match = /^(\d{1,3})[ \t]+([A-Za-z0-9._-]+)\/(\d{1,6})(?:\/([12]))?$/.exec(value)
    const type = payloadTypeOf(match?.[1])
    return match && type !== undefined
      ? [{ type, name: match[2]!.toUpperCase(), clockHz: Number(match[3]), channels: Number(match[4] ?? 1) }]
      : []
  })
}

function payloadTypeOf(format: string | undefined): number | undefined {
  if (format === undefined || !/^\d{1,3}$/.test(format)) return undefined
  const type = Number(format)
  return type <= 127 ? type : undefined
}
