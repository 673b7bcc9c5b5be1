// Resampling in slices gives the samples of resampling in one go.
import t from 'tap'
import { resampleInSlices } from '../../../daemon/voice/synthesis.ts'
import { resample } from '../../../drivers/native/resample.ts'

const { signal } = new AbortController()
const sweep = (seconds: number, rateHz: number) =>
  Int16Array.from({ length: Math.round(seconds * rateHz) }, (_, index) => {
    const s = index / rateHz
    return Math.round(9000 * Math.sin(2 * Math.PI * (200 + 150 * s) * s))
  })

for (const seconds of [0.5, 2, 2.001, 7.3, 8])
  t.test(`${seconds} s`, async (t) => {
    const samples = sweep(seconds, 22_050)
    const whole = resample(samples, 22_050, 8000)
    const sliced = await resampleInSlices(samples, 22_050, signal)
    t.equal(sliced.length, whole.length)
    const worst = whole.reduce((most, sample, index) => Math.max(most, Math.abs(sample - sliced[index]!)), 0)
    t.ok(worst <= 2, `worst difference ${worst} of 9000`)
  })

t.test('an abort ends it between two slices', async (t) => {
  const leaving = new AbortController()
  const resampling = resampleInSlices(sweep(20, 22_050), 22_050, leaving.signal)
  leaving.abort(new Error('hung up'))
  await t.rejects(resampling, { message: 'hung up' })
})
