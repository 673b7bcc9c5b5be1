// Reads PCM WAV files in tests, strictly: the header's lengths must be those of a file that any player opens.
import { readFileSync } from 'node:fs'

export interface Wav {
  rateHz: number
  channels: number
  /** One array of 16-bit samples per channel, all of the same length. */
  samples: Int16Array[]
  durationMs: number
}

/** Throws when it is not a 16-bit PCM WAV file, or when its header claims more audio than the file holds. */
export function readWav(file: string): Wav {
  return parseWav(readFileSync(file), file)
}

export function parseWav(bytes: Buffer, name = 'wav'): Wav {
  const fail = (what: string): never => {
    throw new Error(`${name}: ${what}`)
  }
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE')
    fail('not a RIFF WAVE file')
  if (bytes.readUInt32LE(4) + 8 > bytes.length) fail('RIFF length exceeds the file')
  let rateHz = 0
  let channels = 0
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = bytes.toString('latin1', at, at + 4)
    const length = bytes.readUInt32LE(at + 4)
    const body = at + 8
    if (body + length > bytes.length) fail(`chunk ${id} exceeds the file`)
    if (id === 'fmt ') {
      if (bytes.readUInt16LE(body) !== 1 || bytes.readUInt16LE(body + 14) !== 16) fail('not 16-bit PCM')
      channels = bytes.readUInt16LE(body + 2)
      rateHz = bytes.readUInt32LE(body + 4)
    }
    if (id === 'data') {
      if (channels === 0) fail('data before fmt')
      return split(bytes.subarray(body, body + length), rateHz, channels)
    }
    at = body + length + (length & 1)
  }
  return fail('no data chunk')
}

function split(data: Buffer, rateHz: number, channels: number): Wav {
  const frames = Math.floor(data.length / (2 * channels))
  const samples = Array.from({ length: channels }, () => new Int16Array(frames))
  for (let i = 0; i < frames; i++)
    for (let c = 0; c < channels; c++) samples[c]![i] = data.readInt16LE((i * channels + c) * 2)
  return { rateHz, channels, samples, durationMs: (frames * 1000) / rateHz }
}
