// WAV files for tests, byte by byte, so that each field can be wrong by itself.

export interface WavFields {
  /** Format tag: 1 PCM, 3 float, 6 A-law, 7 μ-law. */
  tag?: number
  channels?: number
  rateHz?: number
  bits?: number
  data?: Buffer
  /** As announced; the true length when absent. */
  dataBytes?: number
  /** Chunks between format and data. */
  extra?: Buffer
  /** Wraps the format in WAVEFORMATEXTENSIBLE. */
  extensible?: boolean
}

export function wavFile(fields: WavFields = {}): Buffer {
  const { tag = 1, channels = 1, rateHz = 8000, bits = 16, data = Buffer.alloc(1600), extra = Buffer.alloc(0) } = fields
  const frameBytes = (channels * bits) / 8
  const format = Buffer.alloc(fields.extensible ? 40 : 16)
  format.writeUInt16LE(fields.extensible ? 0xfffe : tag, 0)
  format.writeUInt16LE(channels, 2)
  format.writeUInt32LE(rateHz, 4)
  format.writeUInt32LE(rateHz * frameBytes, 8)
  format.writeUInt16LE(frameBytes, 12)
  format.writeUInt16LE(bits, 14)
  if (fields.extensible) {
    format.writeUInt16LE(22, 16)
    format.writeUInt16LE(tag, 24)
  }
  const body = Buffer.concat([
    Buffer.from('WAVE'),
    chunk('fmt ', format),
    extra,
    chunk('data', data, fields.dataBytes ?? data.length),
  ])
  return chunk('RIFF', body)
}

export function chunk(id: string, body: Buffer, announcedBytes = body.length): Buffer {
  const head = Buffer.alloc(8)
  head.write(id, 'latin1')
  head.writeUInt32LE(announcedBytes, 4)
  return Buffer.concat([head, body, Buffer.alloc(body.length & 1)])
}

export function pcm16(samples: readonly number[]): Buffer {
  return Buffer.from(Int16Array.from(samples).buffer)
}
