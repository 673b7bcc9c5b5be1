// A recording on its way to disk, with the clock in the test's hand.
import { copyFileSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { RecordingWriter } from '../../../daemon/loop/recording-writer.ts'
import { RecordingRing } from '../../../daemon/media/recording-ring.ts'
import { repairRecordings } from '../../../daemon/store/recording-repair.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { readWav } from '../../support/wav.ts'

function begin(t: Test, file = join(t.testdir({}), 'call.wav')) {
  const ring = new RecordingRing()
  const clock = new MockClock()
  const failures: string[] = []
  const writer = new RecordingWriter({ file, ring, clock, onFailure: (reason) => failures.push(reason) })
  const say = (frames: number, left: number, right: number) => {
    for (let n = 0; n < frames; n++) ring.write(new Int16Array(160).fill(left), new Int16Array(160).fill(right))
  }
  /** Until the file holds this much, as any player sees it. */
  const untilHeld = async (durationMs: number) => {
    const deadline = performance.now() + 5000
    for (;;) {
      await clock.advance(100)
      const wav = tryRead(file)
      if (wav?.durationMs === durationMs) return wav
      if (performance.now() > deadline) throw new Error(`the file holds ${wav?.durationMs} ms, not ${durationMs}`)
    }
  }
  return { ring, clock, failures, writer, file, say, untilHeld }
}

/** Undefined while the file is not there, or was made a moment ago and has no header yet. */
function tryRead(file: string) {
  return existsSync(file) && statSync(file).size > 0 ? readWav(file) : undefined
}

t.test('while it is written the file is whole up to the last fetch', async (t) => {
  const { writer, say, untilHeld } = begin(t)
  say(5, 3, -4)
  const first = await untilHeld(100)
  t.match(first, { rateHz: 8000, channels: 2 })
  t.same([first.samples[0]![0], first.samples[1]![0]], [3, -4])
  say(10, 5, 6)
  const second = await untilHeld(300)
  t.same([second.samples[0]![799], second.samples[0]![800], second.samples[1]![2399]], [3, 5, 6])
  await writer.finish()
})

t.test(
  'past its beginning the header may come later: the audio is there, and a start after a kill finds it',
  async (t) => {
    const directory = t.testdir({ killed: {} })
    const { clock, file, writer, say, untilHeld } = begin(t, join(directory, 'call.wav'))
    say(120, 3, -4)
    await untilHeld(2400)
    say(50, 5, 6)
    const deadline = performance.now() + 5000
    while (statSync(file).size < 44 + 3400 * 32 && performance.now() < deadline) await clock.advance(100)
    t.equal(statSync(file).size, 44 + 3400 * 32)
    t.ok(readWav(file).durationMs <= 3400, 'the header tells of no more than there is')
    const killed = join(directory, 'killed', 'call.wav')
    copyFileSync(file, killed)
    await repairRecordings(join(directory, 'killed'))
    const { durationMs, samples } = readWav(killed)
    t.same([durationMs, samples[0]!.at(-1), samples[1]!.at(-1)], [3400, 5, 6])
    await untilHeld(3400)
    await writer.finish()
  },
)

t.test('finishing writes the rest and tells the length', async (t) => {
  const { clock, file, writer, say } = begin(t)
  say(7, 1, 2)
  t.same(await writer.finish(), { file, durationMs: 140 })
  t.equal(readWav(file).durationMs, 140)
  t.equal(clock.liveTimers, 0)
})

t.test('a long backlog is written whole', async (t) => {
  const { file, writer, ring } = begin(t)
  for (let n = 0; n < 200; n++) ring.write(new Int16Array(160).fill(n), false)
  t.same(await writer.finish(), { file, durationMs: 4000 })
  const { samples } = readWav(file)
  t.ok([0, 50, 199].every((n) => samples[0]![n * 160] === n))
})

t.test('an empty recording is an empty WAV file', async (t) => {
  const { file, writer } = begin(t)
  await writer.finish()
  t.equal(readWav(file).durationMs, 0)
})

t.test('a folder that is not there is told once, and finishing rejects with the file’s name', async (t) => {
  const file = join(t.testdir({}), 'absent', 'call.wav')
  const { clock, failures, writer } = begin(t, file)
  await t.rejects(writer.finish(), { message: /absent\/call\.wav failed: ENOENT/ })
  t.equal(failures.length, 1)
  t.equal(clock.liveTimers, 0)
})

t.test('a full disk is told once; what was written before stays', async (t) => {
  const { failures, writer, say } = begin(t, '/dev/full')
  say(5, 1, 1)
  await t.rejects(writer.finish(), /\/dev\/full failed: ENOSPC/)
  t.equal(failures.length, 1)
  t.match(failures[0], /ENOSPC/)
})
