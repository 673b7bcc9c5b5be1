// Whether a stretch of sound is one steady tone, and of which frequency. Pure.
//
// A sine keeps x[n] + x[n-2] = 2·cos(ω)·x[n-1]. The best factor by least squares gives ω, and what it leaves over tells
// how far the sound is from a single sine; speech leaves much.

const sampleRateHz = 8000
/** Of the power that the fit leaves over: a tone 20 dB above the noise of its line leaves up to 0.06. */
const mostLeftOver = 0.08
/** Quieter is noise of the line: -46 dBm0. */
export const audibleRms = 110

export interface FrameSound {
  rms: number
  /** Set when it is one tone. */
  toneHz?: number
}

/** `samples`: 20 ms or so at 8 kHz. */
export function measureFrame(samples: Int16Array): FrameSound {
  let power = 0
  let middle = 0
  let cross = 0
  for (let n = 0; n < samples.length; n++) {
    const x = samples[n]!
    power += x * x
    if (n < 2) continue
    const before = samples[n - 1]!
    middle += before * before
    cross += before * (x + samples[n - 2]!)
  }
  const rms = Math.sqrt(power / samples.length)
  if (rms < audibleRms || middle === 0) return { rms }
  const factor = cross / middle
  if (Math.abs(factor) >= 2) return { rms }
  let left = 0
  for (let n = 2; n < samples.length; n++) {
    const error = samples[n]! + samples[n - 2]! - factor * samples[n - 1]!
    left += error * error
  }
  // What is left of white noise grows with the factor, and so does what is left of the noise beside a tone.
  if (left > mostLeftOver * power) return { rms }
  return { rms, toneHz: (Math.acos(factor / 2) * sampleRateHz) / (2 * Math.PI) }
}
