// RTP packets on the wire (RFC 3550 section 5.1): read into one reused record, written in place. RTCP that shares the
// port (RFC 5761) is told apart and never taken for audio.

export const rtpHeaderBytes = 12

export type RtpFault = 'tooShort' | 'wrongVersion' | 'rtcp' | 'badExtension' | 'badPadding' | 'noPayload'

/** The fields of the packet read last. */
export interface RtpFields {
  payloadType: number
  marker: boolean
  sequence: number
  /** As int32: a number above 2^31 would be put on the heap, once a packet. */
  timestamp: number
  /** As int32. */
  ssrc: number
  /** Place of the payload in the bytes given. */
  payloadOffset: number
  payloadLength: number
}

export function emptyRtpFields(): RtpFields {
  return { payloadType: 0, marker: false, sequence: 0, timestamp: 0, ssrc: 0, payloadOffset: 0, payloadLength: 0 }
}

const word = (bytes: Uint8Array, at: number) =>
  (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!

/** Reads the packet at `offset` into `fields`; what is wrong with it, if anything (then `fields` mean nothing). */
export function readRtp(bytes: Uint8Array, offset: number, length: number, fields: RtpFields): RtpFault | undefined {
  if (length < 2) return 'tooShort'
  const first = bytes[offset]!
  const second = bytes[offset + 1]!
  if (first >> 6 !== 2) return 'wrongVersion'
  // RFC 5761 section 4: RTCP packet types 192–223 stand where RTP has marker and payload type.
  if (second >= 192 && second <= 223) return 'rtcp'
  if (length < rtpHeaderBytes) return 'tooShort'
  const end = offset + length
  let at = offset + rtpHeaderBytes + (first & 15) * 4
  if (first & 0x10) {
    if (at + 4 > end) return 'badExtension'
    at += 4 + ((bytes[at + 2]! << 8) | bytes[at + 3]!) * 4
    if (at > end) return 'badExtension'
  }
  if (at > end) return 'tooShort'
  let padding = 0
  if (first & 0x20) {
    padding = bytes[end - 1]!
    if (padding === 0 || at + padding > end) return 'badPadding'
  }
  if (at + padding === end) return 'noPayload'
  fields.payloadType = second & 0x7f
  fields.marker = second >= 128
  fields.sequence = (bytes[offset + 2]! << 8) | bytes[offset + 3]!
  fields.timestamp = word(bytes, offset + 4)
  fields.ssrc = word(bytes, offset + 8)
  fields.payloadOffset = at
  fields.payloadLength = end - padding - at
  return undefined
}

/** The fields of a packet of audio whose octets are not here. */
export function setAudioFields(
  fields: RtpFields,
  payloadType: number,
  ssrc: number,
  sequence: number,
  timestamp: number,
  payloadLength: number,
): void {
  fields.payloadType = payloadType
  fields.marker = false
  fields.sequence = sequence
  fields.timestamp = timestamp
  fields.ssrc = ssrc | 0
  fields.payloadOffset = 0
  fields.payloadLength = payloadLength
}

const putWord = (bytes: Uint8Array, at: number, value: number) => {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

/** Writes the twelve header bytes at `offset`; the payload goes right behind. */
export function writeRtpHeader(
  bytes: Uint8Array,
  offset: number,
  payloadType: number,
  marker: boolean,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  bytes[offset] = 0x80
  bytes[offset + 1] = payloadType | (marker ? 0x80 : 0)
  bytes[offset + 2] = sequence >>> 8
  bytes[offset + 3] = sequence
  putWord(bytes, offset + 4, timestamp)
  putWord(bytes, offset + 8, ssrc)
}
