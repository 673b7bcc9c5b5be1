// The echo of a line whose device lets frames wait before it plays them: the pump finds what was played by the number the
// device tells, or, where it tells none, within the longer tail it allows for.
import t, { type Test } from 'tap'
import { Drift } from '../../drivers/depth-servo.ts'
import { liveEchoCancellers } from '../../drivers/native/echo-canceller.ts'
import { PcmPump } from '../../drivers/pcm-pump.ts'
import { pcmFileBytes, pcmPath } from '../../drivers/pcm-ring.ts'
import { farEnds } from '../line-media/echo-measure.ts'
import { echoOf, echoPath } from '../line-media/hybrid.ts'
import { repeated } from '../line-media/sounds.ts'
import { levelDbm0 } from '../support/tones.ts'

const frameSamples = 160
const seconds = 6

interface Device {
  /** Frames that wait on it. */
  waiting: number
  tellsPlayed: boolean
  echoTailMs: number
}

/** Level of the far end's speech less that of what comes back of it, over the time from the given second on. */
function returnLossDb(t: Test, { waiting, tellsPlayed, echoTailMs }: Device, fromS: number): number {
  const path = pcmPath(new ArrayBuffer(pcmFileBytes))
  const pump = new PcmPump({ path, frameSamples, nowMs: () => 0, drift: new Drift(), echoTailMs })
  t.teardown(() => pump.close())
  const far = repeated(farEnds.speech(), seconds * 8000)
  const hybrid = echoPath({ tailMs: 64, lossDb: 12 })
  // What the device has been given comes back when it is played: known before, since it plays it whole.
  const late = (waiting + 3) * frameSamples
  const echo = echoOf(far, hybrid)
  const heard = new Int16Array(frameSamples)
  const back = new Int16Array(far.length)
  for (let n = 0, at = 0; at < far.length; n++, at += frameSamples) {
    path.playback.write(far.subarray(at, at + frameSamples))
    // Two frames of priming in the pump, one since a frame goes down after one came up, and those on the device.
    const from = at - late + frameSamples
    heard.fill(0)
    if (from >= 0) heard.set(echo.subarray(from, from + frameSamples))
    const seq = n - 1 - waiting
    pump.take(n, Buffer.from(heard.buffer), tellsPlayed ? (seq < 0 ? 'none' : seq) : undefined)
    pump.next()
    path.capture.read(heard)
    back.set(heard, at)
  }
  return levelDbm0(far.subarray(fromS * 8000)) - levelDbm0(back.subarray(fromS * 8000))
}

t.test('a device that tells what it played: 30 dB after a second, however long frames wait on it', async (t) => {
  for (const waiting of [0, 2, 6]) {
    const lossDb = returnLossDb(t, { waiting, tellsPlayed: true, echoTailMs: 64 }, 1)
    t.ok(lossDb >= 30, `${waiting} frames wait: ${lossDb.toFixed(1)} dB`)
  }
})

t.test('one that does not, and holds two frames: 20 dB after a second, 30 dB after three', async (t) => {
  const device = { waiting: 2, tellsPlayed: false, echoTailMs: 64 + 64 }
  const early = returnLossDb(t, device, 1)
  const late = returnLossDb(t, device, 3)
  t.ok(early >= 20 && late >= 30, `${early.toFixed(1)} dB, ${late.toFixed(1)} dB`)
})

t.test('without a tail the echo stays', async (t) => {
  const lossDb = returnLossDb(t, { waiting: 2, tellsPlayed: true, echoTailMs: 0 }, 1)
  t.ok(Math.abs(lossDb - 12) < 2, `${lossDb.toFixed(1)} dB`)
})

t.test('ledger: every canceller is freed', async (t) => {
  t.equal(liveEchoCancellers(), 0)
})
