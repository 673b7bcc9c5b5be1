// The heap against a sorted list: whatever comes and goes, the first is the first.
import t from 'tap'
import { type HeapMember, IndexedHeap } from '../../../daemon/routing/indexed-heap.ts'
import { seededRandom } from './seeded-random.ts'

interface Numbered extends HeapMember {
  key: number
}

const numbered = (key: number): Numbered => ({ key, heapIndex: -1 })
const heapOfNumbers = () => new IndexedHeap<Numbered>((a, b) => a.key < b.key)

t.test('members come out in order, whatever the order they came in', async (t) => {
  const heap = heapOfNumbers()
  for (const key of [5, 1, 4, 2, 3]) heap.push(numbered(key))
  const taken: number[] = []
  for (let top = heap.peek(); top; top = heap.peek()) {
    taken.push(top.key)
    heap.remove(top)
  }
  t.same(taken, [1, 2, 3, 4, 5])
})

t.test('a member that left, or is in another heap, is not removed twice', async (t) => {
  const [heap, other] = [heapOfNumbers(), heapOfNumbers()]
  const one = numbered(1)
  heap.push(one)
  other.push(numbered(2))
  t.equal(other.remove(one), false)
  t.equal(heap.remove(one), true)
  t.equal(heap.remove(one), false)
  t.equal(one.heapIndex, -1)
})

t.test('ten thousand random comings and goings agree with a sorted list', async (t) => {
  const random = seededRandom(1)
  const heap = heapOfNumbers()
  const inside: Numbered[] = []
  let disagreements = 0
  for (let step = 0; step < 10_000; step++) {
    if (inside.length === 0 || random() < 0.52) {
      const member = numbered(random())
      heap.push(member)
      inside.push(member)
    } else {
      const [member] = inside.splice(Math.floor(random() * inside.length), 1)
      if (!heap.remove(member!)) disagreements++
    }
    const least = inside.reduce<Numbered | undefined>((a, b) => (a && a.key < b.key ? a : b), undefined)
    if (heap.peek() !== least || heap.size !== inside.length) disagreements++
  }
  t.equal(disagreements, 0)
})
