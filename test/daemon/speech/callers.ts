// Callers of the tests: real speech of espeak-ng, as it would come over a telephone line, given to the listener in the
// pieces a line gives.
import { execFileSync } from 'node:child_process'
import type { AudioSource } from '../../../daemon/speech/recogniser.ts'
import { alaw, decodeG711, encodeG711 } from '../../../drivers/codec/g711.ts'
import { resample } from '../../../drivers/native/resample.ts'

const rateHz = 8000
const pieceSamples = 320

/** 8 kHz, A-law there and back, peaks some 9 dB below full scale. */
export function spokenBy(voice: string, words: string): Int16Array {
  const wav = execFileSync('espeak-ng', ['-v', voice, '-s', '140', '--stdout', words], { maxBuffer: 1e8 })
  const wide = new Int16Array((wav.length - 44) >> 1)
  for (let i = 0; i < wide.length; i++) wide[i] = wav.readInt16LE(44 + 2 * i)
  const narrow = resample(wide, wav.readUInt32LE(24), rateHz)
  const peak = narrow.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1)
  const levelled = narrow.map((sample) => Math.round((sample * 12_000) / peak))
  const octets = Buffer.alloc(levelled.length)
  encodeG711(alaw, levelled, octets, 0)
  decodeG711(alaw, octets, 0, levelled)
  return levelled
}

/** Faint noise, as no line is without. */
export function quiet(ms: number): Int16Array {
  let seed = 1
  return Int16Array.from({ length: (ms * rateHz) / 1000 }, () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
    return (seed % 17) - 8
  })
}

export interface Line extends AudioSource {
  /** Listeners now: the ledger. */
  readonly listeners: number
  /** Hands this over in pieces, between which everybody gets a turn. */
  say(...stretches: Int16Array[]): Promise<void>
}

export function line(): Line {
  const listeners = new Set<(samples: Int16Array) => void>()
  const source: AudioSource = (listener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  return Object.defineProperties(
    Object.assign(source, {
      async say(...stretches: Int16Array[]) {
        for (const stretch of stretches)
          for (let at = 0; at < stretch.length; at += pieceSamples) {
            for (const listener of [...listeners]) listener(stretch.subarray(at, at + pieceSamples))
            await new Promise<void>((resolve) => setImmediate(resolve))
          }
      },
    }),
    { listeners: { get: () => listeners.size } },
  ) as Line
}
