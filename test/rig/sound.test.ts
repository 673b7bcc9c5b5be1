// What simulated callers say: pitch, length, sequence, keys.
import t from 'tap'
import { makeTone, tonePresentMs } from '../support/tones.ts'
import { cadenced, dtmf, limited, type Sound, samples, sequence, silence, tone } from './board/sound.ts'

/** All of a sound, asked for in frames of an odd size, at most a second. */
function all(sound: Sound, mostSamples = 8000): Int16Array {
  const heard = new Int16Array(mostSamples)
  const frame = new Int16Array(77)
  for (let at = 0; at < mostSamples; ) {
    const had = sound.fill(frame, 0, Math.min(77, mostSamples - at))
    heard.set(frame.subarray(0, had), at)
    at += had
    if (had < 77) return heard.subarray(0, at)
  }
  return heard
}

t.test('a tone has its pitch and its level', async (t) => {
  t.same(all(limited(tone([1000], -10), 500)), makeTone(1000, 500, -10))
})

t.test('a limited sound ends on its sample', async (t) => {
  t.equal(all(limited(silence(), 123)).length, 984)
})

t.test('sounds follow each other without a gap', async (t) => {
  const first = Int16Array.from([1, 2, 3])
  const second = Int16Array.from([4, 5])
  t.same([...all(sequence([samples(first), samples(second)]))], [1, 2, 3, 4, 5])
})

t.test('busy tone is on and off', async (t) => {
  const heard = all(cadenced([480, 620], 250, 250, -20))
  t.equal(tonePresentMs(heard.subarray(0, 2000), 480), 240, 'the first quarter of a second, in whole blocks')
  t.equal(tonePresentMs(heard.subarray(2000, 4000), 480), 0)
  t.equal(tonePresentMs(heard.subarray(4000, 6000), 620), 240)
})

t.test('a key is two tones, then a pause', async (t) => {
  const heard = all(dtmf('5', 80, 80))
  t.equal(heard.length, 1280)
  t.same(
    [770, 1336, 697, 1209].map((hz) => tonePresentMs(heard, hz, -15)),
    [80, 80, 0, 0],
  )
})

t.test('what is no key is refused', async (t) => {
  t.throws(() => dtmf('5x'), /x is no key of a telephone/)
})
