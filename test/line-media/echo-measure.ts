// How much of its own sound a far end gets back from a line: a call of 12 s through the echo canceller alone, with a party
// on the line who speaks, or does not, from the 4th to the 7th second.
import { EchoCanceller, echoDelayMs } from '../../drivers/native/echo-canceller.ts'
import { levelDbm0 } from '../support/tones.ts'
import { echoOf, echoPath, type HybridOptions } from './hybrid.ts'
import { noise, repeated, speak } from './sounds.ts'

const samplesPerS = 8000
const blockSamples = samplesPerS / 2
const callSamples = 12 * samplesPerS
const frameSamples = 160
/** The last word of the party on the line is over, with what the suppressor holds of it. */
const settleSamples = samplesPerS / 10
/** Where the far end makes a pause, what comes back is the line's own noise. */
const quietDbm0 = -26
const nearFrom = 4 * samplesPerS
const nearTo = 7 * samplesPerS

export const farEnds = {
  speech: () =>
    speak(
      'Good morning, this is the box office of the old theatre. We have two seats left for Friday evening, and three on Saturday.',
      { voice: 'en' },
    ),
  german: () =>
    speak('Guten Tag, Sie sprechen mit der Theaterkasse. Für Freitag haben wir noch zwei Karten im Parkett.', {
      voice: 'de+f3',
    }),
  noise: () => noise(callSamples, -18),
} as const

const nearSays =
  'Yes please, the two for Friday, if they are next to each other, and could you tell me how much they are?'

export interface EchoMeasure {
  /** Worst half second of speech after the first second, while only the far end speaks: its level less that of what comes back. */
  returnLossDb: number
  /** The same from a tenth of a second after both have spoken. */
  returnLossAfterDb: number
  /** What became of the near party's level while both spoke. */
  nearChangeDb: number
}

/** `tailMs` is what the canceller is set to; the path has its own. */
export function measureEcho(options: {
  far: keyof typeof farEnds
  path: HybridOptions
  tailMs: number
  nearSpeaks: boolean
}): EchoMeasure {
  const far = repeated(farEnds[options.far](), callSamples)
  const near = repeated(speak(nearSays, { voice: 'en+f3' }), callSamples)
  const lineNoise = noise(callSamples, -62, 9)
  const echo = echoOf(far, echoPath(options.path))
  const isNear = (i: number) => options.nearSpeaks && i >= nearFrom && i < nearTo
  const heard = echo.map((sample, i) => sample + lineNoise[i]! + (isNear(i) ? near[i]! : 0))

  const canceller = new EchoCanceller(options.tailMs)
  const left = new Int16Array(callSamples)
  for (let at = 0; at < callSamples; at += frameSamples) {
    const frame = heard.slice(at, at + frameSamples)
    canceller.cancel(frame, far.subarray(at, at + frameSamples))
    left.set(frame, at)
  }
  canceller.close()

  const late = echoDelayMs * 8
  const lossAt = (from: number) =>
    levelDbm0(far.subarray(from, from + blockSamples)) -
    levelDbm0(left.subarray(from + late, from + late + blockSamples))
  const worst = (from: number, to: number) => {
    let loss = Number.POSITIVE_INFINITY
    for (let at = from; at + blockSamples + late <= to; at += blockSamples)
      if (levelDbm0(far.subarray(at, at + blockSamples)) > quietDbm0) loss = Math.min(loss, lossAt(at))
    return loss
  }
  return {
    returnLossDb: worst(samplesPerS, nearFrom),
    returnLossAfterDb: worst(nearTo + settleSamples, callSamples),
    nearChangeDb: options.nearSpeaks
      ? levelDbm0(left.subarray(nearFrom + late, nearTo + late)) - levelDbm0(near.subarray(nearFrom, nearTo))
      : 0,
  }
}
