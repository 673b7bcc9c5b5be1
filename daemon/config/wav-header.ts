// The header of a WAV file (RIFF, Microsoft's "Multimedia Programming Interface" 1.0 and WAVEFORMATEXTENSIBLE), read
// chunk by chunk, so that a file is judged before its samples are touched.

/** Bytes of the file from a position; fewer at its end. */
export type ReadAt = (position: number, length: number) => Buffer

export type WavEncoding = 'pcm8' | 'pcm16' | 'ulaw' | 'alaw'

export interface WavHeader {
  /** Undefined: an encoding the box does not play; `encodingName` says which. */
  encoding: WavEncoding | undefined
  encodingName: string
  channels: number
  rateHz: number
  /** Of one sample of all channels. */
  frameBytes: number
  dataOffset: number
  /** As the header says; the file may hold fewer. */
  dataBytes: number
}

/** A text says what is wrong with the file as WAV. */
export type WavHeaderResult = { header: WavHeader } | { broken: 'notWav' | 'truncated'; reason: string }

const mostChunks = 64
const formatNames: Record<number, string> = {
  1: 'PCM',
  2: 'Microsoft ADPCM',
  3: 'floating point',
  6: 'A-law',
  7: 'μ-law',
  17: 'IMA ADPCM',
  49: 'GSM 6.10',
  85: 'MP3',
}
const extensible = 0xfffe

export function readWavHeader(readAt: ReadAt, fileBytes: number): WavHeaderResult {
  const riff = readAt(0, 12)
  if (riff.length < 12 || riff.toString('latin1', 0, 4) !== 'RIFF' || riff.toString('latin1', 8, 12) !== 'WAVE')
    return { broken: 'notWav', reason: notWavReason(riff) }
  let format: Omit<WavHeader, 'dataOffset' | 'dataBytes'> | undefined
  let at = 12
  for (let chunks = 0; chunks < mostChunks && at + 8 <= fileBytes; chunks++) {
    const head = readAt(at, 8)
    if (head.length < 8) break
    const id = head.toString('latin1', 0, 4)
    const bytes = head.readUInt32LE(4)
    if (id === 'fmt ') {
      const body = readAt(at + 8, Math.min(bytes, 40))
      if (body.length < 16) return { broken: 'truncated', reason: 'its format chunk is cut off' }
      format = readFormat(body)
    }
    if (id === 'data') {
      if (!format) return { broken: 'notWav', reason: 'its samples come before their format' }
      return { header: { ...format, dataOffset: at + 8, dataBytes: bytes } }
    }
    // Chunks are padded to an even length.
    at += 8 + bytes + (bytes & 1)
  }
  if (!format) return { broken: 'truncated', reason: 'it ends before its format' }
  return { broken: 'truncated', reason: 'it ends before its samples' }
}

function readFormat(body: Buffer): Omit<WavHeader, 'dataOffset' | 'dataBytes'> {
  const written = body.readUInt16LE(0)
  // The extensible form keeps the real format in the first two bytes of its sub-format id.
  const tag = written === extensible && body.length >= 26 ? body.readUInt16LE(24) : written
  const channels = body.readUInt16LE(2)
  const rateHz = body.readUInt32LE(4)
  const frameBytes = body.readUInt16LE(12)
  const bits = body.readUInt16LE(14)
  const encoding = encodingOf(tag, bits)
  const sampleBytes = encoding === 'pcm16' ? 2 : 1
  const named = formatNames[tag] ?? `format ${tag}`
  const encodingName = tag === 1 ? `${bits}-bit PCM` : named
  const consistent = encoding !== undefined && frameBytes === channels * sampleBytes
  return { encoding: consistent ? encoding : undefined, encodingName, channels, rateHz, frameBytes }
}

function encodingOf(tag: number, bits: number): WavEncoding | undefined {
  if (tag === 1 && bits === 16) return 'pcm16'
  if (tag === 1 && bits === 8) return 'pcm8'
  if (tag === 7 && bits === 8) return 'ulaw'
  if (tag === 6 && bits === 8) return 'alaw'
  return undefined
}

function notWavReason(start: Buffer): string {
  if (start.length === 0) return 'it is empty'
  const magic = start.toString('latin1', 0, 4)
  if (magic.startsWith('ID3') || (start[0] === 0xff && (start[1]! & 0xe0) === 0xe0)) return 'it looks like MP3'
  if (magic === 'OggS') return 'it looks like Ogg'
  if (magic === 'fLaC') return 'it looks like FLAC'
  if (magic === 'RIFX' || magic === 'RF64') return `it is of the variant ${magic}`
  return 'it does not begin like one'
}
