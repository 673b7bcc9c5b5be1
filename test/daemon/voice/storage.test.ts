// What keeps speech and what lets it be made: the gate, the shelf and the cache, each with its bound.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Gate, GateFullError } from '../../../daemon/speech/gate.ts'
import { PromptShelf } from '../../../daemon/voice/prompt-shelf.ts'
import { promptWav, readPromptWav } from '../../../daemon/voice/prompt-wav.ts'
import { SpeechCache } from '../../../daemon/voice/speech-cache.ts'
import { settle } from '../../support/mock-clock.ts'
import { FakeAudio } from './fake-audio.ts'

t.test('the gate lets two through, two wait, the fifth is turned away', async (t) => {
  const gate = new Gate(2, 2)
  const { signal } = new AbortController()
  const ends: (() => void)[] = []
  const begun: number[] = []
  const enter = (number: number) =>
    gate.pass(signal, () => {
      begun.push(number)
      return new Promise<number>((resolve) => ends.push(() => resolve(number)))
    })
  const passing = [1, 2, 3, 4].map(enter)
  await t.rejects(enter(5), new GateFullError('more than 2 wait already'))
  await settle()
  t.same([begun, gate.running, gate.waiting], [[1, 2], 2, 2])
  ends[0]?.()
  await settle()
  t.same(begun, [1, 2, 3])
  for (let index = 1; index < 4; index++) {
    ends[index]?.()
    await settle()
  }
  t.same(await Promise.all(passing), [1, 2, 3, 4])
  t.same([gate.running, gate.waiting], [0, 0])
})

t.test('the gate: who leaves while waiting gives the place up; who fails lets the next one in', async (t) => {
  const gate = new Gate(1, 1)
  const { signal } = new AbortController()
  const leaving = new AbortController()
  let fail: (fault: Error) => void = () => undefined
  const first = gate.pass(signal, () => new Promise((_resolve, reject) => (fail = reject)))
  const second = gate.pass(leaving.signal, async () => 'second')
  leaving.abort(new Error('left'))
  await t.rejects(second, { message: 'left' })
  const third = gate.pass(signal, async () => 'third')
  await settle()
  fail(new Error('broken'))
  await t.rejects(first, { message: 'broken' })
  t.equal(await third, 'third')
  t.same([gate.running, gate.waiting], [0, 0])
})

const second = new Int16Array(8000)

t.test('the shelf puts away what was not used for longest', async (t) => {
  const audio = new FakeAudio()
  const shelf = new PromptShelf(audio, 3 * second.byteLength)
  for (const id of ['a', 'b', 'c']) shelf.put(id, second)
  shelf.use('a')
  shelf.put('d', second)
  t.same(audio.removed, ['b'])
  t.same([shelf.use('b'), shelf.use('a'), shelf.size], [false, true, 3])
})

t.test('the shelf never puts away what is played', async (t) => {
  const audio = new FakeAudio()
  const shelf = new PromptShelf(audio, second.byteLength)
  shelf.put('a', second)
  const release = shelf.hold('a')
  const again = shelf.hold('a')
  shelf.put('b', second)
  shelf.put('c', second)
  t.same(audio.removed, ['b'], 'the oldest that nobody hears')
  release()
  release()
  shelf.put('d', second)
  t.notOk(audio.removed.includes('a'), 'somebody else hears it still')
  again()
  t.ok(audio.removed.includes('a'), 'released: over the bound')
  t.equal(shelf.held, 0)
  t.equal(shelf.bytes, second.byteLength)
})

t.test('the shelf: one prompt beyond the bound is kept for who asked for it', async (t) => {
  const audio = new FakeAudio()
  const shelf = new PromptShelf(audio, 10)
  shelf.put('a', second)
  t.ok(shelf.use('a'))
  shelf.put('b', second)
  t.same(audio.removed, ['a'])
  shelf.clear()
  t.same([audio.prompts.size, shelf.bytes], [0, 0])
})

