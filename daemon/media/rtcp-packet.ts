// RTCP on the wire (RFC 3550 section 6): compound packets, read with every length checked, written in place.

const senderReport = 200
const receiverReport = 201
const sourceDescription = 202
const goodbye = 203
const cnameItem = 1
const reportBlockBytes = 24
const maximumCnameBytes = 64
/** Of the header of one packet, with the sender's SSRC behind it. */
const headBytes = 8
const senderInfoBytes = 20

/** The longest that `writeRtcp` writes: reports, description, goodbye. */
export const maximumRtcpBytes = headBytes + senderInfoBytes + reportBlockBytes + headBytes + 4 + maximumCnameBytes + 8

/** What one receiver says of one stream (RFC 3550 section 6.4.1). Numbers as on the wire. */
export interface ReportBlock {
  ssrc: number
  fractionLost: number
  /** Signed. */
  lost: number
  highestSequence: number
  /** In units of the stream's clock. */
  jitter: number
  lastSenderReport: number
  /** In 1/65536 s. */
  delaySinceReport: number
}

export interface RtcpReading {
  /** Of the last report's sender, as int32. */
  ssrc: number
  /** Middle 32 bits of the NTP time of a sender report, if one was in it. */
  senderReport: number | undefined
  /** The report on the stream asked for. */
  report: ReportBlock | undefined
  goodbye: boolean
}

export function emptyReport(): ReportBlock {
  return {
    ssrc: 0,
    fractionLost: 0,
    lost: 0,
    highestSequence: 0,
    jitter: 0,
    lastSenderReport: 0,
    delaySinceReport: 0,
  }
}

const word = (octets: Uint8Array, at: number) =>
  (octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!

/**
 * Reads a compound packet; undefined when it is none (RFC 3550 appendix A.2: the first is a report, the lengths add up).
 * `ownSsrc`: the stream whose report is wanted. Packets of other types are passed over.
 */
export function readRtcp(octets: Uint8Array, offset: number, length: number, ownSsrc: number): RtcpReading | undefined {
  const end = offset + length
  const reading: RtcpReading = { ssrc: 0, senderReport: undefined, report: undefined, goodbye: false }
  for (let at = offset; at < end; ) {
    if (end - at < 4 || octets[at]! >> 6 !== 2) return undefined
    const bytes = (((octets[at + 2]! << 8) | octets[at + 3]!) + 1) * 4
    const next = at + bytes
    if (next > end) return undefined
    const type = octets[at + 1]!
    if (at === offset && type !== senderReport && type !== receiverReport) return undefined
    if (type === senderReport || type === receiverReport) {
      if (!readReport(octets, at, next, type === senderReport, ownSsrc, reading)) return undefined
    } else if (type === goodbye) {
      reading.goodbye = true
    }
    at = next
  }
  return length === 0 ? undefined : reading
}

function readReport(
  octets: Uint8Array,
  at: number,
  end: number,
  isSender: boolean,
  ownSsrc: number,
  reading: RtcpReading,
): boolean {
  const count = octets[at]! & 31
  const blocks = at + headBytes + (isSender ? senderInfoBytes : 0)
  if (blocks + count * reportBlockBytes > end) return false
  reading.ssrc = word(octets, at + 4)
  if (isSender) reading.senderReport = (word(octets, at + 8) << 16) | (word(octets, at + 12) >>> 16)
  for (let block = blocks; block < blocks + count * reportBlockBytes; block += reportBlockBytes) {
    if (word(octets, block) !== (ownSsrc | 0)) continue
    reading.report = {
      ssrc: ownSsrc | 0,
      fractionLost: octets[block + 4]!,
      lost: (word(octets, block + 4) << 8) >> 8,
      highestSequence: word(octets, block + 8) >>> 0,
      jitter: word(octets, block + 12) >>> 0,
      lastSenderReport: word(octets, block + 16) >>> 0,
      delaySinceReport: word(octets, block + 20) >>> 0,
    }
  }
  return true
}

/** What is said of our own stream (RFC 3550 section 6.4.1). */
export interface SenderInfo {
  ntpSeconds: number
  ntpFraction: number
  rtpTimestamp: number
  packets: number
  octets: number
}

/** Writes report, description and, at the end, the goodbye. Returns the bytes written: at most `maximumRtcpBytes`. */
export function writeRtcp(
  octets: Uint8Array,
  offset: number,
  content: {
    ssrc: number
    cname: string
    sender: SenderInfo | undefined
    report: ReportBlock | undefined
    goodbye: boolean
  },
): number {
  let at = offset
  const put = (value: number) => {
    octets[at++] = value >>> 24
    octets[at++] = value >>> 16
    octets[at++] = value >>> 8
    octets[at++] = value
  }
  const head = (type: number, count: number, bytes: number) =>
    put(0x80000000 | (count << 24) | (type << 16) | (bytes / 4 - 1))
  const { ssrc, sender, report } = content
  const reportBytes = headBytes + (sender ? senderInfoBytes : 0) + (report ? reportBlockBytes : 0)
  head(sender ? senderReport : receiverReport, report ? 1 : 0, reportBytes)
  put(ssrc)
  if (sender) {
    put(sender.ntpSeconds)
    put(sender.ntpFraction)
    put(sender.rtpTimestamp)
    put(sender.packets)
    put(sender.octets)
  }
  if (report) {
    put(report.ssrc)
    put((report.fractionLost << 24) | (report.lost & 0xffffff))
    put(report.highestSequence)
    put(report.jitter)
    put(report.lastSenderReport)
    put(report.delaySinceReport)
  }
  const cname = content.cname.slice(0, maximumCnameBytes)
  // The list ends with a zero octet, and at a multiple of four (section 6.5).
  const descriptionBytes = headBytes + ((2 + cname.length + 4) & ~3)
  head(sourceDescription, 1, descriptionBytes)
  put(ssrc)
  const descriptionEnd = at + descriptionBytes - headBytes
  octets[at++] = cnameItem
  octets[at++] = cname.length
  for (let i = 0; i < cname.length; i++) octets[at++] = cname.charCodeAt(i)
  octets.fill(0, at, descriptionEnd)
  at = descriptionEnd
  if (content.goodbye) {
    head(goodbye, 1, headBytes)
    put(ssrc)
  }
  return at - offset
}
