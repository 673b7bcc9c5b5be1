// What a simulated caller or exchange lets be heard, as 16-bit samples at 8 kHz. A sound is asked for samples until it
// gives fewer than asked for: then it is over.
import { sineAmplitude } from '../../support/tones.ts'

export const rateHz = 8000

export interface Sound {
  /** Fills `count` samples from `at` on; returns how many it had. */
  fill(frame: Int16Array, at: number, count: number): number
}

/** For ever. One or two sines, each at `levelDbm0`. */
export function tone(frequenciesHz: number[], levelDbm0 = -13): Sound {
  const peak = sineAmplitude(levelDbm0)
  const steps = frequenciesHz.map((hz) => (2 * Math.PI * hz) / rateHz)
  let n = 0
  return {
    fill(frame, at, count) {
      for (let i = 0; i < count; i++, n++) {
        let sum = 0
        for (const step of steps) sum += Math.sin(step * n)
        frame[at + i] = Math.round(sum * peak)
      }
      return count
    },
  }
}

export function silence(): Sound {
  return {
    fill(frame, at, count) {
      frame.fill(0, at, at + count)
      return count
    },
  }
}

export function samples(all: Int16Array): Sound {
  let n = 0
  return {
    fill(frame, at, count) {
      const taken = Math.min(count, all.length - n)
      frame.set(all.subarray(n, n + taken), at)
      n += taken
      return taken
    },
  }
}

/** The first `durationMs` of a sound. */
export function limited(sound: Sound, durationMs: number): Sound {
  let left = Math.round((durationMs * rateHz) / 1000)
  return {
    fill(frame, at, count) {
      const taken = sound.fill(frame, at, Math.min(count, left))
      left -= taken
      return taken
    },
  }
}

/** One after the other. */
export function sequence(sounds: Sound[]): Sound {
  const left = [...sounds]
  return {
    fill(frame, at, count) {
      let filled = 0
      for (let sound = left[0]; sound && filled < count; sound = left[0]) {
        filled += sound.fill(frame, at + filled, count - filled)
        if (filled < count) left.shift()
      }
      return filled
    },
  }
}

/** A tone with an on and off cadence, for ever. */
export function cadenced(frequenciesHz: number[], onMs: number, offMs: number, levelDbm0 = -13): Sound {
  const period = () => sequence([limited(tone(frequenciesHz, levelDbm0), onMs), limited(silence(), offMs)])
  let current = period()
  return {
    fill(frame, at, count) {
      let filled = 0
      while (filled < count) {
        filled += current.fill(frame, at + filled, count - filled)
        if (filled < count) current = period()
      }
      return count
    },
  }
}

const lowHz = [697, 770, 852, 941]
const highHz = [1209, 1336, 1477, 1633]
const keypad = '123A456B789C*0#D'

/** Keys pressed one after the other, at the levels of a telephone set: -9 and -7 dBm0. Throws on an unknown key. */
export function dtmf(digits: string, onMs = 80, gapMs = 80): Sound {
  const pressed = [...digits].map((digit) => {
    const key = keypad.indexOf(digit)
    if (key < 0) throw new Error(`${digit} is no key of a telephone: use ${keypad}`)
    return limited(twoTones(lowHz[key >> 2]!, -9, highHz[key & 3]!, -7), onMs)
  })
  return sequence(pressed.flatMap((key) => [key, limited(silence(), gapMs)]))
}

function twoTones(firstHz: number, firstDbm0: number, secondHz: number, secondDbm0: number): Sound {
  const first = tone([firstHz], firstDbm0)
  const second = tone([secondHz], secondDbm0)
  const other = new Int16Array(rateHz)
  return {
    fill(frame, at, count) {
      first.fill(frame, at, count)
      second.fill(other, 0, count)
      for (let i = 0; i < count; i++) frame[at + i] = frame[at + i]! + other[i]!
      return count
    },
  }
}
