// The two wires between exchange and board, with all that is wrong with them: the echo of hybrids, loss, noise, hum.
//
//   exchange ── loss ──┬── noise, hum ──▶ board
//                      └── echo ◀──┐
//   exchange ◀── loss ─────────────┴───── board
import { echoPath } from '../../line-media/hybrid.ts'
import { seeded } from '../../line-media/sounds.ts'
import { sineAmplitude } from '../../support/tones.ts'
import { rateHz } from './sound.ts'

export interface PairConditions {
  /** What is played to the line comes back: all of it within `tailMs` (8–64), so much weaker. Absent: no echo. */
  echo?: { tailMs: number; lossDb: number }
  /** Each way, 0 and more. */
  lossDb?: number
  /** White, as the board hears it. Absent: none. */
  noiseDbm0?: number
  /** Of the mains, with its third and fifth harmonic. Absent: none. */
  hum?: { levelDbm0: number; hz: 50 | 60 }
}

const largest = 32_767

export class LinePair {
  #echo: EchoPath | undefined
  #gain = 1
  #noisePeak = 0
  #hum: Hum | undefined
  readonly #random = seeded(11)

  /** Throws with what can't be. */
  set({ echo, lossDb = 0, noiseDbm0, hum }: PairConditions): void {
    if (echo && !(echo.tailMs >= 8 && echo.tailMs <= 64)) throw new Error(`echo.tailMs ${echo.tailMs} is not 8–64`)
    if (!(lossDb >= 0)) throw new Error(`lossDb ${lossDb} is not 0 or more`)
    this.#echo = echo && new EchoPath(echoPath(echo))
    this.#gain = 10 ** (-lossDb / 20)
    // A flat distribution has its effective value √3 below its peak, a sine √2.
    this.#noisePeak = noiseDbm0 === undefined ? 0 : sineAmplitude(noiseDbm0) * Math.sqrt(1.5)
    this.#hum = hum && new Hum(hum.levelDbm0, hum.hz)
  }

  /** `frame` is what the exchange gives and becomes what the board hears; `played` what the board gives at that time. */
  toBoard(frame: Int16Array, played: Int16Array | undefined): void {
    for (let i = 0; i < frame.length; i++) {
      const echo = this.#echo?.next(played?.[i] ?? 0) ?? 0
      const noise = this.#noisePeak * (2 * this.#random() - 1)
      const sum = frame[i]! * this.#gain + echo + noise + (this.#hum?.next() ?? 0)
      frame[i] = Math.max(-largest, Math.min(largest, Math.round(sum)))
    }
  }

  /** What the exchange hears of it. */
  toExchange(played: Int16Array): Int16Array {
    return this.#gain === 1 ? played : played.map((sample) => Math.round(sample * this.#gain))
  }
}

/** An impulse response applied sample by sample. */
export class EchoPath {
  readonly #response: Float64Array
  readonly #past: Float64Array
  #at = 0

  constructor(response: Float64Array) {
    this.#response = response
    this.#past = new Float64Array(response.length)
  }

  next(sample: number): number {
    const count = this.#past.length
    this.#past[this.#at] = sample
    let sum = 0
    for (let i = 0, from = this.#at; i < count; i++, from = from === 0 ? count - 1 : from - 1)
      sum += this.#response[i]! * this.#past[from]!
    this.#at = (this.#at + 1) % count
    return sum
  }
}

const harmonics = [
  { times: 1, weight: 1 },
  { times: 3, weight: 0.5 },
  { times: 5, weight: 0.25 },
]

class Hum {
  readonly #peak: number
  readonly #step: number
  #n = 0

  constructor(levelDbm0: number, hz: number) {
    const power = harmonics.reduce((sum, { weight }) => sum + weight ** 2, 0)
    this.#peak = sineAmplitude(levelDbm0) / Math.sqrt(power)
    this.#step = (2 * Math.PI * hz) / rateHz
  }

  next(): number {
    const phase = this.#step * this.#n++
    return this.#peak * harmonics.reduce((sum, { times, weight }) => sum + weight * Math.sin(times * phase), 0)
  }
}
