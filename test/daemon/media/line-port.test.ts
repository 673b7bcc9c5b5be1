// A telephone line's port against a driver that is played by the test: it writes what the caller says into the one
// ring, and fetches what the caller hears from the other.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { LinePort } from '../../../daemon/media/line-port.ts'
import type { PortReport } from '../../../daemon/media/loop-port.ts'
import { dtmfFrequencies } from '../../../daemon/media/tone-sender.ts'
import { DtmfBank, startSpandsp } from '../../../drivers/native/dtmf-bank.ts'
import { mappedMemories, mapSharedMemory } from '../../../drivers/native/shared-memory.ts'
import { type PcmPath, pcmFileBytes, pcmPath } from '../../../drivers/pcm-ring.ts'
import { makeTone, toneLevelDbm0 } from '../../support/tones.ts'

startSpandsp()

interface Line {
  port: LinePort
  driver: PcmPath
  reports: PortReport[]
  /** One tick: what the port says of its far end, and what it is given. */
  tick(put?: Int16Array | false): Int16Array | false
}

function openLine(t: Test, before?: (driver: PcmPath) => void): Line {
  const file = join(t.testdir({}), 'line-1')
  const theirs = mapSharedMemory(file, pcmFileBytes)
  const driver = pcmPath(theirs.memory, theirs.byteOffset)
  before?.(driver)
  const bank = new DtmfBank(2)
  const reports: PortReport[] = []
  let nowMs = 1000
  const port = new LinePort({
    id: 1,
    name: 'line-1',
    memory: mapSharedMemory(file, pcmFileBytes),
    detectors: bank,
    report: (report) => reports.push(report),
    nowMs: () => nowMs,
  })
  const frame = new Int16Array(160)
  const tick = (put: Int16Array | false = false) => {
    nowMs += 20
    const isHeard = port.get(frame)
    port.detector.feed(isHeard && frame)
    bank.run()
    port.detector.collect()
    port.put(put)
    return isHeard ? frame.slice() : false
  }
  t.teardown(() => {
    port.close()
    bank.destroy()
    theirs.unmap()
  })
  return { port, driver, reports, tick }
}

const steady = (value: number) => new Int16Array(160).fill(value)

t.test('the caller is heard 40 ms after the driver, sample for sample', async (t) => {
  const { driver, tick } = openLine(t)
  const said = makeTone(300, 400, -10)
  const heard: number[] = []
  for (let n = 0; n < 20; n++) {
    driver.capture.write(said.subarray(n * 160, n * 160 + 160))
    const frame = tick()
    if (frame) heard.push(...frame)
  }
  t.equal(heard.length, 19 * 160)
  t.same(heard, [...said.subarray(0, heard.length)])
})

t.test('the driver gets what is put, sample for sample; silence too', async (t) => {
  const { driver, tick } = openLine(t)
  tick(steady(7))
  tick(false)
  const fetched = new Int16Array(400)
  t.equal(driver.playback.read(fetched), 320)
  t.same(fetched.subarray(0, 320), Int16Array.from([...steady(7), ...steady(0)]))
})

t.test('what was left in the ring by the call before is not heard', async (t) => {
  const { driver, tick } = openLine(t, (driver) => driver.capture.write(new Int16Array(2000).fill(99)))
  for (let n = 0; n < 3; n++) driver.capture.write(steady(5))
  t.same(tick(), steady(5))
})

t.test('a driver that falls behind is bridged over, then heard with the cushion restored', async (t) => {
  const { driver, port, tick } = openLine(t)
  const voice = makeTone(200, 2000, -10)
  let written = 0
  const write = (frames: number) => {
    driver.capture.write(voice.subarray(written, written + frames * 160))
    written += frames * 160
  }
  for (let n = 0; n < 5; n++) {
    write(1)
    tick()
  }
  tick()
  const gap = tick()
  t.ok(gap && toneLevelDbm0(gap, 200) > -14, 'the gap is concealed')
  write(2)
  for (let n = 0; n < 5; n++) {
    write(1)
    tick()
  }
  t.match(port.counters(), { underrunFrames: 1, concealedFrames: 1, discardedSamples: 0 })
})

t.test('a burst of more than 60 ms is cut to the newest 40 ms, and counted', async (t) => {
  const { driver, port, tick } = openLine(t)
  for (let n = 1; n <= 10; n++) driver.capture.write(steady(n))
  t.same(tick(), steady(9))
  t.equal(port.counters().discardedSamples, 8 * 160)
})

t.test('a driver that stops fetching makes no delay, only a count', async (t) => {
  const { driver, port, tick } = openLine(t)
  for (let n = 0; n < 50; n++) tick(steady(1))
  t.ok(driver.playback.available <= 100 * 8, `${driver.playback.available / 8} ms wait`)
  t.equal(port.counters().playbackDroppedFrames, 50 - driver.playback.available / 160)
})

t.test('a digit in the caller’s voice band is told once', async (t) => {
  const { driver, reports, tick } = openLine(t)
  const press = makeTone(dtmfFrequencies('6'), 100, -12)
  for (let n = 0; n < 20; n++) {
    driver.capture.write(n >= 5 && n < 10 ? press.subarray((n - 5) * 160, (n - 4) * 160) : steady(0))
    tick()
  }
  t.match(reports, [{ type: 'digitReceived', portId: 1, digit: '6', source: 'inBand' }])
  t.equal(reports.length, 1)
})

t.test('digits for the line go out as tones, over whatever else is played', async (t) => {
  const { port, driver, reports, tick } = openLine(t)
  port.sendDigits('42', 77)
  const out = new Int16Array(25 * 160)
  for (let n = 0; n < 25; n++) {
    tick(makeTone(1000, 20))
    driver.playback.read(out.subarray(n * 160, n * 160 + 160))
  }
  const [low, high] = dtmfFrequencies('4')
  const tone = out.subarray(0, 800)
  t.ok(toneLevelDbm0(tone, low) > -11 && toneLevelDbm0(tone, high) > -11)
  t.ok(toneLevelDbm0(tone, 1000) < -40, 'nothing else beside it')
  t.ok(toneLevelDbm0(out.subarray(20 * 160), 1000) > -11, 'and the rest again afterwards')
  t.same(reports, [{ type: 'digitsSent', requestId: 77 }])
})

t.test('it says how long what was put is on its way: in its ring, and in the hardware', async (t) => {
  const { port, driver, tick } = openLine(t)
  tick(steady(1))
  tick(steady(1))
  t.equal(port.outputTicks, 7)
  driver.playback.discard()
  t.equal(port.outputTicks, 5)
  t.match(port.describe(), /^line:line-1 ring 0ms\/0ms$/)
})

t.test('ledger: every mapping is undone', async (t) => {
  t.equal(mappedMemories(), 0)
})
