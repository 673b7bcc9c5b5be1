// A device's clock against the machine's, in simulated time: no run-dry, no run-over, no slip, and the drift told. Minutes
// by default; scripts/line-media and CORDBOARD_DRIFT_MINUTES=30 take the half hour.
import t from 'tap'
import { startSpandsp } from '../../drivers/native/dtmf-bank.ts'
import { liveRateMatchers } from '../../drivers/native/rate-matcher.ts'
import { measureDrift } from '../line-media/drift-measure.ts'

startSpandsp()

const minutes = Number(process.env.CORDBOARD_DRIFT_MINUTES ?? 2)

for (const { ppm, frameSamples, jitterMs } of [
  { ppm: 200, frameSamples: 160, jitterMs: 2 },
  { ppm: -200, frameSamples: 160, jitterMs: 2 },
  { ppm: 200, frameSamples: 80, jitterMs: 2 },
  { ppm: 0, frameSamples: 160, jitterMs: 10 },
] as const)
  t.test(`${ppm} ppm, frames of ${frameSamples / 8} ms that come up to ${jitterMs} ms late`, async (t) => {
    const { driftPpm, underruns, overruns, worstBend, delayUpMs } = measureDrift({
      ppm,
      minutes,
      frameSamples,
      jitterMs,
    })
    t.equal(underruns, 0, 'no side runs dry')
    t.equal(overruns, 0, 'nor has too much')
    t.ok(worstBend < 1.1, `no slip: the sines bend ${worstBend.toFixed(3)} times as much as true ones`)
    t.ok(Math.abs(driftPpm - ppm) < 10, `${driftPpm.toFixed(1)} ppm are told`)
    t.ok(delayUpMs <= 50, `${delayUpMs.toFixed(1)} ms from the line to what leaves`)
  })

t.test('ledger: every resampler is freed', async (t) => {
  t.equal(liveRateMatchers(), 0)
})
