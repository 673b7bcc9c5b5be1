// A piece of a text to telephone samples: the engine, then 8 kHz, then trimmed, levelled, and put between its pauses.
import { resample } from '../../drivers/native/resample.ts'
import type { FlowVoice } from '../flow/host.ts'
import type { PreparedSpeech, SpeechEngine, Utterance } from './engine.ts'
import { setLevel, trimSilence } from './speech-level.ts'
import { cutIntoPieces, type SpeechPiece } from './speech-pieces.ts'

const rateHz = 8000
/** Even nothing lasts a frame: an empty prompt would be none. */
const shortestSamples = 160
/** Input resampled in one go: about 3 ms of CPU, then the event loop gets its turn. */
const sliceSeconds = 2
/** Input around a slice that its first and last samples depend on: well beyond the filter's length. */
const overlapSeconds = 0.1

interface PlannedPart extends PreparedSpeech {
  leadingPauseMs: number
  trailingPauseMs: number
}

export interface Plan {
  /** All that decides on the sound: plain data. */
  key: readonly unknown[]
  parts: readonly PlannedPart[]
}

/** What the engine is to be asked for one piece. Throws SpeechFault when it can't be asked. */
export function planSpeech(piece: SpeechPiece, engine: SpeechEngine, voice: FlowVoice, as: string | undefined): Plan {
  const cut = engine.makesPauses ? [piece] : cutIntoPieces(piece.events, { atPauses: true, atSentences: false })
  const parts = cut.map((part, index): PlannedPart => {
    const isOuter = part !== piece
    const leadingPauseMs = part.leadingPauseMs + (isOuter && index === 0 ? piece.leadingPauseMs : 0)
    const trailingPauseMs = part.trailingPauseMs + (isOuter && index === cut.length - 1 ? piece.trailingPauseMs : 0)
    return { ...engine.prepare(part.events, voice, as), leadingPauseMs, trailingPauseMs }
  })
  const keys = parts.map((part) => [part.key, part.leadingPauseMs, part.trailingPauseMs])
  return { key: [engine.name, keys], parts }
}

/** `ask` runs one question to the engine when its turn has come. */
export async function speakPlan(
  plan: Plan,
  ask: (speak: () => Promise<Utterance>) => Promise<Utterance>,
  signal: AbortSignal,
): Promise<Int16Array> {
  const made: Int16Array[] = []
  for (const { speak, leadingPauseMs, trailingPauseMs } of plan.parts) {
    made.push(new Int16Array(samplesOf(leadingPauseMs)))
    if (speak) made.push(await telephoneSpeech(await ask(() => speak(signal)), signal))
    made.push(new Int16Array(samplesOf(trailingPauseMs)))
  }
  const length = made.reduce((sum, samples) => sum + samples.length, 0)
  const whole = new Int16Array(Math.max(length, shortestSamples))
  let at = 0
  for (const samples of made) {
    whole.set(samples, at)
    at += samples.length
  }
  return whole
}

async function telephoneSpeech(utterance: Utterance, signal: AbortSignal): Promise<Int16Array> {
  const spoken = Int16Array.from(trimSilence(await resampleInSlices(utterance.samples, utterance.rateHz, signal)))
  setLevel(spoken)
  return spoken
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
