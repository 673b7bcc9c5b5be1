// Speech at the voice's rate becomes speech at telephone rate: same pitch, same level, same moment.
import t from 'tap'
import { resample } from '../../../drivers/native/resample.ts'
import { levelDbm0, makeTone, toneLevelDbm0 } from '../../support/tones.ts'

for (const [fromHz, toHz] of [
  [22050, 8000],
  [16000, 8000],
  [8000, 16000],
  [44100, 8000],
] as const)
  t.test(`${fromHz} to ${toHz} Hz keeps pitch, level and duration`, async (t) => {
    const made = resample(makeTone(1000, 1000, -10, fromHz), fromHz, toHz)
    t.equal(made.length, toHz)
    t.ok(Math.abs(toneLevelDbm0(made, 1000, toHz) + 10) < 0.2)
  })

t.test('what telephones can not carry is filtered out, not folded back', async (t) => {
  t.ok(levelDbm0(resample(makeTone(5500, 1000, -10, 22050), 22050, 8000)) < -50)
})

t.test('the first and the last millisecond are kept', async (t) => {
  const pulse = new Int16Array(22050)
  pulse.fill(8000, 0, 220)
  pulse.fill(8000, 22050 - 220)
  const made = resample(pulse, 22050, 8000)
  t.ok(levelDbm0(made.subarray(0, 80)) > -20, 'beginning')
  t.ok(levelDbm0(made.subarray(-80)) > -20, 'end')
  t.ok(levelDbm0(made.subarray(400, 7600)) < -50, 'nothing between')
})

t.test('the same rate is a copy; nothing is nothing; no rate is refused', async (t) => {
  const samples = Int16Array.of(1, 2, 3)
  const copy = resample(samples, 8000, 8000)
  t.same(copy, samples)
  t.not(copy, samples)
  t.equal(resample(new Int16Array(0), 22050, 8000).length, 0)
  for (const bad of [0, -1, 8000.5, Number.NaN]) t.throws(() => resample(samples, bad, 8000), /is not a sample rate/)
})
