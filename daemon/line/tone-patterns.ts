// A country's tones as patterns the audio thread can listen for on a line: what says that nobody is there any more.
import type { ToneElement, TonePattern } from '../../drivers/native/tone-bank.ts'
import { maximumElements } from '../../drivers/native/tone-bank.ts'
import type { SupervisoryTone } from '../loop/audio.ts'

/** As config/tones.json has them: an empty cadence is a tone without end. */
export interface Tone {
  frequenciesHz: number[]
  cadenceMs: number[]
}

export interface CountryTones {
  dial?: Tone
  busy?: Tone
  congestion?: Tone
  ring?: Tone
}

/** Exchanges keep their times no better than this (line signalling facts, tones.json). */
const tolerance = 0.25
const leastToleranceMs = 40
/** Dial tone in the middle of a call: a note of music may last a second or more, and a hang-up is known in two. */
const dialToneMs = 1800
/** After going off-hook: an exchange that is ready says so. */
const dialReadyMs = 600
/** Speech and music have a burst of the right pitch and length now and then, hardly ever three in a row. */
const periods = 3
const longestMs = 30_000

/** Busy, congestion and dial tone of the country: each, heard in a call, is the exchange's word that it is over. */
export function hangUpTones({ busy, congestion, dial }: CountryTones): SupervisoryTone[] {
  const tones: SupervisoryTone[] = []
  const add = (name: string, tone: Tone | undefined) => {
    if (!tone) return
    const pattern = patternOf(tone)
    if (!tones.some((other) => JSON.stringify(other.pattern) === JSON.stringify(pattern))) tones.push({ name, pattern })
  }
  add('busy', busy)
  add('congestion', congestion)
  add('dialTone', dial)
  return tones
}

/** What is listened for while a call is made: besides what ends one, that the exchange is ready, and that it rings. */
export function callTones(country: CountryTones): SupervisoryTone[] {
  const { dial, ring } = country
  // Told early, and over before dial tone in the middle of a call would be told.
  const ready = dial && patternOf(dial, 1, dialReadyMs).map((element) => ({ ...element, longestMs: dialToneMs - 200 }))
  return [
    ...(ready ? [{ name: dialReadyTone, pattern: ready }] : []),
    ...(ring && ring.cadenceMs.length > 0 ? [{ name: ringbackTone, pattern: patternOf(ring, 1) }] : []),
    ...hangUpTones(country),
  ]
}

export const dialReadyTone = 'dialReady'
export const ringbackTone = 'ringback'

/** Of the ring tone's cadence: where the next ring is not heard by then, it has stopped. */
export function ringbackPeriodMs({ ring }: CountryTones): number {
  return (ring?.cadenceMs ?? []).reduce((sum, ms) => sum + ms, 0)
}

/** Two that libspandsp's 16 ms blocks can't tell from one another, nor from a third between them: one in their middle. */
const inseparableHz = 30

function patternOf(tone: Tone, periodsWanted = periods, continuousMs = dialToneMs): TonePattern {
  const { cadenceMs } = tone
  const [low = 0, high = low] = tone.frequenciesHz.toSorted((one, other) => one - other)
  const frequenciesHz = high - low < inseparableHz ? [Math.round((low + high) / 2)] : [low, high]
  if (cadenceMs.length === 0) return [{ frequenciesHz, shortestMs: continuousMs, longestMs }]
  const period = cadenceMs.map((ms, index): ToneElement => {
    const slackMs = Math.max(leastToleranceMs, ms * tolerance)
    const isOn = index % 2 === 0
    return {
      frequenciesHz: isOn ? frequenciesHz : [],
      shortestMs: Math.round(ms - slackMs),
      longestMs: Math.round(ms + slackMs),
    }
  })
  const count = Math.max(1, Math.min(periodsWanted, Math.floor(maximumElements / period.length)))
  return Array.from({ length: count }, () => period).flat()
}
