// kill -9 in the middle of a recording: the file opens, and holds all audio up to a moment before.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { tonePresentMs } from '../../support/tones.ts'
import { readWav } from '../../support/wav.ts'

const recorder = join(import.meta.dirname, 'recording-kill-peer.ts')
/** A fetch a tenth of a second apart, the write itself, and slack for a busy machine. */
const mayBeLostMs = 400

async function record(file: string): Promise<{ child: ChildProcess; ticksAtKill: () => Promise<number> }> {
  const child = fork(recorder, [file], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  await once(child, 'message')
  const ticksAtKill = async () => {
    child.send('ticks')
    const [ticks] = await once(child, 'message')
    return ticks as number
  }
  return { child, ticksAtKill }
}

for (const recordedMs of [150, 480, 1230])
  t.test(`killed ${recordedMs} ms after the recording began`, async (t) => {
    const file = join(t.testdir({}), 'call.wav')
    const { child, ticksAtKill } = await record(file)
    let ticks = 0
    while (ticks * 20 < recordedMs) ticks = await ticksAtKill()
    child.kill('SIGKILL')
    await once(child, 'exit')
    const { durationMs, samples } = readWav(file)
    t.ok(durationMs >= ticks * 20 - mayBeLostMs, `${durationMs} ms held of ${ticks * 20}`)
    const silentMs = 200 // the tone needs the network's and the jitter buffer's time to come
    if (durationMs > silentMs)
      t.ok(tonePresentMs(samples[0]!, 440) >= durationMs - silentMs, 'and it is the caller’s voice')
  })
