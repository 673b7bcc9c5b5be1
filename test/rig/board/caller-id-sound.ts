// Caller ID as the exchange sends it down the line.
import { fskSound, multipleDataMessage } from '../fsk-sound.ts'
import type { CallerId } from './exchange-line.ts'
import { dtmf, type Sound, samples } from './sound.ts'

export type CallerIdSound = 'bellcore' | 'etsi' | 'dtmf'

const time = '01010900'
const sentDbm0 = -20

export function callerIdSoundOf(way: CallerIdSound, { number, name, withheld }: CallerId): Sound {
  const letter = withheld === 'private' ? 'P' : 'O'
  if (way === 'dtmf') return dtmf(number === undefined ? (letter === 'P' ? 'D1#' : 'D2#') : `A${number}#`, 60, 60)
  const message = multipleDataMessage([
    [0x01, time],
    number === undefined ? [0x04, letter] : [0x02, number],
    ...(name === undefined ? [] : [[0x07, name] as [number, string]]),
  ])
  const modulation = way === 'bellcore' ? 'bell202' : 'v23'
  return samples(fskSound(message, { modulation, levelDbm0: sentDbm0, seizureBits: 300, markBits: 180 }))
}
