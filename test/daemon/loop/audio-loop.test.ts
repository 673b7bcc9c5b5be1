// Who hears whom: the loop with scripted ports, tick by tick.
import t from 'tap'
import { AudioLoop, type LoopReport } from '../../../daemon/loop/audio-loop.ts'
import { RecordingRing } from '../../../daemon/media/recording-ring.ts'
import { ScriptedPort } from './scripted-port.ts'

function openLoop(...says: (number | undefined)[]) {
  const reports: LoopReport[] = []
  const loop = new AudioLoop({ detectors: { run: () => 0 }, report: (report) => reports.push(report) })
  const ports = says.map((value, at) => new ScriptedPort(at + 1, value))
  for (const port of ports) loop.add(port)
  const [alice, bob, carol] = ports as [ScriptedPort, ScriptedPort, ScriptedPort]
  return { loop, reports, ports, alice, bob, carol }
}

const prompt = (...frames: number[]) => [
  { kind: 'samples' as const, samples: Int16Array.from(frames.flatMap((value) => new Array<number>(160).fill(value))) },
]

t.test('two parties hear each other and not themselves, in the tick it was said', async (t) => {
  const { loop, alice, bob } = openLoop(5, 7)
  loop.connect(1, 2)
  loop.connect(2, 1)
  loop.tick()
  t.same([alice.heard, bob.heard], [[7], [5]])
})

t.test('one way is one way, and ends when disconnected', async (t) => {
  const { loop, alice, bob } = openLoop(5, 7)
  loop.connect(1, 2)
  loop.connect(1, 2)
  loop.tick()
  loop.disconnect(1, 2)
  loop.tick()
  t.same(
    [alice.heard, bob.heard],
    [
      [false, false],
      [5, false],
    ],
  )
})

t.test('three parties each hear the sum of the others', async (t) => {
  const { loop, alice, bob, carol } = openLoop(1, 10, 100)
  for (const from of [1, 2, 3]) for (const to of [1, 2, 3]) if (from !== to) loop.connect(from, to)
  loop.tick()
  t.same([alice.heard, bob.heard, carol.heard], [[110], [101], [11]])
})

t.test('the sum of loud parties saturates', async (t) => {
  const { loop, carol } = openLoop(30000, 30000, undefined)
  loop.connect(1, 3)
  loop.connect(2, 3)
  loop.tick()
  t.same(carol.heard, [32767])
})

t.test('a prompt is played over what is heard, from its first frame to its last, then told', async (t) => {
  const { loop, reports, alice } = openLoop(undefined, 7)
  loop.connect(2, 1)
  loop.play(9, 1, prompt(100, 200), false)
  for (let n = 0; n < 2; n++) loop.tick()
  t.same(reports, [{ type: 'playEnded', playId: 9, outcome: 'finished' }])
  loop.tick()
  t.same(alice.heard, [107, 207, 7])
})

t.test('several are played at once', async (t) => {
  const { loop, alice } = openLoop(undefined)
  for (const [playId, value] of [
    [1, 1],
    [2, 20],
    [3, 300],
  ] as const)
    loop.play(playId, 1, prompt(value), false)
  loop.tick()
  loop.tick()
  t.same(alice.heard, [321, false])
})

t.test('the end of a prompt is told when it has left the port', async (t) => {
  const { loop, reports, alice } = openLoop(undefined)
  alice.outputTicks = 3
  loop.play(9, 1, prompt(1), false)
  for (let n = 0; n < 3; n++) loop.tick()
  t.same(reports, [])
  loop.tick()
  t.match(reports, [{ outcome: 'finished' }])
})

t.test('a stopped prompt is silent in the next tick', async (t) => {
  const { loop, reports, alice } = openLoop(undefined)
  loop.play(9, 1, prompt(1, 2, 3), true)
  for (let n = 0; n < 4; n++) loop.tick()
  loop.stopPlay(9)
  loop.stopPlay(9)
  loop.tick()
  t.same(alice.heard, [1, 2, 3, 1, false])
  t.same(reports, [{ type: 'playEnded', playId: 9, outcome: 'stopped' }])
})

t.test('a port that goes takes its paths and playbacks with it', async (t) => {
  const { loop, reports, alice, bob } = openLoop(5, 7)
  loop.connect(1, 2)
  loop.play(9, 1, prompt(1, 2), false)
  loop.tick()
  t.same(loop.remove(1), { frames: 1 })
  t.equal(loop.remove(1), undefined)
  loop.tick()
  t.same(bob.heard, [5, false])
  t.equal(alice.closed, 1)
  t.same(reports, [{ type: 'playEnded', playId: 9, outcome: 'portClosed' }])
})

