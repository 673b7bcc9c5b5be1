// What far ends and callers say in measures of a line's media: speech of espeak-ng, noise, and music of plain instruments.
// All are the same at every run.
import { execFileSync } from 'node:child_process'
import { resample } from '../../drivers/native/resample.ts'
import { levelDbm0, sineAmplitude } from '../support/tones.ts'
import { parseWav } from '../support/wav.ts'

/** Numbers in 0…1 that look random and come back the same for a seed. */
export function seeded(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function atLevel(sound: Int16Array, wantedDbm0: number): Int16Array {
  const gain = 10 ** ((wantedDbm0 - levelDbm0(sound)) / 20)
  return sound.map((sample) => Math.max(-32768, Math.min(32767, Math.round(sample * gain))))
}

/** Speech at 8 kHz. `voice`: one of espeak-ng's, e.g. `en`, `de+f3`; `wordsPerMinute` about 160. */
export function speak(
  text: string,
  options: { voice: string; wordsPerMinute?: number; levelDbm0?: number },
): Int16Array {
  const { voice, wordsPerMinute = 160, levelDbm0 = -18 } = options
  // Written to a pipe the header tells no length, so that what it says of it is not asked.
  const wav = execFileSync('espeak-ng', ['-v', voice, '-s', String(wordsPerMinute), '--stdout', text], {
    maxBuffer: 64 * 2 ** 20,
  })
  wav.writeUInt32LE(wav.length - 8, 4)
  wav.writeUInt32LE(wav.length - 44, 40)
  const { rateHz, samples } = parseWav(wav, 'espeak-ng')
  return atLevel(resample(samples[0] ?? new Int16Array(0), rateHz, 8000), levelDbm0)
}

export function noise(count: number, wantedDbm0: number, seed = 1): Int16Array {
  const random = seeded(seed)
  // A sine of this level has its effective value √2 below its peak.
  const effective = sineAmplitude(wantedDbm0) / Math.SQRT2
  return Int16Array.from({ length: count }, () => {
    let sum = -6
    for (let i = 0; i < 12; i++) sum += random()
    return Math.round(sum * effective)
  })
}

/** Again and again, until it is that long. */
export function repeated(sound: Int16Array, count: number): Int16Array {
  return Int16Array.from({ length: count }, (_, i) => sound[i % sound.length]!)
}
