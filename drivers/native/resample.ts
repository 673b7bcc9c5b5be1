// Whole utterances from one sample rate to another (libspeexdsp): speech synthesis to telephone rate.
import { bytes, callInt, double, i32 } from './library.ts'

/**
 * Returns new samples at `toHz`, of the same duration and in the same place in time. Takes a few milliseconds of CPU
 * for each second of audio, on the calling thread. Throws when a rate is not a positive whole number.
 */
export function resample(samples: Int16Array, fromHz: number, toHz: number): Int16Array {
  for (const rateHz of [fromHz, toHz])
    if (!Number.isInteger(rateHz) || rateHz <= 0) throw new Error(`${rateHz} is not a sample rate`)
  if (fromHz === toHz || samples.length === 0) return Int16Array.from(samples)
  const made = new Int16Array(Math.round((samples.length * toHz) / fromHz))
  const input = Int16Array.from(samples)
  const count = callInt(
    'cb_resample',
    bytes(input),
    double(input.length),
    i32(fromHz),
    bytes(made),
    double(made.length),
    i32(toHz),
  )
  if (count < 0) throw new Error(`speexdsp could not resample from ${fromHz} to ${toHz} Hz (error ${-count})`)
  return made
}
