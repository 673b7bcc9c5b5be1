// What an engine gave as sound: a WAV file, of known or (as programs stream it) unknown length, or raw samples.
import { SpeechFault } from '../speech/speech-fault.ts'
import type { Utterance } from './engine.ts'

const pcm = 1
const extensible = 0xfffe
const lowestHz = 4000
const highestHz = 96_000

/** `rawHz`: rate of an answer that is no WAV; absent: such an answer is a fault. Throws SpeechFault. */
export function readSound(bytes: Buffer, who: string, rawHz?: number): Utterance {
  const isWav = bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WAVE'
  if (isWav) return readWav(bytes, who)
  if (rawHz === undefined || bytes.length % 2 !== 0) throw new SpeechFault(`${who} gave something else than audio`)
  return { samples: mono(bytes, 1), rateHz: rawHz }
}

function readWav(bytes: Buffer, who: string): Utterance {
  let format: { channels: number; rateHz: number } | undefined
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = bytes.toString('latin1', at, at + 4)
    const length = bytes.readUInt32LE(at + 4)
    const body = bytes.subarray(at + 8, at + 8 + length)
    if (id === 'fmt ' && body.length >= 16) {
      const tag = body.readUInt16LE(0)
      const isPcm = tag === pcm || (tag === extensible && body.length >= 26 && body.readUInt16LE(24) === pcm)
      const [channels, rateHz] = [body.readUInt16LE(2), body.readUInt32LE(4)]
      const isRead = isPcm && body.readUInt16LE(14) === 16 && (channels === 1 || channels === 2)
      if (!isRead || rateHz < lowestHz || rateHz > highestHz)
        throw new SpeechFault(`${who} gave something else than 16-bit WAV of one or two channels`)
      format = { channels, rateHz }
    }
    // A streamed file announces more than it can know of: what came is what there is.
    if (id === 'data' && format) return { samples: mono(body, format.channels), rateHz: format.rateHz }
    // Chunks are padded to an even length.
    at += 8 + length + (length & 1)
  }
  throw new SpeechFault(`${who} gave a WAV file without samples`)
}

/** Of two channels the mean. */
function mono(body: Buffer, channels: number): Int16Array {
  const samples = new Int16Array(Math.floor(body.length / 2 / channels))
  for (let i = 0; i < samples.length; i++)
    samples[i] = channels === 1 ? body.readInt16LE(2 * i) : (body.readInt16LE(4 * i) + body.readInt16LE(4 * i + 2)) >> 1
  return samples
}
