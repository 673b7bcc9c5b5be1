// The echo of a line: what is played to it comes back by the hybrid of the near exchange, and again, weaker, from the far
// one's. An impulse response by seed, the shape of those of ITU-T G.168: a flat delay, then a burst that dies away.
import { seeded } from './sounds.ts'

export interface HybridOptions {
  /** From what is played to the last of its echo. */
  tailMs: number
  /** How much weaker the whole echo is: G.168 tests with 6 dB and more. */
  lossDb: number
  seed?: number
}

const samplesPerMs = 8

export function echoPath({ tailMs, lossDb, seed = 3 }: HybridOptions): Float64Array {
  const random = seeded(seed)
  const path = new Float64Array(tailMs * samplesPerMs)
  // The far exchange's burst ends where the tail does, and is 12 dB weaker.
  const bursts = [
    { atMs: 3, weight: 1, decayMs: 3 },
    { atMs: Math.max(4, tailMs - 26), weight: 0.25, decayMs: 5 },
  ]
  for (const { atMs, weight, decayMs } of bursts)
    for (let i = atMs * samplesPerMs; i < path.length; i++)
      path[i]! += weight * Math.exp(-(i - atMs * samplesPerMs) / (decayMs * samplesPerMs)) * (2 * random() - 1)
  const energy = path.reduce((sum, value) => sum + value * value, 0)
  const gain = Math.sqrt(10 ** (-lossDb / 10) / energy)
  return path.map((value) => value * gain)
}

/** The echo of a whole sound. */
export function echoOf(played: Int16Array, path: Float64Array): Int16Array {
  return Int16Array.from(played, (_, n) => {
    let sum = 0
    for (let i = Math.min(n, path.length - 1); i >= 0; i--) sum += path[i]! * played[n - i]!
    return Math.round(sum)
  })
}
