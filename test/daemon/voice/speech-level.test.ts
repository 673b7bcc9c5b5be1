// Level and ends of speech: measured on sounds whose level is known.
import t from 'tap'
import { activeLevelDbm0, setLevel, trimSilence } from '../../../daemon/voice/speech-level.ts'

const sine = (samples: number, peak: number) =>
  Int16Array.from({ length: samples }, (_, index) => Math.round(peak * Math.sin((2 * Math.PI * 500 * index) / 8000)))
const join = (...parts: Int16Array[]) => Int16Array.from(parts.flatMap((part) => [...part]))
const near = (level: number, wanted: number) => Math.abs(level - wanted) < 0.1

t.test('a sine of known size has its known level', async (t) => {
  t.ok(near(activeLevelDbm0(sine(8000, 32_767)), 3.14), 'full scale (G.711)')
  t.ok(near(activeLevelDbm0(sine(8000, 3276)), 3.14 - 20))
  t.equal(activeLevelDbm0(new Int16Array(8000)), Number.NEGATIVE_INFINITY)
})

t.test('pauses do not count', async (t) => {
  const spoken = sine(8000, 3276)
  t.ok(near(activeLevelDbm0(join(spoken, new Int16Array(16_000), spoken)), activeLevelDbm0(spoken)))
})

t.test('soft and loud become the same', async (t) => {
  for (const peak of [300, 3000, 30_000]) {
    const samples = sine(8000, peak)
    setLevel(samples)
    t.ok(near(activeLevelDbm0(samples), -18), `from a peak of ${peak}`)
  }
})

t.test('a peak never clips: rather softer', async (t) => {
  const samples = sine(8000, 200)
  samples[4000] = 20_000
  setLevel(samples)
  t.ok(Math.max(...samples) <= 29_000)
  t.ok(activeLevelDbm0(samples) < -18)
})

t.test('silence stays silence', async (t) => {
  const samples = new Int16Array(800)
  setLevel(samples)
  t.same(samples, new Int16Array(800))
  t.equal(trimSilence(samples).length, 0)
})

t.test('silence is cut off, no sample of the sound is', async (t) => {
  const sound = sine(800, 5000)
  sound[0] = 30
  sound[799] = -30
  const trimmed = trimSilence(join(new Int16Array(4000), sound, new Int16Array(4000)))
  t.equal(trimmed.length, 800 + 2 * 240, '30 ms stay on each side')
  t.same(trimmed.slice(240, 1040), sound)
  t.same(trimSilence(sound), sound, 'nothing to cut')
})
