// The WAV files the box itself writes for prompts: 8 kHz, mono, 16-bit, one fixed header of 44 bytes.

const headerBytes = 44
const rateHz = 8000

export function promptWav(samples: Int16Array): Buffer {
  const dataBytes = samples.length * 2
  const wav = Buffer.alloc(headerBytes + dataBytes)
  wav.write('RIFF', 0, 'latin1')
  wav.writeUInt32LE(headerBytes - 8 + dataBytes, 4)
  wav.write('WAVEfmt ', 8, 'latin1')
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(rateHz, 24)
  wav.writeUInt32LE(rateHz * 2, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36, 'latin1')
  wav.writeUInt32LE(dataBytes, 40)
  for (let i = 0; i < samples.length; i++) wav.writeInt16LE(samples[i]!, headerBytes + 2 * i)
  return wav
}

/** Undefined when these are not bytes of `promptWav`: cut short, or something else. */
export function readPromptWav(wav: Buffer): Int16Array | undefined {
  if (wav.length < headerBytes || wav.toString('latin1', 0, 4) !== 'RIFF') return undefined
  if (wav.toString('latin1', 36, 40) !== 'data' || wav.readUInt32LE(24) !== rateHz) return undefined
  const dataBytes = wav.readUInt32LE(40)
  if (dataBytes % 2 !== 0 || wav.length !== headerBytes + dataBytes) return undefined
  const samples = new Int16Array(dataBytes / 2)
  for (let i = 0; i < samples.length; i++) samples[i] = wav.readInt16LE(headerBytes + 2 * i)
  return samples
}
