// Tones of the exchange heard on a line. libspandsp finds their pitch and cadence; whether the pauses are pauses, and a
// tone without them is nothing but itself, is checked here: music has the pitch now and then, and other notes besides.
import type { Detector } from '../../drivers/native/detector-bank.ts'
import type { TonePattern } from '../../drivers/native/tone-bank.ts'
import { frameMs, telephoneFormat } from './port.ts'

/** Powers of the last frames: longer than any pattern, twice. */
const keptFrames = 1024
/** A pause is so much fainter than the loudest burst (10 dB). */
const pauseRatio = 0.1
/** A tone begins and ends within a frame, and the detector's blocks are not ours. */
const edgeFrames = 5
/** Of the bursts and pauses that the pattern has, so much must be there: their edges fall into frames. */
const leastShare = 0.6
/** So much of the power is the tone's own; a chord's root has less. */
const pureShare = 0.5

interface Watched {
  name: string
  frames: number
  /** Of the pattern's time, that without a tone. */
  pauseShare: number
  /** For the Goertzel algorithm. */
  coefficients: readonly number[]
  /** Of the last frames: 1 where the tone was nearly all there was. */
  pure: Uint8Array
}

export class ToneSupervisor {
  readonly #detector: Detector
  readonly #watched: readonly Watched[]
  readonly #powers = new Float64Array(keptFrames)
  #frames = 0
  /** Reported by pitch and cadence, and not believed. */
  doubted = 0

  constructor(detector: Detector, tones: readonly { name: string; pattern: TonePattern }[]) {
    this.#detector = detector
    this.#watched = tones.map(({ name, pattern }) => watch(name, pattern))
  }

  /** To be called each frame, with the bank run between two. Tells what the frames before this one amounted to. */
  hear(frame: Int16Array, tell: (tone: string) => void): void {
    const events = this.#detector.events
    for (let i = 0; i < events; i++) {
      const tone = this.#watched[this.#detector.code(i) - 1]
      if (tone === undefined) continue
      if (this.#isTrue(tone)) tell(tone.name)
      else this.doubted++
    }
    this.#detector.feed(frame)
    const power = powerOf(frame)
    const at = this.#frames++ % keptFrames
    this.#powers[at] = power
    for (const { pure, coefficients } of this.#watched)
      pure[at] = tonePower(frame, coefficients) >= power * pureShare ? 1 : 0
  }

  close(): void {
    this.#detector.close()
  }

  #isTrue({ frames, pauseShare, pure }: Watched): boolean {
    const count = Math.min(frames, this.#frames)
    let loudest = 0
    for (let back = 1; back <= count; back++) loudest = Math.max(loudest, this.#power(back))
    let pauses = 0
    let bursts = 0
    for (let back = 1; back <= count; back++) {
      if (this.#power(back) < loudest * pauseRatio) pauses++
      else if (pure[(this.#frames - back) % keptFrames] === 1) bursts++
    }
    if (pauseShare === 0) return bursts >= count - edgeFrames
    return pauses >= count * pauseShare * leastShare && bursts >= count * (1 - pauseShare) * leastShare
  }

  #power(back: number): number {
    return this.#powers[(this.#frames - back) % keptFrames]!
  }
}

function watch(name: string, pattern: TonePattern): Watched {
  const lengths = pattern.map(({ shortestMs, longestMs, frequenciesHz }) => ({
    ms: pattern.length === 1 ? shortestMs : (shortestMs + longestMs) / 2,
    isPause: frequenciesHz.length === 0,
  }))
  const wholeMs = lengths.reduce((sum, { ms }) => sum + ms, 0)
  const pauseMs = lengths.reduce((sum, { ms, isPause }) => sum + (isPause ? ms : 0), 0)
  return {
    name,
    frames: Math.min(keptFrames, Math.floor(wholeMs / frameMs)),
    pauseShare: pauseMs / wholeMs,
    coefficients: (pattern[0]?.frequenciesHz ?? []).map(
      (hz) => 2 * Math.cos((2 * Math.PI * hz) / telephoneFormat.rateHz),
    ),
    pure: new Uint8Array(keptFrames),
  }
}

/** Power of the frequencies in the frame, at a resolution of 50 Hz. */
function tonePower(frame: Int16Array, coefficients: readonly number[]): number {
  let power = 0
  for (const coefficient of coefficients) {
    let last = 0
    let before = 0
    for (let i = 0; i < frame.length; i++) {
      const next = frame[i]! + coefficient * last - before
      before = last
      last = next
    }
    power += last * last + before * before - coefficient * last * before
  }
  return (2 * power) / (frame.length * frame.length)
}

function powerOf(frame: Int16Array): number {
  let sum = 0
  for (let i = 0; i < frame.length; i++) sum += frame[i]! * frame[i]!
  return sum / frame.length
}
