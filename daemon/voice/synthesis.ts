// Text to telephone samples: the speech program, then 8 kHz, then trimmed, levelled, and put between its pauses.
import { resample } from '../../drivers/native/resample.ts'
import { type EspeakOptions, runEspeak } from './espeak.ts'
import { setLevel, trimSilence } from './speech-level.ts'
import type { SpeechText } from './speech-text.ts'
import type { EspeakVoice } from './voices.ts'

const rateHz = 8000
/** Even nothing lasts a frame: an empty prompt would be none. */
const shortestSamples = 160
/** Input resampled in one go: about 3 ms of CPU, then the event loop gets its turn. */
const sliceSeconds = 2
/** Input around a slice that its first and last samples depend on: well beyond the filter's length. */
const overlapSeconds = 0.1

export async function synthesise(
  speech: SpeechText,
  voice: EspeakVoice,
  options: EspeakOptions,
  signal: AbortSignal,
): Promise<Int16Array> {
  let spoken = new Int16Array(0)
  if (speech.text !== '') {
    const { samples, rateHz: spokenHz } = await runEspeak(speech, voice, options, signal)
    spoken = Int16Array.from(trimSilence(await resampleInSlices(samples, spokenHz, signal)))
    setLevel(spoken)
  }
  const leading = samplesOf(speech.leadingPauseMs)
  const length = leading + spoken.length + samplesOf(speech.trailingPauseMs)
  const whole = new Int16Array(Math.max(length, shortestSamples))
  whole.set(spoken, leading)
  return whole
}

/** The same samples as in one go, without holding up the thread for a long text. */
export async function resampleInSlices(samples: Int16Array, fromHz: number, signal: AbortSignal): Promise<Int16Array> {
  if (samples.length <= sliceSeconds * fromHz) return resample(samples, fromHz, rateHz)
  const made = new Int16Array(Math.round((samples.length * rateHz) / fromHz))
  const overlap = Math.round(overlapSeconds * fromHz)
  const overlapMade = Math.round(overlapSeconds * rateHz)
  const step = sliceSeconds * fromHz
  for (let start = 0, at = 0; start < samples.length; start += step, at += sliceSeconds * rateHz) {
    signal.throwIfAborted()
    const before = start === 0 ? 0 : overlap
    const slice = resample(samples.subarray(start - before, start + step + overlap), fromHz, rateHz)
    const skip = start === 0 ? 0 : overlapMade
    const count = Math.min(sliceSeconds * rateHz, made.length - at)
    made.set(slice.subarray(skip, skip + count), at)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  return made
}

function samplesOf(ms: number): number {
  return Math.round((ms * rateHz) / 1000)
}
