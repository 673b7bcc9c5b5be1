// Tones made and found in tests: each party of a call sends its own, and must hear the other's and not its own.

/** Full scale sine in dBm0 (G.711: +3.14 dBm0 μ-law, +3.17 A-law; 3.14 is used throughout). */
const fullScaleDbm0 = 3.14

/** Peak amplitude of a sine of this level, in 16-bit samples. */
export function sineAmplitude(levelDbm0: number): number {
  return 32767 * 10 ** ((levelDbm0 - fullScaleDbm0) / 20)
}

/** A sine, or the sum of several sines of the same level each. */
export function makeTone(hz: number | number[], durationMs: number, levelDbm0 = -10, rateHz = 8000): Int16Array {
  const samples = new Int16Array(Math.round((durationMs * rateHz) / 1000))
  const amplitude = sineAmplitude(levelDbm0)
  for (const frequencyHz of [hz].flat())
    for (let i = 0; i < samples.length; i++)
      samples[i] = samples[i]! + Math.round(amplitude * Math.sin((2 * Math.PI * frequencyHz * i) / rateHz))
  return samples
}

/** Level of one frequency in the samples (Goertzel over all of them, Hann window). -Infinity for digital silence. */
export function toneLevelDbm0(samples: ArrayLike<number>, hz: number, rateHz = 8000): number {
  const count = samples.length
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rateHz)
  let previous = 0
  let beforePrevious = 0
  let windowSum = 0
  for (let i = 0; i < count; i++) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / count)
    windowSum += window
    const next = samples[i]! * window + coefficient * previous - beforePrevious
    beforePrevious = previous
    previous = next
  }
  const power = previous * previous + beforePrevious * beforePrevious - coefficient * previous * beforePrevious
  const amplitude = (2 * Math.sqrt(Math.max(0, power))) / windowSum
  return 20 * Math.log10(amplitude / 32767) + fullScaleDbm0
}

/** Level of all that is in the samples, as the sine of the same power. -Infinity for digital silence. */
export function levelDbm0(samples: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < samples.length; i++) sum += samples[i]! ** 2
  return 10 * Math.log10((2 * sum) / Math.max(1, samples.length) / 32767 ** 2) + fullScaleDbm0
}

/** Milliseconds of the samples in which the tone is above the level, measured in blocks of 20 ms. */
export function tonePresentMs(samples: Int16Array, hz: number, minimumDbm0 = -30, rateHz = 8000): number {
  const block = rateHz / 50
  let blocks = 0
  for (let at = 0; at + block <= samples.length; at += block)
    if (toneLevelDbm0(samples.subarray(at, at + block), hz, rateHz) > minimumDbm0) blocks++
  return blocks * 20
}
