// Resampling while the samples come gives those of resampling in one go.
import t from 'tap'
import { StreamResampler } from '../../../daemon/speech/stream-resampler.ts'
import { resample } from '../../../drivers/native/resample.ts'

const sweep = Int16Array.from({ length: 20_000 }, (_, index) => {
  const s = index / 8000
  return Math.round(9000 * Math.sin(2 * Math.PI * (200 + 400 * s) * s))
})

for (const pieceSamples of [37, 160, 800, 1601, 20_000])
  for (const toHz of [16_000, 8000])
    t.test(`pieces of ${pieceSamples} to ${toHz} Hz`, async (t) => {
      const stream = new StreamResampler(toHz)
      const made: number[] = []
      for (let at = 0; at < sweep.length; at += pieceSamples)
        made.push(...stream.push(sweep.subarray(at, at + pieceSamples)))
      made.push(...stream.end())
      const whole = resample(sweep, 8000, toHz)
      t.equal(made.length, whole.length)
      const worst = whole.reduce((most, sample, index) => Math.max(most, Math.abs(sample - made[index]!)), 0)
      t.ok(worst <= 2, `worst difference ${worst} of 9000`)
    })

t.test('nothing at all', async (t) => {
  t.equal(new StreamResampler(16_000).end().length, 0)
})
