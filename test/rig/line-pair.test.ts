// The wire of the simulated line does what it is told, as measured at its end.
import t from 'tap'
import { noise } from '../line-media/sounds.ts'
import { levelDbm0, makeTone } from '../support/tones.ts'
import { LinePair, type PairConditions } from './board/line-pair.ts'

const frameSamples = 160

/** What the board hears while the exchange gives `said` and the board plays `played`. */
function heardOver(conditions: PairConditions, said: Int16Array, played: Int16Array): Int16Array {
  const pair = new LinePair()
  pair.set(conditions)
  const heard = said.slice()
  for (let at = 0; at < heard.length; at += frameSamples)
    pair.toBoard(heard.subarray(at, at + frameSamples), played.subarray(at, at + frameSamples))
  return heard
}

const second = 8000
const nothing = new Int16Array(second)
const near = (t: { ok(value: boolean, message: string): void }, is: number, wanted: number, withinDb: number) =>
  t.ok(Math.abs(is - wanted) <= withinDb, `${is.toFixed(1)} dBm0, wanted ${wanted} ± ${withinDb}`)

for (const tailMs of [8, 16, 32, 64])
  t.test(`echo of ${tailMs} ms and 10 dB loss: that much comes back, and nothing after the tail`, async (t) => {
    const played = new Int16Array(second)
    played.set(noise(second / 2, -10))
    const heard = heardOver({ echo: { tailMs, lossDb: 10 } }, nothing, played)
    near(t, levelDbm0(heard.subarray(1000, second / 2)), -20, 1)
    t.ok(
      heard.subarray(second / 2 + tailMs * 8).every((sample) => sample === 0),
      'over when its tail is',
    )
    t.ok(
      heard.subarray(0, 24).every((sample) => Math.abs(sample) < 1),
      'nothing before the hybrid',
    )
  })

t.test('loss lies on both ways', async (t) => {
  const tone = makeTone(1000, 1000, -10)
  near(t, levelDbm0(heardOver({ lossDb: 6 }, tone, nothing)), -16, 0.1)
  const pair = new LinePair()
  pair.set({ lossDb: 6 })
  near(t, levelDbm0(pair.toExchange(tone)), -16, 0.1)
})

t.test('noise and hum have their levels', async (t) => {
  near(t, levelDbm0(heardOver({ noiseDbm0: -50 }, nothing, nothing)), -50, 0.3)
  near(t, levelDbm0(heardOver({ hum: { levelDbm0: -30, hz: 50 } }, nothing, nothing)), -30, 0.3)
})

t.test('what can not be is refused', async (t) => {
  const pair = new LinePair()
  t.throws(() => pair.set({ echo: { tailMs: 100, lossDb: 6 } }), /echo.tailMs 100 is not 8–64/)
  t.throws(() => pair.set({ lossDb: -1 }), /lossDb -1/)
})