for (const throwsIn of ['get', 'put'] as const)
  t.test(`a port that throws in ${throwsIn} is ended alone, in the same tick`, async (t) => {
    const { loop, reports, alice, bob, carol } = openLoop(5, 7, 9)
    loop.connect(3, 1)
    loop.connect(1, 3)
    bob.throwsIn = throwsIn
    loop.tick()
    loop.tick()
    t.same(
      [alice.heard, carol.heard],
      [
        [9, 9],
        [5, 5],
      ],
    )
    t.equal(bob.closed, 1)
    t.equal(loop.ports, 2)
    t.same(reports, [{ type: 'portFailed', portId: 2, reason: `${throwsIn} failed` }])
  })

t.test('a port that can not even be closed is out of the loop all the same', async (t) => {
  const { loop, reports, alice } = openLoop(5)
  alice.throwsIn = 'close'
  loop.fail(1, new Error('first fault'))
  t.equal(loop.ports, 0)
  t.same(reports, [{ type: 'portFailed', portId: 1, reason: 'first fault; and when it was closed: close failed' }])
})

t.test('skipped ticks pass in every port, and in a recording as silence', async (t) => {
  const { loop, alice } = openLoop(5)
  const ring = new RecordingRing()
  loop.record(1, ring, { left: 1 })
  loop.tick()
  loop.tick(3)
  t.equal(alice.skipped, 3)
  const samples = new Int16Array(5 * 320)
  t.equal(ring.read(samples), 5 * 160)
  t.same(
    [0, 1, 2, 3, 4].map((n) => samples[n * 320]),
    [5, 0, 0, 0, 5],
  )
})

t.test('a recording has what each far end says on its own channel; a closed port is silence', async (t) => {
  const { loop } = openLoop(5, 7)
  const ring = new RecordingRing()
  loop.record(1, ring, { left: 1, right: 2 })
  loop.tick()
  loop.remove(2)
  loop.tick()
  loop.stopRecording(1)
  loop.tick()
  const samples = new Int16Array(1000)
  t.equal(ring.read(samples), 320)
  t.same([samples[0], samples[1], samples[320], samples[321]], [5, 7, 5, 0])
})

t.test('a recording of what one is sent: prompts and others, and silence', async (t) => {
  const { loop, bob } = openLoop(5, 7)
  const ring = new RecordingRing()
  const followed: boolean[] = []
  Object.assign(bob, { follow: (source: unknown) => followed.push(source !== undefined) > 0 && source !== undefined })
  loop.connect(1, 2)
  loop.tick()
  loop.record(1, ring, { left: 2, sentTo: 2 })
  loop.play(9, 2, prompt(40), false)
  loop.tick()
  loop.tick()
  loop.disconnect(1, 2)
  loop.tick()
  loop.tapRecording(1, {})
  loop.connect(1, 2)
  loop.tick()
  const samples = new Int16Array(2000)
  t.equal(ring.read(samples), 4 * 160)
  t.same(
    [0, 1, 2, 3].map((frame) => [samples[frame * 320], samples[frame * 320 + 1]]),
    [
      [7, 45],
      [7, 5],
      [7, 0],
      [0, 0],
    ],
  )
  t.same(followed, [true, false, false, false, true], 'nothing goes past the loop while it is recorded')
})

t.test('a recording nobody fetches loses the newest, counted, and stops nothing', async (t) => {
  const { loop, alice } = openLoop(5)
  const ring = new RecordingRing()
  loop.record(1, ring, { left: 1 })
  for (let n = 0; n < 300; n++) loop.tick()
  t.equal(alice.heard.length, 300)
  t.equal(ring.overrunSamples, 300 * 160 - 204 * 160)
})

t.test('ports of another format are refused', async (t) => {
  const { loop } = openLoop()
  const wide = new ScriptedPort(9)
  wide.format = { rateHz: 16000, frameSamples: 320 }
  t.throws(() => loop.add(wide), /16000 Hz and 320 samples/)
})

t.test('the path of a port is told in one line', async (t) => {
  const { loop } = openLoop(1, 2, 3)
  loop.connect(1, 3)
  loop.connect(2, 3)
  loop.play(1, 3, prompt(1), false)
  t.equal(loop.describe(3), 'port 1 + port 2 + playback ▶ mix ▶ port 3')
  t.equal(loop.describe(1), 'silence ▶ mix ▶ port 1')
  t.equal(loop.describe(77), 'port 77 closed')
})
