// WAV files while they are written: the header does not know the length yet, the samples are there all the same.
import { existsSync, readFileSync } from 'node:fs'

/** Samples of a mono 16-bit file so far; none when it does not exist yet. */
export function growingWavSamples(file: string): Int16Array {
  if (!existsSync(file)) return new Int16Array(0)
  const bytes = readFileSync(file)
  const data = bytes.indexOf('data', 12, 'latin1')
  if (data < 0) return new Int16Array(0)
  const body = bytes.subarray(data + 8)
  const samples = new Int16Array(body.length >> 1)
  for (let i = 0; i < samples.length; i++) samples[i] = body.readInt16LE(i * 2)
  return samples
}

/** The first channel of a file of any rate that is a multiple of 8 kHz, at 8 kHz: every so manieth sample. */
export function growingWavAtTelephoneRate(file: string): Int16Array {
  const samples = growingWavSamples(file)
  if (samples.length === 0) return samples
  const header = readFileSync(file).subarray(0, 36)
  const step = header.readUInt16LE(22) * (header.readUInt32LE(24) / 8000)
  return step === 1 ? samples : samples.filter((_sample, at) => at % step === 0)
}

/** A mono WAV file of 16-bit samples at 8 kHz. */
export function wavOf(samples: Int16Array): Buffer {
  const bytes = Buffer.alloc(44 + samples.length * 2)
  bytes.write('RIFF', 0, 'latin1')
  bytes.writeUInt32LE(36 + samples.length * 2, 4)
  bytes.write('WAVEfmt ', 8, 'latin1')
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(8000, 24)
  bytes.writeUInt32LE(16000, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36, 'latin1')
  bytes.writeUInt32LE(samples.length * 2, 40)
  Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).copy(bytes, 44)
  return bytes
}
