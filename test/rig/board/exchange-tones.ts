// What an exchange plays: its tones, of a country or of its own, at the levels of the precise plan of North America.
import { tonesOfCountry } from '../../../daemon/line/country-tones.ts'
import type { Tone } from '../../../daemon/line/tone-patterns.ts'
import { limited, type Sound, sequence, silence, tone } from './sound.ts'

export type ToneName = 'dial' | 'busy' | 'congestion' | 'ring'
export type ExchangeTones = Record<ToneName, Tone>

const levelsDbm0: Record<ToneName, number> = { dial: -13, ring: -19, busy: -24, congestion: -24 }

const plain: ExchangeTones = {
  dial: { frequenciesHz: [350, 440], cadenceMs: [] },
  busy: { frequenciesHz: [480, 620], cadenceMs: [500, 500] },
  congestion: { frequenciesHz: [480, 620], cadenceMs: [250, 250] },
  ring: { frequenciesHz: [440, 480], cadenceMs: [2000, 4000] },
}

/** Of the country, with those of its own in their place. Throws on a country that nobody knows. */
export function exchangeTones(country?: string, own: Partial<ExchangeTones> = {}): ExchangeTones {
  const known = country === undefined ? {} : tonesOfCountry(country)
  if (!known) throw new Error(`config/tones.json has no tones of ${country}`)
  return { ...plain, ...known, ...own }
}

/** For ever. */
export function exchangeSound(tones: ExchangeTones, name: ToneName): Sound {
  const { frequenciesHz, cadenceMs } = tones[name]
  const sine = () => tone(frequenciesHz, levelsDbm0[name])
  if (cadenceMs.length === 0) return sine()
  const period = () => sequence(cadenceMs.map((ms, i) => limited(i % 2 === 0 ? sine() : silence(), ms)))
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
