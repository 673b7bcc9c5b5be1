// Recordings that a kill left: afterwards each opens, says its true length, and holds every whole frame.
import { mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { recordingHeader, repairRecordings } from '../../../daemon/store/recording-repair.ts'
import { folder } from './records.ts'

/** One second of sound that is nowhere silent. */
const second = Buffer.from(Uint8Array.from({ length: 32_000 }, (_, index) => 1 + (index % 251)))

async function repairOne(test: Test, content: Buffer) {
  const directory = folder(test)
  const file = join(directory, 'c1.wav')
  writeFileSync(file, content)
  const [result] = await repairRecordings(directory)
  return { result, content: readFileSync(file), file }
}

const recording = (headerSays: number, audio: Buffer) => Buffer.concat([recordingHeader(headerSays), audio])

t.test('the header is that of 16-bit stereo at 8 kHz', async (t) => {
  t.equal(
    recordingHeader(32_000).toString('hex'),
    '52494646247d000057415645666d74201000000001000200401f0000007d00000400100064617461007d0000',
  )
})

t.test('a recording that was never completed gets its true sizes and keeps its sound', async (t) => {
  const { result, content, file } = await repairOne(t, recording(0, second))
  t.same(result, { file, durationMs: 1000, repaired: true })
  t.ok(content.equals(recording(32_000, second)))
})

t.test('a header behind by some frames is brought up', async (t) => {
  const { result, content } = await repairOne(t, recording(16_000, second))
  t.match(result, { durationMs: 1000, repaired: true })
  t.ok(content.equals(recording(32_000, second)))
})

for (const extra of [1, 2, 3])
  t.test(`a last write that ended ${extra} bytes into a frame is trimmed`, async (t) => {
    const { result, content } = await repairOne(t, recording(0, Buffer.concat([second, second.subarray(0, extra)])))
    t.match(result, { durationMs: 1000, repaired: true })
    t.ok(content.equals(recording(32_000, second)))
  })

t.test('a sound recording is told with its length and not written', async (t) => {
  const directory = folder(t)
  const file = join(directory, 'c1.wav')
  writeFileSync(file, recording(32_000, second))
  utimesSync(file, 1_000, 1_000)
  t.same(await repairRecordings(directory), [{ file, durationMs: 1000, repaired: false }])
  t.equal(statSync(file).mtimeMs, 1_000_000)
})

for (const length of [0, 1, 5, 20, 43])
  t.test(`a file cut off ${length} bytes into its header becomes an empty recording`, async (t) => {
    const { result, content } = await repairOne(t, recordingHeader(0).subarray(0, length))
    t.match(result, { durationMs: 0, repaired: true })
    t.ok(content.equals(recordingHeader(0)))
  })

t.test('a header that the power cut left blank is written anew over the sound', async (t) => {
  const { result, content } = await repairOne(t, Buffer.concat([Buffer.alloc(44), second]))
  t.match(result, { durationMs: 1000, repaired: true })
  t.ok(content.equals(recording(32_000, second)))
})

const mono = recordingHeader(0)
mono.writeUInt16LE(1, 22)
for (const [what, content] of [
  ['mono', Buffer.concat([mono, second])],
  ['no WAV at all', Buffer.from('ID3 an MP3 under a wrong name, long enough to have a header of 44 bytes')],
  ['a short text', Buffer.from('note')],
] as const)
  t.test(`a file that is ${what} is none of ours: not told, not written`, async (t) => {
    const repaired = await repairOne(t, content)
    t.equal(repaired.result, undefined)
    t.ok(repaired.content.equals(content))
  })

t.test('folders below are looked into, other names are not, and the order is that of the names', async (t) => {
  const directory = folder(t)
  mkdirSync(join(directory, '2026', 'folder.wav'), { recursive: true })
  writeFileSync(join(directory, '2026', 'b.wav'), recording(0, second))
  writeFileSync(join(directory, 'z.wav'), recording(0, second))
  writeFileSync(join(directory, 'c.wav.part'), recording(0, second))
  const files = (await repairRecordings(directory)).map(({ file }) => file)
  t.same(files, [join(directory, '2026', 'b.wav'), join(directory, 'z.wav')])
})

t.test('a folder that does not exist holds no recordings', async (t) => {
  t.same(await repairRecordings(join(folder(t), 'none')), [])
})

t.test('one file that cannot be read is told and hinders no other', async (t) => {
  const directory = folder(t)
  symlinkSync(join(directory, 'nowhere'), join(directory, 'a.wav'))
  writeFileSync(join(directory, 'b.wav'), recording(0, second))
  const told: object[] = []
  const found = await repairRecordings(directory, { log: { error: (fields) => void told.push(fields) } })
  t.match(found, [{ repaired: true }])
  t.match(told, [{ file: join(directory, 'a.wav') }])
})

t.test('a second run finds nothing to mend', async (t) => {
  const directory = folder(t)
  for (let contact = 0; contact < 30; contact++) writeFileSync(join(directory, `${contact}.wav`), recording(0, second))
  t.ok((await repairRecordings(directory)).every(({ repaired }) => repaired))
  const again = await repairRecordings(directory)
  t.equal(again.length, 30)
  t.ok(again.every(({ repaired, durationMs }) => !repaired && durationMs === 1000))
})

t.test('years of recordings are not looked at again: only those of the days that may have been cut off', async (t) => {
  const directory = folder(t)
  for (const day of ['2026-01-03', '2026-01-04', '2026-01-05']) {
    mkdirSync(join(directory, day))
    writeFileSync(join(directory, day, 'c1.wav'), recording(0, second))
  }
  const repaired = await repairRecordings(directory, { since: '2026-01-04' })
  t.same(
    repaired.map(({ file }) => file.slice(directory.length + 1)),
    ['2026-01-04/c1.wav', '2026-01-05/c1.wav'],
  )
})
