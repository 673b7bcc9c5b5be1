// What is heard when packets are missing: the voice goes on for a moment, then fades; no clicks at either end.
import t from 'tap'
import { Concealment } from '../../../daemon/media/concealment.ts'
import { levelDbm0, makeTone, toneLevelDbm0 } from '../../support/tones.ts'

const frameSamples = 160

/** A tone of which the frames in `lost` never came. */
function play(hz: number, frames: number, lost: number[]): Int16Array {
  const concealment = new Concealment()
  const samples = makeTone(hz, frames * 20, -10)
  for (let n = 0; n < frames; n++) {
    const frame = samples.subarray(n * frameSamples, (n + 1) * frameSamples)
    if (lost.includes(n)) concealment.make(frame, 0, frameSamples)
    else concealment.hear(frame, 0, frameSamples)
  }
  return samples
}

const largestStep = (samples: Int16Array) => {
  let largest = 0
  for (let i = 1; i < samples.length; i++) largest = Math.max(largest, Math.abs(samples[i]! - samples[i - 1]!))
  return largest
}

t.test('a lost frame of a steady voice is filled with the same voice', async (t) => {
  const samples = play(200, 20, [10])
  const filled = samples.subarray(10 * frameSamples, 11 * frameSamples)
  t.ok(toneLevelDbm0(filled, 200) > -13, `${toneLevelDbm0(filled, 200).toFixed(1)} dBm0`)
})

t.test('neither end of the gap clicks', async (t) => {
  for (const hz of [110, 200, 333]) {
    const whole = largestStep(makeTone(hz, 400, -10))
    const mended = largestStep(play(hz, 20, [10]))
    t.ok(mended < whole * 2, `${hz} Hz: largest step ${mended}, without loss ${whole}`)
  }
})

t.test('a long gap fades: full for 10 ms, silent after 60 ms', async (t) => {
  const samples = play(200, 20, [10, 11, 12, 13])
  const level = (ms: number) => levelDbm0(samples.subarray((200 + ms) * 8, (200 + ms + 10) * 8))
  t.ok(level(0) > -12, 'the first 10 ms')
  t.ok(level(30) < level(0) - 3, 'lower at 30 ms')
  t.equal(level(62), -Infinity, 'nothing after 60 ms')
})

t.test('it says when nothing is left', async (t) => {
  const concealment = new Concealment()
  const frame = makeTone(200, 20, -10)
  concealment.hear(frame, 0, frameSamples)
  const audible = [1, 2, 3, 4].map(() => concealment.make(frame, 0, frameSamples))
  t.same(audible, [true, true, true, false])
})

t.test('without loss nothing is changed', async (t) => {
  t.same(play(200, 10, []), makeTone(200, 200, -10))
})
