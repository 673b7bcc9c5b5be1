// What the rig hears of a line, and what it makes of it.
import { setTimeout as delay } from 'node:timers/promises'
import type { Audio } from '../../../daemon/loop/audio.ts'
import type { PortId } from '../../../daemon/media/port.ts'
import { noise, repeated, speak } from '../../line-media/sounds.ts'
import { levelDbm0, toneLevelDbm0 } from '../../support/tones.ts'
import { Register } from '../board/register.ts'

const samplesPerMs = 8
const block = 10 * samplesPerMs

/** From the beginning of the sound; undefined: the tone is not in it. */
export function onsetMs(sound: Int16Array, hz: number): number | undefined {
  for (let at = 0; at + block <= sound.length; at += block)
    if (toneLevelDbm0(sound.subarray(at, at + block), hz) > -35) return at / samplesPerMs
  return undefined
}

export interface Hearing {
  sound(): Int16Array
  /** When the tone began to be heard, by performance.now(). */
  onsetMs(hz: number): number | undefined
  stop(): void
}

export function hearTone(audio: Audio, portId: PortId): Hearing {
  let all = new Int16Array(0)
  let lastAtMs = performance.now()
  const listening = audio.listen(portId, (samples) => {
    lastAtMs = performance.now()
    const more = new Int16Array(all.length + samples.length)
    more.set(all)
    more.set(samples, all.length)
    all = more
  })
  return {
    sound: () => all,
    onsetMs(hz) {
      const at = onsetMs(all, hz)
      return at === undefined ? undefined : lastAtMs - (all.length / samplesPerMs - at)
    },
    stop: () => listening.stop(),
  }
}

/** Real time is what a line passes; how long it was. */
hearTone.pause = async (ms: number): Promise<number> => {
  const fromMs = performance.now()
  await delay(ms)
  return performance.now() - fromMs
}

/** Keys that an exchange would take from the sound. */
export function digitsIn(sound: Int16Array): string {
  const register = new Register()
  register.hear(sound)
  const { digits } = register
  register.close()
  return digits
}

const echoPlayedMs = 4000
const echoDbm0 = -15

/** Noise of the box, and how much of it comes back in the second and third second; and each quarter second, for the plot. */
export async function echoLossDb(audio: Audio, portId: PortId): Promise<{ lossDb: number; courseDb: number[] }> {
  audio.addPrompt('rig-noise', noise(echoPlayedMs * samplesPerMs, echoDbm0))
  const hearing = hearTone(audio, portId)
  const playback = audio.play(portId, [{ kind: 'prompt', promptId: 'rig-noise' }])
  await playback.ended
  hearing.stop()
  const quarter = 250 * samplesPerMs
  const sound = hearing.sound()
  const courseDb: number[] = []
  for (let at = 0; at + quarter <= sound.length; at += quarter)
    courseDb.push(echoDbm0 - levelDbm0(sound.subarray(at, at + quarter)))
  const late = courseDb.slice(5, 12)
  // Digital silence has no level; nothing fainter than a 16-bit step can be told.
  const losses = (late.length > 0 ? late : courseDb).map((db) => Math.min(db, 75))
  return { lossDb: Math.min(...losses), courseDb: courseDb.map((db) => Math.min(db, 75)) }
}

const sayings =
  'Good morning, I am calling about the bill of last month. There is a fee in it that I do not understand, could you look at it? ' +
  'My customer number is somewhere in this letter, one moment please. Yes, here it is. No, that is the date.'

export function speech(seconds: number): Int16Array {
  return repeated(speak(sayings, { voice: 'en' }), seconds * 1000 * samplesPerMs)
}
