// Speech made fit for the telephone: silence cut off at both ends without touching a word, level set to a fixed value.

/** A full-scale sine is +3.14 dBm0 (ITU-T G.711, A-law). */
const fullScaleSineDbm0 = 3.14
const fullScaleSineRms = 32_768 / Math.SQRT2

/** Level of speech while somebody speaks; about what a caller's own voice has. */
export const speechLevelDbm0 = -18
/** Highest sample after levelling, some 1 dB below full scale. */
const maximumPeak = 29_000
/** A frame counts as speech above this part of the loudest frame's power (−30 dB). */
const activeShare = 0.001
const frameSamples = 80

/** Samples of this size or less are silence: espeak-ng's own is digital zero, resampling leaves a few units. */
const silenceFloor = 24
/** Left standing before and after the speech, so that weak first and last sounds stay. */
const guardSamples = 240

/** A view of the speech without the silence around it; empty when all is silent. */
export function trimSilence(samples: Int16Array): Int16Array {
  let start = 0
  while (start < samples.length && Math.abs(samples[start]!) <= silenceFloor) start++
  let end = samples.length
  while (end > start && Math.abs(samples[end - 1]!) <= silenceFloor) end--
  if (start === end) return samples.subarray(0, 0)
  return samples.subarray(Math.max(0, start - guardSamples), Math.min(samples.length, end + guardSamples))
}

/** Level of the active part, in dBm0; −Infinity for silence. */
export function activeLevelDbm0(samples: Int16Array): number {
  const power = activePower(samples)
  return power === 0
    ? Number.NEGATIVE_INFINITY
    : 20 * Math.log10(Math.sqrt(power) / fullScaleSineRms) + fullScaleSineDbm0
}

/** Scales in place to the telephone's level; less, where a peak would clip. */
export function setLevel(samples: Int16Array, levelDbm0: number = speechLevelDbm0): void {
  const currentDbm0 = activeLevelDbm0(samples)
  if (!Number.isFinite(currentDbm0)) return
  let peak = 0
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample))
  const gain = Math.min(10 ** ((levelDbm0 - currentDbm0) / 20), maximumPeak / peak)
  for (let i = 0; i < samples.length; i++) samples[i] = Math.round(samples[i]! * gain)
}

/** Mean power of the frames in which somebody speaks: pauses must not make a slow speaker louder. */
function activePower(samples: Int16Array): number {
  const frames = Math.ceil(samples.length / frameSamples)
  const powers = new Float64Array(frames)
  let loudest = 0
  for (let frame = 0; frame < frames; frame++) {
    const start = frame * frameSamples
    const end = Math.min(start + frameSamples, samples.length)
    let sum = 0
    for (let i = start; i < end; i++) sum += samples[i]! * samples[i]!
    const power = sum / (end - start)
    powers[frame] = power
    loudest = Math.max(loudest, power)
  }
  let sum = 0
  let active = 0
  for (const power of powers)
    if (power > loudest * activeShare) {
      sum += power
      active++
    }
  return active === 0 ? 0 : sum / active
}
