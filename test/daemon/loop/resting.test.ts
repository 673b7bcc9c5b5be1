// Pairs that are left alone for some ticks: both go to rest and wake in the same ticks, and are told how many passed.
import t from 'tap'
import { type Rester, RestingPairs } from '../../../daemon/loop/resting.ts'
import type { LoopPort } from '../../../daemon/media/loop-port.ts'

interface Sleeper extends Rester<Sleeper> {
  woken: number[]
}

function sleeper(ticks: number, wake: (ticks: number) => void = () => {}): Sleeper {
  const woken: number[] = []
  const port: Pick<LoopPort, 'rest' | 'wake'> = {
    rest: () => ticks,
    wake: (passed) => {
      woken.push(passed)
      wake(passed)
    },
  }
  return {
    port: port as LoopPort,
    woken,
    isResting: false,
    partner: undefined,
    hearAfterwards: undefined,
    ticksLeft: 0,
    ticksPassed: 0,
  }
}

const pairs = (faults: unknown[] = []) => new RestingPairs<Sleeper>((_, fault) => void faults.push(fault))

t.test('a pair rests for as many ticks as its first wants, and wakes for the next', async (t) => {
  const resting = pairs()
  const [ann, bob] = [sleeper(2), sleeper(5)]
  resting.begin(ann, bob)
  for (let tick = 0; tick < 2; tick++) resting.passTick()
  t.match([ann.isResting, bob.isResting], [true, true])
  resting.passTick()
  t.match([ann.isResting, bob.isResting], [false, false])
  t.same([ann.woken, bob.woken], [[2], [2]])
})

t.test('whoever of a pair is woken, both are, once', async (t) => {
  for (const which of [0, 1]) {
    const resting = pairs()
    const pair = [sleeper(5), sleeper(5)] as const
    resting.begin(...pair)
    resting.passTick()
    resting.wake(pair[which]!)
    resting.wake(pair[which]!)
    resting.wakeAll()
    t.same([pair[0].woken, pair[1].woken], [[1], [1]])
  }
})

t.test('each pair has ticks of its own', async (t) => {
  const resting = pairs()
  const [ann, bob, cleo, dan] = [sleeper(1), sleeper(1), sleeper(3), sleeper(3)]
  resting.begin(ann, bob)
  resting.passTick()
  resting.begin(cleo, dan)
  resting.passTick()
  t.match([ann.isResting, cleo.isResting], [false, true])
  resting.wakeAll()
  t.same([bob.woken, dan.woken], [[1], [1]])
})

t.test('one whose waking fails is told of, and the other wakes all the same', async (t) => {
  const faults: unknown[] = []
  const resting = pairs(faults)
  const fault = new Error('no')
  const [ann, bob] = [
    sleeper(1, () => {
      throw fault
    }),
    sleeper(1),
  ]
  resting.begin(ann, bob)
  resting.wakeAll()
  t.same(faults, [fault])
  t.same(bob.woken, [0])
})
