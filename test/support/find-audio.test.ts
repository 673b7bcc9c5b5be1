// Whole prompts must be told from clipped ones, and from other sounds.
import t from 'tap'
import { findAudio, isWhole } from './find-audio.ts'

/** Noise of a fixed seed, as unlike itself at any other place as speech is. */
function noise(samples: number, seed: number): Int16Array {
  let state = seed
  return Int16Array.from({ length: samples }, () => {
    state = (state * 1103515245 + 12345) & 0x7fffffff
    return ((state >> 12) % 8000) - 4000
  })
}

const prompt = noise(8000, 7)

function heardWith(piece: Int16Array, at: number): Int16Array {
  const heard = noise(24_000, 99).map((sample) => sample >> 5)
  heard.set(piece, at)
  return heard
}

t.test('a whole prompt is found where it stands', async (t) => {
  const found = findAudio(heardWith(prompt, 4000), prompt)
  t.equal(found?.atMs, 500)
  t.ok(isWhole(found))
})

t.test('a prompt without its first 100 ms is not whole', async (t) => {
  t.notOk(isWhole(findAudio(heardWith(prompt.subarray(800), 4000), prompt)))
})

t.test('a prompt without its last 100 ms is not whole', async (t) => {
  t.notOk(isWhole(findAudio(heardWith(prompt.subarray(0, -800), 4000), prompt)))
})

t.test('another prompt is not found', async (t) => {
  t.equal(findAudio(heardWith(noise(8000, 8), 4000), prompt), undefined)
})

t.test('nothing is found in silence', async (t) => {
  t.equal(findAudio(new Int16Array(16_000), prompt), undefined)
})
