// Prompts, tones and silences, played to the sample.
import t from 'tap'
import { Mixer } from '../../../daemon/media/mixer.ts'
import { Playback, type PlaybackItem } from '../../../daemon/media/playback.ts'
import { levelDbm0, toneLevelDbm0, tonePresentMs } from '../../support/tones.ts'

/** All that is heard until it is finished, `limit` frames at most, and how many samples were of the list. */
function hear(items: PlaybackItem[], repeat = false, limit = 1000): { samples: Int16Array; filled: number } {
  const playback = new Playback(items, repeat)
  const samples = new Int16Array(limit * 160)
  let frames = 0
  let filled = 0
  while (!playback.finished && frames < limit) filled += playback.fill(samples.subarray(frames++ * 160, frames * 160))
  return { samples: samples.subarray(0, frames * 160), filled }
}

const count = (from: number, to: number) => Int16Array.from({ length: to - from }, (_, i) => from + i)
const tone = (changes: Partial<PlaybackItem & { kind: 'tone' }>): PlaybackItem => ({
  kind: 'tone',
  frequenciesHz: [440],
  levelDbm0: -10,
  cadenceMs: [],
  durationMs: 1000,
  ...changes,
})

t.test('two prompts follow each other without a gap, from the first sample to the last', async (t) => {
  const { samples, filled } = hear([
    { kind: 'samples', samples: count(1, 251) },
    { kind: 'samples', samples: count(251, 401) },
  ])
  t.equal(filled, 400)
  t.same(samples.subarray(0, 400), count(1, 401))
  t.same(samples.subarray(400), new Int16Array(80), 'the rest of the last frame is silence')
})

t.test('repeated, the first sample follows the last', async (t) => {
  const { samples } = hear([{ kind: 'samples', samples: count(1, 101) }], true, 5)
  for (let i = 0; i < samples.length; i++) if (samples[i] !== (i % 100) + 1) t.fail(`at ${i}: ${samples[i]}`)
})

t.test('nothing at all is finished at once, repeated or not', async (t) => {
  for (const items of [[], [{ kind: 'samples' as const, samples: new Int16Array(0) }]])
    for (const repeat of [false, true]) t.equal(hear(items, repeat).filled, 0)
})

t.test('silence lasts as long as it says', async (t) => {
  const { samples } = hear([
    { kind: 'silence', durationMs: 30 },
    { kind: 'samples', samples: count(1, 2) },
  ])
  t.equal(
    samples.findIndex((sample) => sample !== 0),
    240,
  )
})

t.test('a tone has its frequencies, its level and its duration', async (t) => {
  const { samples, filled } = hear([tone({ frequenciesHz: [350, 440], levelDbm0: -16 })])
  t.equal(filled, 8000)
  for (const hz of [350, 440]) t.ok(Math.abs(toneLevelDbm0(samples, hz) + 16) < 0.1, `${hz} Hz`)
})

t.test('a cadence sounds and pauses in turn', async (t) => {
  const { samples } = hear([tone({ cadenceMs: [400, 200, 400, 2000], durationMs: 6000 })])
  const level = (fromMs: number, toMs: number) => levelDbm0(samples.subarray(fromMs * 8, toMs * 8))
  for (const [fromMs, toMs, sounds] of [
    [0, 400, true],
    [400, 600, false],
    [600, 1000, true],
    [1000, 3000, false],
    [3000, 3400, true],
    [3400, 3600, false],
  ] as const)
    t.ok(sounds ? Math.abs(level(fromMs, toMs) + 10) < 0.2 : level(fromMs, toMs) === -Infinity, `${fromMs} ms`)
})

t.test('an odd cadence goes on alternating; a cadence of no length is continuous', async (t) => {
  t.equal(tonePresentMs(hear([tone({ cadenceMs: [100], durationMs: 1000 })]).samples, 440), 500)
  t.equal(tonePresentMs(hear([tone({ cadenceMs: [0, 0], durationMs: 1000 })]).samples, 440), 1000)
})

t.test('a tone is as strong after ten minutes as at first', async (t) => {
  const playback = new Playback([tone({ durationMs: 700_000 })])
  const frame = new Int16Array(160)
  for (let n = 0; n < 30_000; n++) playback.fill(frame)
  const late = new Int16Array(1600)
  for (let n = 0; n < 10; n++) playback.fill(late.subarray(n * 160, n * 160 + 160))
  t.ok(Math.abs(toneLevelDbm0(late, 440) + 10) < 0.1)
})

t.test('the mixer sums, saturates, and passes a single source on untouched', async (t) => {
  const mixer = new Mixer(4)
  mixer.start()
  t.equal(mixer.result(), false)
  const one = Int16Array.of(1, 30000, -30000, 5)
  mixer.add(one)
  t.equal(mixer.result(), one)
  mixer.add(Int16Array.of(2, 30000, -30000, -5))
  mixer.add(Int16Array.of(3, 30000, -30000, 1))
  t.same(mixer.result(), Int16Array.of(6, 32767, -32768, 1))
  mixer.start()
  t.equal(mixer.result(), false, 'nothing is left over for the next')
})
