// Two who are recorded and hear each other alone are left alone as well: what both say comes into the recording some ticks
// later, every frame in its place. Ports without a network.
import t from 'tap'
import { AudioLoop } from '../../../daemon/loop/audio-loop.ts'
import type { HearAfterwards, LoopPort } from '../../../daemon/media/loop-port.ts'
import { telephoneFormat } from '../../../daemon/media/port.ts'
import { RecordingRing } from '../../../daemon/media/recording-ring.ts'

/** Says its number and the tick in each frame, and rests for five ticks whenever it may. */
class Talker implements LoopPort {
  readonly id: number
  readonly format = telephoneFormat
  readonly detector = undefined
  readonly outputTicks = 0
  rests = 0
  failsAtTick = Infinity
  #tick = 0
  #heard: HearAfterwards | undefined

  constructor(id: number) {
    this.id = id
  }

  get(frame: Int16Array): boolean {
    if (++this.#tick === this.failsAtTick) throw new Error('no more')
    frame.fill(this.id * 1000 + this.#tick)
    return true
  }

  follow(source: LoopPort | undefined): boolean {
    return source !== undefined
  }

  mayRest(): boolean {
    return true
  }

  rest(heard: HearAfterwards | undefined): number {
    this.rests++
    this.#heard = heard
    return 5
  }

  wake(ticks: number): void {
    const frame = new Int16Array(160)
    for (let n = 0; n < ticks; n++) {
      const isHeard = this.get(frame)
      this.#heard?.(isHeard && frame)
    }
  }

  pass(): void {
    this.#tick++
  }

  put(): void {}
  skip(): void {
    this.#tick++
  }
  sendDigits(): void {}
  counters() {
    return {}
  }
  describe(): string {
    return `talker ${this.id}`
  }
  close(): void {}
}

function begin() {
  const loop = new AudioLoop({ detectors: { run: () => 0 }, report: () => {} })
  const [ann, bob] = [new Talker(1), new Talker(2)]
  for (const port of [ann, bob]) loop.add(port)
  loop.connect(1, 2)
  loop.connect(2, 1)
  const ring = new RecordingRing()
  /** First samples of the frames that came since the last call. */
  const recorded = () => {
    const samples = new Int16Array(160 * 2 * 100)
    const frames = ring.read(samples) / 160
    return Array.from({ length: frames }, (_, n) => [samples[n * 320], samples[n * 320 + 319]])
  }
  const ticks = (count: number, first = 1) =>
    Array.from({ length: count }, (_, n) => [1000 + first + n, 2000 + first + n])
  const run = (count: number) => {
    for (let n = 0; n < count; n++) loop.tick()
  }
  return { loop, ann, bob, ring, recorded, ticks, run }
}

t.test('what both say is recorded without a gap, and nothing of it twice', async (t) => {
  const { loop, ann, bob, ring, recorded, ticks, run } = begin()
  loop.record(1, ring, { left: 1, right: 2 })
  run(4)
  t.same(recorded(), ticks(1), 'the rest follows when they wake')
  run(20)
  loop.wakeAll()
  t.same(recorded(), ticks(23, 2))
  t.same([ann.rests, bob.rests], [4, 4])
})

t.test('a recording that is stopped or gets other channels has what was said until then', async (t) => {
  const { loop, ring, recorded, ticks, run } = begin()
  loop.record(1, ring, { left: 1, right: 2 })
  run(3)
  loop.tapRecording(1, {})
  t.same(recorded(), ticks(3))
  run(2)
  t.same(recorded(), [
    [0, 0],
    [0, 0],
  ])
  loop.tapRecording(1, { left: 1, right: 2 })
  run(4)
  loop.stopRecording(1)
  t.same(recorded(), ticks(4, 6))
})

t.test('a recording that begins in the middle of a rest has nothing of what was before', async (t) => {
  const { loop, ring, recorded, ticks, run } = begin()
  run(3)
  loop.record(1, ring, { left: 1, right: 2 })
  run(1)
  t.same(recorded(), ticks(1, 4))
})

t.test('ticks that could not be done are silence in the recording', async (t) => {
  const { loop, ring, recorded, ticks, run } = begin()
  loop.record(1, ring, { left: 1, right: 2 })
  run(3)
  loop.tick(2)
  t.same(recorded(), [...ticks(3), [0, 0], [0, 0], ...ticks(1, 6)])
})

t.test('two of whom each is recorded by itself, or one alone, are not left alone', async (t) => {
  for (const second of [{ left: 2 }, { left: 1, right: 2 }]) {
    const { loop, ann, ring, recorded, ticks, run } = begin()
    loop.record(1, ring, { left: 1, right: 2 })
    loop.record(2, new RecordingRing(), second)
    run(4)
    t.same(recorded(), ticks(4))
    t.equal(ann.rests, 0)
  }
})

t.test('of one who fails when it wakes the rest is silence, of the other nothing is missing', async (t) => {
  const { loop, bob, ring, recorded, run } = begin()
  bob.failsAtTick = 4
  loop.record(1, ring, { left: 1, right: 2 })
  run(7)
  t.same(recorded(), [
    [1001, 2001],
    [1002, 2002],
    [1003, 2003],
    [1004, 0],
    [1005, 0],
    [1006, 0],
    [1007, 2005],
  ])
})
