// What an Opus packet says of itself (RFC 6716 section 3): checked here in full, so that no packet reaches the library
// that it would not take.

const samplesPerMs = 8
const maximumMs = 120
/** RFC 6716 section 3.4, R2: no frame is longer. */
const maximumFrameOctets = 1275
const maximumFrames = 48

/** Frame length by configuration: SILK, hybrid, CELT (RFC 6716 table 2). */
function frameMs(configuration: number): number {
  if (configuration < 12) return [10, 20, 40, 60][configuration & 3]!
  if (configuration < 16) return [10, 20][configuration & 1]!
  return [2.5, 5, 10, 20][configuration & 3]!
}

/** Samples at 8 kHz that the packet stands for; 0 when it is malformed. */
export function opusSamples(octets: Uint8Array, offset: number, length: number): number {
  if (length < 1) return 0
  const toc = octets[offset]!
  const frames = frameCount(octets, offset, length)
  const ms = frames * frameMs(toc >> 3)
  return ms <= maximumMs ? ms * samplesPerMs : 0
}

function frameCount(octets: Uint8Array, offset: number, length: number): number {
  const body = length - 1
  switch (octets[offset]! & 3) {
    case 0:
      return body <= maximumFrameOctets ? 1 : 0
    case 1:
      return body % 2 === 0 && body / 2 <= maximumFrameOctets ? 2 : 0
    case 2:
      return hasTwoLengths(octets, offset + 1, body) ? 2 : 0
    default:
      return countOfMany(octets, offset + 1, body)
  }
}

function hasTwoLengths(octets: Uint8Array, at: number, left: number): boolean {
  const bytes = lengthBytes(octets, at, left)
  if (bytes === 0) return false
  const second = left - bytes - frameLength(octets, at)
  return second >= 0 && second <= maximumFrameOctets
}

/** Code 3: a count octet, padding, and lengths of all frames but the last, or frames of equal length. */
function countOfMany(octets: Uint8Array, start: number, length: number): number {
  if (length < 1) return 0
  let at = start
  let left = length - 1
  const count = octets[at++]!
  const frames = count & 63
  if (frames === 0 || frames > maximumFrames) return 0
  if (count & 64) {
    let more = 255
    while (more === 255) {
      if (left < 1) return 0
      more = octets[at++]!
      left -= 1 + (more === 255 ? 254 : more)
    }
    if (left < 0) return 0
  }
  if ((count & 128) === 0) return left % frames === 0 && left / frames <= maximumFrameOctets ? frames : 0
  for (let frame = 1; frame < frames; frame++) {
    const bytes = lengthBytes(octets, at, left)
    if (bytes === 0) return 0
    left -= bytes + frameLength(octets, at)
    at += bytes
    if (left < 0) return 0
  }
  return left <= maximumFrameOctets ? frames : 0
}

/** Octets a frame length takes, 1 or 2; 0 when they are not there. */
function lengthBytes(octets: Uint8Array, at: number, left: number): number {
  if (left < 1) return 0
  const bytes = octets[at]! < 252 ? 1 : 2
  return left >= bytes ? bytes : 0
}

function frameLength(octets: Uint8Array, at: number): number {
  const first = octets[at]!
  return first < 252 ? first : octets[at + 1]! * 4 + first
}
