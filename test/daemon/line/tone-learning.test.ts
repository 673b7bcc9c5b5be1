// An installer's box listens to exchanges of several countries, and must find their tones from the sound alone.
import t from 'tap'
import { tonesOfCountry } from '../../../daemon/line/country-tones.ts'
import { learnTone } from '../../../daemon/line/tone-learning.ts'
import type { Tone } from '../../../daemon/line/tone-patterns.ts'
import { limited, sequence, silence, tone } from '../../rig/board/sound.ts'

const rateHz = 8000
const listenedS = 6

/** As the exchange plays it from `lateMs` on, at -20 dBm0 on a line with -55 dBm0 of noise. */
function heard({ frequenciesHz, cadenceMs }: Tone, lateMs = 500): Int16Array {
  const period = () =>
    sequence(cadenceMs.map((ms, i) => limited(i % 2 === 0 ? tone(frequenciesHz, -20) : silence(), ms)))
  const sound = new Int16Array(listenedS * rateHz)
  const begin = (lateMs * rateHz) / 1000
  if (cadenceMs.length === 0) tone(frequenciesHz, -20).fill(sound, begin, sound.length - begin)
  else for (let at = begin; at < sound.length; ) at += period().fill(sound, at, sound.length - at)
  return sound.map((sample) => sample + nextNoise(50))
}

let state = 1
function nextNoise(peak: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
  return Math.round((state / 2 ** 31 - 1) * peak)
}

function learns(t: { ok(value: unknown, name: string): unknown }, name: string, expected: Tone): void {
  const found = learnTone(heard(expected))
  const wanted = expected.frequenciesHz.toSorted((one, other) => one - other)
  const close =
    found?.frequenciesHz.join() === wanted.join() &&
    found.cadenceMs.length === expected.cadenceMs.length &&
    found.cadenceMs.every((ms, i) => Math.abs(ms - expected.cadenceMs[i]!) <= 10)
  t.ok(close, `${name}: ${JSON.stringify(expected)} was taken for ${JSON.stringify(found)}`)
}

t.test('dial and busy tone of fifteen countries', async (t) => {
  for (const country of 'US GB DE FR NL ES IT SE AU NZ JP IN CN MX ZA'.split(' ')) {
    const { dial, busy } = tonesOfCountry(country) ?? {}
    if (dial) learns(t, `${country} dial`, dial)
    if (busy) learns(t, `${country} busy`, busy)
  }
})

t.test('congestion with several bursts in a period', async (t) => {
  for (const country of ['GB', 'ES'] as const) learns(t, country, tonesOfCountry(country)!.congestion!)
})

t.test('a ring tone that is heard from its middle on', async (t) => {
  const ring = { frequenciesHz: [400, 450], cadenceMs: [400, 200, 400, 1000] }
  t.same(learnTone(heard(ring, 0).subarray(1600)), ring)
})

t.test('silence and noise are no tone, nor is a tone that stops', async (t) => {
  t.equal(learnTone(new Int16Array(rateHz * 4)), undefined, 'silence')
  t.equal(learnTone(new Int16Array(rateHz * 4).map(() => nextNoise(8000))), undefined, 'noise')
  const once = new Int16Array(rateHz * 4)
  limited(tone([425]), 2000).fill(once, 0, once.length)
  t.equal(learnTone(once), undefined, 'a tone that stops, and does not come again')
})