const key = (letter: string) => letter.repeat(64)
const tone = Int16Array.from({ length: 400 }, (_, index) => (index % 40) * 100 - 2000)
const cacheIn = (directory: string, maximumBytes = 1_000_000) => {
  const faults: string[] = []
  return { faults, cache: new SpeechCache({ directory, maximumBytes, onFault: (what) => faults.push(what) }) }
}

t.test('a prompt survives its file', async (t) => {
  t.same(readPromptWav(promptWav(tone)), tone)
  t.equal(readPromptWav(promptWav(tone).subarray(0, 500)), undefined, 'cut short')
  t.equal(readPromptWav(Buffer.from('not a WAV file')), undefined)
})

t.test('the cache keeps speech over a restart', async (t) => {
  const directory = join(t.testdir(), 'made', 'by', 'the cache')
  const first = cacheIn(directory)
  t.equal(await first.cache.read(key('a')), undefined)
  await first.cache.write(key('a'), tone)
  t.same(await first.cache.read(key('a')), tone)
  const restarted = cacheIn(directory)
  t.same(await restarted.cache.read(key('a')), tone)
  t.same([restarted.cache.files, restarted.cache.bytes], [1, 844])
  t.same([first.faults, restarted.faults], [[], []])
  t.same(readdirSync(directory), [`${key('a')}.wav`], 'nothing else is left behind')
})

t.test('the cache lets the longest unused go', async (t) => {
  const directory = t.testdir()
  const { cache } = cacheIn(directory, 2000)
  await cache.write(key('a'), tone)
  await cache.write(key('b'), tone)
  await cache.read(key('a'))
  await cache.write(key('c'), tone)
  t.same(readdirSync(directory).sort(), [`${key('a')}.wav`, `${key('c')}.wav`])
  await cache.write(key('d'), new Int16Array(8000))
  t.equal(cache.files, 2, 'larger than the bound: not kept at all')
})

t.test('the cache knows over a restart what was used last', async (t) => {
  const directory = t.testdir()
  const { cache } = cacheIn(directory)
  for (const letter of ['a', 'b']) await cache.write(key(letter), tone)
  const old = new Date(Date.now() - 3_600_000)
  utimesSync(join(directory, `${key('b')}.wav`), old, old)
  await cacheIn(directory, 1000).cache.read(key('z'))
  t.same(readdirSync(directory), [`${key('a')}.wav`])
})

t.test('a damaged file is thrown away and told; leftovers of a kill are cleaned up', async (t) => {
  const directory = t.testdir({
    [`${key('a')}.wav`]: 'RIFF, but no more',
    [`${key('b')}.wav.77.0.part`]: 'half a file',
    README: 'somebody else’s',
  })
  const { cache, faults } = cacheIn(directory)
  t.equal(await cache.read(key('a')), undefined)
  t.match(faults, [/read a+\.wav/])
  t.same(readdirSync(directory), ['README'])
  await cache.write(key('a'), tone)
  t.same(await cache.read(key('a')), tone)
})

t.test('a disk that can not be written costs no call', async (t) => {
  const directory = join(t.testdir({ file: 'a file where the folder should be' }), 'file')
  const { cache, faults } = cacheIn(directory)
  t.equal(await cache.read(key('a')), undefined)
  await cache.write(key('a'), tone)
  t.ok(faults.length >= 2)
  t.equal(readFileSync(directory, 'utf8'), 'a file where the folder should be')
})

t.test('files of the cache are not for everybody', async (t) => {
  const directory = t.testdir()
  mkdirSync(join(directory, 'in'))
  writeFileSync(join(directory, 'x'), '')
  const { cache } = cacheIn(join(directory, 'in'))
  await cache.write(key('a'), tone)
  const file = join(directory, 'in', `${key('a')}.wav`)
  t.ok(existsSync(file))
  t.equal(statSync(file).mode & 0o007, 0, 'speech may hold what callers said')
})
