// What a port catches up on after a rest: each packet in the tick in which it came.
import t from 'tap'
import { Rest } from '../../../daemon/media/rest.ts'
import { MemoryTransport } from './memory-transport.ts'

function begin() {
  const transport = new MemoryTransport()
  const rest = new Rest(transport, 3)
  const done: (number | 'pass')[] = []
  const end = (ticks: number) =>
    rest.end(ticks, { note: (sequence) => void done.push(sequence), pass: () => void done.push('pass') })
  const came = (sequence: number, arrivalMs: number) => {
    const notes = transport.notes.get(3) ?? []
    transport.notes.set(3, [...notes, { arrivalMs, timestamp: sequence * 160, sequence, length: 160 }])
  }
  return { transport, rest, done, end, came }
}

t.test('packets are caught up on between the ticks that they came between', async (t) => {
  const { transport, rest, done, end, came } = begin()
  rest.begin()
  t.equal(transport.quiet.get(3), 'noted')
  came(1, 1005)
  came(2, 1025)
  came(3, 1026)
  came(4, 1062)
  transport.nowMs = 1060
  end(3)
  t.same(done, [1, 'pass', 2, 3, 'pass', 'pass', 4])
  t.equal(transport.quiet.get(3), false)
  t.equal(transport.notesOf(3), 0, 'and never again')
})

t.test('woken within the tick in which it began, a rest has only packets', async (t) => {
  const { rest, done, end, came, transport } = begin()
  rest.begin()
  came(1, 1001)
  transport.nowMs = 1002
  end(0)
  t.same(done, [1])
})

t.test('who did not rest has nothing to catch up on', async (t) => {
  const { done, end, came } = begin()
  came(1, 1000)
  end(3)
  t.same(done, [])
})

t.test('a rest is no longer than packets can be noted', async (t) => {
  for (let slot = 0; slot < 16; slot++) {
    const ticks = new Rest(new MemoryTransport(), slot).begin()
    t.ok(ticks >= 10 && ticks <= 17, `${ticks} ticks`)
  }
})
