// Digits as a line's port hears them: keys at the limits of ITU-T Q.24, and an hour of speech and music in which there are
// none. Through the true port, a tick of 20 ms at a time.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LinePort } from '../../daemon/media/line-port.ts'
import { dtmfFrequencies } from '../../daemon/media/tone-sender.ts'
import { DtmfBank } from '../../drivers/native/dtmf-bank.ts'
import { mapSharedMemory } from '../../drivers/native/shared-memory.ts'
import { pcmFileBytes, pcmPath } from '../../drivers/pcm-ring.ts'
import { sineAmplitude } from '../support/tones.ts'
import { noise } from './sounds.ts'

const frameSamples = 160
const samplesPerMs = 8
export const allDigits = '1234567890*#ABCD'

/** The digits a line's port tells of in this sound. */
export function digitsHeard(sound: Int16Array): string {
  const directory = mkdtempSync(join(tmpdir(), 'cordboard-digits-'))
  const file = join(directory, 'line')
  const theirs = mapSharedMemory(file, pcmFileBytes)
  const { capture, playback } = pcmPath(theirs.memory, theirs.byteOffset)
  const bank = new DtmfBank(1)
  let nowMs = 1000
  let digits = ''
  const port = new LinePort({
    id: 1,
    name: 'line',
    memory: mapSharedMemory(file, pcmFileBytes),
    detectors: bank,
    nowMs: () => nowMs,
    report: (report) => {
      if (report.type === 'digitReceived') digits += report.digit
    },
  })
  const frame = new Int16Array(frameSamples)
  // The port holds two frames back: some silence pushes the end out.
  for (let at = 0; at < sound.length + 10 * frameSamples; at += frameSamples, nowMs += 20) {
    frame.fill(0)
    frame.set(sound.subarray(at, at + frameSamples))
    capture.write(frame)
    port.detector.feed(port.get(frame) && frame)
    bank.run()
    port.detector.collect()
    port.put(false)
    playback.discard()
  }
  port.close()
  bank.destroy()
  theirs.unmap()
  rmSync(directory, { recursive: true })
  return digits
}

export interface Keying {
  /** Of the stronger of the two frequencies. */
  levelDbm0: number
  /** How much stronger the high one is; below 0: how much weaker. */
  twistDb?: number
  /** Of both frequencies from their true ones. */
  offsetPercent?: number
  onMs?: number
  gapMs?: number
  /** White noise of 0–4 kHz so much below the power of both; left out: none. */
  signalToNoiseDb?: number
}

/** Every digit there is, keyed this way, `times` over. */
export function keyed(keying: Keying, times = 1): Int16Array {
  const { levelDbm0, twistDb = 0, offsetPercent = 0, onMs = 50, gapMs = 50, signalToNoiseDb } = keying
  const on = onMs * samplesPerMs
  const period = (onMs + gapMs) * samplesPerMs
  const keys = allDigits.repeat(times)
  const sound = new Int16Array(keys.length * period + period)
  const lowPeak = sineAmplitude(levelDbm0 - Math.max(0, twistDb))
  const highPeak = sineAmplitude(levelDbm0 + Math.min(0, twistDb))
  for (const [k, key] of [...keys].entries()) {
    const [lowHz, highHz] = dtmfFrequencies(key)
    // Keys are not pressed in time with our frames.
    const from = k * period + (((k * 37) % Math.max(1, gapMs * samplesPerMs - 80)) % 160)
    for (let i = 0; i < on; i++) {
      const angle = (2 * Math.PI * i * (1 + offsetPercent / 100)) / 8000
      sound[from + i] = Math.round(lowPeak * Math.sin(angle * lowHz) + highPeak * Math.sin(angle * highHz))
    }
  }
  if (signalToNoiseDb === undefined) return sound
  const powerDb = 10 * Math.log10(lowPeak ** 2 + highPeak ** 2) - 20 * Math.log10(sineAmplitude(0))
  const hiss = noise(sound.length, powerDb - signalToNoiseDb, 5)
  return sound.map((sample, i) => sample + hiss[i]!)
}

export interface Limit {
  name: string
  keying: Keying
  /** Keys of this kind are digits, or must not be. */
  isDigit: boolean
}

/** ITU-T Q.24 table 1, the strictest column of each row, and the levels and noise that lines have. */
export const limits: readonly Limit[] = [
  { name: 'as loud as a codec takes two, -3 dBm0 each', keying: { levelDbm0: -3 }, isDigit: true },
  { name: 'as weak as they may be, -30 dBm0', keying: { levelDbm0: -30 }, isDigit: true },
  { name: '1.5 % too high', keying: { levelDbm0: -10, offsetPercent: 1.5 }, isDigit: true },
  { name: '1.5 % too low', keying: { levelDbm0: -10, offsetPercent: -1.5 }, isDigit: true },
  { name: '3.5 % too high', keying: { levelDbm0: -10, offsetPercent: 3.5 }, isDigit: false },
  { name: '3.5 % too low', keying: { levelDbm0: -10, offsetPercent: -3.5 }, isDigit: false },
  { name: 'high frequency 4 dB stronger', keying: { levelDbm0: -10, twistDb: 4 }, isDigit: true },
  { name: 'high frequency 8 dB weaker', keying: { levelDbm0: -10, twistDb: -8 }, isDigit: true },
  { name: '40 ms, 40 ms apart', keying: { levelDbm0: -10, onMs: 40, gapMs: 40 }, isDigit: true },
  { name: '20 ms, too short', keying: { levelDbm0: -10, onMs: 20, gapMs: 80 }, isDigit: false },
  { name: 'noise 15 dB below', keying: { levelDbm0: -10, signalToNoiseDb: 15 }, isDigit: true },
  { name: '-30 dBm0, noise 15 dB below', keying: { levelDbm0: -30, signalToNoiseDb: 15 }, isDigit: true },
  {
    name: '-30 dBm0, high 8 dB weaker, noise 15 dB below',
    keying: { levelDbm0: -30, twistDb: -8, signalToNoiseDb: 15 },
    isDigit: true,
  },
  {
    name: '-30 dBm0, high 4 dB stronger, noise 15 dB below',
    keying: { levelDbm0: -30, twistDb: 4, signalToNoiseDb: 15 },
    isDigit: true,
  },
  {
    name: '40 ms, 40 ms apart, 1.5 % too high, noise 15 dB below',
    keying: { levelDbm0: -20, onMs: 40, gapMs: 40, offsetPercent: 1.5, signalToNoiseDb: 15 },
    isDigit: true,
  },
]
