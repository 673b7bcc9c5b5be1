// Sequence numbers as they came, and what the tracker makes of them.
import t from 'tap'
import { SequenceTracker } from '../../../daemon/media/sequence-tracker.ts'

const cases: {
  name: string
  came: number[]
  lost: number
  duplicates: number
  reordered: number
  restarts?: number
}[] = [
  { name: 'in order', came: [1, 2, 3, 4], lost: 0, duplicates: 0, reordered: 0 },
  { name: 'one lost', came: [1, 2, 4, 5], lost: 1, duplicates: 0, reordered: 0 },
  { name: 'one twice', came: [1, 2, 2, 3], lost: 0, duplicates: 1, reordered: 0 },
  { name: 'two swapped', came: [1, 3, 2, 4], lost: 0, duplicates: 0, reordered: 1 },
  { name: 'the first one late', came: [2, 1, 3], lost: 0, duplicates: 0, reordered: 1 },
  { name: 'the number wraps', came: [65534, 65535, 0, 1], lost: 0, duplicates: 0, reordered: 0 },
  { name: 'lost at the wrap', came: [65534, 1], lost: 2, duplicates: 0, reordered: 0 },
  { name: 'a late one twice', came: [1, 3, 2, 2, 4], lost: 0, duplicates: 1, reordered: 1 },
  {
    name: 'a sender that starts again',
    came: [100, 101, 30000, 30001],
    lost: 0,
    duplicates: 0,
    reordered: 0,
    restarts: 1,
  },
]

for (const { name, came, lost, duplicates, reordered, restarts = 0 } of cases)
  t.test(name, async (t) => {
    const tracker = new SequenceTracker()
    for (const sequence of came) tracker.note(sequence)
    t.match(tracker, { lost, duplicates, reordered, restarts })
  })

t.test('losses stay counted over a new stream', async (t) => {
  const tracker = new SequenceTracker()
  for (const sequence of [1, 2, 5]) tracker.note(sequence)
  tracker.restart()
  for (const sequence of [7000, 7002]) tracker.note(sequence)
  t.equal(tracker.lost, 3)
})
