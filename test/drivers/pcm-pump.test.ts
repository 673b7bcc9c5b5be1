// The PCM of one port between the wire and the rings: order, gaps, priming, bounds.
import t from 'tap'
import { Drift } from '../../drivers/depth-servo.ts'
import { PcmPump } from '../../drivers/pcm-pump.ts'
import { pcmFileBytes, pcmPath, ringSamples } from '../../drivers/pcm-ring.ts'

const frameSamples = 160

function parts(samples = frameSamples) {
  const path = pcmPath(new ArrayBuffer(pcmFileBytes))
  const pump = new PcmPump({
    path,
    frameSamples: samples,
    nowMs: () => performance.now(),
    drift: new Drift(),
    echoTailMs: 0,
  })
  t.teardown(() => pump.close())
  return { path, pump }
}

const frame = (value: number) => new Int16Array(frameSamples).fill(value)

function pcm(value: number): Buffer {
  const bytes = Buffer.alloc(frameSamples * 2)
  for (let i = 0; i < frameSamples; i++) bytes.writeInt16LE(value, i * 2)
  return bytes
}

function firstSample(bytes: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readInt16LE(0)
}

t.test('what comes up is captured, little-endian, in order', async (t) => {
  const { path, pump } = parts()
  t.equal(pump.take(0, pcm(-2)), true)
  t.equal(pump.take(1, pcm(300)), true)
  const heard = new Int16Array(320)
  path.capture.read(heard)
  t.same([heard[0], heard[159], heard[160]], [-2, -2, 300])
})

t.test('lost frames are filled with silence, so that time goes on', async (t) => {
  const { path, pump } = parts()
  pump.take(0, pcm(1))
  pump.take(3, pcm(2))
  t.equal(path.capture.available, 4 * frameSamples)
  t.equal(pump.counters.lostUp, 2)
})

t.test('a frame that comes twice or too late is dropped', async (t) => {
  const { path, pump } = parts()
  pump.take(0, pcm(1))
  pump.take(1, pcm(1))
  t.equal(pump.take(1, pcm(1)), false)
  t.equal(pump.take(0, pcm(1)), false)
  t.equal(path.capture.available, 2 * frameSamples)
  t.equal(pump.counters.staleUp, 2)
})

t.test('a long gap is a stall and is not filled', async (t) => {
  const { path, pump } = parts()
  pump.take(0, pcm(1))
  pump.take(1000, pcm(1))
  t.equal(path.capture.available, 2 * frameSamples)
  t.equal(pump.counters.lostUp, 999)
})

t.test('sequence numbers begin anew after the last', async (t) => {
  const { pump } = parts()
  pump.take(0x7fffffff, pcm(1)) // no further at once: half of all numbers are ahead, half behind
  pump.take(0xffffffff, pcm(1))
  const lost = pump.counters.lostUp
  t.equal(pump.take(0, pcm(1)), true)
  t.equal(pump.counters.lostUp, lost)
})

t.test('a frame of another length is refused', async (t) => {
  const { pump } = parts()
  t.equal(pump.take(0, Buffer.alloc(160)), false)
  t.equal(pump.counters.wrongLengthUp, 1)
})

t.test('a capture ring nobody reads fills up, and the loss is counted', async (t) => {
  const { path, pump } = parts()
  for (let seq = 0; seq < 30; seq++) pump.take(seq, pcm(1))
  t.equal(path.capture.available, ringSamples)
  t.equal(pump.counters.captureOverrunSamples, 30 * frameSamples - ringSamples)
})

t.test('playback begins with two frames, and then every sample is sent', async (t) => {
  const { path, pump } = parts()
  path.playback.write(frame(1))
  t.equal(firstSample(pump.next()), 0, 'one frame waits for a second')
  path.playback.write(frame(2))
  t.equal(firstSample(pump.next()), 1)
  t.equal(firstSample(pump.next()), 2)
})

t.test('a lone last frame is played after a short wait, not kept for the next call', async (t) => {
  const { path, pump } = parts()
  path.playback.write(frame(9))
  t.same(
    [0, 1, 2].map(() => firstSample(pump.next())),
    [0, 0, 9],
  )
})

t.test('playback that ran dry is counted once a frame while it is dry in speech', async (t) => {
  const { path, pump } = parts()
  path.playback.write(frame(1))
  path.playback.write(frame(1))
  for (let i = 0; i < 5; i++) pump.next()
  t.equal(pump.counters.playbackDryFrames, 1)
})

t.test('what waits too long is thrown away, oldest first', async (t) => {
  const { path, pump } = parts()
  for (let value = 1; value <= 7; value++) path.playback.write(frame(value))
  t.equal(firstSample(pump.next()), 6, 'two frames are left')
  t.equal(pump.counters.playbackTrimmedSamples, 5 * frameSamples)
})

t.test('a new call does not hear the end of the last one', async (t) => {
  const { path, pump } = parts()
  path.playback.write(frame(1))
  path.playback.write(frame(1))
  pump.begin()
  t.equal(path.playback.available, 0)
  path.playback.write(frame(7))
  path.playback.write(frame(7))
  t.equal(firstSample(pump.next()), 7)
})

t.test('a board with frames of 10 ms is primed with the same 40 ms', async (t) => {
  const { path, pump } = parts(80)
  path.playback.write(frame(1))
  t.equal(firstSample(pump.next()), 0)
  path.playback.write(frame(2))
  t.same(
    [0, 1, 2, 3].map(() => firstSample(pump.next())),
    [1, 1, 2, 2],
  )
})
