// The tone finder is what most audio tests lean on: it must see what is there and not see what is not.
import t from 'tap'
import { levelDbm0, makeTone, toneLevelDbm0, tonePresentMs } from './tones.ts'

t.test('a tone is found at its level', async (t) => {
  for (const level of [-3, -10, -30])
    t.ok(Math.abs(toneLevelDbm0(makeTone(1000, 500, level), 1000) - level) < 0.1, `${level} dBm0`)
})

t.test('another tone is not found', async (t) => {
  t.ok(toneLevelDbm0(makeTone(1000, 500, -10), 1300) < -70)
})

t.test('each of two tones is found', async (t) => {
  const both = makeTone([440, 1300], 500, -15)
  t.ok(Math.abs(toneLevelDbm0(both, 440) + 15) < 0.1)
  t.ok(Math.abs(toneLevelDbm0(both, 1300) + 15) < 0.1)
})

t.test('silence has no level', async (t) => {
  t.equal(levelDbm0(new Int16Array(800)), -Infinity)
  t.equal(toneLevelDbm0(new Int16Array(800), 1000), -Infinity)
})

t.test('the time a tone is there is told to the block', async (t) => {
  const samples = new Int16Array(8000)
  samples.set(makeTone(700, 400), 1600)
  t.equal(tonePresentMs(samples, 700), 400)
})
